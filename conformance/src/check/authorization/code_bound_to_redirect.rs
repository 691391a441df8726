//! The binding stops a code obtained through one address from being redeemed through another.

use crate::check::{Area, Check, Run};
use crate::flow::expect_oauth_error;
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "code-bound-to-redirect",
    ids: &["N05"],
    title: "a code is only redeemed with the redirect address it was issued for",
    source: "RFC 6749 §4.1.3",
    advice: "Keep the `redirect_uri` of the authorization request with the code and compare it at the token endpoint.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let authorization = bank.authorization(bank.scopes()).await?;
    let code = bank.code(&authorization).await?;
    let mut wrong = authorization.redemption(&code);
    for (name, value) in &mut wrong {
        if *name == "redirect_uri" {
            value.push_str("/other");
        }
    }
    let reply = bank.token(wrong).await?;
    let codes = ["invalid_grant", "invalid_request"];
    let finding = expect_oauth_error(&reply, &[400], &codes, "a redemption with another redirect_uri");
    Ok(Verdict::from_findings(finding.into_iter().collect(), "another redirect_uri refused"))
}
