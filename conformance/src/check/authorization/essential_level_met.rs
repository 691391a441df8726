//! A level of certainty that is essential and not reached is worse than a refusal.

use crate::check::authorization::expect_error;
use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, Trouble, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "essential-level-met",
    ids: &["N75"],
    title: "an `acr` that is essential and cannot be reached is refused",
    source: "OpenID Connect Core §5.5.1.1; OpenID Connect Core Unmet Authentication Requirements 1.0",
    advice: "Answer `access_denied` or `unmet_authentication_requirements` to an essential `acr` the server cannot reach.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    if !bank.metadata().await?.takes_claims {
        return Err(Trouble::Unobservable("the server does not read the parameter `claims`".to_owned()));
    }
    let claims = r#"{"id_token":{"acr":{"essential":true,"values":["urn:bank-conformance:no-such-level"]}}}"#;
    let landing = bank.authorize(&bank.authorization(bank.scopes()).await?.with("claims", claims)).await?;
    let codes = ["access_denied", "unmet_authentication_requirements"];
    let finding = expect_error(&landing, &codes, "an essential level nobody knows");
    Ok(Verdict::from_findings(finding.into_iter().collect(), "an unknown level refused"))
}
