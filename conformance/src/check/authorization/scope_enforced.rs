//! The account holder agreed to the scope, not to the client.

use crate::check::{Area, Check, Run};
use crate::http::Request;
use crate::normalise::generic;
use crate::probe::{BankProbe, Judgement, Trouble, expect_problem, judged, needed_json};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "scope-enforced",
    ids: &["N68"],
    title: "a token does not open what its scope does not cover",
    source: "RFC 6750 §3.1; docs/generic-api.md (scopes)",
    advice: "Compare the scope of the token with what the resource needs; answer 403 `insufficient_scope`.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let tokens = bank.log_in("openid accounts").await?;
    let get = |path: String| bank.send(Request::get(bank.url(&path)).bearer(&tokens.access_token));
    let listed = get("/accounts".to_owned()).await?;
    let accounts = generic::accounts(&needed_json(&listed)?).value.records;
    let Some(account) = accounts.first() else {
        return Ok(Verdict::inconclusive("the account holder has no account"));
    };
    let mut findings = Vec::new();
    for resource in ["balances", "transactions"] {
        let reply = get(format!("/accounts/{}/{resource}", account.id)).await?;
        if reply.status() == 401
            && reply.header("www-authenticate").is_some_and(|value| value.contains("invalid_token"))
        {
            let reason = format!("the bank refuses the token altogether (see reads-answer): {}", reply.exchange);
            return Err(Trouble::Unobservable(reason));
        }
        let what = format!("{resource} with a token for `accounts`");
        findings.extend(expect_problem(&reply, &[403], &["insufficient_scope"], &what));
    }
    Ok(Verdict::from_findings(findings, "balances and transactions closed to a token for accounts"))
}
