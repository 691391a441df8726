//! The name outside a signed request must be the name inside.

use super::{pushing, right, signed, with};
use crate::check::{Area, Check, Run};
use crate::flow::expect_oauth_error;
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "request-object-of-client",
    ids: &["N49"],
    title: "a request object that names another client is refused",
    source: "RFC 9101 §5, §6.3; RFC 9126 §3",
    advice: "Refuse a push whose request object has another `client_id` than the client that authenticated.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let claims = right(bank).await?;
    let other = bank.other_registration()?.client_id.clone();
    let object = signed(bank, &with(&claims, &[("client_id", other.into())]))?;
    let reply = pushing(bank, &object).await?;
    let codes = ["invalid_request_object", "invalid_request", "invalid_client"];
    let finding = expect_oauth_error(&reply, &[400, 401], &codes, "a request object that names another client");
    Ok(Verdict::from_findings(finding.into_iter().collect(), "another client's name refused"))
}
