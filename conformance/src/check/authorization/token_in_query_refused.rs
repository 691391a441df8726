//! Addresses end up in logs, histories and referrers.

use crate::check::{Area, Check, Run};
use crate::http::Request;
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "token-in-query-refused",
    ids: &["N67"],
    title: "a token in the query is not accepted",
    source: "RFC 9700 §4.3.2; RFC 6750 §2.3",
    advice: "Read access tokens from the `Authorization` header only; refuse requests that carry one in the query.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let token = bank.session().await?.access_token.clone();
    let reply = bank.send(Request::get(bank.protected()).query([("access_token", token.as_str())])).await?;
    if matches!(reply.status(), 400 | 401) {
        return Ok(Verdict::passed(format!("answered {}", reply.status())));
    }
    let what = format!("a token in the query was answered {}; 400 or 401 is due", reply.status());
    Ok(Verdict::Failed(vec![Finding::new(what).with(reply.evidence())]))
}
