//! The arguments.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use bank_fixtures::document::suggest;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::check::{self, Check};
use crate::reference_client::{DEFECTS, Defect, JOBS, Job};
use crate::report::{FORMATS, Format};
use crate::suite::{self, SUITES, Suite};

/// Judges banks and client integrations.
#[derive(Debug, Parser)]
#[command(name = "bank-conformance", version, arg_required_else_help = true, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  everything judged passed, or only warned
  1  a check failed
  2  the command line is wrong
  3  a file that was named cannot be read or is wrong
  4  nothing was selected, or nothing could be judged
  5  the harness or the network failed (outranks 1)";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Judge a target; without one, the bundled sandbox and the bundled reference client
    Run(Box<RunArgs>),
    /// List what there is
    List {
        /// What to list
        what: ListWhat,
    },
    /// Say what a check demands, where that is written, and what to do when it fails
    Explain {
        /// Name of the check
        #[arg(value_parser = check_of)]
        check: &'static Check,
    },
    /// Print a JSON Schema
    Schema {
        /// Of what
        of: SchemaOf,
    },
    /// The bundled client, told by its environment what to do
    #[command(hide = true)]
    ReferenceClient {
        /// What to do
        #[arg(value_parser = job_of)]
        job: Job,
        /// One habit replaced by a wrong one
        #[arg(long, value_name = "NAME", value_parser = defect_of)]
        defect: Option<&'static Defect>,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ListWhat {
    /// Every check of banks and of clients
    Checks,
    /// The built-in suites
    Suites,
    /// The shipped scenarios
    Scenarios,
    /// The 21 canonical failure classes
    ErrorClasses,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum SchemaOf {
    /// What a client hands over, and the oracle answers
    Canonical,
    /// The JSON report
    Report,
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// A target file (`kind: bank` or `kind: client`); may be given more than once
    #[arg(long, value_name = "FILE")]
    pub(crate) target: Vec<PathBuf>,
    /// A bank at this address, judged with --token, or with --client and --login
    #[arg(long, value_name = "URL")]
    pub(crate) bank_url: Option<String>,
    /// A ready access token for --bank-url
    #[arg(long, value_name = "TOKEN", env = "BANK_TOKEN", hide_env_values = true, requires = "bank_url")]
    pub(crate) token: Option<String>,
    /// Our registration at --bank-url
    #[arg(long, value_name = "ID:SECRET", requires = "bank_url", value_parser = pair_of)]
    pub(crate) client: Option<(String, String)>,
    /// A redirect address registered for --client
    #[arg(long, value_name = "URL", requires = "client", default_value = "http://127.0.0.1/callback")]
    pub(crate) redirect_uri: String,
    /// The account holder who logs in at --bank-url
    #[arg(long, value_name = "NAME:PASSWORD", requires = "client", conflicts_with = "token", value_parser = pair_of)]
    pub(crate) login: Option<(String, String)>,
    /// Only the checks of this suite; may be given more than once
    #[arg(long, value_name = "NAME", value_parser = suite_of)]
    pub(crate) suite: Vec<&'static Suite>,
    /// Only these checks
    #[arg(long, value_name = "CHECK,…", value_delimiter = ',', value_parser = check_of)]
    pub(crate) only: Vec<&'static Check>,
    /// Only these scenarios of a client
    #[arg(long, value_name = "SCENARIO,…", value_delimiter = ',')]
    pub(crate) scenario: Vec<String>,
    /// How to report: console, html, junit, json, markdown, tap or github; with =PATH into a file. May be given more
    /// than once
    #[arg(long, value_name = "FORMAT[=PATH]", value_parser = report_of)]
    pub(crate) report: Vec<ReportArg>,
    /// An earlier JSON report to compare with: what is new, fixed, still failing
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// A file of known failures, each with a reason and a last day; they do not fail the run, but must not pass either
    #[arg(long, value_name = "FILE")]
    pub(crate) expected: Option<PathBuf>,
    /// Cases side by side
    #[arg(long, value_name = "N", default_value = "8")]
    pub(crate) jobs: NonZeroUsize,
    /// Seed of every random choice; drawn and printed if it is not given and the target is not ours
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
}

/// A report to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReportArg {
    pub(crate) format: Format,
    /// Where to; stdout if nothing is said.
    pub(crate) path: Option<PathBuf>,
}

fn check_of(text: &str) -> Result<&'static Check, String> {
    check::find(text).ok_or_else(|| unknown("check", text, check::all().map(|check| check.slug).collect()))
}

fn suite_of(text: &str) -> Result<&'static Suite, String> {
    suite::find(text).ok_or_else(|| unknown("suite", text, SUITES.iter().map(|suite| suite.slug).collect()))
}

fn job_of(text: &str) -> Result<Job, String> {
    let found = JOBS.iter().find(|(name, _)| *name == text);
    found.map(|(_, job)| *job).ok_or_else(|| unknown("job", text, JOBS.iter().map(|(name, _)| *name).collect()))
}

fn defect_of(text: &str) -> Result<&'static Defect, String> {
    let found = DEFECTS.iter().find(|defect| defect.slug == text);
    found.ok_or_else(|| {
        let names: Vec<&str> = DEFECTS.iter().map(|defect| defect.slug).collect();
        format!("there is no defect `{text}`; legal: {}", names.join(", "))
    })
}

fn report_of(text: &str) -> Result<ReportArg, String> {
    let (name, path) = text.split_once('=').map_or((text, None), |(name, path)| (name, Some(path)));
    let Some((format, _)) = FORMATS.iter().find(|(_, known)| *known == name) else {
        return Err(unknown("report format", name, FORMATS.iter().map(|(_, name)| *name).collect()));
    };
    if path == Some("") {
        return Err(format!("`{text}` names no file; write {name}=PATH, or {name} alone for stdout"));
    }
    Ok(ReportArg { format: *format, path: path.map(PathBuf::from) })
}

fn pair_of(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once(':').filter(|(name, _)| !name.is_empty());
    pair.map(|(name, secret)| (name.to_owned(), secret.to_owned())).ok_or("write it as NAME:SECRET".to_owned())
}

fn unknown(what: &str, text: &str, legal: Vec<&str>) -> String {
    let near = suggest(text, legal.iter().copied()).map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
    let all = if legal.len() > 20 {
        format!("`bank-conformance list {what}s` shows all {}", legal.len())
    } else {
        format!("legal: {}", legal.join(", "))
    };
    format!("there is no {what} `{text}`; {near}{all}")
}
