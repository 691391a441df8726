//! A filter that is silently ignored answers another question than the one asked.

use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, expect_problem, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "bad-parameters-refused",
    ids: &[],
    title: "a parameter that cannot be honoured is refused by name",
    source: "RFC 9110 §15.5.1; docs/generic-api.md",
    advice: "Refuse a parameter outside its range or not of its type with 400 and name it in `field`.",
    area: Area::Errors,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

/// Query and the parameter at fault.
const WRONG: &[(&str, &str)] = &[
    ("limit=0", "limit"),
    ("limit=101", "limit"),
    ("limit=ten", "limit"),
    ("from=2026-02-30", "from"),
    ("to=01.03.2026", "to"),
    ("status=settled", "status"),
];

async fn run(bank: &BankProbe) -> Judgement {
    let account = bank.any_account().await?;
    let mut findings = Vec::new();
    for (query, name) in WRONG {
        let reply = bank.get(&format!("/accounts/{account}/transactions?{query}")).await?;
        if let Some(finding) = expect_problem(&reply, &[400], &["invalid_parameter"], &format!("`{query}`")) {
            findings.push(finding);
            continue;
        }
        let document = reply.json().ok();
        let field =
            document.as_ref().and_then(|d| d.root().member("field")).and_then(|at| at.text().map(str::to_owned));
        let due = format!("query.{name}");
        if field.as_ref() != Some(&due) {
            let what =
                format!("the refusal of `{query}` names the field `{}`; `{due}` is due", field.unwrap_or_default());
            findings.push(Finding::new(what).with(reply.evidence().at("/field")));
        }
    }
    Ok(Verdict::from_findings(findings, format!("{} wrong parameters refused by name", WRONG.len())))
}
