//! A code that works twice works for whoever saw it.

use crate::check::{Area, Check, Run};
use crate::flow::expect_oauth_error;
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "code-single-use",
    ids: &["N24"],
    title: "a code is redeemed once",
    source: "RFC 6749 §4.1.2, §10.5",
    advice: "Mark a code as used in the same step that issues its tokens; answer a second redemption with `invalid_grant` (400).",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let authorization = bank.authorization(bank.scopes()).await?;
    let code = bank.code(&authorization).await?;
    let first = bank.redeem(&authorization, &code).await?;
    crate::flow::Tokens::read(&first)?;
    let second = bank.redeem(&authorization, &code).await?;
    let finding = expect_oauth_error(&second, &[400], &["invalid_grant"], "the second redemption of a code")
        .map(|finding| finding.with(first.evidence()));
    Ok(Verdict::from_findings(finding.into_iter().collect(), "the second redemption refused"))
}
