//! A UK bank at a bench: calls are routed as the server routes them, tokens are handed out without a login.

use std::sync::{Arc, LazyLock};

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use bank_fixtures::book::Book;
use bank_fixtures::dataset::Dataset;
use bank_fixtures::seed::Seed;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::crypto::verify;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::Value;

use super::schema;
use crate::auth::{AuthServer, AuthSettings};
use crate::bank::Ledger;
use crate::dialect::uk::{UK_31, UK_40, UkOpenBanking, error};
use crate::dialect::{Dialect, Route};
use crate::exchange::{Access, Call, Request};
use crate::profile::BankProfile;
use crate::world::BankInstance;

pub(super) const BASE: &str = "http://127.0.0.1:8080/bank";

/// Every permission there is.
pub(super) const ALL: &[&str] = crate::dialect::uk::permission::Permission::NAMES;

static BOOK: LazyLock<Arc<Book>> = LazyLock::new(|| {
    let zone = BankProfile::named("albion").unwrap().zone.clone();
    Arc::new(Book::new(Dataset::builtin("retail-small").unwrap(), Seed::new(1), start(), zone))
});

pub(super) fn start() -> Timestamp {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

/// A bank of one version.
pub(super) struct Bench {
    pub dialect: &'static UkOpenBanking,
    pub bank: BankInstance,
    pub now: Timestamp,
    /// The consent the next holder's token is under.
    pub consent: Option<String>,
    pub user: String,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Bench {
    pub(super) fn both() -> [Bench; 2] {
        [Bench::of(&UK_31, "severn"), Bench::of(&UK_40, "albion")]
    }

    fn of(dialect: &'static UkOpenBanking, bank: &str) -> Bench {
        let profile = BankProfile::named(bank).unwrap();
        let auth = AuthServer::new(AuthSettings::of(&profile), Seed::new(1)).unwrap();
        let ledger = Ledger::new(Arc::clone(&profile), BOOK.clone(), Seed::new(1));
        let bank = BankInstance::new(profile, ledger, auth).unwrap();
        Bench { dialect, bank, now: start(), consent: None, user: "alice".to_owned() }
    }

    /// The same bank as on its first day.
    pub(super) fn again(&self) -> Bench {
        Bench::of(self.dialect, &self.bank.slug)
    }

    /// The word of this bank's version.
    pub(super) fn word(&self, three: &'static str, four: &'static str) -> &'static str {
        self.dialect.version.word((three, four))
    }

    pub(super) fn wait(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
    }

    pub(super) fn client(&self) -> Access {
        Access {
            client_id: "demo".to_owned(),
            user: None,
            consent_id: None,
            scopes: ["accounts", "payments", "fundsconfirmations"].map(str::to_owned).to_vec(),
            token_id: "c".to_owned(),
        }
    }

    pub(super) fn holder(&self) -> Access {
        let consent_id = Some(self.consent.clone().expect("a consent was given"));
        Access { user: Some(self.user.clone()), consent_id, token_id: "h".to_owned(), ..self.client() }
    }

    /// A consent with these permissions, authorised for all accounts of the user.
    pub(super) fn consented(mut self, user: &str, permissions: &[&str], more: &str) -> Bench {
        let created = self.ask(permissions, more);
        assert_eq!(created.status, 201, "{}", created.text);
        let id = created.json()["Data"]["ConsentId"].as_str().unwrap().to_owned();
        self.authorise(user, &id);
        self
    }

    pub(super) fn authorise(&mut self, user: &str, consent: &str) {
        let accounts = self.bank.ledger.accounts_of_user(user).iter().map(|account| account.id.clone()).collect();
        self.bank.ledger.approve_consent(consent, user, accounts, self.now).unwrap();
        (self.user, self.consent) = (user.to_owned(), Some(consent.to_owned()));
    }

    pub(super) fn ask(&self, permissions: &[&str], more: &str) -> Answer {
        let body = format!(r#"{{"Data":{{"Permissions":{}{more}}},"Risk":{{}}}}"#, serde_json::json!(permissions));
        self.post("/aisp/account-access-consents", &[], &body)
    }

    pub(super) fn get(&self, target: &str) -> Answer {
        self.send(&self.holder(), Method::GET, target, &[], "")
    }

    pub(super) fn get_as_client(&self, target: &str) -> Answer {
        self.send(&self.client(), Method::GET, target, &[], "")
    }

    pub(super) fn post(&self, target: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let headers: Vec<_> = [("content-type", "application/json")].iter().chain(headers).copied().collect();
        self.send(&self.client(), Method::POST, target, &headers, body)
    }

    /// Every answer, whoever asks for it, has to be one the standard's document describes.
    pub(super) fn send(
        &self,
        access: &Access,
        method: Method,
        target: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let prefix = self.dialect.version.prefix;
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let header = |(name, value): &(&str, &str)| {
            (name.parse::<HeaderName>().unwrap(), HeaderValue::from_bytes(value.as_bytes()).unwrap())
        };
        let request = Request {
            method: method.clone(),
            path: format!("{prefix}{path}"),
            query: query.to_owned(),
            headers: headers.iter().map(header).collect(),
            body: body.as_bytes().to_vec().into(),
            base_url: BASE.to_owned(),
            certificate: None,
            mutual_base_url: None,
            connection: 1,
            request_id: "req-1".to_owned(),
        };
        let (route, params) = self
            .dialect
            .routes()
            .iter()
            .filter(|route| route.method == method)
            .find_map(|route| Some((route, params(route.path, &request.path)?)))
            .unwrap_or_else(|| panic!("no route for {method} {target}"));
        let route: &Route = route;
        let access = Some(Arc::new(access.clone()));
        let call = Call { request: &request, operation: route.operation, params, access, now: self.now };
        // What a scenario may match on is read out of every call, and never fails.
        let _ = self.dialect.facts(&call);
        let reply =
            (route.handle)(&self.bank, &call).unwrap_or_else(|problem| self.dialect.problem(&problem, &request));
        assert!(reply.headers.contains_key(error::INTERACTION_ID), "every answer carries the id of the exchange");
        let text = String::from_utf8(reply.body.to_vec()).unwrap();
        let template = route.path.strip_prefix(prefix).unwrap();
        let answer = Answer { status: reply.status.as_u16(), headers: reply.headers, text };
        schema::check(self, &method, template, &answer);
        if template.starts_with("/pisp/") {
            self.verify(&answer);
        }
        answer
    }

    /// Everything about payments carries the bank's signature of exactly its bytes.
    fn verify(&self, answer: &Answer) {
        let jws = answer.headers["x-jws-signature"].to_str().unwrap();
        let (header, signature) = jws.split_once("..").expect("nothing in the middle");
        let decoded: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
        let crit = ["iat", "iss", "tan"].map(|name| format!("http://openbanking.org.uk/{name}"));
        assert_eq!(decoded["crit"], serde_json::json!(crit));
        assert!(crit.iter().all(|name| decoded.get(name).is_some()) && decoded.get("b64").is_none());
        assert_eq!((decoded["alg"].as_str(), decoded["typ"].as_str()), (Some("PS256"), Some("JOSE")));
        let key: Jwk =
            serde_json::to_value(self.bank.auth.signing_key().public()).and_then(serde_json::from_value).unwrap();
        assert_eq!(decoded["kid"].as_str(), key.common.key_id.as_deref());
        let message = format!("{header}.{}", URL_SAFE_NO_PAD.encode(&answer.text));
        let verifier = DecodingKey::from_jwk(&key).unwrap();
        assert!(verify(signature, message.as_bytes(), &verifier, Algorithm::PS256).unwrap());
    }

    /// The link to the next page, as a target.
    pub(super) fn next(&self, answer: &Answer) -> Option<String> {
        let json = answer.json();
        let next = json["Links"]["Next"].as_str()?;
        Some(next.strip_prefix(&format!("{BASE}{}", self.dialect.version.prefix)).unwrap().to_owned())
    }

    /// Every row of a list, page by page.
    pub(super) fn rows(&self, target: &str, name: &str) -> Vec<Value> {
        let (mut target, mut rows) = (Some(target.to_owned()), Vec::new());
        while let Some(page) = target {
            let answer = self.get(&page);
            assert_eq!(answer.status, 200, "{page}: {}", answer.text);
            rows.extend(answer.json()["Data"][name].as_array().unwrap().iter().cloned());
            target = self.next(&answer);
        }
        rows
    }

    pub(super) fn account(&self, number: usize) -> String {
        self.bank.ledger.accounts_of_user(&self.user)[number].id.clone()
    }
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    pub(super) fn pretty(&self) -> String {
        serde_json::to_string_pretty(&self.json()).unwrap()
    }

    /// Status, and code and path of every error.
    pub(super) fn refusal(&self) -> (u16, Vec<(String, String)>) {
        let json = self.json();
        let text = |error: &Value, name: &str| error[name].as_str().unwrap_or("").to_owned();
        let errors = json["Errors"].as_array().cloned().unwrap_or_default();
        (self.status, errors.iter().map(|error| (text(error, "ErrorCode"), text(error, "Path"))).collect())
    }
}

/// Values of a template's segments, if the path fits it.
fn params(template: &str, path: &str) -> Option<Vec<(String, String)>> {
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    if template.len() != path.len() {
        return None;
    }
    let pairs = template.iter().zip(&path).filter(|(name, value)| name != value);
    pairs
        .map(|(name, value)| {
            let name = name.strip_prefix('{')?.strip_suffix('}')?;
            Some((name.to_owned(), (*value).to_owned()))
        })
        .collect()
}
