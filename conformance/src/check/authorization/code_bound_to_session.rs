//! A code that is put into another login hands one account holder's data to another's browser.

use crate::check::{Area, Check, Run};
use crate::flow::expect_oauth_error;
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "code-bound-to-session",
    ids: &["N27"],
    title: "a code is not redeemed by another login of the same client",
    source: "RFC 9700 §4.5; RFC 7636 §4.6",
    advice: "Bind each code to the challenge of the request it answers, and refuse any other verifier with `invalid_grant`.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let victims = bank.authorization(bank.scopes()).await?;
    let stolen = bank.code(&victims).await?;
    let attackers = bank.authorization(bank.scopes()).await?;
    // The attacker's own login goes as far as a code, too: only its code is exchanged for the stolen one.
    bank.code(&attackers).await?;
    let reply = bank.redeem(&attackers, &stolen).await?;
    let finding = expect_oauth_error(&reply, &[400], &["invalid_grant"], "a code injected into another login");
    Ok(Verdict::from_findings(finding.into_iter().collect(), "an injected code refused"))
}
