//! What a strict reader stumbles over, it stumbles over in production.

use super::of_codes;
use crate::check::{Area, Check, Run};
use crate::normalise::WarningCode;
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "schema-followed",
    ids: &["A3", "A4", "K8", "K9"],
    title: "documents have the members, types and words of their contract",
    source: "docs/generic-api.md (resources)",
    advice: "Send every mandatory member, once, in its type, with the words of the contract; leave out what has no value.",
    area: Area::Data,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let reading = bank.reading().await?;
    let codes = [WarningCode::Schema, WarningCode::UnknownEnum, WarningCode::EnumAlias, WarningCode::TextCleaned];
    let mut findings = of_codes(&reading, &codes);
    findings.extend(super::coerced(&reading, false));
    Ok(Verdict::from_findings(
        findings,
        format!("{} entries of {} accounts", reading.rows().count(), reading.accounts.len()),
    ))
}
