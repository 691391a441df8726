//! A wait that is too short teaches clients to ignore it.

use super::{Burst, burst};
use crate::check::{Area, Check, Run};
use crate::http::Request;
use crate::probe::{BankProbe, Judgement, Trouble, judged, told_to_wait};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "throttling-recovers",
    ids: &["J4"],
    title: "after the wait it names, the bank answers again",
    source: "RFC 9110 §10.2.3",
    advice: "Name a wait after which a call is really allowed.",
    area: Area::Limits,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let refusal = match burst(bank).await? {
        Burst::Refused { reply, .. } => reply,
        Burst::Endless { calls } => return Ok(Verdict::inconclusive(format!("{calls} calls were all answered"))),
    };
    let Some(wait) = told_to_wait(&refusal) else {
        return Err(Trouble::Unobservable("the 429 names no wait (see throttling-answered)".to_owned()));
    };
    bank.wait(wait).await?;
    let token = bank.session().await?.access_token.clone();
    let after = bank.try_send(Request::get(bank.url("/accounts")).bearer(&token)).await?;
    if after.status() != 429 {
        return Ok(Verdict::passed(format!("answered {} after {wait:?}", after.status())));
    }
    let what = format!("the bank named {wait:?} and refused again after them");
    Ok(Verdict::Failed(vec![Finding::new(what).with(refusal.evidence()).with(after.evidence())]))
}
