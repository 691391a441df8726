//! A bank that reads a broken order leniently pays something nobody wrote.

use crate::check::{Area, Check, Run};
use crate::http::Request;
use crate::probe::{BankProbe, Judgement, expect_problem, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "malformed-body-refused",
    ids: &[],
    title: "a body that is not what the contract says is refused, with the place",
    source: "RFC 9110 §15.5.1; RFC 6901; docs/generic-api.md",
    advice: "Refuse broken JSON, unknown members and members that come twice with 400; point at the member with a JSON pointer.",
    area: Area::Errors,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    bank.may_pay()?;
    let account = bank.any_account().await?;
    let order = format!(r#""debtor_account_id":"{account}","amount":{{"value":"0.01","currency":"XXX"}}"#);
    let cases = [
        ("a body cut in the middle", format!("{{{order}"), None),
        ("an unknown member", format!(r#"{{{order},"surprise":1}}"#), Some("/surprise")),
        (
            "a member that comes twice",
            format!(r#"{{{order},"debtor_account_id":"{account}"}}"#),
            Some("/debtor_account_id"),
        ),
        ("an array where an object is due", "[]".to_owned(), None),
    ];
    let mut findings = Vec::new();
    for (what, body, pointer) in cases {
        let request = Request::post(bank.url("/payments")).header("idempotency-key", bank.fresh("key")).json(body);
        let reply = bank.ask(request).await?;
        let codes = ["malformed_request", "invalid_parameter"];
        if let Some(finding) = expect_problem(&reply, &[400], &codes, what) {
            findings.push(finding);
            continue;
        }
        let document = reply.json().ok();
        let field =
            document.as_ref().and_then(|d| d.root().member("field")).and_then(|at| at.text().map(str::to_owned));
        if pointer.is_some() && field.as_deref() != pointer {
            let said = field.unwrap_or_default();
            let message = format!("the refusal of {what} points at `{said}`; `{}` is due", pointer.unwrap_or_default());
            findings.push(Finding::new(message).with(reply.evidence().at("/field")));
        }
    }
    Ok(Verdict::from_findings(findings, "four wrong bodies refused with the place"))
}
