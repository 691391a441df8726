//! Rotation is how the theft of a refresh token is noticed.

use crate::check::{Area, Check, Run};
use crate::flow::Tokens;
use crate::http::Request;
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "refresh-rotates",
    ids: &["I9"],
    title: "a refresh gives a working access token and a new refresh token",
    source: "RFC 9700 §4.14.2; RFC 6749 §6",
    advice: "Issue a new refresh token with every refresh, and make the new access token valid at once.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let first = bank.log_in(bank.scopes()).await?;
    let Some(refresh_token) = first.refresh_token else {
        return Ok(Verdict::skipped("the bank issues no refresh tokens"));
    };
    let reply = bank.token(super::refreshing(&refresh_token)).await?;
    let mut findings = Vec::new();
    match Tokens::read(&reply) {
        Err(_) => {
            let what = format!("a fresh refresh token was answered {}; new tokens are due", reply.status());
            findings.push(Finding::new(what).with(reply.evidence()));
        }
        Ok(second) => {
            if second.refresh_token.is_none_or(|token| token == refresh_token) {
                findings.push(Finding::new("the refresh token was not replaced").with(reply.evidence()));
            }
            let read = bank.send(Request::get(bank.protected()).bearer(&second.access_token)).await?;
            if read.status() == 401 {
                let what = "the new access token is refused";
                findings.push(Finding::new(what).with(reply.evidence()).with(read.evidence()));
            }
        }
    }
    Ok(Verdict::from_findings(findings, "rotated, and the new access token works"))
}
