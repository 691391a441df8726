//! A framework's own error page is where envelopes are forgotten.

use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, expect_problem, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "unknown-path-refused",
    ids: &[],
    title: "an unknown path is answered 404 in the same envelope",
    source: "RFC 9110 §15.5.5",
    advice: "Answer addresses that do not exist with 404 and the envelope of every other refusal.",
    area: Area::Errors,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let reply = bank.get("/no-such-path").await?;
    let finding = expect_problem(&reply, &[404], &["unknown_path"], "an unknown path");
    Ok(Verdict::from_findings(finding.into_iter().collect(), "404 unknown_path"))
}
