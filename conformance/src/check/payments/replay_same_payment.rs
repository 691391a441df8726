//! A client that lost an answer repeats the order: what it then learns must be what happened.

use super::{Order, taken};
use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "replay-same-payment",
    ids: &["L2"],
    title: "the same order under the same key is answered with the same payment",
    source: "draft-ietf-httpapi-idempotency-key-header §2.6; docs/generic-api.md (payments)",
    advice: "Keep the outcome with the key and answer a repetition with it, marked `Idempotency-Replayed: true`.",
    area: Area::Payments,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let order = Order::small(bank).await?;
    let key = bank.fresh("key");
    let first = bank.ask(order.request(bank, Some(&key))).await?;
    let payment = taken(&first)?;
    let second = bank.ask(order.request(bank, Some(&key))).await?;
    let mut findings = Vec::new();
    let again = taken(&second).ok();
    if again.as_ref().is_none_or(|again| again.id != payment.id) {
        let what = match again {
            Some(again) => format!("the repetition made {}; {} is due", again.id, payment.id),
            None => format!("the repetition was answered {}; the payment {} is due", second.status(), payment.id),
        };
        findings.push(Finding::new(what).with(first.evidence()).with(second.evidence()));
    } else if second.header("idempotency-replayed") != Some("true") {
        let what = "the repetition is not marked `Idempotency-Replayed: true`";
        findings.push(Finding::new(what).with(second.evidence().at("header Idempotency-Replayed")));
    }
    Ok(Verdict::from_findings(findings, format!("{} twice", payment.id)))
}
