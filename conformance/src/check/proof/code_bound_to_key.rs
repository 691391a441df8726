//! Whoever steals a code must steal the key as well.

use super::bound;
use crate::check::{Area, Check, Run};
use crate::flow::expect_oauth_error;
use crate::flow::jose::Signer;
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "code-bound-to-key",
    ids: &["N46", "N47"],
    title: "a code asked for with one key is not redeemed with another",
    source: "RFC 9449 §10",
    advice: "Keep the thumbprint of `dpop_jkt` with the code and refuse a redemption whose proof has another key.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    bound(bank).await?;
    // What is asked for with the thumbprint of a key that nobody proves to have.
    let other = Signer::generate();
    let authorization = bank.authorization(bank.scopes()).await?.with("dpop_jkt", other.thumbprint());
    let codes = ["invalid_dpop_proof", "invalid_grant", "invalid_request"];
    let landing = bank.authorize(&authorization).await?;
    let Some(code) = landing.param("code") else {
        // A push is proven itself: the contradiction may be refused there already.
        let finding = expect_oauth_error(landing.reply(), &[400], &codes, "a push whose `dpop_jkt` is of another key");
        return Ok(Verdict::from_findings(finding.into_iter().collect(), "refused at the push"));
    };
    let reply = bank.redeem(&authorization, code).await?;
    let finding = expect_oauth_error(&reply, &[400], &codes, "a code redeemed with another key than its `dpop_jkt`");
    Ok(Verdict::from_findings(finding.into_iter().collect(), "another key refused"))
}
