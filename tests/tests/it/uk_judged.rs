//! The UK banks before the judge: consents are lodged and agreed to without a browser, and nobody well-behaved is accused.

use std::num::NonZeroUsize;
use std::sync::Arc;

use bank_conformance::check::{self, Area};
use bank_conformance::dialect;
use bank_conformance::event::{Event, Sink, Word};
use bank_conformance::expected::Expected;
use bank_conformance::runner::{Case, Plan, Subject};
use bank_conformance::suite::{self, Selected};
use bank_conformance::target::bank::BankTarget;
use bank_conformance::target::bank_file::Surroundings;
use bank_conformance::target::embedded::Embedded;
use bank_conformance::target::sandbox::SandboxBank;
use bank_fixtures::library;
use bank_sandbox::Sandbox;
use bank_tests::workspace;
use serde_json::json;

const BANKS: &[(&str, &str)] = &[("albion", "uk-open-banking-4.0"), ("severn", "uk-open-banking-3.1")];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_banks_pass_every_check_that_is_meant_for_them() {
    let sandbox = Embedded::start(42).await.unwrap();
    let cases = BANKS.iter().map(|(bank, spoken)| {
        let own = dialect::of(spoken).unwrap().area();
        let own = check::all().filter(|check| own == Some(check.area));
        let checks = suite::find("bank").unwrap().checks().chain(own).map(Selected::built_in).collect();
        let target = SandboxBank {
            control_url: sandbox.control_url.clone(),
            bank: (*bank).to_owned(),
            scenario: None,
            user: None,
            seed: 42,
        };
        Case::new(*bank, Subject::Bank(Arc::new(target)), checks)
    });
    let plan =
        Plan { seed: 42, jobs: NonZeroUsize::new(2).unwrap(), expected: Expected::default(), cases: cases.collect() };
    let mut heard = Heard(Vec::new());
    bank_conformance::run(plan, &mut heard).await;
    let wrong: Vec<&String> =
        heard.0.iter().filter(|row| row.0 != Word::Passed && row.0 != Word::Skipped).map(|row| &row.2).collect();
    assert!(wrong.is_empty(), "{}", wrong.iter().map(|line| line.as_str()).collect::<Vec<_>>().join("\n"));
    for (index, (bank, _)) in BANKS.iter().enumerate() {
        let passed = heard.0.iter().filter(|row| row.1 == index && row.0 == Word::Passed).count();
        assert!(passed > 25, "{bank}: {passed} checks were observed");
    }
}

/// The same as a file says it: certificates, signed requests, signed messages.
#[test]
fn a_bank_under_fapi_is_judged_over_mutual_tls() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let scenario = library::files("journeys").into_iter().find(|file| file.name() == "uk-fapi").unwrap();
    let builder = Sandbox::builder().port(0).control_port(0).tls_port(0).mutual_tls_port(0);
    let builder = builder.scenario(scenario.text).unwrap_or_else(|errors| panic!("{errors}"));
    let running = runtime.block_on(builder.start()).unwrap();
    let control = |path: &str, body: serde_json::Value| -> serde_json::Value {
        let client = reqwest::Client::new();
        let answer = client.post(format!("{}{path}", running.control_url)).json(&body).send();
        runtime.block_on(async { answer.await.unwrap().json().await.unwrap() })
    };
    let bundle = control("/v1/certificates", json!({"name": "Judge", "kind": "rsa"}));
    let registration = json!({
        "bank": "albion", "client_id": "judge", "auth_method": "private_key_jwt", "jwks": bundle["jwks"],
        "redirect_uris": ["https://judge.example/callback"],
    });
    let registered = control("/v1/worlds/default/clients", registration);
    assert_eq!(registered["client_id"], "judge", "{registered}");
    let folder = workspace().join("target/uk-judge");
    std::fs::create_dir_all(&folder).unwrap();
    let keep =
        |name: &str, text: &serde_json::Value| std::fs::write(folder.join(name), text.as_str().unwrap()).unwrap();
    keep("ca.pem", &bundle["ca_pem"]);
    keep("transport.pem", &bundle["transport"]["certificate_pem"]);
    keep("transport-key.pem", &bundle["transport"]["private_key_pem"]);
    keep("signing-key.pem", &bundle["signing"]["private_key_pem"]);
    let tls = running.tls.as_ref().unwrap();
    let file = format!(
        "kind: bank\nname: albion\nbase_url: {}/albion\nissuer: {}/albion\ndialect: uk-open-banking-4.0\nca_file: ca.pem\n\
         client:\n  id: judge\n  auth: private_key_jwt\n  algorithm: PS256\n  key_file: signing-key.pem\n  key_id: {}\n  \
         certificate_file: transport.pem\n  certificate_key_file: transport-key.pem\n  message_issuer: org/judge\n  \
         redirect_uri: https://judge.example/callback\n\
         login: {{ username: alice, password: alice }}\npayments: allowed\n",
        tls.mutual_base_url, tls.base_url, bundle["jwks"]["keys"][0]["kid"]
    );
    let around = Surroundings { folder: &folder, env: &|_| None, seed: 42 };
    let target = BankTarget::parse("bank.yaml", &file, around).unwrap_or_else(|wrong| panic!("{wrong}"));
    let own = check::all().filter(|check| check.area == Area::UkOpenBanking).map(Selected::built_in).collect();
    let cases = vec![Case::new("albion", Subject::Bank(Arc::new(target)), own)];
    let plan = Plan { seed: 42, jobs: NonZeroUsize::MIN, expected: Expected::default(), cases };
    let mut heard = Heard(Vec::new());
    runtime.block_on(bank_conformance::run(plan, &mut heard));
    let wrong: Vec<&str> = heard.0.iter().filter(|row| row.0 != Word::Passed).map(|row| row.2.as_str()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

struct Heard(Vec<(Word, usize, String)>);

impl Sink for Heard {
    fn accept(&mut self, event: &Event) {
        if let Event::Checked(outcome) = event {
            let line = format!("{}: {:?}", outcome.check.slug, outcome.verdict);
            self.0.push((outcome.word(), outcome.case, line));
        }
    }
}
