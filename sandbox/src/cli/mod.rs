//! The command line of `bank-sandbox`.
//!
//! Owns arguments, exit codes and everything that is printed: stdout is the result, stderr the commentary. Knows no
//! layer below [`Sandbox`](crate::Sandbox) and the scenario language's own tools.

mod args;
mod cert;
mod output;
mod ready;
mod serve;
mod tools;
mod watch;

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

pub use args::Arguments;

/// What a run of the command ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// It did what it was asked to.
    Done,
    /// What was derived again does not agree with the journal.
    Differs,
    /// The command line is wrong.
    Usage,
    /// A file is wrong.
    InvalidFile,
    /// Something outside stood in the way: a port in use, a file that cannot be written.
    Broken,
}

/// Every exit with its code and meaning, as `--help` lists them.
pub const EXITS: &[(Exit, u8, &str)] = &[
    (Exit::Done, 0, "done"),
    (Exit::Differs, 1, "a journal does not agree with what is derived from it"),
    (Exit::Usage, 2, "the command line is wrong"),
    (Exit::InvalidFile, 3, "a file is wrong: every mistake is listed"),
    (Exit::Broken, 5, "something outside stood in the way: a port in use, a file that cannot be read or written"),
];

impl Exit {
    /// The process's exit code.
    pub fn code(self) -> u8 {
        EXITS.iter().find(|row| row.0 == self).expect("every exit has a row").1
    }
}

/// Runs the command with these arguments, the program's name first.
pub fn run(arguments: impl IntoIterator<Item = std::ffi::OsString>) -> ExitCode {
    let parsed = match Arguments::try_parse_from(arguments) {
        Ok(parsed) => parsed,
        Err(error) => {
            // Clap knows which of help, version and mistakes goes to stdout.
            let _ = error.print();
            let fine = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            return ExitCode::from(if fine { Exit::Done } else { Exit::Usage }.code());
        }
    };
    let exit = match parsed.command {
        None => serve::run(parsed.serve),
        Some(args::Command::Serve(options)) => serve::run(*options),
        Some(args::Command::Check { files }) => tools::check(&files),
        Some(args::Command::Explain { what, name }) => tools::explain(&what, name.as_deref()),
        Some(args::Command::Replay { journal, entry, scenario }) => tools::replay(&journal, entry, scenario.as_deref()),
        Some(args::Command::List { what }) => tools::list(&what),
        Some(args::Command::New { name }) => tools::new(&name),
        Some(args::Command::Schema) => tools::schema(),
        Some(args::Command::Cert(options)) => cert::run(&options),
    };
    ExitCode::from(exit.code())
}
