//! Who signs must be who speaks.

use serde_json::Value;

use super::{asserting, key_of_client};
use crate::check::{Area, Check, Run};
use crate::flow::expect_oauth_error;
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "assertion-subject",
    ids: &["N28", "N32"],
    title: "an assertion speaks for the client that signed it, and for no other",
    source: "RFC 7523 §3; OpenID Connect Core §9",
    advice: "Demand that `iss` and `sub` are both the client id, and that its own key signed.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let (client, _) = key_of_client(bank)?;
    let mut cases: Vec<(&str, &str, Value)> = vec![
        ("an assertion with another `sub`", "sub", "somebody".into()),
        ("an assertion with another `iss`", "iss", "somebody".into()),
        ("an assertion without `sub`", "sub", Value::Null),
    ];
    if let Ok(other) = bank.other_registration() {
        cases.push(("an assertion with the `sub` of another client", "sub", other.client_id.clone().into()));
    }
    let mut findings = Vec::new();
    for (what, claim, value) in cases {
        let mut claims = bank.assertion(&client.client_id).await?;
        claims[claim] = value;
        let reply = asserting(bank, &claims).await?;
        findings.extend(expect_oauth_error(&reply, &[401, 400], &["invalid_client"], what));
    }
    Ok(Verdict::from_findings(findings, "other subjects and issuers refused"))
}
