//! An authorization server that redirects to whoever asks hands codes to whoever asks.

use super::expect_page;
use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "unregistered-redirect-refused",
    ids: &["N01"],
    title: "an unregistered redirect address gets a page, never a redirect",
    source: "RFC 6749 §3.1.2.4, §4.1.2.1",
    advice: "Compare `redirect_uri` with the registered ones before anything else and answer a mismatch with an error page (400).",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let wrong = bank.authorization(bank.scopes()).await?.with("redirect_uri", "https://attacker.example/callback");
    let landing = bank.authorize(&wrong).await?;
    let finding = expect_page(&landing, "an authorization request with an unregistered redirect_uri");
    Ok(Verdict::from_findings(finding.into_iter().collect(), "answered with an error page"))
}
