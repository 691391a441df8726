//! A client that asks for silence must not be answered with a page in a hidden frame.

use super::expect_error;
use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "silent-prompt",
    ids: &["N76"],
    title: "`prompt=none` without a session shows no page",
    source: "OpenID Connect Core §3.1.2.1, §3.1.2.6",
    advice: "Answer `prompt=none` with `login_required` by redirect when nobody is logged in.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let silent = bank.authorization(bank.scopes()).await?.without("login_hint").with("prompt", "none");
    let landing = bank.authorize(&silent).await?;
    let codes = ["login_required", "interaction_required", "consent_required", "account_selection_required"];
    let finding = expect_error(&landing, &codes, "`prompt=none` without a session");
    Ok(Verdict::from_findings(finding.into_iter().collect(), "answered without a page"))
}
