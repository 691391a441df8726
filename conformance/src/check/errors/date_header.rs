//! Clients measure `Retry-After` dates and their own skew against it.

use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, http_date, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "date-header",
    ids: &[],
    title: "every answer carries a Date in the form of HTTP",
    source: "RFC 9110 §6.6.1, §5.6.7",
    advice: "Send `Date` as an IMF-fixdate with every answer.",
    area: Area::Errors,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let mut findings = Vec::new();
    for path in ["/accounts", "/no-such-path"] {
        let reply = bank.get(path).await?;
        let date = reply.header("date");
        if date.and_then(http_date).is_none() {
            let what = format!("GET {path} has `{}` for Date; an IMF-fixdate is due", date.unwrap_or("nothing"));
            findings.push(Finding::new(what).with(reply.evidence().at("header Date")));
        }
    }
    Ok(Verdict::from_findings(findings, "on an answer and on a refusal"))
}
