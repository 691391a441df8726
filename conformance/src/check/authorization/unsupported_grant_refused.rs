//! The password grant must not exist beside a login page.

use crate::check::{Area, Check, Run};
use crate::flow::expect_oauth_error;
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "unsupported-grant-refused",
    ids: &["N64"],
    title: "grants the server does not offer are refused",
    source: "RFC 6749 §5.2; RFC 9700 §2.4",
    advice: "Answer `grant_type=password` and unknown ones with `unsupported_grant_type` (400).",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let (username, password) = bank.holder()?;
    let login = vec![
        ("grant_type", "password".to_owned()),
        ("username", username.to_owned()),
        ("password", password.to_owned()),
    ];
    let unknown = vec![("grant_type", "urn:example:surprise".to_owned())];
    let mut findings = Vec::new();
    for (what, form) in [("grant_type `password`", login), ("an unknown grant_type", unknown)] {
        let reply = bank.token(form).await?;
        findings.extend(expect_oauth_error(&reply, &[400], &["unsupported_grant_type"], what));
    }
    Ok(Verdict::from_findings(findings, "the password grant and an unknown one refused"))
}
