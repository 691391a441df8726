//! The token endpoint is where the client proves who it is.

use crate::check::{Area, Check, Run};
use crate::flow::{expect_oauth_error, with_basic};
use crate::http::Request;
use crate::probe::{BankProbe, Judgement, Trouble, judged};
use crate::target::bank::ClientAuth;
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "wrong-client-secret-refused",
    ids: &["N28"],
    title: "a wrong client secret is refused",
    source: "RFC 6749 §5.2",
    advice: "Verify the client before looking at the grant; answer `invalid_client` (401).",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let client = bank.registration()?;
    let url = bank.metadata().await?.token_endpoint.clone();
    let request = Request::post(url).header("accept", "application/json");
    let grant = ("grant_type", "client_credentials");
    let wrong_secret = bank.fresh("secret");
    let request = match client.auth {
        ClientAuth::SecretBasic(_) => with_basic(request.form([grant]), &client.client_id, &wrong_secret),
        ClientAuth::SecretPost(_) => {
            request.form([grant, ("client_id", &client.client_id), ("client_secret", &wrong_secret)])
        }
        ClientAuth::PrivateKeyJwt(_) | ClientAuth::None => {
            return Err(Trouble::Unobservable(format!("our client has no secret ({:?})", client.auth)));
        }
    };
    let is_basic = matches!(client.auth, ClientAuth::SecretBasic(_));
    let reply = bank.send(request).await?;
    let mut findings: Vec<Finding> =
        expect_oauth_error(&reply, &[401], &["invalid_client"], "a wrong client secret").into_iter().collect();
    if findings.is_empty() && is_basic && reply.header("www-authenticate").is_none() {
        let what = "a 401 to HTTP Basic without `WWW-Authenticate`";
        findings.push(Finding::new(what).with(reply.evidence()));
    }
    Ok(Verdict::from_findings(findings, "401 invalid_client"))
}
