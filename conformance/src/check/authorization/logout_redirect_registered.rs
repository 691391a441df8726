//! A logout that sends the browser anywhere is an open redirector with the bank's name on it.

use crate::check::{Area, Check, Run};
use crate::http::Request;
use crate::probe::{BankProbe, Judgement, Trouble, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "logout-redirect-registered",
    ids: &["N58"],
    title: "nobody is sent to an unregistered address after a logout",
    source: "OpenID Connect RP-Initiated Logout 1.0 §3, §3.1; RFC 9700 §4.11",
    advice: "Redirect after a logout to registered `post_logout_redirect_uris` only, compared byte for byte; else show a page.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

const ELSEWHERE: &str = "https://attacker.example/goodbye";

async fn run(bank: &BankProbe) -> Judgement {
    let endpoint = bank.endpoint("end_session_endpoint").await?;
    let client = bank.registration()?.client_id.clone();
    let missing = || Trouble::Unobservable("no id_token came".to_owned());
    let id_token = bank.log_in(bank.scopes()).await?.id_token.ok_or_else(missing)?;
    let mut findings = Vec::new();
    let ways: [(&str, Vec<(&str, &str)>); 3] = [
        ("without a hint", vec![("post_logout_redirect_uri", ELSEWHERE)]),
        ("with a client id", vec![("post_logout_redirect_uri", ELSEWHERE), ("client_id", &client)]),
        ("with a good hint", vec![("post_logout_redirect_uri", ELSEWHERE), ("id_token_hint", &id_token)]),
    ];
    for (how, query) in &ways {
        let reply = bank.send(Request::get(&endpoint).query(query.iter().copied())).await?;
        if reply.header("location").is_some_and(|to| to.starts_with("https://attacker.example")) {
            let what = format!("a logout {how} sent the browser to {ELSEWHERE}; a page is due");
            findings.push(Finding::new(what).with(reply.evidence()));
        }
    }
    Ok(Verdict::from_findings(findings, format!("{} ways to somewhere else refused", ways.len())))
}
