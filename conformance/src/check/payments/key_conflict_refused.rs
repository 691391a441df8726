//! A client that reuses keys must learn it from a refusal, not from a missing payment.

use super::{Order, listed, taken};
use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, expect_problem, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "key-conflict-refused",
    ids: &["L3"],
    title: "a key used with another order is refused",
    source: "draft-ietf-httpapi-idempotency-key-header §2.7; docs/generic-api.md (payments)",
    advice: "Keep a digest of the order with the key; answer another order under it with 422 and book nothing.",
    area: Area::Payments,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let order = Order::small(bank).await?;
    let key = bank.fresh("key");
    let first = bank.ask(order.request(bank, Some(&key))).await?;
    let payment = taken(&first)?;
    let other = Order::small(bank).await?.doubled();
    let second = bank.ask(other.request(bank, Some(&key))).await?;
    let refused = expect_problem(&second, &[422], &["idempotency_key_reused"], "a key used with another order");
    let mut findings: Vec<Finding> = refused.map(|finding| finding.with(first.evidence())).into_iter().collect();
    let (payments, reply) = listed(bank, "end_to_end_id", &other.end_to_end_id).await?;
    if payments.iter().any(|made| made.id != payment.id) {
        let what = "the order under a key already used was taken all the same";
        findings.push(Finding::new(what).with(second.evidence()).with(reply.evidence()));
    }
    Ok(Verdict::from_findings(findings, "422 idempotency_key_reused, nothing taken"))
}
