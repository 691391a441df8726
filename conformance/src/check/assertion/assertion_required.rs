//! A client that signs must not be let in by anything less.

use super::key_of_client;
use crate::check::{Area, Check, Run};
use crate::flow::{expect_oauth_error, with_basic};
use crate::http::Request;
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "assertion-required",
    ids: &["N36"],
    title: "a client that signs assertions is not known by a secret or by its name alone",
    source: "OpenID Connect Core §9; FAPI 2.0 Security Profile §5.3.2.1 (6)",
    advice: "Accept the one method a client registered, and answer every other with `invalid_client` (401).",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let (client, _) = key_of_client(bank)?;
    let id = client.client_id.as_str();
    let url = bank.metadata().await?.token_endpoint.clone();
    let grant = [("grant_type", "client_credentials"), ("scope", "accounts")];
    let named = [grant[0], grant[1], ("client_id", id)];
    let with_secret = [named[0], named[1], named[2], ("client_secret", "secret")];
    let lesser = [
        ("its name alone", Request::post(&url).form(named)),
        ("a secret in the form", Request::post(&url).form(with_secret)),
        ("an empty secret", Request::post(&url).form([named[0], named[1], named[2], ("client_secret", "")])),
        ("a secret in the header", with_basic(Request::post(&url).form(grant), id, "secret")),
    ];
    let mut findings = Vec::new();
    let count = lesser.len();
    for (what, request) in lesser {
        let reply = bank.send(request.header("accept", "application/json")).await?;
        let codes = ["invalid_client", "invalid_request"];
        findings.extend(expect_oauth_error(&reply, &[401, 400], &codes, &format!("a client that signs, with {what},")));
    }
    Ok(Verdict::from_findings(findings, format!("{count} lesser ways refused")))
}
