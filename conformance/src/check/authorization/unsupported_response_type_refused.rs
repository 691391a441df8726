//! The implicit grant puts tokens into browser histories.

use super::expect_error;
use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "unsupported-response-type-refused",
    ids: &["N18"],
    title: "response types other than `code` are refused",
    source: "RFC 6749 §4.1.2.1; RFC 9700 §2.1.2",
    advice: "Answer `response_type=token` and unknown ones with `unsupported_response_type`.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let mut findings = Vec::new();
    for kind in ["token", "code id_token", "surprise"] {
        let wrong = bank.authorization(bank.scopes()).await?.with("response_type", kind);
        let landing = bank.authorize(&wrong).await?;
        let codes = ["unsupported_response_type", "unauthorized_client", "invalid_request"];
        findings.extend(expect_error(&landing, &codes, &format!("response_type `{kind}`")));
    }
    Ok(Verdict::from_findings(findings, "token, code id_token and an unknown type refused"))
}
