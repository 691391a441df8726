//! A code that comes back was stolen: the tokens it gave may be in the wrong hands.

use crate::check::{Area, Check, Run};
use crate::flow::Tokens;
use crate::http::Request;
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "code-reuse-revokes-tokens",
    ids: &["N24"],
    title: "using a code again ends the tokens it gave",
    source: "RFC 6749 §4.1.2; RFC 9700 §4.5",
    advice: "When a used code comes back, revoke every token that was issued for it.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let authorization = bank.authorization(bank.scopes()).await?;
    let code = bank.code(&authorization).await?;
    let tokens = Tokens::read(&bank.redeem(&authorization, &code).await?)?;
    let again = bank.redeem(&authorization, &code).await?;
    let reply = bank.send(Request::get(bank.protected()).bearer(&tokens.access_token)).await?;
    if reply.status() == 401 {
        return Ok(Verdict::passed("the access token of the replayed code answers 401"));
    }
    let what = format!("after its code was used again the access token was answered {}; 401 is due", reply.status());
    Ok(Verdict::Failed(vec![Finding::new(what).with(again.evidence()).with(reply.evidence())]))
}
