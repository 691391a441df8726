//! A client that keys on ids overwrites one of two entries that share one.

use std::collections::HashMap;

use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, Row, judged};
use crate::verdict::{Evidence, Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "ids-unique",
    ids: &["A1"],
    title: "no two accounts and no two entries of an account share an id",
    source: "docs/generic-api.md (resources)",
    advice: "Give every entry an id of its own that no other entry ever had.",
    area: Area::Data,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let reading = bank.reading().await?;
    let mut findings = Vec::new();
    for (index, account) in reading.accounts.iter().enumerate() {
        if reading.accounts[..index].iter().any(|other| other.account.id == account.account.id) {
            let what = format!("two accounts have the id {}", account.account.id);
            findings.push(Finding::new(what).with(Evidence::from(account.exchange.clone())));
        }
        let mut seen: HashMap<&str, &Row> = HashMap::new();
        for row in &account.rows {
            let Some(id) = row.record.id.as_deref() else { continue };
            if let Some(first) = seen.insert(id, row).filter(|first| first.record != row.record) {
                let what = format!("two different entries have the id {id}");
                findings.push(Finding::new(what).with(first.evidence()).with(row.evidence()));
            }
        }
    }
    Ok(Verdict::from_findings(findings, format!("{} ids", reading.rows().count())))
}
