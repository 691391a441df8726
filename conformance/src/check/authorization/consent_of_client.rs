//! A consent that another client prepared is not ours to have agreed to.

use crate::check::authorization::expect_error;
use crate::check::{Area, Check, Run};
use crate::flow::Tokens;
use crate::http::Request;
use crate::probe::{BankProbe, Judgement, Trouble, judged, needed_json};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "consent-of-client",
    ids: &["N73"],
    title: "a consent is agreed to for the client that made it, and once",
    source: "house: docs/generic-api.md, Access; UK Open Banking security profile §5.3",
    advice: "Refuse an authorization request about a consent of another client, or one that is decided, with `invalid_request`.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

const SCOPE: &str = "accounts";

async fn run(bank: &BankProbe) -> Judgement {
    let (ours, other) = (bank.registration()?, bank.other_registration()?);
    let url = bank.metadata().await?.token_endpoint.clone();
    let form = vec![("grant_type", "client_credentials".to_owned()), ("scope", SCOPE.to_owned())];
    let token = Tokens::read(&bank.authenticated_as(other, url, form).await?)?.access_token;
    let order = Request::post(bank.url("/consents")).json(r#"{"scopes":["accounts"]}"#).bearer(&token);
    let made = needed_json(&bank.send(order).await?)?;
    let id = made.root().member("id").and_then(|at| at.text().map(str::to_owned));
    let id = id.ok_or_else(|| Trouble::Unobservable("the consent that was made has no id".to_owned()))?;

    let mut findings = Vec::new();
    let foreign = bank.authorization("openid accounts").await?.with("consent_id", &id);
    let landing = bank.authorize(&foreign).await?;
    let codes = ["invalid_request", "access_denied"];
    findings.extend(expect_error(&landing, &codes, "an authorization request about another client's consent"));

    let own = foreign.with("client_id", &other.client_id).with("redirect_uri", &other.redirect_uri);
    if other.client_id != ours.client_id && !bank.metadata().await?.requires_push {
        let landing = bank.authorize(&own).await?;
        if landing.param("code").is_some() {
            let again = bank.authorize(&own).await?;
            findings.extend(expect_error(&again, &codes, "an authorization request about a consent that is decided"));
        }
    }
    Ok(Verdict::from_findings(findings, "another client's and a decided consent refused"))
}
