//! An answer that is lost on its way must not cost the account holder another login.

use super::refreshing;
use crate::check::{Area, Check, Run};
use crate::flow::Tokens;
use crate::probe::{BankProbe, Judgement, Trouble, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "refresh-retry-harmless",
    ids: &["N63"],
    title: "under FAPI 2.0 a refresh token that was used a moment ago still works",
    source: "FAPI 2.0 Security Profile §5.3.2.1 (12, 13)",
    advice: "Do not rotate refresh tokens of confidential clients, or accept the old one for a while.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    if !bank.metadata().await?.requires_push {
        return Err(Trouble::Unobservable(
            "the server does not follow FAPI 2.0: it demands no pushed requests".to_owned(),
        ));
    }
    let tokens = bank.log_in(bank.scopes()).await?;
    let missing = || Trouble::Unobservable("no refresh token came".to_owned());
    let refresh_token = tokens.refresh_token.ok_or_else(missing)?;
    Tokens::read(&bank.token(refreshing(&refresh_token)).await?)?;
    // As after an answer that never arrived.
    let again = bank.token(refreshing(&refresh_token)).await?;
    let what = format!("the old refresh token was answered {} right after its use; 200 is due", again.status());
    let finding = (!again.is_success()).then(|| Finding::new(what).with(again.evidence()));
    Ok(Verdict::from_findings(finding.into_iter().collect(), "used twice in a row"))
}
