//! A refresh token used twice is in two hands, and the server cannot know which is whose.

use crate::check::{Area, Check, Run};
use crate::flow::{Tokens, expect_oauth_error};
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "refresh-reuse-revokes-family",
    ids: &["N62"],
    title: "a refresh token that comes back ends its whole family",
    source: "RFC 9700 §4.14.2",
    advice: "Refuse a refresh token that was already used (`invalid_grant`) and revoke all tokens that descend from the same login.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let first = bank.log_in(bank.scopes()).await?;
    let Some(old) = first.refresh_token else {
        return Ok(Verdict::skipped("the bank issues no refresh tokens"));
    };
    let second = Tokens::read(&bank.token(super::refreshing(&old)).await?)?;
    let Some(new) = second.refresh_token.filter(|new| *new != old) else {
        return Ok(Verdict::skipped("the bank does not rotate refresh tokens (see refresh-rotates)"));
    };
    let reused = bank.token(super::refreshing(&old)).await?;
    let after = bank.token(super::refreshing(&new)).await?;
    let findings = [
        expect_oauth_error(&reused, &[400], &["invalid_grant"], "a refresh token that was already used"),
        expect_oauth_error(&after, &[400], &["invalid_grant"], "its successor, after the reuse,")
            .map(|finding| finding.with(reused.evidence())),
    ];
    Ok(Verdict::from_findings(findings.into_iter().flatten().collect(), "reuse refused, successor revoked"))
}
