//! A request that reaches a phone without a browser has to say exactly whom it is for.

use super::{BACKCHANNEL, polling, text};
use crate::check::{Area, Check, Run};
use crate::flow::expect_oauth_error;
use crate::probe::{BankProbe, Judgement, Trouble, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "backchannel-checked",
    ids: &["N79"],
    title: "a backchannel request names one account holder, says little, and is of no use to another client",
    source: "OpenID CIBA Core §7.1, §7.2, §11, §13; FAPI-CIBA §5.2.2",
    advice: "Refuse several hints or none, long binding messages, unsigned requests where they are signed, and foreign `auth_req_id`s.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let (ours, other) = (bank.registration()?, bank.other_registration()?);
    let endpoint = bank.endpoint("backchannel_authentication_endpoint").await?;
    let (username, _) = bank.holder()?;
    let hint = ("login_hint", username.to_owned());
    let scope = ("scope", "openid accounts".to_owned());
    let wrong = [
        (
            "with two hints",
            vec![scope.clone(), hint.clone(), ("id_token_hint", "x.y.z".to_owned())],
            &["invalid_request"][..],
        ),
        ("with no hint", vec![scope.clone()], &["invalid_request"][..]),
        (
            "for a stranger",
            vec![scope.clone(), ("login_hint", "nobody-of-this-name".to_owned())],
            &["unknown_user_id", "invalid_request"][..],
        ),
        (
            "with a binding message nobody can read on a phone",
            vec![scope.clone(), hint.clone(), ("binding_message", "x".repeat(500))],
            &["invalid_binding_message", "invalid_request"][..],
        ),
        (
            "without `openid`",
            vec![("scope", "accounts".to_owned()), hint.clone()],
            &["invalid_scope", "invalid_request"][..],
        ),
    ];
    let mut findings = Vec::new();
    let count = wrong.len();
    for (what, form, codes) in wrong {
        let reply = bank.authenticated(endpoint.clone(), form).await?;
        findings.extend(expect_oauth_error(&reply, &[400], codes, &format!("a backchannel request {what}")));
    }
    let right = bank.authenticated(endpoint, vec![scope, hint]).await?;
    // Where requests have to be signed, a plain one is refused, as it should be.
    if let Some(id) = right.json().ok().and_then(|document| text(&document, "auth_req_id")) {
        let foreign = polling(bank, other, BACKCHANNEL, &id).await?;
        findings.extend(expect_oauth_error(
            &foreign,
            &[400],
            &["invalid_grant", "unauthorized_client"],
            "another client's request",
        ));
        let unknown = polling(bank, ours, BACKCHANNEL, "never-given").await?;
        findings.extend(expect_oauth_error(&unknown, &[400], &["invalid_grant"], "a request nobody made"));
    } else if right.is_success() {
        return Err(Trouble::Unobservable(format!("the request has no `auth_req_id`: {}", right.exchange)));
    }
    Ok(Verdict::from_findings(findings, format!("{count} wrong requests and foreign ids refused")))
}
