//! An assertion in a log must be of no use.

use super::{asserting, key_of_client};
use crate::check::{Area, Check, Run};
use crate::flow::expect_oauth_error;
use crate::probe::{BankProbe, Judgement, Trouble, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "assertion-used-once",
    ids: &["N33"],
    title: "an assertion is used once",
    source: "RFC 7523 §3; FAPI 2.0 Security Profile §5.3.2.1",
    advice: "Remember `jti` until the assertion expires, and refuse a second use with `invalid_client`.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let (client, _) = key_of_client(bank)?;
    let claims = bank.assertion(&client.client_id).await?;
    let first = asserting(bank, &claims).await?;
    if first.text().contains("invalid_client") {
        return Err(Trouble::Unobservable(format!("a right assertion was refused: {}", first.exchange)));
    }
    let second = asserting(bank, &claims).await?;
    let finding = expect_oauth_error(&second, &[401, 400], &["invalid_client"], "an assertion used twice");
    Ok(Verdict::from_findings(finding.into_iter().collect(), "the second use refused"))
}
