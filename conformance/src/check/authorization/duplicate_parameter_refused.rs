//! Two readers that pick different ones of two values can be played against each other.

use crate::check::{Area, Check, Run};
use crate::flow::expect_oauth_error;
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "duplicate-parameter-refused",
    ids: &["N17"],
    title: "a parameter that comes twice is refused",
    source: "RFC 6749 §3.1, §3.2",
    advice: "Refuse authorization and token requests in which a parameter occurs more than once (`invalid_request`).",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let authorization = bank.authorization(bank.scopes()).await?;
    let code = bank.code(&authorization).await?;
    let mut twice = authorization.redemption(&code);
    twice.push(("code", code.clone()));
    let reply = bank.token(twice).await?;
    let mut findings: Vec<_> =
        expect_oauth_error(&reply, &[400], &["invalid_request"], "a token request with `code` twice")
            .into_iter()
            .collect();

    let mut doubled = bank.authorization(bank.scopes()).await?;
    doubled.params.push(("scope", "accounts".to_owned()));
    let landing = bank.authorize(&doubled).await?;
    if landing.param("code").is_some() {
        let what = "an authorization request with `scope` twice was granted; invalid_request is due";
        findings.push(crate::verdict::Finding::new(what).with(landing.reply().evidence()));
    }
    Ok(Verdict::from_findings(findings, "refused at the token and the authorization endpoint"))
}
