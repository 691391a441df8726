//! A reference that works for anybody lets one client start the login of another.

use crate::check::authorization::expect_page;
use crate::check::{Area, Check, Run};
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "push-bound-to-client",
    ids: &["N09"],
    title: "a `request_uri` is of no use to another client",
    source: "RFC 9126 §2.2; RFC 9101 §6.2",
    advice: "Bind a `request_uri` to the client that pushed it; answer another `client_id` with an error page.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let other = bank.other_registration()?.client_id.clone();
    let pushed = bank.authorization(bank.scopes()).await?;
    let stolen = bank.referring(&pushed).await?.with("client_id", other);
    let landing = bank.authorize(&stolen).await?;
    let finding = expect_page(&landing, "a `request_uri` of another client");
    Ok(Verdict::from_findings(finding.into_iter().collect(), "another client refused"))
}
