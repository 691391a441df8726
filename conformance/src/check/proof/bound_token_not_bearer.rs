//! The scheme is where a downgrade begins.

use super::{Bound, bound};
use crate::check::{Area, Check, Run};
use crate::http::Request;
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "bound-token-not-bearer",
    ids: &["N45"],
    title: "a token bound to a key is no bearer token",
    source: "RFC 9449 §7.2",
    advice: "Refuse a bound token under the scheme Bearer with 401 `invalid_token`.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let Bound { token, url } = bound(bank).await?;
    let bare = Request::get(&url).bearer(&token);
    let proven = bare.clone().header("dpop", bank.signed(&bank.proof("GET", &url, Some(&token))));
    let mut findings = Vec::new();
    for (what, request) in [("without a proof", bare), ("with a proof", proven)] {
        let reply = bank.send_bare(request).await?;
        if reply.status() != 401 {
            let what = format!("a bound token under Bearer {what} was answered {}; 401 is due", reply.status());
            findings.push(Finding::new(what).with(reply.evidence()));
        }
    }
    Ok(Verdict::from_findings(findings, "refused under Bearer, with and without a proof"))
}
