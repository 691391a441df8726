//! C67: amounts are kept to the last digit.

use bank_fixtures::canonical::Entry;
use bank_fixtures::money::Amount;

use super::understanding::{pairs, readings};
use super::{judged, understanding};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::params::Params;
use crate::verdict::{self, Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "exact-decimals",
    ids: &["C67"],
    title: "keeps every amount exact, to the last digit",
    source: "house; ISO 4217, RFC 8259 §6",
    advice: "Never let an amount touch binary floating point: read the decimal string into a decimal type or whole minor \
             units of its own currency (JPY has none, KWD has three).",
    area: Area::ClientUnderstanding,
    params: &[],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, _: &Params) -> Verdict {
    let (mut findings, mut compared) = (Vec::new(), 0);
    for reading in readings(evidence) {
        let mut wrong = Vec::new();
        for (place, understood, true_entry) in pairs(&reading) {
            for (member, understood, truth) in amounts(understood, true_entry) {
                compared += 1;
                if understood.value().abs() != truth.value().abs() {
                    wrong.push((place, member, understood, truth));
                }
            }
        }
        let Some((place, member, understood, truth)) = wrong.first() else { continue };
        let what = format!(
            "{} of {} amounts differ from what the bank stated; the first is {} instead of {} {}",
            wrong.len(),
            compared,
            understood.text(),
            truth.text(),
            truth.currency()
        );
        let proof = verdict::Evidence::output(reading.step, "output");
        let proof = proof.at(format!("/transactions/{place}/{member}")).measuring(understood.text());
        findings.push(Finding::new(what).with(proof));
    }
    if compared == 0 {
        return Verdict::skipped(understanding::NOTHING);
    }
    judged(evidence, findings, format!("{compared} amounts"))
}

fn amounts<'a>(understood: &'a Entry, truth: &'a Entry) -> Vec<(&'static str, &'a Amount, &'a Amount)> {
    let (understood, truth) = (&understood.record, &truth.record);
    let optional = [
        ("original_amount", understood.original_amount.as_ref().zip(truth.original_amount.as_ref())),
        ("balance_after", understood.balance_after.as_ref().zip(truth.balance_after.as_ref())),
    ];
    let stated = optional.into_iter().filter_map(|(member, pair)| pair.map(|(a, b)| (member, a, b)));
    std::iter::once(("amount", &understood.amount, &truth.amount)).chain(stated).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{findings, passes, skips, understood};
    use super::*;

    fn entry(amount: &str) -> String {
        format!(
            r#"{{"account_id":"a","transaction_id":"t","provider_id":"p","status":"booked","amount":{{"amount":"{amount}","currency":"EUR"}},"booking_date":"2026-03-01"}}"#
        )
    }

    #[test]
    fn a_lost_cent_fails_and_a_sign_is_another_matter() {
        passes(&CHECK, &understood(&[&entry("-19.99")], &[&entry("-19.99")]));
        passes(&CHECK, &understood(&[&entry("19.99")], &[&entry("-19.99")]));
        insta::assert_snapshot!(findings(&CHECK, &understood(&[&entry("-19.98")], &[&entry("-19.99")])), @"1 of 1 amounts differ from what the bank stated; the first is -19.98 instead of -19.99 EUR");
        skips(&CHECK, &understood(&[], &[]));
    }
}
