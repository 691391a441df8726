//! A proof made in advance is a proof somebody else may hold.

use super::{Bound, bound, with_proof};
use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "proof-in-time",
    ids: &["N43"],
    title: "a proof of another hour is refused, one of the next seconds is not",
    source: "RFC 9449 §4.3, §11.1; FAPI 2.0 Security Profile §5.3.2.1",
    advice: "Refuse a proof whose `iat` is more than a minute away, and accept one up to 10 seconds ahead.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let Bound { token, url } = bound(bank).await?;
    let now = bank.bank_now().as_second();
    let mut findings = Vec::new();
    for (what, iat, is_due) in [
        ("an hour old", now - 3600, false),
        ("an hour ahead", now + 3600, false),
        ("eight seconds ahead", now + 8, true),
    ] {
        let proof = bank.proof("GET", &url, Some(&token));
        // A nonce would vouch for the time.
        let has_nonce = proof.claims.get("nonce").is_some();
        let reply = bank.send(with_proof(&url, &token, &bank.signed(&proof.claiming("iat", iat)))).await?;
        if reply.is_success() != is_due && (is_due || !has_nonce) {
            let due = if is_due { "a success" } else { "401" };
            let what = format!("a proof {what} was answered {}; {due} is due", reply.status());
            findings.push(Finding::new(what).with(reply.evidence()));
        }
    }
    Ok(Verdict::from_findings(findings, "an hour either way refused, eight seconds ahead accepted"))
}
