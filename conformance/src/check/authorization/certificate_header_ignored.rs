//! A header anybody can write is no proof of a key.

use crate::check::{Area, Check, Run};
use crate::flow::expect_oauth_error;
use crate::http::Request;
use crate::probe::{BankProbe, Judgement, judged};
use crate::target::bank::ClientAuth;
use crate::verdict::Verdict;

pub(super) static CHECK: Check = Check {
    slug: "certificate-header-ignored",
    ids: &["N38"],
    title: "a certificate in a header authenticates nobody",
    source: "RFC 8705 §6.5; RFC 9440 §4",
    advice: "Take client certificates from the TLS handshake alone; strip such headers where a proxy sets them.",
    area: Area::Authorization,
    params: &[],
    run: Run::Bank(|bank| judged(run(bank))),
};

/// What proxies call it.
const HEADERS: &[&str] = &[
    "x-ssl-cert",
    "x-client-cert",
    "x-forwarded-client-cert",
    "x-amzn-mtls-clientcert",
    "ssl-client-cert",
    "client-cert",
];
/// A certificate as such headers carry it: of nobody, but where a header is believed the name in it is, too.
const SPOOFED: &str =
    "Hash=0;Subject=\"CN=client\";Cert=\"-----BEGIN%20CERTIFICATE-----%0AAAAA%0A-----END%20CERTIFICATE-----%0A\"";

async fn run(bank: &BankProbe) -> Judgement {
    let client = bank.registration()?;
    if matches!(client.auth, ClientAuth::None) {
        let reason = "our client has no credentials, so that nobody can do without them".to_owned();
        return Err(crate::probe::Trouble::Unobservable(reason));
    }
    let url = bank.metadata().await?.token_endpoint.clone();
    let form = [("grant_type", "client_credentials"), ("client_id", client.client_id.as_str())];
    let spoofed = HEADERS.iter().fold(Request::post(url).form(form), |request, name| request.header(name, SPOOFED));
    let reply = bank.send(spoofed).await?;
    let codes = ["invalid_client", "invalid_request", "unauthorized_client"];
    let finding =
        expect_oauth_error(&reply, &[401, 400], &codes, "a client with nothing but a certificate in a header");
    Ok(Verdict::from_findings(finding.into_iter().collect(), format!("{} headers ignored", HEADERS.len())))
}
