//! A reference that works twice is a reference worth stealing.

use crate::check::authorization::expect_page;
use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, Trouble, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "push-used-once",
    ids: &["N10"],
    title: "a `request_uri` is used once",
    source: "RFC 9126 §4; FAPI 2.0 Security Profile §5.3.2.2",
    advice: "Forget a `request_uri` when the request it stands for has been answered with a code.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let pushed = bank.authorization(bank.scopes()).await?;
    let referring = bank.referring(&pushed).await?;
    let first = bank.authorize(&referring).await?;
    if first.param("code").is_none() {
        return Err(Trouble::Unobservable(format!("no code came: {}", first.reply().exchange)));
    }
    let second = bank.authorize(&referring).await?;
    let finding = expect_page(&second, "a `request_uri` that had brought a code");
    Ok(Verdict::from_findings(finding.into_iter().collect(), "the second use refused"))
}
