//! A challenge that is asked for but not verified protects nobody.

use crate::check::{Area, Check, Run};
use crate::flow::expect_oauth_error;
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "wrong-verifier-refused",
    ids: &["N22"],
    title: "a code is not redeemed with a wrong or missing verifier",
    source: "RFC 7636 §4.6",
    advice: "Hash the verifier and compare it with the challenge of the code; answer `invalid_grant` (400) if they differ or none came.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let mut findings = Vec::new();
    let authorization = bank.authorization(bank.scopes()).await?;
    let code = bank.code(&authorization).await?;
    let mut wrong = authorization.redemption(&code);
    for (name, value) in &mut wrong {
        if *name == "code_verifier" {
            *value = format!("{}{}", bank.fresh("verifier"), bank.fresh("verifier"));
        }
    }
    let reply = bank.token(wrong).await?;
    findings.extend(expect_oauth_error(&reply, &[400], &["invalid_grant"], "a redemption with a wrong verifier"));

    let authorization = bank.authorization(bank.scopes()).await?;
    let code = bank.code(&authorization).await?;
    let mut missing = authorization.redemption(&code);
    missing.retain(|(name, _)| *name != "code_verifier");
    let reply = bank.token(missing).await?;
    let codes = ["invalid_grant", "invalid_request"];
    findings.extend(expect_oauth_error(&reply, &[400], &codes, "a redemption without a verifier"));
    Ok(Verdict::from_findings(findings, "a wrong and a missing verifier refused"))
}
