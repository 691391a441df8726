//! Both checks against a sandbox behind TLS: content with a bank that looks, not with one that has forgotten to.

use std::sync::Arc;

use crate::check::{self, Run};
use crate::http::{ClientCertificate, Http, Network, Request, TrustAnchors};
use crate::target::bank::{BankTarget, ClientAuth, Registration, Sender};
use crate::target::embedded::Embedded;
use crate::target::sandbox::SandboxBank;
use crate::verdict::Verdict;

/// A check, and the rule that a bank has forgotten which fails it.
pub(in crate::check) const FORGOTTEN: &[(&str, &str)] =
    &[("certificate-required", "client-certificate"), ("certificate-bound", "bound-certificate")];

/// The bank `plain` behind TLS, and the client it knows by its certificate.
async fn target(sandbox: &Embedded, lenient: &str) -> BankTarget {
    let scenario = format!("sandbox: 1\nname: lenient\nbanks:\n  plain: {{ lenient: [{lenient}] }}\n");
    let bank = SandboxBank {
        control_url: sandbox.control_url.clone(),
        bank: "plain".to_owned(),
        scenario: Some(scenario),
        user: None,
        seed: 7,
    };
    let http = Http::over(Arc::new(Network::new().unwrap()));
    let target = bank.target(&http).await.unwrap();
    let order = Request::post(format!("{}/v1/certificates", sandbox.control_url)).json("{}");
    let bundle: serde_json::Value = serde_json::from_str(&http.send(order).await.unwrap().text()).unwrap();
    let pem = |member: &str| bundle["transport"][member].as_str().unwrap().to_owned();
    let certificate =
        ClientCertificate::of_pem(format!("{}{}", pem("certificate_pem"), pem("private_key_pem")).as_bytes());
    let world = target.control.as_ref().unwrap().world.clone();
    let (tls, mutual) = sandbox.secure_urls.clone().unwrap();
    BankTarget {
        base_url: format!("{mutual}/w/{world}/plain"),
        issuer: format!("{tls}/w/{world}/plain"),
        anchors: Some(TrustAnchors::of_pem(bundle["ca_pem"].as_str().unwrap().as_bytes()).unwrap()),
        client: Some(Registration {
            client_id: "demo-mtls".to_owned(),
            auth: ClientAuth::None,
            sender: Sender::Bearer,
            redirect_uri: "http://127.0.0.1/callback".to_owned(),
            certificate: Some(certificate.unwrap()),
            message_issuer: None,
        }),
        ..target
    }
}

async fn verdict(sandbox: &Embedded, slug: &str, lenient: &str) -> Verdict {
    let target = target(sandbox, lenient).await;
    let certificate = target.client.as_ref().and_then(|client| client.certificate.as_ref());
    let network = Network::with(target.anchors.as_ref(), certificate).unwrap();
    let Run::Bank(run) = check::find(slug).unwrap().run else { panic!("{slug} judges clients") };
    run(&target.probe(Http::over(Arc::new(network)))).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bank_that_does_not_look_at_certificates_is_noticed_and_one_that_does_is_not_accused() {
    let sandbox = Embedded::start_secure(9).await.unwrap();
    for (slug, rule) in FORGOTTEN {
        let careful = verdict(&sandbox, slug, "").await;
        assert!(matches!(careful, Verdict::Passed { .. }), "{slug}: {careful:?}");
        let forgetful = verdict(&sandbox, slug, rule).await;
        assert!(matches!(forgetful, Verdict::Failed(_)), "{slug}: {forgetful:?}");
    }
}
