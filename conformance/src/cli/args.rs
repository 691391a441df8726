//! The arguments.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use bank_fixtures::document::suggest;
use bank_fixtures::duration;
use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::Timestamp;

use super::normalise;
use crate::check::{self, Check};
use crate::client_target::{Template, TemplateError, When};
use crate::dialect::{self, DIALECTS, Dialect};
use crate::normalise::document::Resource;
use crate::normalise::standard::{STANDARDS, Standard};
use crate::reference_client::{DEFECTS, Defect, JOBS, Job, LOGIN_DEFECTS, LoginDefect, SERVICE_DEFECTS, ServiceDefect};
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
    /// Run a command of your own (a test suite, say) against a misbehaving bank, and judge what it sends
    Observe(Box<ObserveArgs>),
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
    /// Read answers of a bank and print what they say as canonical v1
    ///
    /// The result goes to stdout, what was wrong with the answers to stderr. Exit codes: 0 everything was read, 1 something could not be
    /// read, 2 and 3 as ever, 4 the documents say nothing.
    Normalise(Box<NormaliseArgs>),
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
    /// The bundled client as far as it logs account holders in
    #[command(hide = true)]
    ReferenceLogin {
        /// One look left out
        #[arg(long, value_name = "NAME", value_parser = login_defect_of)]
        defect: Option<&'static LoginDefect>,
    },
    /// The bundled client as a service that takes webhooks
    #[command(hide = true)]
    ReferenceService {
        /// One habit replaced by a wrong one
        #[arg(long, value_name = "NAME", value_parser = service_defect_of)]
        defect: Option<&'static ServiceDefect>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ObserveArgs {
    /// The scenarios, by name or path: the command is run once under each
    #[arg(long, value_name = "SCENARIO,…", value_delimiter = ',', required = true)]
    pub(crate) scenario: Vec<String>,
    /// A variable of the command's, besides those it always gets: API_URL='${BANK_BASE_URL}'
    #[arg(long, value_name = "NAME=TEXT", value_parser = variable_of)]
    pub(crate) env: Vec<(String, Template)>,
    /// The bank it talks to
    #[arg(long, value_name = "BANK", default_value = ObserveArgs::BANK)]
    pub(crate) bank: String,
    /// Whose data it may reach; the bank's first account holder if nobody is named
    #[arg(long, value_name = "NAME")]
    pub(crate) user: Option<String>,
    /// It gets no token: it sends the account holder to the bank, who consents at once
    #[arg(long)]
    pub(crate) login: bool,
    /// Where it takes the bank's webhooks, if it does
    #[arg(long, value_name = "URL", value_parser = template_of)]
    pub(crate) webhooks: Option<Template>,
    /// How long one run may take
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = duration_of)]
    pub(crate) timeout: Duration,
    /// Only the wire decides, whatever the command says of itself
    #[arg(long)]
    pub(crate) ignore_exit: bool,
    /// How to report: console, junit or json; with =PATH into a file. May be given more than once
    #[arg(long, value_name = "FORMAT[=PATH]", value_parser = report_of)]
    pub(crate) report: Vec<ReportArg>,
    /// Seed of every random choice of the bank
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub(crate) command: Vec<String>,
}

impl ObserveArgs {
    /// The bank a command talks to if nothing is said.
    pub(crate) const BANK: &str = "plain";
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
    /// The standards whose answers can be read
    Standards,
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
    /// The standard the bank at --bank-url speaks: generic, uk-open-banking-4.0, …
    #[arg(long, value_name = "NAME", requires = "bank_url", default_value = "generic", value_parser = dialect_of)]
    pub(crate) dialect: &'static dyn Dialect,
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

#[derive(Debug, Args)]
pub(crate) struct NormaliseArgs {
    /// The answers, in the order they came; `-` for stdin
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// The standard the bank speaks
    #[arg(long, value_name = "SLUG", value_parser = standard_of)]
    pub(crate) standard: StandardChoice,
    /// What this bank does differently (docs/normalisation.md)
    #[arg(long, value_name = "FILE")]
    pub(crate) profile: Option<PathBuf>,
    /// What was asked for: accounts, balances, transactions, customers, payment or consent; told by the document if left out
    #[arg(long, value_name = "NAME", value_parser = resource_of)]
    pub(crate) resource: Option<Resource>,
    /// The bank's id of the account it was asked about
    #[arg(long, value_name = "ID")]
    pub(crate) account: Option<String>,
    /// HTTP status of the answers
    #[arg(long, value_name = "STATUS", default_value = "200", value_parser = clap::value_parser!(u16).range(100..=599))]
    pub(crate) status: u16,
    /// Where it was asked for: links are resolved against it and never leave it
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// When the answers came (RFC 3339); now if left out
    #[arg(long, value_name = "INSTANT", value_parser = instant_of)]
    pub(crate) fetched: Option<Timestamp>,
    /// The request ordered money to move, so what cannot be read has an unknown outcome
    #[arg(long)]
    pub(crate) moves_money: bool,
    /// How findings are printed: text or json
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    pub(crate) findings: FindingsFormat,
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FindingsFormat {
    /// One line for each
    Text,
    /// One JSON object
    Json,
}

/// A standard that can be read.
#[derive(Debug, Clone, Copy)]
pub(crate) enum StandardChoice {
    /// The generic bank, to the letter of its contract.
    Generic,
    /// One that is read by tables.
    Table(&'static Standard),
}

impl StandardChoice {
    pub(crate) fn slug(self) -> &'static str {
        match self {
            StandardChoice::Generic => "generic",
            StandardChoice::Table(standard) => standard.slug,
        }
    }
}

const RESOURCES: &[(&str, Resource)] = &[
    ("accounts", Resource::Accounts),
    ("balances", Resource::Balances),
    ("transactions", Resource::Transactions),
    ("customers", Resource::Customers),
    ("payment", Resource::Payment),
    ("consent", Resource::Consent),
];

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

fn standard_of(text: &str) -> Result<StandardChoice, String> {
    let all = || std::iter::once("generic").chain(STANDARDS.iter().map(|standard| standard.slug)).collect();
    normalise::choice(text).ok_or_else(|| unknown("standard", text, all()))
}

fn resource_of(text: &str) -> Result<Resource, String> {
    let found = RESOURCES.iter().find(|(name, _)| *name == text);
    let all = || RESOURCES.iter().map(|(name, _)| *name).collect();
    found.map(|(_, resource)| *resource).ok_or_else(|| unknown("resource", text, all()))
}

fn instant_of(text: &str) -> Result<Timestamp, String> {
    let instant = bank_fixtures::record::Instant::parse(text).map(|instant| instant.at);
    instant.ok_or_else(|| format!("`{text}` is not RFC 3339 with an offset: 2026-03-01T09:30:00Z"))
}

fn dialect_of(text: &str) -> Result<&'static dyn Dialect, String> {
    let all = || DIALECTS.iter().map(|dialect| dialect.slug()).collect();
    dialect::of(text).ok_or_else(|| unknown("dialect", text, all()))
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

fn service_defect_of(text: &str) -> Result<&'static ServiceDefect, String> {
    let names = || SERVICE_DEFECTS.iter().map(|defect| defect.slug).collect();
    ServiceDefect::find(text).ok_or_else(|| unknown("defect of services", text, names()))
}

fn login_defect_of(text: &str) -> Result<&'static LoginDefect, String> {
    let names = || LOGIN_DEFECTS.iter().map(|defect| defect.slug).collect();
    LoginDefect::find(text).ok_or_else(|| unknown("defect of logins", text, names()))
}

fn template_of(text: &str) -> Result<Template, String> {
    let wrong = |error: TemplateError| format!("{error}; legal: {}", Template::legal(When::Payment));
    Template::parse(text, When::Payment).map_err(wrong)
}

fn variable_of(text: &str) -> Result<(String, Template), String> {
    let pair = text.split_once('=').filter(|(name, _)| !name.is_empty());
    let (name, value) = pair.ok_or("write it as NAME=TEXT")?;
    Ok((name.to_owned(), template_of(value)?))
}

fn duration_of(text: &str) -> Result<Duration, String> {
    duration::parse(text).map_err(|error| format!("{error}; legal: {}", duration::LEGAL))
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
