//! Introspection must not be an oracle for stolen tokens.

use crate::check::{Area, Check, Run};
use crate::json::Value;
use crate::probe::{BankProbe, Judgement, Trouble, judged, needed_json};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "introspection-own-tokens",
    ids: &["N70"],
    title: "a client learns nothing about the tokens of another",
    source: "RFC 7662 §4",
    advice: "Answer `{\"active\": false}` to a client that asks about a token that is not its own.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let other = bank.other_registration()?;
    let Some(endpoint) = bank.metadata().await?.introspection_endpoint.clone() else {
        return Err(Trouble::Unobservable("the server has no introspection".to_owned()));
    };
    let token = bank.session().await?.access_token.clone();
    let reply = bank.authenticated_as(other, endpoint, vec![("token", token)]).await?;
    if matches!(reply.status(), 401 | 403) {
        return Ok(Verdict::passed(format!("answered {}", reply.status())));
    }
    let document = needed_json(&reply)?;
    let is_active = document.root().member("active").is_some_and(|at| *at.value == Value::Bool(true));
    let mut findings = Vec::new();
    if is_active {
        let what = "another client was told that a token of ours is active; `active: false` is due";
        findings.push(Finding::new(what).with(reply.evidence()));
    }
    Ok(Verdict::from_findings(findings, "another client learns nothing"))
}
