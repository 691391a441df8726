//! A client can only act on a refusal it can read.

use crate::check::{Area, Check, Run};
use crate::http::Reply;
use crate::json::Value;
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "problem-documents",
    ids: &["K3"],
    title: "a refusal is a problem document whose members agree with the answer",
    source: "RFC 9457 §3, §3.1",
    advice: "Send `application/problem+json` with `type`, `title`, `status` (equal to the HTTP status) and `code`.",
    area: Area::Errors,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let missing = bank.get("/accounts/acc_does-not-exist").await?;
    let wrong = bank.get("/accounts?limit=0").await?;
    let unknown = bank.get("/no-such-path").await?;
    let findings: Vec<Finding> = [missing, wrong, unknown].iter().filter_map(not_a_problem).collect();
    Ok(Verdict::from_findings(findings, "three refusals, all problem documents"))
}

fn not_a_problem(reply: &Reply) -> Option<Finding> {
    let finding = |what: String| Some(Finding::new(what).with(reply.evidence()));
    let media_type = reply.media_type().unwrap_or_default();
    if media_type != "application/problem+json" {
        return finding(format!(
            "a refusal ({}) of type `{media_type}`; application/problem+json is due",
            reply.status()
        ));
    }
    let document = match reply.json() {
        Ok(document) => document,
        Err(error) => return finding(format!("a refusal ({}) whose body is {error}", reply.status())),
    };
    let root = document.root();
    for name in ["type", "title", "code"] {
        if root.member(name).and_then(|at| at.text()).is_none() {
            return finding(format!("a refusal ({}) without a text `{name}`", reply.status()));
        }
    }
    match root.member("status").map(|at| at.value) {
        Some(Value::Number(status)) if *status == reply.status().to_string() => None,
        Some(other) => finding(format!("the `status` member says {other}, the answer {}", reply.status())),
        None => finding(format!("a refusal ({}) without `status`", reply.status())),
    }
}
