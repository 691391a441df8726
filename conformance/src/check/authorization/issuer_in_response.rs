//! `iss` and `state` are how a client knows whose answer, and to which of its questions, it holds.

use crate::check::{Area, Check, Run};
use crate::flow::Landing;
use crate::probe::{BankProbe, Judgement, Trouble, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "issuer-in-response",
    ids: &[],
    title: "the redirect to the client carries the issuer and the state unchanged",
    source: "RFC 9207 §2; RFC 6749 §4.1.2",
    advice: "Add `iss`, byte-equal to the issuer in the metadata, and the `state` of the request to every authorization response.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let right = bank.authorization(bank.scopes()).await?;
    let success = bank.authorize(&right).await?;
    let Landing::Client { .. } = success else {
        return Err(Trouble::Unobservable(format!(
            "the login did not end at the client: {}",
            success.reply().exchange
        )));
    };
    let wrong = bank.authorization(bank.scopes()).await?.with("response_type", "surprise");
    let failure = bank.authorize(&wrong).await?;
    let issuer = &bank.metadata().await?.issuer;
    let mut findings = wrong_params(&success, issuer, right.param("state"), "the response with a code");
    if matches!(failure, Landing::Client { .. }) {
        findings.extend(wrong_params(&failure, issuer, wrong.param("state"), "the response with an error"));
    }
    Ok(Verdict::from_findings(findings, format!("iss is {issuer}, state echoed")))
}

fn wrong_params(landing: &Landing, issuer: &str, state: Option<&str>, what: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, due) in [("iss", Some(issuer)), ("state", state)] {
        if landing.param(name) != due {
            let said = landing.param(name).map_or("no value".to_owned(), |value| format!("`{value}`"));
            let message = format!("{what} has {said} for `{name}`; `{}` is due", due.unwrap_or_default());
            findings.push(Finding::new(message).with(landing.reply().evidence()));
        }
    }
    findings
}
