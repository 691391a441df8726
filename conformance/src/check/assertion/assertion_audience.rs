//! An assertion for one server must not open another.

use super::{asserting, key_of_client};
use crate::check::{Area, Check, Run};
use crate::flow::expect_oauth_error;
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "assertion-audience",
    ids: &["N31"],
    title: "an assertion for another server is refused",
    source: "RFC 7523 §3; FAPI 2.0 Security Profile §5.3.2.1",
    advice: "Refuse an assertion whose `aud` is not this server with `invalid_client`.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let (client, _) = key_of_client(bank)?;
    let mut findings = Vec::new();
    for audience in ["https://other.example", "https://other.example/token", ""] {
        let mut claims = bank.assertion(&client.client_id).await?;
        claims["aud"] = audience.into();
        let reply = asserting(bank, &claims).await?;
        let what = format!("an assertion for `{audience}`");
        findings.extend(expect_oauth_error(&reply, &[401, 400], &["invalid_client"], &what));
    }
    Ok(Verdict::from_findings(findings, "three other audiences refused"))
}
