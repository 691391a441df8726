//! Without a proof key a stolen code is as good as the login itself.

use super::expect_error;
use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "pkce-required",
    ids: &["N21"],
    title: "an authorization request without an S256 challenge is refused",
    source: "RFC 7636 §4.4.1; RFC 9700 §2.1.1",
    advice: "Refuse authorization requests without `code_challenge`, and with any method but S256, with `invalid_request`.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let right = bank.authorization(bank.scopes()).await?;
    let verifier = right.proof.verifier.clone();
    let without = right.clone().without("code_challenge").without("code_challenge_method");
    let plain = right.with("code_challenge_method", "plain").with("code_challenge", verifier);
    let mut findings = Vec::new();
    for (what, wrong) in
        [("a request without a code challenge", without), ("a request with a `plain` challenge", plain)]
    {
        let landing = bank.authorize(&wrong).await?;
        findings.extend(expect_error(&landing, &["invalid_request"], what));
    }
    Ok(Verdict::from_findings(findings, "refused without a challenge and with a plain one"))
}
