//! A client that is called what an account holder is called can be taken for them.

use super::{REDIRECT, may_register, registering, text, unmade};
use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, judged, needed_json};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "client-id-not-chosen",
    ids: &["N81"],
    title: "nobody chooses the id they are registered under",
    source: "RFC 9700 §4.15; RFC 7591 §3.2.1",
    advice: "Make client ids yourself, of a form that no subject has; refuse or ignore `client_id` in a registration.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    may_register(bank)?;
    let (username, _) = bank.holder()?;
    let body = format!(r#"{{"client_id":{},"redirect_uris":["{REDIRECT}"]}}"#, crate::json::quoted(username));
    let reply = registering(bank, &body).await?;
    if !reply.is_success() {
        return Ok(Verdict::passed(format!("answered {}", reply.status())));
    }
    let document = needed_json(&reply)?;
    let given = text(&document, "client_id").unwrap_or_default();
    if let (Some(uri), Some(token)) =
        (text(&document, "registration_client_uri"), text(&document, "registration_access_token"))
    {
        unmade(bank, &uri, &token).await;
    }
    let what = format!("a client registered itself as `{username}`, the name of an account holder; another id is due");
    let finding = (given == username).then(|| Finding::new(what).with(reply.evidence().at("/client_id")));
    Ok(Verdict::from_findings(finding.into_iter().collect(), "another id was given"))
}
