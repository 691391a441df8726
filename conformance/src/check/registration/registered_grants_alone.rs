//! What a client did not register for, it does not get.

use super::{REDIRECT, may_register, registering, text, unmade};
use crate::check::{Area, Check, Run};
use crate::flow::expect_oauth_error;
use crate::http::Request;
use crate::probe::{BankProbe, Judgement, Trouble, judged, needed_json};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "registered-grants-alone",
    ids: &["N65"],
    title: "a client gets no grant it did not register for",
    source: "RFC 6749 §5.2; RFC 7591 §2",
    advice: "Compare `grant_type` with the client's registered `grant_types`; answer `unauthorized_client` (400).",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    may_register(bank)?;
    let asked = format!(
        r#"{{"redirect_uris":["{REDIRECT}"],"grant_types":["authorization_code"],"token_endpoint_auth_method":"client_secret_post"}}"#
    );
    let reply = registering(bank, &asked).await?;
    if !reply.is_success() {
        return Err(Trouble::Unobservable(format!("nobody registers here without more: {}", reply.exchange)));
    }
    let made = needed_json(&reply)?;
    let member = |name: &str| text(&made, name).unwrap_or_default();
    let url = bank.metadata().await?.token_endpoint.clone();
    let (id, secret) = (member("client_id"), member("client_secret"));
    let mut findings = Vec::new();
    for (kind, more) in
        [("client_credentials", ("scope", "accounts")), ("refresh_token", ("refresh_token", "never-given"))]
    {
        let form = [("grant_type", kind), ("client_id", &id), ("client_secret", &secret), more];
        let reply = bank.send(Request::post(&url).header("accept", "application/json").form(form)).await?;
        let what = format!("`{kind}` of a client that registered for codes alone");
        findings.extend(expect_oauth_error(&reply, &[400], &["unauthorized_client"], &what));
    }
    unmade(bank, &member("registration_client_uri"), &member("registration_access_token")).await;
    Ok(Verdict::from_findings(findings, "two grants that were not registered refused"))
}
