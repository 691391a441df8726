//! Binary floats and assumed cents are how ledgers drift.

use super::of_codes;
use crate::check::{Area, Check, Run};
use crate::normalise::WarningCode;
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "amounts-exact",
    ids: &["D7", "D8", "D10"],
    title: "amounts are decimal strings with exactly the decimals of their currency",
    source: "ISO 4217; docs/generic-api.md (conventions)",
    advice: "Write amounts as strings with the number of decimals ISO 4217 gives the currency: 0 for JPY, 3 for KWD.",
    area: Area::Data,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let reading = bank.reading().await?;
    let mut findings = of_codes(&reading, &[WarningCode::AmountFormat, WarningCode::ExcessPrecision]);
    findings.extend(super::coerced(&reading, true));
    Ok(Verdict::from_findings(findings, format!("{} entries", reading.rows().count())))
}
