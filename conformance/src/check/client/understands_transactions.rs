//! C68: entries are understood as the bank meant them.

use super::understanding::{About, about, is_imprecise, readings};
use super::{judged, not_seen, understanding};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::params::Params;
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "understands-transactions",
    ids: &["C65", "C66", "C68", "C71"],
    title: "hands over every entry once, with the right direction, day, status and currency",
    source: "house; the standard's own mapping of signs, dates and states",
    advice: "Read all pages, keep pending entries as pending, take signs and dates as the bank's documentation defines \
             them, and report what could not be read instead of leaving it out.",
    area: Area::ClientUnderstanding,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let (mut findings, mut entries) = (Vec::new(), 0);
    for reading in readings(evidence) {
        entries += reading.truth.transactions.len();
        // Lost digits are judged by `exact-decimals`.
        findings.extend(reading.findings(|wrong| about(wrong) == About::Entry && !is_imprecise(wrong)));
    }
    if entries == 0 {
        return not_seen(evidence, understanding::NOTHING);
    }
    judged(evidence, findings, format!("{entries} entries"))
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
        missing pending entry: entry p2 (pending, 2.00 EUR)
        2 × duplicate entry: entry p3 (pending, 3.00 EUR) (it repeats entry p3 (2026-03-02, 3.00 EUR))
        wrong sign: entry p1 (2026-03-01, -1.00 EUR), amount: 1.00 EUR instead of -1.00 EUR (signed amounts are the account holder's view: - leaves the account)
        wrong day: entry p1 (2026-03-01, -1.00 EUR), booking_date: 2026-02-28 instead of 2026-03-01 (a day early: a date is a day in the bank's zone, not an instant to convert)
        wrong status: entry p3 (2026-03-02, 3.00 EUR), status: pending instead of booked
        missing member: entry p3 (2026-03-02, 3.00 EUR), booking_date: should be 2026-03-02
        ");
    }
}
