//! An order nobody can look up is an order nobody can follow.

use super::{Order, taken};
use crate::check::{Area, Check, Run};
use crate::http::Request;
use crate::normalise::generic;
use crate::probe::{BankProbe, Judgement, judged, needed_json};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "payment-readable",
    ids: &[],
    title: "an order that was taken can be read where the bank says",
    source: "RFC 9110 §15.3.2; docs/generic-api.md (payments)",
    advice: "Answer 201 with `Location` and the payment; show the same payment there.",
    area: Area::Payments,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let order = Order::small(bank).await?;
    let reply = bank.ask(order.request(bank, Some(&bank.fresh("key")))).await?;
    let mut findings = Vec::new();
    if reply.status() != 201 {
        let what = format!("an order was answered {}; 201 is due", reply.status());
        return Ok(Verdict::Failed(vec![Finding::new(what).with(reply.evidence())]));
    }
    let payment = taken(&reply)?;
    if payment.amount != order.amount {
        let what = format!("an order of {} came back as {}", order.amount, payment.amount);
        findings.push(Finding::new(what).with(reply.evidence().at("/amount")));
    }
    let location = reply.header("location").unwrap_or("");
    let base = url::Url::parse(&bank.url("/payments")).ok();
    match base.and_then(|base| base.join(location).ok()).filter(|_| !location.is_empty()) {
        None => findings.push(Finding::new("the 201 has no `Location`").with(reply.evidence())),
        Some(url) => {
            let read = bank.ask(Request::get(url)).await?;
            let same = generic::one_payment(&needed_json(&read)?).value;
            if same.is_none_or(|same| same.id != payment.id || same.amount != payment.amount) {
                let what = "the payment at `Location` is another one";
                findings.push(Finding::new(what).with(reply.evidence()).with(read.evidence()));
            }
        }
    }
    Ok(Verdict::from_findings(findings, format!("{} readable", payment.id)))
}
