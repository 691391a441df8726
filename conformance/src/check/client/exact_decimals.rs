//! C67: amounts are kept to the last digit.

use super::understanding::{About, about, is_imprecise, readings};
use super::{judged, not_seen, understanding};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::params::Params;
use crate::verdict::Verdict;

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
    let (mut findings, mut amounts) = (Vec::new(), 0);
    for reading in readings(evidence) {
        amounts += reading.truth.transactions.len() + reading.truth.balances.len();
        findings.extend(reading.findings(|wrong| is_imprecise(wrong) && about(wrong) != About::Payment));
    }
    if amounts == 0 {
        return not_seen(evidence, understanding::NOTHING);
    }
    judged(evidence, findings, format!("{amounts} entries and balances"))
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
        insta::assert_snapshot!(findings(&CHECK, &understood(&[&entry("-19.98")], &[&entry("-19.99")])), @"wrong amount: entry p (2026-03-01, -19.99 EUR), amount: -19.98 EUR instead of -19.99 EUR (the decimal went through binary floating point)");
        skips(&CHECK, &understood(&[], &[]));
    }
}
