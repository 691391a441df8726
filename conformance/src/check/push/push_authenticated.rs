//! A push is trusted later because its sender was known.

use crate::check::{Area, Check, Run};
use crate::flow::expect_oauth_error;
use crate::http::Request;
use crate::probe::{BankProbe, Judgement, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "push-authenticated",
    ids: &["N14"],
    title: "who pushes a request proves who he is",
    source: "RFC 9126 §2; FAPI 2.0 Security Profile §5.3.2.1",
    advice: "Authenticate the client at the endpoint for pushed requests as at the token endpoint; answer `invalid_client` (401).",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let pushed = bank.authorization(bank.scopes()).await?;
    let endpoint = bank.push_endpoint().await?;
    let reply = bank.send(Request::post(endpoint).form(pushed.params)).await?;
    let finding = expect_oauth_error(&reply, &[401, 400], &["invalid_client", "invalid_request"], "an anonymous push");
    Ok(Verdict::from_findings(finding.into_iter().collect(), "an anonymous push refused"))
}
