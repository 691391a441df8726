//! A consent that another client prepared is not ours to have agreed to.

use crate::check::authorization::expect_error;
use crate::check::{Area, Check, Run};
use crate::flow::{Authorization, Lodging};
use crate::probe::{BankProbe, Judgement, Trouble, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "consent-of-client",
    ids: &["N73"],
    title: "a consent is agreed to for the client that made it, and once",
    source: "house: docs/generic-api.md, Access; UK Open Banking security profile §5.3",
    advice: "Refuse an authorization request about a consent of another client, or one that is decided, with `invalid_request`.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

/// Where the generic bank takes consents (docs/generic-api.md, Access).
fn generic() -> Lodging {
    Lodging {
        path: "/consents".to_owned(),
        scope: "accounts",
        body: r#"{"scopes":["accounts"]}"#.to_owned(),
        id: &["id"],
    }
}

async fn run(bank: &BankProbe) -> Judgement {
    let (ours, other) = (bank.registration()?, bank.other_registration()?);
    let (lodging, by_claim) = match bank.target.dialect.lodging() {
        Some(lodging) => (lodging, true),
        None => (generic(), false),
    };
    let id = bank.lodged_by(other, &lodging).await?;
    let about = async |id: &str| -> Result<Authorization, Trouble> {
        if by_claim {
            return bank.authorization_about(Some(id), bank.scopes()).await;
        }
        Ok(bank.authorization_about(None, "openid accounts").await?.with("consent_id", id))
    };

    let mut findings = Vec::new();
    let foreign = about(&id).await?;
    let landing = bank.authorize(&foreign).await?;
    let codes = ["invalid_request", "access_denied"];
    findings.extend(expect_error(&landing, &codes, "an authorization request about another client's consent"));

    let own = foreign.with("client_id", &other.client_id).with("redirect_uri", &other.redirect_uri);
    if other.client_id != ours.client_id && !bank.metadata().await?.requires_push {
        let landing = bank.authorize(&own).await?;
        if landing.param("code").is_some() {
            let again = bank.authorize(&own).await?;
            findings.extend(expect_error(&again, &codes, "an authorization request about a consent that is decided"));
        }
    }
    Ok(Verdict::from_findings(findings, "another client's and a decided consent refused"))
}
