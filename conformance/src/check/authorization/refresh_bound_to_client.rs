//! A refresh token is a login that lasts.

use super::refreshing;
use crate::check::{Area, Check, Run};
use crate::flow::expect_oauth_error;
use crate::probe::{BankProbe, Judgement, Trouble, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "refresh-bound-to-client",
    ids: &["N60"],
    title: "a refresh token is of no use to another client",
    source: "RFC 6749 §6, §10.4",
    advice: "Refuse a refresh token that was given to another client with `invalid_grant`.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let other = bank.other_registration()?;
    let tokens = bank.log_in(bank.scopes()).await?;
    let Some(refresh_token) = tokens.refresh_token else {
        return Err(Trouble::Unobservable("the bank gives no refresh tokens".to_owned()));
    };
    let url = bank.metadata().await?.token_endpoint.clone();
    let reply = bank.authenticated_as(other, url, refreshing(&refresh_token)).await?;
    let finding = expect_oauth_error(&reply, &[400], &["invalid_grant"], "a refresh token used by another client");
    Ok(Verdict::from_findings(finding.into_iter().collect(), "another client refused"))
}
