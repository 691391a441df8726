//! For a client the server does not know, no redirect address can be trusted.

use super::expect_page;
use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "unknown-client-refused",
    ids: &["N06"],
    title: "an unknown client gets a page, never a redirect",
    source: "RFC 6749 §4.1.2.1",
    advice: "Look the client up first; answer an unknown one with an error page (400).",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let wrong = bank.authorization(bank.scopes()).await?.with("client_id", format!("nobody-{}", bank.fresh("client")));
    let landing = bank.authorize(&wrong).await?;
    let finding = expect_page(&landing, "an authorization request of an unknown client");
    Ok(Verdict::from_findings(finding.into_iter().collect(), "answered with an error page"))
}
