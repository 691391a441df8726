//! The command line.
//!
//! Owns arguments, exit codes and the way to the library. stdout is the result, stderr the commentary.

use std::process::ExitCode as ProcessExit;

use clap::Parser;

use crate::event::ExitCode;
use crate::reference_client;

mod args;
mod describe;
mod normalise;
mod observe;
mod output;
mod plan;
mod progress;
mod reports;
mod run;

use args::{Cli, Command, ListWhat, SchemaOf};

/// Why a command could not do its work, with the exit code that says so.
#[derive(Debug)]
pub(crate) struct Refusal {
    code: ExitCode,
    message: String,
}

impl Refusal {
    pub(crate) fn new(code: ExitCode, message: impl Into<String>) -> Refusal {
        Refusal { code, message: message.into() }
    }
}

/// Runs the command that the process was started with.
pub fn main() -> ProcessExit {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // clap prints help to stdout (exit 0) and errors to stderr (exit 2), which is exactly our contract.
            let code = error.exit_code();
            let _ = error.print();
            return ProcessExit::from(u8::try_from(code).unwrap_or(ExitCode::Usage as u8));
        }
    };
    match dispatch(cli) {
        Ok(code) => ProcessExit::from(code as u8),
        Err(refusal) => {
            output::comment(&format!("error: {}\n", refusal.message.trim_end()));
            ProcessExit::from(refusal.code as u8)
        }
    }
}

fn dispatch(cli: Cli) -> Result<ExitCode, Refusal> {
    match cli.command {
        Command::Run(args) => runtime()?.block_on(run::run(*args)),
        Command::Observe(args) => runtime()?.block_on(observe::run(*args)),
        Command::List { what } => {
            output::result(&match what {
                ListWhat::Checks => describe::checks(),
                ListWhat::Suites => describe::suites(),
                ListWhat::Scenarios => describe::scenarios(),
                ListWhat::ErrorClasses => describe::error_classes(),
                ListWhat::Standards => normalise::standards(),
            });
            Ok(ExitCode::Passed)
        }
        Command::Explain { check } => {
            output::result(&describe::check(check));
            Ok(ExitCode::Passed)
        }
        Command::ReferenceClient { job, defect } => {
            let (mut out, mut log) = (std::io::stdout(), anstream::stderr());
            let succeeded = runtime()?.block_on(reference_client::run(job, defect, &mut out, &mut log));
            match succeeded {
                Ok(true) => Ok(ExitCode::Passed),
                Ok(false) => Ok(ExitCode::Failed),
                Err(error) => Err(Refusal::new(ExitCode::InvalidInput, error.to_string())),
            }
        }
        Command::ReferenceLogin { defect } => {
            let (mut out, mut log) = (std::io::stdout(), anstream::stderr());
            let succeeded = runtime()?.block_on(reference_client::log_in(defect, &mut out, &mut log));
            match succeeded {
                Ok(true) => Ok(ExitCode::Passed),
                Ok(false) => Ok(ExitCode::Failed),
                Err(error) => Err(Refusal::new(ExitCode::InvalidInput, error.to_string())),
            }
        }
        Command::Normalise(args) => normalise::run(&args),
        Command::ReferenceService { defect } => {
            let served = runtime()?.block_on(reference_client::serve(defect));
            served.map(|()| ExitCode::Passed).map_err(|error| Refusal::new(ExitCode::InvalidInput, error.to_string()))
        }
        Command::Schema { of } => {
            output::result(&match of {
                SchemaOf::Canonical => bank_fixtures::canonical::schema(),
                SchemaOf::Report => crate::report::json::schema(),
            });
            Ok(ExitCode::Passed)
        }
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, Refusal> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Refusal::new(ExitCode::Broken, format!("the runtime cannot start: {error}")))
}

#[cfg(test)]
mod tests;
