//! Look-then-write without a lock pays twice under load.

use super::{Order, listed, taken};
use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "concurrent-key-books-once",
    ids: &["L16"],
    title: "the same order sent many times at once is taken once",
    source: "draft-ietf-httpapi-idempotency-key-header §2.6; docs/generic-api.md (payments)",
    advice: "Reserve the key before doing anything; answer 409 while the first order runs.",
    area: Area::Payments,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

/// Copies sent at once.
const COPIES: usize = 8;

async fn run(bank: &BankProbe) -> Judgement {
    let order = Order::small(bank).await?;
    let key = bank.fresh("key");
    bank.session().await?;
    let copies = (0..COPIES).map(|_| bank.ask(order.request(bank, Some(&key))));
    let replies = futures_util::future::try_join_all(copies).await?;
    let mut findings = Vec::new();
    for reply in replies.iter().filter(|reply| !matches!(reply.status(), 200 | 201 | 409)) {
        let what = format!("one of {COPIES} copies was answered {}; 201 or 409 is due", reply.status());
        findings.push(Finding::new(what).with(reply.evidence()));
    }
    let mut ids: Vec<String> = replies.iter().filter_map(|reply| taken(reply).ok()).map(|payment| payment.id).collect();
    ids.sort();
    ids.dedup();
    let (payments, reply) = listed(bank, "end_to_end_id", &order.end_to_end_id).await?;
    if ids.len() > 1 || payments.len() != 1 {
        let what = format!("{COPIES} copies under one key became {} payments", payments.len().max(ids.len()));
        let finding = replies.iter().fold(Finding::new(what), |finding, reply| finding.with(reply.evidence()));
        findings.push(finding.with(reply.evidence()));
    }
    Ok(Verdict::from_findings(findings, format!("{COPIES} copies at once, one payment")))
}
