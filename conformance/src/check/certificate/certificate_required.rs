//! A client that is known by its certificate is nobody without it.

use super::{credentials, thief};
use crate::check::{Area, Check, Run};
use crate::flow::expect_oauth_error;
use crate::probe::{BankProbe, Judgement, Trouble, judged};
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "certificate-required",
    ids: &["N37"],
    title: "a client with a certificate gets no token over a connection that does not show it",
    source: "RFC 8705 §2, §3; FAPI 1.0 part 2 §5.2.2 (5, 6)",
    advice: "Demand the certificate in the TLS handshake of every token call, or answer `invalid_client` (401) without it.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

async fn run(bank: &BankProbe) -> Judgement {
    let thief = thief(bank)?;
    let metadata = bank.metadata().await?;
    let url = metadata.mutual_token_endpoint.clone().unwrap_or_else(|| metadata.token_endpoint.clone());
    let right = bank.authenticated(url.clone(), credentials()).await?;
    if !right.is_success() {
        return Err(Trouble::Unobservable(format!(
            "with its certificate our client gets no token: {}",
            right.exchange
        )));
    }
    // At the endpoint that asks for certificates, and at its twin that does not.
    let mut findings = Vec::new();
    for url in [url, metadata.token_endpoint.clone()] {
        match thief.authenticated(url, credentials()).await {
            // The handshake ended: as good a refusal as any.
            Err(Trouble::Broken(_)) => {}
            Err(trouble) => return Err(trouble),
            Ok(reply) => {
                let codes = ["invalid_client", "invalid_grant", "invalid_request"];
                findings.extend(expect_oauth_error(
                    &reply,
                    &[401, 400],
                    &codes,
                    "a token call without the certificate",
                ));
            }
        }
    }
    Ok(Verdict::from_findings(findings, "no certificate, no token"))
}
