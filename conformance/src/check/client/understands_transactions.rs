//! C68: entries are understood as the bank meant them.

use std::collections::HashSet;

use bank_fixtures::canonical::{Entry, Scope};
use bank_fixtures::record::TransactionStatus;

use super::understanding::{Reading, pairs, readings};
use super::{judged, understanding};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::params::Params;
use crate::verdict::{self, Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "understands-transactions",
    ids: &["C68"],
    title: "hands over every entry once, with the right direction, day, status and currency",
    source: "house; the standard's own mapping of signs, dates and states",
    advice: "Read all pages, keep pending entries as pending, take signs and dates as the bank's documentation defines \
             them, and report what could not be read instead of leaving it out.",
    area: Area::ClientUnderstanding,
    params: &[],
    run: Run::Client(judge),
};

/// A finding shows this many examples.
const EXAMPLES: usize = 3;

/// One thing that is wrong with an entry: what kind, where in the output, in words.
struct Wrong {
    kind: &'static str,
    pointer: String,
    example: String,
}

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let (mut findings, mut entries) = (Vec::new(), 0);
    for reading in readings(evidence) {
        entries += reading.truth.transactions.len();
        let mut wrong = differing(&reading);
        wrong.extend(missing(&reading));
        wrong.extend(extra(&reading));
        for kind in ["missing", "extra", "direction", "currency", "status", "booking date"] {
            let of_kind: Vec<&Wrong> = wrong.iter().filter(|wrong| wrong.kind == kind).collect();
            if let Some(first) = of_kind.first() {
                let examples: Vec<&str> = of_kind.iter().take(EXAMPLES).map(|wrong| wrong.example.as_str()).collect();
                let what = format!("{kind}: {} entries, such as {}", of_kind.len(), examples.join("; "));
                let proof = verdict::Evidence::output(reading.step, "output").at(first.pointer.clone());
                findings.push(Finding::new(what).with(proof));
            }
        }
    }
    if entries == 0 {
        return Verdict::skipped(understanding::NOTHING);
    }
    judged(evidence, findings, format!("{entries} entries"))
}

fn differing(reading: &Reading<'_>) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    for (place, understood, truth) in pairs(reading) {
        let (mine, theirs) = (&understood.record, &truth.record);
        let mut differs = |kind: &'static str, member: &str, mine: String, theirs: String| {
            let example = format!("{}: {mine} instead of {theirs}", named(truth));
            wrong.push(Wrong { kind, pointer: format!("/transactions/{place}/{member}"), example });
        };
        if mine.amount.value().is_sign_negative() != theirs.amount.value().is_sign_negative() {
            differs("direction", "amount", mine.amount.text(), theirs.amount.text());
        }
        if mine.amount.currency() != theirs.amount.currency() {
            let (mine, theirs) = (mine.amount.currency().to_string(), theirs.amount.currency().to_string());
            differs("currency", "amount/currency", mine, theirs);
        }
        if mine.status != theirs.status {
            differs("status", "status", format!("{:?}", mine.status), format!("{:?}", theirs.status));
        }
        if mine.booking_date != theirs.booking_date {
            let text = |date: Option<bank_fixtures::Date>| date.map_or("none".to_owned(), |date| date.to_string());
            differs("booking date", "booking_date", text(mine.booking_date), text(theirs.booking_date));
        }
    }
    wrong
}

/// Entries the client does not have. An account it reports it could not read is no wrong understanding.
fn missing(reading: &Reading<'_>) -> Vec<Wrong> {
    let has: HashSet<&str> = reading.understood.transactions.iter().filter_map(bank_id).collect();
    let unread = |entry: &Entry| {
        reading.understood.errors.iter().any(|error| match error.scope {
            Some(Scope::Account) => error.account_id.as_deref() == Some(entry.record.account_id.as_str()),
            _ => true,
        })
    };
    let absent = |entry: &&Entry| bank_id(entry).is_some_and(|id| !has.contains(id)) && !unread(entry);
    let wrong = |entry: &Entry| {
        let state = if entry.record.status == TransactionStatus::Pending { "pending" } else { "booked" };
        let example = format!("{} ({state}, {:?})", named(entry), entry.record.amount);
        Wrong { kind: "missing", pointer: "/transactions".to_owned(), example }
    };
    reading.truth.transactions.iter().filter(absent).map(wrong).collect()
}

/// Entries the bank does not have, and entries handed over twice.
fn extra(reading: &Reading<'_>) -> Vec<Wrong> {
    let real: HashSet<&str> = reading.truth.transactions.iter().filter_map(bank_id).collect();
    let mut seen = HashSet::new();
    let entries = reading.understood.transactions.iter().enumerate();
    let named = entries.filter_map(|(place, entry)| Some((place, bank_id(entry)?)));
    let why = |id: &str, first: bool| match (real.contains(id), first) {
        (true, true) => None,
        (true, false) => Some(format!("{id} a second time")),
        (false, _) => Some(format!("{id}, which the bank does not have")),
    };
    named
        .filter_map(|(place, id)| {
            let example = why(id, seen.insert(id))?;
            Some(Wrong { kind: "extra", pointer: format!("/transactions/{place}"), example })
        })
        .collect()
}

fn bank_id(entry: &Entry) -> Option<&str> {
    entry.record.id.as_deref()
}

fn named(entry: &Entry) -> &str {
    bank_id(entry).unwrap_or("an entry without an id")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{findings, passes, skips, understood};
    use super::*;

    fn entry(id: &str, amount: &str, status: &str, day: &str) -> String {
        let day = if day.is_empty() { String::new() } else { format!(r#","booking_date":"{day}""#) };
        format!(
            r#"{{"account_id":"a","transaction_id":"t{id}","provider_id":"{id}","status":"{status}","amount":{{"amount":"{amount}","currency":"EUR"}}{day}}}"#
        )
    }

    #[test]
    fn the_truth_passes_in_any_order() {
        let (a, b) = (entry("p1", "-1.00", "booked", "2026-03-01"), entry("p2", "2.00", "pending", ""));
        passes(&CHECK, &understood(&[&b, &a], &[&a, &b]));
        skips(&CHECK, &understood(&[], &[]));
    }

    #[test]
    fn every_kind_of_misunderstanding_is_named() {
        let truth = [
            entry("p1", "-1.00", "booked", "2026-03-01"),
            entry("p2", "2.00", "pending", ""),
            entry("p3", "3.00", "booked", "2026-03-02"),
        ];
        let mine = [
            entry("p1", "1.00", "booked", "2026-02-28"),
            entry("p3", "3.00", "pending", ""),
            entry("p3", "3.00", "pending", ""),
            entry("p9", "3.00", "booked", "2026-03-02"),
        ];
        let (mine, truth) = (mine.each_ref().map(String::as_str), truth.each_ref().map(String::as_str));
        insta::assert_snapshot!(findings(&CHECK, &understood(&mine, &truth)), @r"
        missing: 1 entries, such as p2 (pending, 2.00 EUR)
        extra: 2 entries, such as p3 a second time; p9, which the bank does not have
        direction: 1 entries, such as p1: 1.00 instead of -1.00
        status: 2 entries, such as p3: Pending instead of Booked; p3: Pending instead of Booked
        booking date: 3 entries, such as p1: 2026-02-28 instead of 2026-03-01; p3: none instead of 2026-03-02; p3: none instead of 2026-03-02
        ");
    }
}
