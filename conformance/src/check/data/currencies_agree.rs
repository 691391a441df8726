//! A figure in the wrong currency is wrong by the exchange rate.

use super::of_codes;
use crate::check::{Area, Check, Run};
use crate::normalise::WarningCode;
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::{Evidence, Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "currencies-agree",
    ids: &["D4", "D5"],
    title: "entries and balances are in the currency of their account",
    source: "ISO 4217; docs/generic-api.md (resources)",
    advice: "Book in the currency of the account; put the merchant's currency into `original_amount`.",
    area: Area::Data,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let reading = bank.reading().await?;
    let codes = [
        WarningCode::CurrencyUnknown,
        WarningCode::CurrencyCase,
        WarningCode::CurrencyWithdrawn,
        WarningCode::FxInconsistent,
    ];
    let mut findings = of_codes(&reading, &codes);
    for account in &reading.accounts {
        let Some(due) = account.account.currency else { continue };
        for balance in account.balances.iter().filter(|balance| balance.amount.currency() != due) {
            let what = format!(
                "a balance of {} in {}; the account is in {due}",
                account.account.id,
                balance.amount.currency()
            );
            findings.push(Finding::new(what).with(Evidence::from(account.balances_exchange.clone())));
        }
        for row in account.rows.iter().filter(|row| row.record.amount.currency() != due) {
            let what = format!("{} is in {}; its account is in {due}", row.id(), row.record.amount.currency());
            findings.push(Finding::new(what).with(row.evidence()));
        }
    }
    Ok(Verdict::from_findings(findings, format!("{} accounts", reading.accounts.len())))
}
