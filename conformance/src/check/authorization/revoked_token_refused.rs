//! "Disconnect" must mean it.

use crate::check::{Area, Check, Run};
use crate::http::Request;
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "revoked-token-refused",
    ids: &["N68"],
    title: "a revoked token no longer works",
    source: "RFC 7009 §2",
    advice: "Make revocation take effect before answering 200.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let tokens = bank.log_in(bank.scopes()).await?;
    let Some(endpoint) = bank.metadata().await?.revocation_endpoint.clone() else {
        return Ok(Verdict::skipped("the metadata name no revocation endpoint"));
    };
    let revoked = bank.authenticated(endpoint, vec![("token", tokens.access_token.clone())]).await?;
    let after = bank.send(Request::get(bank.protected()).bearer(&tokens.access_token)).await?;
    let mut findings = Vec::new();
    if revoked.status() != 200 {
        let what = format!("the revocation was answered {}; 200 is due", revoked.status());
        findings.push(Finding::new(what).with(revoked.evidence()));
    }
    if after.status() != 401 {
        let what = format!("after its revocation the token was answered {}; 401 is due", after.status());
        findings.push(Finding::new(what).with(revoked.evidence()).with(after.evidence()));
    }
    Ok(Verdict::from_findings(findings, "401 after the revocation"))
}
