//! One flipped character must be enough.

use crate::check::{Area, Check, Run};
use crate::http::Request;
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "tampered-token-refused",
    ids: &["N68"],
    title: "a tampered token is answered 401 invalid_token",
    source: "RFC 6750 §3.1",
    advice: "Answer a token that was not issued, or not in this form, with 401 and `error=\"invalid_token\"`.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let token = bank.session().await?.access_token.clone();
    let mut tampered = token.clone();
    let last = tampered.pop().unwrap_or('a');
    tampered.push(if last == 'A' { 'B' } else { 'A' });
    let mut findings = Vec::new();
    for (what, wrong) in [
        ("a token with its last character changed", tampered),
        ("a token cut in half", token[..token.len() / 2].to_owned()),
    ] {
        let reply = bank.send(Request::get(bank.protected()).bearer(&wrong)).await?;
        let challenge = reply.header("www-authenticate").unwrap_or("");
        if reply.status() != 401 {
            let message = format!("{what} was answered {}; 401 is due", reply.status());
            findings.push(Finding::new(message).with(reply.evidence()));
        } else if !challenge.contains("invalid_token") {
            let message = format!("the 401 to {what} does not say `invalid_token` in WWW-Authenticate");
            findings.push(Finding::new(message).with(reply.evidence()));
        }
    }
    Ok(Verdict::from_findings(findings, "a changed and a cut token refused"))
}
