//! A bank without a socket, and a customer's consent to ask it with.

use std::sync::{Arc, LazyLock};

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use bank_fixtures::book::Book;
use bank_fixtures::dataset::Dataset;
use bank_fixtures::seed::Seed;
use jiff::Timestamp;
use serde_json::Value;

use crate::auth::{AuthServer, AuthSettings};
use crate::bank::{Ledger, NewConsent, SCOPES};
use crate::dialect::generic::*;
use crate::exchange::Access;
use crate::profile::BankProfile;
use crate::world::BankInstance;

pub(super) const BASE: &str = "http://127.0.0.1:8080/plain";

pub(super) static BOOK: LazyLock<Arc<Book>> = LazyLock::new(|| {
    let zone = BankProfile::named("plain").unwrap().zone.clone();
    Arc::new(Book::new(Dataset::builtin("retail-small").unwrap(), Seed::new(1), start(), zone))
});

pub(super) fn start() -> Timestamp {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

/// A bank, and a consent of one of its customers to the client `demo`.
pub(super) struct Bench {
    pub(super) bank: BankInstance,
    pub(super) access: Access,
    pub(super) now: Timestamp,
}

/// What came back.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

impl Bench {
    pub(super) fn of(user: &str) -> Bench {
        let profile = BankProfile::named("plain").unwrap();
        let auth = AuthServer::new(AuthSettings::of(&profile), Seed::new(1)).unwrap();
        let ledger = Ledger::new(Arc::clone(&profile), BOOK.clone(), Seed::new(1));
        let scopes = SCOPES.iter().map(|row| row.0).collect();
        let asked = NewConsent { client_id: "demo".to_owned(), scopes, account_ids: None, expires_at: None };
        let consent = ledger.create_consent(asked, start()).id;
        let accounts = ledger.accounts_of_user(user).iter().map(|account| account.id.clone()).collect();
        ledger.approve_consent(&consent, user, accounts, start()).unwrap();
        let access = Access {
            client_id: "demo".to_owned(),
            user: Some(user.to_owned()),
            consent_id: Some(consent),
            scopes: Vec::new(),
            token_id: "t".to_owned(),
        };
        Bench { bank: BankInstance::new(profile, ledger, auth).unwrap(), access, now: start() }
    }

    pub(super) fn alice() -> Bench {
        Bench::of("alice")
    }

    pub(super) fn account(&self) -> String {
        let user = self.access.user.as_deref().unwrap();
        self.bank.ledger.accounts_of_user(user)[0].id.clone()
    }

    pub(super) fn request(&self, method: Method, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Request {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let header = |(name, value): &(&str, &str)| {
            (name.parse::<HeaderName>().unwrap(), HeaderValue::from_bytes(value.as_bytes()).unwrap())
        };
        Request {
            method,
            path: path.to_owned(),
            query: query.to_owned(),
            headers: headers.iter().map(header).collect(),
            body: body.to_vec().into(),
            base_url: BASE.to_owned(),
            certificate: None,
            mutual_base_url: None,
            connection: 1,
            request_id: "req-1".to_owned(),
        }
    }

    pub(super) fn call<'r>(&self, request: &'r Request) -> (Call<'r>, &'static Route) {
        let (route, params) = ROUTES
            .iter()
            .filter(|route| route.method == request.method)
            .find_map(|route| Some((route, params(route.path, &request.path)?)))
            .expect("a route");
        let access = Some(std::sync::Arc::new(self.access.clone()));
        (Call { request, operation: route.operation, params, access, now: self.now }, route)
    }

    pub(super) fn send(&self, method: Method, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let request = self.request(method, target, headers, body);
        let (call, route) = self.call(&request);
        let reply = (route.handle)(&self.bank, &call).unwrap_or_else(|problem| Generic.problem(&problem, &request));
        let text = String::from_utf8(reply.body.to_vec()).unwrap();
        Answer { status: reply.status.as_u16(), headers: reply.headers, text }
    }

    pub(super) fn get(&self, target: &str) -> Answer {
        self.send(Method::GET, target, &[], b"")
    }

    pub(super) fn post(&self, target: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let headers: Vec<_> = [("content-type", "application/json")].iter().chain(headers).copied().collect();
        self.send(Method::POST, target, &headers, body.as_bytes())
    }

    pub(super) fn pay(&self, key: &str, body: &str) -> Answer {
        self.post("/payments", &[("idempotency-key", key)], body)
    }
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// The body as people read it; what a cursor holds is nobody's business.
    pub(super) fn pretty(&self) -> String {
        let mut body = self.json();
        if let Some(next) = body.pointer_mut("/links/next") {
            let text = next.as_str().unwrap().split_once("cursor=").expect("a next link has a cursor").0;
            *next = format!("{text}cursor=…").into();
        }
        serde_json::to_string_pretty(&body).unwrap()
    }

    /// Status, code and field of a refusal.
    pub(super) fn refusal(&self) -> (u16, String, String) {
        let text = |name: &str| self.json()[name].as_str().unwrap_or("").to_owned();
        (self.status, text("code"), text("field"))
    }

    pub(super) fn next(&self) -> Option<String> {
        let next = self.json()["links"]["next"].as_str()?.strip_prefix(BASE).unwrap().to_owned();
        let link = self.headers["link"].to_str().unwrap();
        assert_eq!(link, format!("<{BASE}{next}>; rel=\"next\""));
        Some(next)
    }

    pub(super) fn ids(&self) -> Vec<String> {
        let rows = self.json()["data"].as_array().unwrap().clone();
        rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    }
}

/// Values of a template's segments, if the path fits it.
pub(super) fn params(template: &str, path: &str) -> Option<Vec<(String, String)>> {
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    if template.len() != path.len() {
        return None;
    }
    let pairs = template.iter().zip(&path);
    pairs
        .filter(|(name, value)| name != value)
        .map(|(name, value)| {
            let name = name.strip_prefix('{')?.strip_suffix('}')?;
            Some((name.to_owned(), (*value).to_owned()))
        })
        .collect()
}

pub(super) fn order(account: &str) -> String {
    format!(
        r#"{{"debtor_account_id": "{account}", "amount": {{"value": "12.30", "currency": "GBP"}},
             "creditor": {{"name": "Zed Bakery", "account": {{"scheme": "iban", "value": "GB33 BUKB 2020 1555 5555 55"}}}},
             "reference": "INV 7", "end_to_end_id": "E2E-7"}}"#
    )
}
