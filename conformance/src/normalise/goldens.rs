//! The readers against the golden cases: every read is understood as its case says, and every row of the catalogue is
//! reached.

use std::collections::BTreeSet;

use bank_fixtures::golden;
use bank_fixtures::golden::reading::{self, GoldenRead, ReadingCase};
use serde_json::{Map, Value};

use super::document::{Request, Resource, read};
use super::history::{History, Read};
use super::model::Origin;
use super::profile::Profile;
use super::{WARNING_CODES, standard, view};
use crate::json;

/// Rows of the catalogue that no case reaches yet. The list only shrinks.
const GAPS: &[&str] = &[];

/// What an expectation may leave out, because other members say it: member, and the value that may be left out (`*` for
/// any).
const IMPLIED: &[(&str, &str)] = &[
    ("account", "*"),
    ("direction", "*"),
    ("id_quality", "*"),
    ("text", "*"),
    ("source_type", "*"),
    ("identified_by", "*"),
    ("final", "*"),
    ("money_moved", "*"),
    ("message", "*"),
    ("http_status", "*"),
    ("role", "*"),
    ("nature", "original"),
    ("status", "booked"),
    ("status", "open"),
    ("type", "other"),
];

#[test]
fn every_case_is_understood() {
    let wrong: Vec<String> = reading::all().iter().filter_map(differences).collect();
    assert!(wrong.is_empty(), "{}\n{} of {} wrong", wrong.join("\n"), wrong.len(), reading::all().len());
}

/// What readers understand survives the published contract, member by member.
#[test]
fn every_case_can_be_said_in_canonical_v1() {
    for case in reading::all() {
        let profile = profile(case);
        let mut history = History::new(&profile);
        case.reads.iter().for_each(|golden| take(case, &profile, &mut history, golden));
        let (canonical, left_out) = super::canonical::canonical(&history);
        let text = canonical.to_json();
        let read = bank_fixtures::canonical::Canonical::parse(&case.name, &text);
        let read = read.unwrap_or_else(|wrong| panic!("{}: {wrong}", case.name));
        assert_eq!(read.to_json(), text, "{}", case.name);
        let amounts = history.entries.len() + history.balances.len() + history.payments.len();
        let said = canonical.transactions.len() + canonical.balances.len() + canonical.payments.len();
        assert!(said + left_out.len() >= amounts, "{}: {said} of {amounts}, {left_out:?}", case.name);
    }
}

/// What ISO 4217 has no code for keeps its place in the contract, and says what it is.
#[test]
fn every_unit_has_a_place_in_canonical_v1() {
    let mut kinds = BTreeSet::new();
    for case in reading::all() {
        let profile = profile(case);
        let mut history = History::new(&profile);
        case.reads.iter().for_each(|golden| take(case, &profile, &mut history, golden));
        let canonical = super::canonical::canonical(&history).0;
        assert_eq!(canonical.transactions.len(), history.entries.len(), "{}", case.name);
        assert_eq!(canonical.balances.len(), history.balances.len(), "{}", case.name);
        kinds.extend(canonical.transactions.iter().map(|entry| format!("{:?}", entry.record.amount.unit().kind())));
        kinds.extend(canonical.balances.iter().map(|row| format!("{:?}", row.balance.amount.unit().kind())));
    }
    let all = ["Custom", "Iso4217", "IsoWithdrawn", "Unofficial"];
    assert!(all.iter().all(|kind| kinds.contains(*kind)), "{kinds:?}");
}

/// What a row says it was read from stands where it says, and the contract has it for every row.
#[test]
fn every_row_says_what_it_was_read_from() {
    for case in reading::all() {
        let profile = profile(case);
        let mut history = History::new(&profile);
        case.reads.iter().for_each(|golden| take(case, &profile, &mut history, golden));
        let bodies = case.reads.iter().flat_map(|read| &read.pages);
        let bodies = bodies.map(|body| body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body));
        let documents: Vec<json::Value> = bodies.filter_map(|body| json::parse_bytes(body).ok()).collect();
        let origins: Vec<&Origin> = (history.customers.iter().map(|row| &row.origin))
            .chain(history.accounts.iter().map(|row| &row.account.origin))
            .chain(history.balances.iter().map(|row| &row.origin))
            .chain(history.entries.iter().map(|row| &row.entry.origin))
            .chain(history.payments.iter().map(|row| &row.origin))
            .chain(history.consents.iter().map(|row| &row.origin))
            .collect();
        for origin in &origins {
            let stands = |document: &json::Value| value_at(document, &origin.pointer).as_ref() == Some(&origin.raw);
            assert!(documents.iter().any(stands), "{}: {origin:?}", case.name);
        }
        let text = super::canonical::canonical(&history).0.to_json();
        let document: Value = serde_json::from_str(&text).expect("canonical JSON");
        let lists = ["customers", "accounts", "balances", "transactions", "payments", "consents"];
        let rows: Vec<&Value> = lists.iter().filter_map(|list| document[list].as_array()).flatten().collect();
        assert!(rows.iter().all(|row| row["raw"].is_string()), "{}: {text}", case.name);
        let warned = origins.iter().filter(|origin| !origin.warnings.is_empty()).count();
        assert!(rows.iter().filter(|row| row["warnings"].is_array()).count() <= warned, "{}: {text}", case.name);
    }
}

/// The text of the value a JSON pointer names.
fn value_at(document: &json::Value, pointer: &str) -> Option<String> {
    let steps = pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~"));
    let found = steps.into_iter().try_fold(document.root(), |at, step| match step.parse::<usize>() {
        Ok(index) if matches!(at.value, json::Value::List(_)) => at.items().nth(index),
        _ => at.member(&step),
    });
    found.map(|at| at.value.to_string())
}

#[test]
fn every_row_of_the_catalogue_is_reached() {
    let reached: BTreeSet<String> = golden::all()
        .iter()
        .flat_map(|golden| &golden.covers)
        .chain(reading::all().iter().flat_map(|case| &case.covers))
        .cloned()
        .collect();
    let catalogue: BTreeSet<String> = (1..=110).map(|number| format!("N{number:02}")).collect();
    let unknown: Vec<_> = reached.iter().filter(|id| id.starts_with('N') && !catalogue.contains(*id)).collect();
    assert!(unknown.is_empty(), "{unknown:?} are not in the catalogue");
    let gaps: Vec<&str> = catalogue.iter().filter(|id| !reached.contains(*id)).map(String::as_str).collect();
    assert_eq!(gaps, GAPS, "a gap that is closed leaves the list; a new one is a step back");
}

#[test]
fn every_standard_has_cases_and_every_case_a_standard() {
    let with_cases: BTreeSet<&str> = reading::all().iter().map(|case| case.standard.as_str()).collect();
    let standards: BTreeSet<&str> = standard::STANDARDS.iter().map(|standard| standard.slug).collect();
    assert_eq!(with_cases, standards);
    assert_eq!(standards.len(), standard::STANDARDS.len(), "slugs are unique");
}

#[test]
fn every_warning_is_reached() {
    let codes = |case: &ReadingCase| case.expected["warnings"].as_array().cloned().unwrap_or_default();
    let reached: BTreeSet<String> = reading::all().iter().flat_map(codes).filter_map(|code| scalar(&code)).collect();
    let known: BTreeSet<String> = WARNING_CODES.iter().map(|(_, name)| (*name).to_owned()).collect();
    assert_eq!(reached, known);
}

#[test]
fn reading_again_writes_nothing() {
    for case in reading::all() {
        let profile = profile(case);
        let mut history = History::new(&profile);
        case.reads.iter().for_each(|golden| take(case, &profile, &mut history, golden));
        let before = view::history(&history);
        // An order of reads is not repeatable (an id may move on), the last one is.
        let Some(last) = case.reads.last().filter(|read| !read.complete && read.status < 400) else { continue };
        take(case, &profile, &mut history, last);
        let (before, after) = (members(&before, "transactions"), members(&view::history(&history), "transactions"));
        assert_eq!(after.len(), before.len(), "{}", case.name);
    }
}

pub(super) fn profile(case: &ReadingCase) -> Profile {
    if case.profile.is_empty() {
        return Profile::default();
    }
    Profile::parse(&format!("{}.profile", case.name), &case.profile).unwrap_or_else(|wrong| panic!("{wrong}"))
}

pub(super) fn take(case: &ReadingCase, profile: &Profile, history: &mut History, golden: &GoldenRead) {
    let standard = standard::of(&case.standard).unwrap_or_else(|| panic!("no standard `{}`", case.standard));
    let known = history.known_accounts();
    let pages = golden.pages.iter().map(|body| read(standard, profile, body, request(golden, &known))).collect();
    let complete = golden.complete.then(|| golden.account.clone());
    history.take(Read { pages, complete, at: golden.at });
}

fn request<'a>(golden: &'a GoldenRead, known: &'a [super::model::Account]) -> Request<'a> {
    Request {
        resource: match golden.resource {
            "accounts" => Resource::Accounts,
            "balances" => Resource::Balances,
            "transactions" => Resource::Transactions,
            "payment" => Resource::Payment,
            "consent" => Resource::Consent,
            _ => Resource::Customers,
        },
        account: golden.account.as_deref(),
        known,
        fetched: golden.at,
        status: golden.status,
        url: golden.url.as_deref(),
        moves_money: golden.moves_money,
    }
}

fn differences(case: &ReadingCase) -> Option<String> {
    let profile = profile(case);
    let mut history = History::new(&profile);
    case.reads.iter().for_each(|golden| take(case, &profile, &mut history, golden));
    let found = view::history(&history);
    let mut wrong = Vec::new();
    compare("", &case.expected, &found, &mut wrong);
    if wrong.is_empty() {
        return None;
    }
    let warnings: Vec<String> = history.warnings.iter().map(ToString::to_string).collect();
    let (standard, name, source) = (&case.standard, &case.name, &case.source);
    let differences = wrong.join("\n  ");
    Some(format!("{standard}/{name} ({source})\n  {differences}\n  warnings: {}\n", warnings.join("; ")))
}

/// Exact but for what is implied: every other member that is found must be expected, and the other way round.
fn compare(place: &str, expected: &Value, found: &Value, wrong: &mut Vec<String>) {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            let names: BTreeSet<&String> = expected.keys().chain(found.keys()).collect();
            for name in names {
                let place = format!("{place}.{name}");
                match (expected.get(name), found.get(name)) {
                    (Some(due), Some(is)) => compare(&place, due, is, wrong),
                    (Some(Value::Null), None) => {}
                    (Some(due), None) => wrong.push(format!("{place}: expected {due}, found nothing")),
                    (None, Some(is)) if is_implied(name, is, found) => {}
                    (None, Some(is)) => wrong.push(format!("{place}: expected nothing, found {is}")),
                    (None, None) => {}
                }
            }
        }
        (Value::Array(due), Value::Array(is)) => {
            if due.len() != is.len() {
                wrong.push(format!("{place}: expected {} items, found {}: {found}", due.len(), is.len()));
            }
            for (index, (due, is)) in due.iter().zip(is).enumerate() {
                compare(&format!("{place}[{index}]"), due, is, wrong);
            }
        }
        _ if scalar(expected) == scalar(found) => {}
        _ => wrong.push(format!("{place}: expected {expected}, found {found}")),
    }
}

fn is_implied(name: &str, found: &Value, around: &Map<String, Value>) -> bool {
    let text = scalar(found);
    match name {
        "minor" => !found.is_null(),
        "effective_status" => around.get("status").map(scalar) == Some(text),
        _ => {
            IMPLIED.iter().any(|(member, value)| *member == name && (*value == "*" || Some(*value) == text.as_deref()))
        }
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn members(view: &Value, name: &str) -> Vec<Value> {
    view.get(name).and_then(Value::as_array).cloned().unwrap_or_default()
}
