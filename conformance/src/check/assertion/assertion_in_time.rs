//! Clocks differ by seconds; attackers come later.

use serde_json::Value;

use super::{asserting, key_of_client};
use crate::check::{Area, Check, Run};
use crate::flow::expect_oauth_error;
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "assertion-in-time",
    ids: &["N29", "N30"],
    title: "an assertion out of its time is refused, one of the next seconds is not",
    source: "RFC 7523 §3; FAPI 2.0 Security Profile §5.3.2.1",
    advice: "Demand `exp`, refuse what is expired, made more than a minute ahead or good for years; accept 10 seconds ahead.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let (client, _) = key_of_client(bank)?;
    let now = bank.bank_now().as_second();
    let right = bank.assertion(&client.client_id).await?;
    let with = |changes: &[(&str, Value)]| {
        let mut claims = right.clone();
        for (claim, value) in changes {
            match value {
                Value::Null => drop(claims.as_object_mut().and_then(|claims| claims.remove(*claim))),
                value => claims[*claim] = value.clone(),
            }
        }
        claims["jti"] = bank.fresh("assertion").into();
        claims
    };
    let wrong = [
        (
            "an expired assertion",
            with(&[("exp", (now - 120).into()), ("iat", (now - 300).into()), ("nbf", (now - 300).into())]),
        ),
        ("an assertion without `exp`", with(&[("exp", Value::Null)])),
        (
            "an assertion of the next hour",
            with(&[("iat", (now + 3600).into()), ("nbf", (now + 3600).into()), ("exp", (now + 3660).into())]),
        ),
        ("an assertion good for ten years", with(&[("exp", (now + 315_360_000).into())])),
    ];
    let mut findings = Vec::new();
    for (what, claims) in wrong {
        let reply = asserting(bank, &claims).await?;
        findings.extend(expect_oauth_error(&reply, &[401, 400], &["invalid_client"], what));
    }
    let soon = with(&[("iat", (now + 8).into()), ("nbf", (now + 8).into())]);
    let reply = asserting(bank, &soon).await?;
    let body = reply.text();
    if body.contains("invalid_client") {
        let what = "an assertion made eight seconds ahead was refused; clocks may differ by ten";
        findings.push(Finding::new(what).with(reply.evidence()));
    }
    Ok(Verdict::from_findings(findings, "four wrong times refused, eight seconds ahead accepted"))
}
