//! An empty list for an unknown account reads as "no money".

use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, expect_problem, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "unknown-account-refused",
    ids: &[],
    title: "an account that does not exist is answered 404",
    source: "RFC 9110 §15.5.5",
    advice: "Answer 404 `account_not_found` for an account that does not exist and for one the consent does not cover.",
    area: Area::Errors,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let mut findings = Vec::new();
    for resource in ["", "/balances", "/transactions"] {
        let path = format!("/accounts/acc_does-not-exist{resource}");
        let reply = bank.get(&path).await?;
        findings.extend(expect_problem(&reply, &[404], &["account_not_found"], &format!("GET {path}")));
    }
    Ok(Verdict::from_findings(findings, "404 for the account, its balances and its transactions"))
}
