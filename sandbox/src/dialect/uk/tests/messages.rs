//! What a bank may decide about single messages: signatures of clients, wrong scopes, reads while nobody is there.

use std::sync::Arc;

use axum::http::Method;
use bank_fixtures::seed::Seed;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

use super::bench::{ALL, Answer, Bench};
use crate::auth::{Mint, NewClient, SigningAlgorithm, SigningKey};
use crate::profile::{BankProfile, ClientSignatures, WrongScope};

impl Bench {
    fn deciding(self, change: impl Fn(&mut BankProfile)) -> Bench {
        let mut profile = BankProfile::clone(&self.bank.profile);
        change(&mut profile);
        let mut bench = self.again();
        bench.bank.limits = crate::limit::Limits::new(&profile.limits);
        bench.bank.profile = Arc::new(profile);
        bench
    }
}

/// A client with a key of its own, which signs as told.
struct Signer {
    key: EncodingKey,
    kid: String,
}

impl Signer {
    /// Registers the client `signer` with its key.
    fn register(bench: &Bench) -> Signer {
        let key = SigningKey::make(SigningAlgorithm::Ps256, &Mint::new(Seed::new(9)), "signer", 1);
        let jwks = Some(json!({"keys": [key.public()]}).to_string());
        let client = NewClient { client_id: Some("signer".to_owned()), jwks, ..NewClient::default() };
        bench.bank.auth.register(client).unwrap();
        let encoding = EncodingKey::from_rsa_pem(key.private_pem().as_bytes()).unwrap();
        Signer { key: encoding, kid: key.public().kid().to_owned() }
    }

    fn header(&self, bench: &Bench) -> Value {
        let claim = |name: &str| format!("http://openbanking.org.uk/{name}");
        json!({
            "alg": "PS256", "kid": self.kid, "typ": "JOSE", "cty": "application/json",
            (claim("iat")): bench.now.as_second(), (claim("iss")): "org/software",
            (claim("tan")): "openbanking.org.uk",
            "crit": [claim("iat"), claim("iss"), claim("tan")],
        })
    }

    fn sign(&self, header: &Value, payload: &[u8]) -> String {
        let header = URL_SAFE_NO_PAD.encode(header.to_string());
        let message = [header.as_bytes(), b".", payload].concat();
        let signature = jsonwebtoken::crypto::sign(&message, &self.key, Algorithm::PS256).unwrap();
        format!("{header}..{signature}")
    }
}

fn asks(bench: &Bench, key: &str, signature: impl Fn(&str) -> Option<String>) -> Answer {
    let initiation = json!({
        "InstructionIdentification": "I", "EndToEndIdentification": "E",
        "InstructedAmount": {"Amount": "1.00", "Currency": "GBP"},
        "CreditorAccount": {"SchemeName": "UK.OBIE.IBAN", "Identification": "GB29NWBK60161331926819", "Name": "Bob"},
    });
    let body = json!({"Data": {"Initiation": initiation}, "Risk": {}}).to_string();
    let signature = signature(&body);
    let mut headers = vec![("content-type", "application/json"), ("x-idempotency-key", key)];
    headers.extend(signature.as_deref().map(|text| ("x-jws-signature", text)));
    let access = crate::exchange::Access { client_id: "signer".to_owned(), ..bench.client() };
    bench.send(&access, Method::POST, "/pisp/domestic-payment-consents", &headers, &body)
}

fn encoded(body: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.encode(body).into_bytes()
}

#[test]
fn a_signature_is_demanded_and_believed_only_if_all_of_it_is_right() {
    for bench in Bench::both() {
        let bench = bench.deciding(|profile| profile.messages.client_signatures = ClientSignatures::Required);
        let signer = Signer::register(&bench);
        let right = signer.header(&bench);
        let good = asks(&bench, "good", |body| Some(signer.sign(&right, &encoded(body))));
        assert_eq!(good.status, 201, "{}", good.text);
        let claim = |name: &str| format!("http://openbanking.org.uk/{name}");
        let with = |name: &str, value: Value| {
            let mut header = right.clone();
            match value {
                Value::Null => drop(header.as_object_mut().unwrap().remove(name)),
                value => header[name] = value,
            }
            asks(&bench, "wrong", |body| Some(signer.sign(&header, &encoded(body)))).refusal()
        };
        let due = |three, four| (400, vec![(bench.word(three, four).to_owned(), "x-jws-signature".to_owned())]);
        let missing = || due("UK.OBIE.Signature.MissingClaim", "U017");
        let wrong = || due("UK.OBIE.Signature.InvalidClaim", "U016");
        for name in ["iat", "iss", "tan"] {
            assert_eq!(with(&claim(name), Value::Null), missing(), "{name}");
        }
        for (name, value) in [
            (claim("iat"), json!(bench.now.as_second() + 60)),
            (claim("iat"), json!("now")),
            (claim("tan"), json!("example.com")),
            ("alg".to_owned(), json!("RS256")),
            ("typ".to_owned(), json!("JWT")),
            ("crit".to_owned(), json!([claim("iat"), claim("iss")])),
            ("crit".to_owned(), json!([claim("iat"), claim("iss"), claim("tan"), "exp"])),
            ("b64".to_owned(), json!(true)),
        ] {
            assert_eq!(with(&name, value.clone()), wrong(), "{name} {value}");
        }
        let invalid = || due("UK.OBIE.Signature.Invalid", "U015");
        assert_eq!(with("kid", json!("another")), invalid());
        let other = asks(&bench, "w", |_| Some(signer.sign(&right, b"e30"))).refusal();
        assert_eq!(other, invalid(), "of another body");
        assert_eq!(asks(&bench, "w", |_| None).refusal(), due("UK.OBIE.Signature.Missing", "U019"));
        for text in ["a.b.c", "", "!..x", "e30..", "W10..x"] {
            let malformed = asks(&bench, "w", |_| Some(text.to_owned())).refusal();
            assert_eq!(malformed, due("UK.OBIE.Signature.Malformed", "U018"), "{text}");
        }
    }
}

#[test]
fn the_era_before_3_1_4_signed_bodies_as_they_are() {
    for bench in Bench::both() {
        let bench = bench.deciding(|profile| profile.messages.client_signatures = ClientSignatures::Optional);
        let signer = Signer::register(&bench);
        let mut header = signer.header(&bench);
        header["b64"] = false.into();
        header["crit"].as_array_mut().unwrap().push("b64".into());
        let old = asks(&bench, "old", |body| Some(signer.sign(&header, body.as_bytes())));
        assert_eq!(old.status, if bench.word("3", "4") == "3" { 201 } else { 400 }, "{}", old.text);
        assert_eq!(asks(&bench, "none", |_| None).status, 201, "it may be left out");
        let bench = bench.deciding(|profile| profile.messages.client_signatures = ClientSignatures::Unsupported);
        let code = bench.word("UK.OBIE.Signature.Unexpected", "U020");
        assert_eq!(asks(&bench, "none", |_| Some("x..y".to_owned())).refusal().1[0].0, code);
    }
}

#[test]
fn a_wrong_scope_is_answered_as_the_bank_says() {
    for bench in Bench::both() {
        let bench =
            bench.deciding(|profile| profile.messages.wrong_scope = WrongScope::Forbidden).consented("alice", ALL, "");
        let client = bench.get_as_client("/aisp/accounts");
        assert_eq!(client.refusal().1[0].0, bench.word("UK.OBIE.Resource.ConsentMismatch", "U008"));
        assert_eq!((client.status, bench.get("/aisp/accounts").status), (403, 200));
    }
}

#[test]
fn while_nobody_is_there_an_account_is_read_four_times_a_day() {
    for bench in Bench::both() {
        let zone = bench.bank.profile.zone.clone();
        let policy = crate::limit::Policy::PerDay { limit: 4, zone };
        let bench = bench.deciding(|profile| profile.limits.unattended = Some(policy.clone()));
        let mut bench = bench.consented("alice", ALL, "");
        let account = bench.account(0);
        let target = format!("/aisp/accounts/{account}/transactions");
        let first = bench.get(&target);
        let next = bench.next(&first).unwrap();
        for _ in 0..3 {
            assert_eq!(bench.get(&target).status, 200);
        }
        assert_eq!(bench.get(&next).status, 200, "further pages belong to the same look");
        let refused = bench.get(&target);
        assert_eq!((refused.status, refused.text.as_str()), (429, ""));
        let wait: i64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert_eq!(wait, 15 * 3_600, "until midnight in London");
        let there = [("x-fapi-customer-ip-address", "192.0.2.1")];
        assert_eq!(bench.send(&bench.holder(), Method::GET, &target, &there, "").status, 200);
        assert_eq!(bench.get(&format!("/aisp/accounts/{account}/balances")).status, 200, "another resource");
        bench.wait(wait);
        assert_eq!(bench.get(&target).status, 200);
    }
}

#[test]
fn a_statement_is_a_file_too() {
    for bench in Bench::both() {
        let bench = bench.consented("alice", ALL, "");
        let account = bench.account(0);
        let statement = &bench.rows(&format!("/aisp/accounts/{account}/statements"), "Statement")[0];
        let path = format!("/aisp/accounts/{account}/statements/{}/file", statement["StatementId"].as_str().unwrap());
        let read = |accept: &str| bench.send(&bench.holder(), Method::GET, &path, &[("accept", accept)], "");
        let pdf = read("application/pdf");
        assert_eq!((pdf.status, &pdf.headers["content-type"]), (200, &"application/pdf".parse().unwrap()));
        assert!(pdf.text.starts_with("%PDF-1.4") && pdf.text.contains("Closing balance"));
        let text = read("text/plain");
        assert!(text.text.lines().any(|line| line.starts_with("Opening balance")), "{}", text.text);
        assert_eq!(read("application/json").status, 406);
        let basic = bench.again().consented("alice", &["ReadAccountsBasic", "ReadStatementsBasic"], "");
        assert_eq!(basic.get(&path).status, 403, "the file is detail");
    }
}
