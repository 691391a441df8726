//! Who can change a client's registration can become the client.

use super::{Made, REDIRECT, made, unmade};
use crate::check::{Area, Check, Run};
use crate::http::Request;
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "registration-guarded",
    ids: &["N72"],
    title: "a registration opens to its own token alone, and to no old one",
    source: "RFC 7592 §2, §3",
    advice: "Answer 401 to a management call without the registration's current token.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let (own, other) = (made(bank).await?, made(bank).await?);
    let mut findings = Vec::new();
    let mut token = own.token.clone();
    let refused = |what: &str, reply: crate::http::Reply| {
        let text = format!("a registration was read {what}: answered {}; 401 is due", reply.status());
        (!matches!(reply.status(), 401 | 403)).then(|| Finding::new(text).with(reply.evidence()))
    };
    let read = || Request::get(&own.uri);
    findings.extend(refused("without a token", bank.send(read()).await?));
    findings.extend(refused("with another client's token", bank.send(read().bearer(&other.token)).await?));
    findings.extend(refused("with a made-up token", bank.send(read().bearer("made-up")).await?));
    let client_id = own.uri.rsplit('/').next().unwrap_or_default();
    let body = format!(r#"{{"client_id":"{client_id}","redirect_uris":["{REDIRECT}"]}}"#);
    let changed = bank.send(Request::new("PUT", &own.uri).bearer(&token).json(body)).await?;
    let next = changed.json().ok().and_then(|document| super::text(&document, "registration_access_token"));
    if let Some(next) = next.filter(|next| *next != token) {
        findings.extend(refused("with a token that was replaced", bank.send(read().bearer(&token)).await?));
        token = next;
    }
    let Made { uri, .. } = &own;
    unmade(bank, uri, &token).await;
    findings.extend(refused("after it was deleted", bank.send(read().bearer(&token)).await?));
    unmade(bank, &other.uri, &other.token).await;
    Ok(Verdict::from_findings(findings, "foreign, made-up, replaced and late tokens refused"))
}
