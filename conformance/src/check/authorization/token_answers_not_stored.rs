//! A cached token answer is a leaked token.

use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "token-answers-not-stored",
    ids: &[],
    title: "answers of the token endpoint must not be stored",
    source: "RFC 6749 §5.1",
    advice: "Send `Cache-Control: no-store` with every answer of the token endpoint, failures included.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let authorization = bank.authorization(bank.scopes()).await?;
    let code = bank.code(&authorization).await?;
    let success = bank.redeem(&authorization, &code).await?;
    let failure = bank.token(vec![("grant_type", "urn:example:surprise".to_owned())]).await?;
    let mut findings = Vec::new();
    for (what, reply) in [("an answer with tokens", success), ("a refusal", failure)] {
        let value = reply.header("cache-control").unwrap_or("nothing");
        if !value.split(',').any(|directive| directive.trim().eq_ignore_ascii_case("no-store")) {
            let message = format!("{what} says `{value}` for Cache-Control; `no-store` is due");
            findings.push(Finding::new(message).with(reply.evidence().at("header Cache-Control")));
        }
    }
    Ok(Verdict::from_findings(findings, "no-store on tokens and on refusals"))
}
