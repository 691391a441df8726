//! A device code is a bearer of somebody's future yes.

use super::{DEVICE, polling, text};
use crate::check::{Area, Check, Run};
use crate::flow::expect_oauth_error;
use crate::probe::{BankProbe, Judgement, Trouble, judged, needed_json};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "device-polling",
    ids: &["N78"],
    title: "a device waits its turn, and its code is of no use to another client",
    source: "RFC 8628 §3.4, §3.5",
    advice: "Answer `authorization_pending`, `slow_down` to whoever polls too fast, and `invalid_grant` to anybody else.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let (ours, other) = (bank.registration()?, bank.other_registration()?);
    let endpoint = bank.endpoint("device_authorization_endpoint").await?;
    let form = vec![("scope", "openid accounts".to_owned())];
    let begun = needed_json(&bank.authenticated(endpoint, form).await?)?;
    let missing = || Trouble::Unobservable("the device was given no `device_code`".to_owned());
    let code = text(&begun, "device_code").ok_or_else(missing)?;
    let mut findings = Vec::new();
    let mut judge = |reply: &crate::http::Reply, codes: &[&str], what: &str| {
        findings.extend(expect_oauth_error(reply, &[400], codes, what));
    };
    judge(&polling(bank, ours, DEVICE, &code).await?, &["authorization_pending", "slow_down"], "a first poll");
    judge(&polling(bank, ours, DEVICE, &code).await?, &["slow_down"], "a poll at once after another");
    judge(&polling(bank, other, DEVICE, &code).await?, &["invalid_grant"], "another client's device code");
    judge(&polling(bank, ours, DEVICE, "never-given").await?, &["invalid_grant"], "a device code nobody was given");
    Ok(Verdict::from_findings(findings, "pending, too fast, foreign and made-up codes told apart"))
}
