//! What is not understood cannot be agreed to.

use crate::check::authorization::expect_error;
use crate::check::{Area, Check, Run};
use crate::flow::Landing;
use crate::json::quoted;
use crate::probe::{BankProbe, Judgement, Trouble, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "details-checked",
    ids: &["N77"],
    title: "`authorization_details` that are not understood in every part are refused",
    source: "RFC 9396 §5",
    advice: "Refuse an unknown type, an unknown or missing member and a wrong value with `invalid_authorization_details`.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let types = bank.metadata().await?.detail_types.clone();
    let Some(known) = types.first() else {
        return Err(Trouble::Unobservable("the server lists no `authorization_details_types_supported`".to_owned()));
    };
    let known = quoted(known);
    let wrong = [
        ("of an unknown type", r#"[{"type":"no-such-type"}]"#.to_owned()),
        ("without a type", r#"[{"actions":["read"]}]"#.to_owned()),
        ("that are no list", format!(r#"{{"type":{known}}}"#)),
        ("with a member nobody knows", format!(r#"[{{"type":{known},"no-such-member":"x"}}]"#)),
        ("with a value of the wrong kind", format!(r#"[{{"type":{known},"actions":7}}]"#)),
        ("that are no JSON", "[{".to_owned()),
    ];
    let mut findings = Vec::new();
    for (what, details) in &wrong {
        let landing =
            bank.authorize(&bank.authorization(bank.scopes()).await?.with("authorization_details", details)).await?;
        let what = format!("details {what}");
        let finding = match &landing {
            // Where requests are pushed the refusal is JSON.
            Landing::Page(reply) if reply.json().is_ok() => {
                let codes = ["invalid_authorization_details", "invalid_request"];
                crate::flow::expect_oauth_error(reply, &[400], &codes, &what)
            }
            _ => expect_error(&landing, &["invalid_authorization_details", "invalid_request"], &what),
        };
        findings.extend(finding);
    }
    Ok(Verdict::from_findings(findings, format!("{} kinds of wrong details refused", wrong.len())))
}
