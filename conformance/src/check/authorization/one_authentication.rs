//! With two answers to one question, somebody picks the wrong one.

use crate::check::{Area, Check, Run};
use crate::flow::expect_oauth_error;
use crate::flow::with_basic;
use crate::http::Request;
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "one-authentication",
    ids: &["N35"],
    title: "a client that proves who it is in two ways at once is refused",
    source: "RFC 6749 §2.3",
    advice: "Refuse a request with more than one client authentication with `invalid_request`.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let client = bank.registration()?;
    let url = bank.metadata().await?.token_endpoint.clone();
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", "never-given"),
        ("client_id", &client.client_id),
        ("client_secret", "one"),
    ];
    let reply = bank.send(with_basic(Request::post(url).form(form), &client.client_id, "another")).await?;
    let finding =
        expect_oauth_error(&reply, &[400, 401], &["invalid_request", "invalid_client"], "two authentications at once");
    Ok(Verdict::from_findings(finding.into_iter().collect(), "two secrets at once refused"))
}
