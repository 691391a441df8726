//! The challenge is how a client tells "log in" from "your token is bad".

use crate::check::{Area, Check, Run};
use crate::http::Request;
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "token-required",
    ids: &["N68"],
    title: "a request without a token is answered 401 with a bare challenge",
    source: "RFC 6750 §3, §3.1",
    advice: "Answer 401 with `WWW-Authenticate: Bearer` and, since nothing was wrong with a token, no `error`.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let reply = bank.send(Request::get(bank.protected())).await?;
    let challenge = reply.header("www-authenticate").unwrap_or("").to_ascii_lowercase();
    let what = if reply.status() != 401 {
        format!("a request without a token was answered {}; 401 is due", reply.status())
    } else if !challenge.starts_with("bearer") {
        "the 401 has no `WWW-Authenticate: Bearer`".to_owned()
    } else if challenge.contains("error=") {
        "the 401 to a request without a token names an `error`".to_owned()
    } else {
        return Ok(Verdict::passed("401 with a bare Bearer challenge"));
    };
    Ok(Verdict::Failed(vec![Finding::new(what).with(reply.evidence())]))
}
