//! A short life is what makes a reference safe to send through a browser.

use std::time::Duration;

use crate::check::authorization::expect_page;
use crate::check::{Area, Check, Run};
use crate::json::Value;
use crate::probe::{BankProbe, Judgement, Trouble, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "push-expires",
    ids: &["N12"],
    title: "a `request_uri` dies when its `expires_in` is over",
    source: "RFC 9126 §2.2, §4",
    advice: "Refuse a `request_uri` after `expires_in` seconds with an error page.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

/// The longest life that is waited for where time is real.
const PATIENCE: u64 = 20;

async fn run(bank: &BankProbe) -> Judgement {
    let pushed = bank.authorization(bank.scopes()).await?;
    let reply = bank.push(&pushed).await?;
    let document = crate::probe::needed_json(&reply)?;
    let lives = document.root().member("expires_in").and_then(|at| seconds(at.value));
    let Some(lives) = lives.filter(|lives| (1..=600).contains(lives)) else {
        let what = "`expires_in` of the push is no whole number of seconds from 1 to 600";
        return Ok(Verdict::Failed(vec![Finding::new(what).with(reply.evidence().at("/expires_in"))]));
    };
    if bank.target.control.is_none() && lives > PATIENCE {
        return Err(Trouble::Unobservable(format!("it lives for {lives} s, and this bank's time is real")));
    }
    let referring = bank.referring(&pushed).await?;
    bank.wait(Duration::from_secs(lives + 1)).await?;
    let landing = bank.authorize(&referring).await?;
    let finding = expect_page(&landing, &format!("a `request_uri` {} s old, of {lives} s", lives + 1));
    Ok(Verdict::from_findings(finding.into_iter().collect(), format!("refused after {lives} s")))
}

fn seconds(value: &Value) -> Option<u64> {
    match value {
        Value::Number(text) => text.parse().ok(),
        _ => None,
    }
}
