//! A wrong check digit means the payment goes nowhere; a whole card number means an audit.

use super::of_codes;
use crate::check::{Area, Check, Run};
use crate::normalise::WarningCode;
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "identifiers-valid",
    ids: &["F20", "G1"],
    title: "account identifiers are of their scheme and pass its checksum",
    source: "ISO 13616; ISO 7064",
    advice: "Send identifiers in electronic form with right check digits, at most one of each scheme, and card numbers masked.",
    area: Area::Data,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let reading = bank.reading().await?;
    let findings = of_codes(&reading, &[WarningCode::IdChecksum, WarningCode::IdScheme]);
    let count: usize = reading.accounts.iter().map(|account| account.account.identifiers.len()).sum();
    Ok(Verdict::from_findings(findings, format!("{count} identifiers of accounts, and those of counterparties")))
}
