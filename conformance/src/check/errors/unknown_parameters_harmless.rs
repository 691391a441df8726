//! A client's extra parameter must not become an outage.

use crate::check::{Area, Check, Run};
use crate::normalise::generic;
use crate::probe::{BankProbe, Judgement, judged, needed_json};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "unknown-parameters-harmless",
    ids: &[],
    title: "an unknown query parameter is refused or changes nothing",
    source: "house",
    advice: "Refuse query parameters the resource does not have with 400, or ignore them; never fail on them.",
    area: Area::Errors,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let plain = bank.get("/accounts").await?;
    let extra = bank.get("/accounts?no-such-parameter=1").await?;
    if extra.status() == 400 {
        return Ok(Verdict::passed("refused with 400"));
    }
    let ids = |document| -> Vec<String> {
        generic::accounts(&document).value.records.into_iter().map(|account| account.id).collect()
    };
    let due = ids(needed_json(&plain)?);
    if extra.status() == 200 && extra.json().ok().map(ids).as_ref() == Some(&due) {
        return Ok(Verdict::passed("ignored"));
    }
    let what = format!("an unknown parameter was answered {} with other accounts than without it", extra.status());
    Ok(Verdict::Failed(vec![Finding::new(what).with(plain.evidence()).with(extra.evidence())]))
}
