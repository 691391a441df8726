//! `normalise`: documents of a bank on the way in, canonical v1 on the way out.
//!
//! Owns which document is read as what, and how findings are shown. Reading itself is `normalise`'s business.

use std::io::Read as _;
use std::path::Path;

use bank_fixtures::error_class::ErrorClass;
use jiff::Timestamp;

use super::args::{FindingsFormat, NormaliseArgs, StandardChoice};
use super::{Refusal, output};
use crate::clock;
use crate::event::ExitCode;
use crate::normalise::document::{Reading, Request, Resource, read};
use crate::normalise::history::{History, Read};
use crate::normalise::profile::Profile;
use crate::normalise::standard::{self, STANDARDS, Standard};
use crate::normalise::{Warning, canonical, generic};

/// Largest document that is read.
const LARGEST_BYTES: u64 = 64 * 1024 * 1024;

/// What is tried where nobody says what a document holds, in this order.
const GUESSES: &[Resource] = &[
    Resource::Transactions,
    Resource::Accounts,
    Resource::Balances,
    Resource::Customers,
    Resource::Payment,
    Resource::Consent,
];

/// Reads documents and prints what is known.
pub(super) fn run(args: &NormaliseArgs) -> Result<ExitCode, Refusal> {
    let profile = match &args.profile {
        None => Profile::default(),
        Some(path) => {
            let text = text(path)?;
            Profile::parse(&path.display().to_string(), &text)
                .map_err(|wrong| Refusal::new(ExitCode::InvalidInput, wrong.to_string()))?
        }
    };
    let fetched = args.fetched.unwrap_or_else(clock::now);
    let (mut canonical, mut findings) = match args.standard {
        StandardChoice::Generic => {
            generic::document::canonical(&documents(args)?, request(args, fetched, &[]), args.resource)
        }
        StandardChoice::Table(standard) => {
            let history = history(standard, &profile, args, fetched)?;
            let (canonical, more) = canonical::canonical(&history);
            let mut findings = history.warnings;
            findings.extend(more);
            (canonical, findings)
        }
    };
    findings.sort_by(|one, other| one.pointer.cmp(&other.pointer).then(one.code.cmp(&other.code)));
    let institution = (!profile.institution.is_empty()).then_some(profile.institution.as_str());
    let source = canonical::source(args.standard.slug(), institution, fetched);
    source.iter().for_each(|(name, given)| canonical.source.say(name, given.clone()));
    output::result(&format!("{}\n", canonical.to_json()));
    let unread: Vec<String> = canonical
        .errors
        .iter()
        .filter(|error| matches!(error.failure.class, ErrorClass::ProtocolViolation))
        .map(|error| error.failure.message.clone().unwrap_or_else(|| error.failure.class.name().to_owned()))
        .collect();
    output::comment(&match args.findings {
        FindingsFormat::Text => as_text(&findings, &unread),
        FindingsFormat::Json => as_json(&findings, &unread),
    });
    if !unread.is_empty() {
        return Ok(ExitCode::Failed);
    }
    let nothing = canonical.customers.is_empty()
        && canonical.accounts.is_empty()
        && canonical.balances.is_empty()
        && canonical.transactions.is_empty()
        && canonical.payments.is_empty()
        && canonical.consents.is_empty()
        && canonical.errors.is_empty();
    Ok(if nothing { ExitCode::NothingSelected } else { ExitCode::Passed })
}

/// Everything the documents say, read in the order they were named.
fn history(
    standard: &'static Standard,
    profile: &Profile,
    args: &NormaliseArgs,
    fetched: Timestamp,
) -> Result<History, Refusal> {
    let mut history = History::new(profile);
    for body in documents(args)? {
        let known = history.known_accounts();
        let readings: Vec<Reading> = match args.resource {
            Some(resource) => {
                vec![read(standard, profile, &body, Request { resource, ..request(args, fetched, &known) })]
            }
            None => guessed(standard, profile, &body, request(args, fetched, &known)),
        };
        history.take(Read { pages: readings, complete: None, at: fetched });
    }
    Ok(history)
}

/// What a document holds of anything, by the first resource it has rows of; what is no JSON or a failure is that.
fn guessed(standard: &'static Standard, profile: &Profile, body: &[u8], asked: Request<'_>) -> Vec<Reading> {
    let mut readings =
        GUESSES.iter().map(|resource| read(standard, profile, body, Request { resource: *resource, ..asked }));
    let first = readings.next();
    let holds = |reading: &Reading| {
        !reading.entries.is_empty()
            || !reading.accounts.is_empty()
            || !reading.balances.is_empty()
            || reading.customers.iter().any(|customer| customer.id.is_some() || customer.name.is_some())
            || reading.payments.iter().any(|payment| payment.provider_id.is_some() && payment.amount.is_some())
            || reading.consents.iter().any(|consent| consent.provider_id.is_some())
            || !reading.removed.is_empty()
            || !reading.problems.is_empty()
    };
    if first.as_ref().is_some_and(holds) {
        return first.into_iter().collect();
    }
    let found = readings.find(holds);
    found.or(first).into_iter().collect()
}

fn request<'a>(
    args: &'a NormaliseArgs,
    fetched: Timestamp,
    known: &'a [crate::normalise::model::Account],
) -> Request<'a> {
    Request {
        resource: args.resource.unwrap_or(Resource::Transactions),
        account: args.account.as_deref(),
        known,
        fetched,
        status: args.status,
        url: args.url.as_deref(),
        moves_money: args.moves_money,
    }
}

/// The bytes of every document.
fn documents(args: &NormaliseArgs) -> Result<Vec<Vec<u8>>, Refusal> {
    args.files.iter().map(|path| bytes(path)).collect()
}

fn bytes(path: &Path) -> Result<Vec<u8>, Refusal> {
    let refuse =
        |error: &dyn std::fmt::Display| Refusal::new(ExitCode::InvalidInput, format!("{}: {error}", path.display()));
    let mut body = Vec::new();
    let read = if path.as_os_str() == "-" {
        std::io::stdin().lock().take(LARGEST_BYTES + 1).read_to_end(&mut body)
    } else {
        let file = std::fs::File::open(path).map_err(|error| refuse(&error))?;
        file.take(LARGEST_BYTES + 1).read_to_end(&mut body)
    };
    read.map_err(|error| refuse(&error))?;
    if body.len() as u64 > LARGEST_BYTES {
        return Err(refuse(&"larger than 64 MiB"));
    }
    Ok(body)
}

fn text(path: &Path) -> Result<String, Refusal> {
    String::from_utf8(bytes(path)?)
        .map_err(|error| Refusal::new(ExitCode::InvalidInput, format!("{}: {error}", path.display())))
}

fn as_text(findings: &[Warning], unread: &[String]) -> String {
    let lines = findings.iter().map(|finding| format!("{finding}\n"));
    lines.chain(unread.iter().map(|what| format!("not read: {what}\n"))).collect()
}

fn as_json(findings: &[Warning], unread: &[String]) -> String {
    let findings: Vec<serde_json::Value> = findings
        .iter()
        .map(|one| serde_json::json!({"code": one.code.name(), "pointer": one.pointer, "message": one.message}))
        .collect();
    format!("{}\n", serde_json::json!({"v": 1, "findings": findings, "not_read": unread}))
}

/// Every standard with what it is, for `list standards`.
pub(super) fn standards() -> String {
    let width = STANDARDS.iter().map(|standard| standard.slug.len()).max().unwrap_or(0);
    let row = |slug: &str| {
        let title = bank_fixtures::standard::Standard::of(slug).map_or("", |facts| facts.title.as_str());
        format!("{slug:<width$}  {title}\n")
    };
    std::iter::once("generic").chain(STANDARDS.iter().map(|standard| standard.slug)).map(row).collect()
}

/// The standard of that slug, for the command line.
pub(super) fn choice(slug: &str) -> Option<StandardChoice> {
    match slug {
        "generic" => Some(StandardChoice::Generic),
        slug => standard::of(slug).map(StandardChoice::Table),
    }
}
