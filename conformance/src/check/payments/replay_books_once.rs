//! The reason keys exist.

use std::time::Duration;

use super::{Order, listed, taken};
use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "replay-books-once",
    ids: &["L16"],
    title: "a repeated order moves money once",
    source: "draft-ietf-httpapi-idempotency-key-header §2.6; docs/generic-api.md (payments)",
    advice: "Look the key up in the same step that takes the order, so that a repetition takes nothing.",
    area: Area::Payments,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

/// Enough virtual time for an order inside a sandbox to be booked.
const SETTLEMENT: Duration = Duration::from_secs(30);

async fn run(bank: &BankProbe) -> Judgement {
    let order = Order::small(bank).await?;
    let key = bank.fresh("key");
    let first = bank.ask(order.request(bank, Some(&key))).await?;
    taken(&first)?;
    for _ in 0..2 {
        bank.ask(order.request(bank, Some(&key))).await?;
    }
    let mut findings = Vec::new();
    let (payments, reply) = listed(bank, "end_to_end_id", &order.end_to_end_id).await?;
    if payments.len() != 1 {
        let what = format!("an order sent three times under one key became {} payments", payments.len());
        findings.push(Finding::new(what).with(first.evidence()).with(reply.evidence()));
    }
    if bank.target.control.is_some() {
        bank.wait(SETTLEMENT).await?;
    }
    let rows = bank.rows(&order.debtor, "limit=100&status=booked").await?;
    let debits: Vec<_> =
        rows.iter().filter(|row| row.record.end_to_end_id.as_deref() == Some(order.end_to_end_id.as_str())).collect();
    if debits.len() > 1 {
        let what = format!("an order sent three times under one key was debited {} times", debits.len());
        let finding = debits.iter().fold(Finding::new(what), |finding, row| finding.with(row.evidence()));
        findings.push(finding.with(first.evidence()));
    }
    Ok(Verdict::from_findings(findings, format!("three sendings, one payment, {} debit", debits.len())))
}
