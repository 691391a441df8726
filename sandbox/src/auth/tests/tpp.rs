//! A client as FAPI wants one: keys of its own, requests pushed or signed, tokens bound to a key or a certificate.

use std::cell::Cell;
use std::sync::Arc;

use axum::http::Method;
use bank_fixtures::seed::Seed;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use serde_json::{Value, json};

use super::assertion::ASSERTION;
use super::bench::{Answer, BASE, Bench, CALLBACK, Pairs, VERIFIER, changed, encode, request};
use crate::auth::key::SigningKey;
use crate::auth::mint::{Mint, sha256};
use crate::auth::{AuthMethod, NewClient, Security, SecurityProfile};
use crate::certificate::{PeerCertificate, Standing};

pub(super) const ID: &str = "tpp";

/// The client, and the bank it talks to.
pub(super) struct Tpp {
    pub(super) bench: Bench,
    pub(super) key: SigningKey,
    pub(super) dpop: SigningKey,
    count: Cell<u32>,
}

impl Tpp {
    /// A client of a bank with this profile, all rules enforced but `rule`. Its connections show its certificate.
    pub(super) fn at(security: Security, rule: Option<&str>) -> Tpp {
        let mut bench = Bench::of(security, rule);
        bench.certificate = Some(certificate("tpp"));
        let (key, dpop) = (key("tpp"), key("dpop"));
        let id = Some(ID.to_owned());
        let jwks = Some(json!({"keys": [key.public()]}).to_string());
        let redirect_uris = vec![CALLBACK.to_owned(), "http://app.example/cb".to_owned()];
        let auth_methods = vec![AuthMethod::PrivateKeyJwt];
        bench.register(NewClient { client_id: id, redirect_uris, auth_methods, jwks, ..NewClient::default() });
        Tpp { bench, key, dpop, count: Cell::new(0) }
    }

    /// At a bank whose profile makes its own choices.
    pub(super) fn of(profile: SecurityProfile) -> Tpp {
        Tpp::at(Security::of(profile), None)
    }

    /// A text that was not used before.
    pub(super) fn once(&self) -> String {
        self.count.set(self.count.get() + 1);
        format!("once-{}", self.count.get())
    }

    fn now(&self) -> i64 {
        self.bench.now.as_second()
    }

    pub(super) fn assertion(&self, changes: Value) -> String {
        let now = self.now();
        let claims = json!({"iss": ID, "sub": ID, "aud": BASE, "jti": self.once(), "iat": now, "exp": now + 60});
        self.key.sign(&merged(claims, changes))
    }

    /// A request object with these claims changed.
    pub(super) fn object(&self, changes: Value) -> String {
        self.key.sign_as(Some("oauth-authz-req+jwt"), &self.object_claims(changes))
    }

    pub(super) fn object_claims(&self, changes: Value) -> Value {
        let now = self.now();
        let mut claims = json!({"iss": ID, "aud": BASE, "nbf": now, "exp": now + 300});
        for (name, value) in self.parameters(&[]) {
            claims[name] = value.into();
        }
        merged(claims, changes)
    }

    /// The parameters of a good request under this bank's profile.
    pub(super) fn parameters<'a>(&self, changes: Pairs<'a>) -> Vec<(&'a str, &'a str)> {
        let profile = self.bench.bank.auth.settings.security.profile;
        let own: Pairs<'_> = match profile {
            SecurityProfile::Fapi1Advanced => &[("client_id", ID), ("response_type", "code id_token")],
            SecurityProfile::Fapi2MessageSigning => &[("client_id", ID), ("response_mode", "jwt")],
            _ => &[("client_id", ID)],
        };
        changed(&request(own), changes)
    }

    /// A proof for a call, with these claims changed.
    pub(super) fn proof(&self, method: &str, path: &str, token: Option<&str>, changes: Value) -> String {
        self.proof_with(&self.dpop, method, path, token, changes)
    }

    pub(super) fn proof_with(
        &self,
        key: &SigningKey,
        method: &str,
        path: &str,
        token: Option<&str>,
        changes: Value,
    ) -> String {
        let jwk = json!(key.public());
        let header = json!({"typ": "dpop+jwt", "alg": jwk["alg"], "jwk": jwk});
        key.sign_with(&header, &self.proof_claims(method, path, token, changes))
    }

    pub(super) fn proof_claims(&self, method: &str, path: &str, token: Option<&str>, changes: Value) -> Value {
        let claims = json!({"jti": self.once(), "htm": method, "htu": format!("{BASE}{path}"), "iat": self.now()});
        let ath = token.map(|token| json!({"ath": base64url(&sha256(token.as_bytes()))}));
        merged(merged(claims, ath.unwrap_or(json!({}))), changes)
    }

    /// Posts a form with an assertion of its own; `headers` may hold a proof.
    pub(super) fn post(&self, path: &str, headers: Pairs<'_>, form: Pairs<'_>) -> Answer {
        let assertion = self.assertion(json!({}));
        let own = [("client_assertion", assertion.as_str()), ("client_assertion_type", ASSERTION)];
        self.bench.post(path, headers, &changed(&own, form))
    }

    /// Pushes a request: signed where the profile wants that.
    pub(super) fn push(&self, changes: Pairs<'_>) -> Answer {
        match self.bench.bank.auth.settings.security.profile {
            SecurityProfile::Fapi1Advanced | SecurityProfile::Fapi2MessageSigning => {
                let changes = changes.iter().map(|(name, value)| match *value {
                    "" => ((*name).to_owned(), Value::Null),
                    value => ((*name).to_owned(), value.into()),
                });
                let object = self.object(Value::Object(changes.collect()));
                self.post("/oauth/par", &[], &[("request", &object), ("client_id", ID)])
            }
            _ => self.post("/oauth/par", &[], &self.parameters(changes)),
        }
    }

    /// The reference of a good request.
    pub(super) fn pushed(&self, changes: Pairs<'_>) -> String {
        let answer = self.push(changes);
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()["request_uri"].as_str().expect("text").to_owned()
    }

    /// Sends the browser with a reference.
    pub(super) fn visit(&self, request_uri: &str, more: Pairs<'_>) -> Answer {
        let query = [&[("client_id", ID), ("request_uri", request_uri)], more].concat();
        self.bench.get(&format!("/oauth/authorize?{}", encode(&query)), &[])
    }

    pub(super) fn code(&self) -> String {
        self.visit(&self.pushed(&[]), &[]).redirected("code")
    }

    /// Redeems a code with a good proof.
    pub(super) fn redeem(&self, code: &str, changes: Pairs<'_>) -> Answer {
        let proof = self.proof("POST", "/oauth/token", None, json!({}));
        self.redeem_with(code, &[("dpop", &proof)], changes)
    }

    pub(super) fn redeem_with(&self, code: &str, headers: Pairs<'_>, changes: Pairs<'_>) -> Answer {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        self.post("/oauth/token", headers, &changed(&form, changes))
    }

    /// An access token of alice, bound to whatever the profile binds to.
    pub(super) fn token(&self) -> String {
        self.redeem(&self.code(), &[]).ok_json()["access_token"].as_str().expect("text").to_owned()
    }

    /// Shows a token at a resource.
    pub(super) fn call(&self, authorization: &str, proofs: &[&str]) -> Answer {
        let proofs = proofs.iter().map(|proof| ("dpop", *proof));
        let headers: Vec<_> = std::iter::once(("authorization", authorization)).chain(proofs).collect();
        self.bench.send(Method::GET, "/oauth/userinfo", &headers, "")
    }
}

/// A P-256 key of this name.
pub(super) fn key(name: &str) -> SigningKey {
    SigningKey::derive(&Mint::new(Seed::new(9)), name)
}

/// A certificate for this common name, which the sandbox's authority vouches for.
pub(super) fn certificate(name: &str) -> Arc<PeerCertificate> {
    let mut params = CertificateParams::new(vec![format!("{name}.example")]).expect("a legal name");
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    let key = KeyPair::generate().expect("a key");
    let der = params.self_signed(&key).expect("a certificate").der().to_vec();
    Arc::new(PeerCertificate::read(vec![der], Standing::Vouched).expect("our own"))
}

pub(super) fn base64url(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

/// Members replaced, added or, where the new one is null, left out.
pub(super) fn merged(mut value: Value, changes: Value) -> Value {
    let object = value.as_object_mut().expect("an object");
    if let Value::Object(changes) = changes {
        for (name, change) in changes {
            match change {
                Value::Null => object.remove(&name),
                change => object.insert(name, change),
            };
        }
    }
    value
}
