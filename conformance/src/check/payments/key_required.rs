//! An order that cannot be repeated safely will one day be repeated unsafely.

use super::Order;
use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, expect_problem, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "key-required",
    ids: &[],
    title: "an order without an idempotency key is refused",
    source: "draft-ietf-httpapi-idempotency-key-header §2.7; docs/generic-api.md (payments)",
    advice: "Answer an order without `Idempotency-Key` with 400 and book nothing.",
    area: Area::Payments,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let order = Order::small(bank).await?;
    let reply = bank.ask(order.request(bank, None)).await?;
    let finding = expect_problem(&reply, &[400], &["missing_idempotency_key"], "an order without a key");
    Ok(Verdict::from_findings(finding.into_iter().collect(), "400 missing_idempotency_key"))
}
