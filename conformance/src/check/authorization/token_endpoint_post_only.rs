//! Parameters in a query end up in logs.

use crate::check::{Area, Check, Run};
use crate::flow::with_basic;
use crate::http::Request;
use crate::probe::{BankProbe, Judgement, judged};
use crate::target::bank::ClientAuth;
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "token-endpoint-post-only",
    ids: &["N66"],
    title: "the token endpoint takes a form by POST and nothing else",
    source: "RFC 6749 §3.2, §4.1.3",
    advice: "Answer GET at the token endpoint with 405, parameters in the query and JSON bodies with 400 `invalid_request`.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let client = bank.registration()?;
    let url = &bank.metadata().await?.token_endpoint;
    let dressed = |request: Request| match &client.auth {
        ClientAuth::SecretBasic(secret) | ClientAuth::SecretPost(secret) => {
            with_basic(request, &client.client_id, secret)
        }
        ClientAuth::PrivateKeyJwt(_) | ClientAuth::None => request,
    };
    let grant = [("grant_type", "client_credentials")];
    let cases = [
        ("GET with the parameters in the query", Request::get(url).query(grant), &[405u16, 400][..]),
        ("POST with the parameters in the query", Request::post(url).query(grant), &[400, 401]),
        ("POST with a JSON body", Request::post(url).json(r#"{"grant_type":"client_credentials"}"#), &[400, 415, 401]),
    ];
    let mut findings = Vec::new();
    for (what, request, due) in cases {
        let reply = bank.send(dressed(request)).await?;
        if !due.contains(&reply.status()) {
            let message = format!("{what} was answered {}; {due:?} is due", reply.status());
            findings.push(Finding::new(message).with(reply.evidence()));
        }
    }
    Ok(Verdict::from_findings(findings, "GET, query parameters and JSON refused"))
}
