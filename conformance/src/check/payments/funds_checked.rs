//! A rejection that comes days later is a return nobody expected.

use super::Order;
use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, expect_problem, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "funds-checked",
    ids: &["L17"],
    title: "an order beyond the available amount is refused",
    source: "docs/generic-api.md (payments)",
    advice: "Compare the order with what is available, in the same step that takes it; answer 422 `insufficient_funds`.",
    area: Area::Payments,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let order = Order::small(bank).await?.beyond_reach();
    let reply = bank.ask(order.request(bank, Some(&bank.fresh("key")))).await?;
    let what = format!("an order of {} {}", order.amount, order.amount.currency());
    let finding = expect_problem(&reply, &[422], &["insufficient_funds"], &what);
    Ok(Verdict::from_findings(finding.into_iter().collect(), "422 insufficient_funds"))
}
