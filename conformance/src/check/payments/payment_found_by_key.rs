//! Without a lookup the only way to learn the fate of an order is to repeat it.

use super::{Order, listed, taken};
use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "payment-found-by-key",
    ids: &["L2"],
    title: "an order whose answer was lost can be found by its key",
    source: "docs/generic-api.md (payments)",
    advice: "List payments by `idempotency_key`: the order if it was taken, nothing if it was not.",
    area: Area::Payments,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let order = Order::small(bank).await?;
    let key = bank.fresh("key");
    let first = bank.ask(order.request(bank, Some(&key))).await?;
    let payment = taken(&first)?;
    let mut findings = Vec::new();
    let (found, reply) = listed(bank, "idempotency_key", &key).await?;
    if found.len() != 1 || found[0].id != payment.id {
        let what = format!("the lookup by its key gives {} payments; {} alone is due", found.len(), payment.id);
        findings.push(Finding::new(what).with(first.evidence()).with(reply.evidence()));
    }
    let (none, reply) = listed(bank, "idempotency_key", &bank.fresh("key")).await?;
    if !none.is_empty() {
        let what = format!("the lookup by a key never used gives {} payments", none.len());
        findings.push(Finding::new(what).with(reply.evidence()));
    }
    Ok(Verdict::from_findings(findings, "found by its key, and nothing by another"))
}
