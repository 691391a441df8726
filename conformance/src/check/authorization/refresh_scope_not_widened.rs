//! What the account holder did not agree to must not be added later.

use crate::check::{Area, Check, Run};
use crate::flow::expect_oauth_error;
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "refresh-scope-not-widened",
    ids: &["N61"],
    title: "a refresh does not widen the scope",
    source: "RFC 6749 §6",
    advice: "Answer a refresh that asks for more than was granted with `invalid_scope` (400).",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let narrow = bank.log_in("openid offline_access accounts").await?;
    let Some(refresh_token) = narrow.refresh_token else {
        return Ok(Verdict::skipped("the bank issues no refresh tokens"));
    };
    let mut form = super::refreshing(&refresh_token);
    form.push(("scope", "accounts payments".to_owned()));
    let reply = bank.token(form).await?;
    let finding = expect_oauth_error(&reply, &[400], &["invalid_scope"], "a refresh that asks for a wider scope");
    Ok(Verdict::from_findings(finding.into_iter().collect(), "the wider scope refused"))
}
