//! A bank on a bench: requests go straight into the route table, no socket.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use bank_fixtures::book::Book;
use bank_fixtures::dataset::Dataset;
use bank_fixtures::record::ConsentScope;
use bank_fixtures::seed::Seed;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::Value;

use crate::auth::mint::sha256;
use crate::auth::{
    AuthServer, AuthSettings, Leniency, NewClient, ROUTES, ReadyTokens, Security, admit, problem, problem_page,
};
use crate::bank::{Ledger, NewConsent};
use crate::certificate::PeerCertificate;
use crate::dialect::{Needs, Surface};
use crate::exchange::{Call, Reply, Request};
use crate::profile::BankProfile;
use crate::profile::ConsentDecision;
use crate::world::BankInstance;

pub(super) const BASE: &str = "http://127.0.0.1:8080/plain";
pub(super) const CALLBACK: &str = "http://127.0.0.1:4000/callback";
pub(super) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// Parameters by name.
pub(super) type Pairs<'a> = &'a [(&'a str, &'a str)];

pub(super) struct Bench {
    pub(super) bank: BankInstance,
    pub(super) now: Timestamp,
    /// What connections show.
    pub(super) certificate: Option<Arc<PeerCertificate>>,
}

/// What came back, taken apart.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

impl Bench {
    /// The bank `plain` with one setting changed.
    pub(super) fn with(change: impl FnOnce(&mut AuthSettings)) -> Bench {
        let now: Timestamp = "2026-03-02T09:00:00Z".parse().expect("an instant");
        let profile = BankProfile::named("plain").expect("shipped");
        let dataset = Dataset::builtin("retail-small").expect("shipped");
        let book = Arc::new(Book::new(dataset, Seed::new(1), now, profile.zone.clone()));
        let mut settings = AuthSettings::of(&profile);
        change(&mut settings);
        let auth = AuthServer::new(settings, Seed::new(1)).expect("the demo clients are legal");
        let ledger = Ledger::new(Arc::clone(&profile), book, Seed::new(1));
        auth.grant_standing_access(&ledger, now).expect("a consent that was just made");
        let bank = BankInstance::new(profile, ledger, auth).expect("a shipped bank speaks a dialect");
        Bench { bank, now, certificate: None }
    }

    /// A bank that decides by `login_hint`.
    pub(super) fn automatic() -> Bench {
        Bench::with(|settings| settings.consent = ConsentDecision::Automatic)
    }

    /// A bank whose account holders decide on its pages.
    pub(super) fn asking() -> Bench {
        Bench::with(|settings| settings.consent = ConsentDecision::Asked)
    }

    /// A bank that does not enforce one rule.
    pub(super) fn without(rule: &str) -> Bench {
        Bench::with(|settings| {
            settings.consent = ConsentDecision::Automatic;
            settings.lenient = Leniency::without([rule]).expect("a rule");
        })
    }

    /// A bank of another profile that decides by `login_hint`, all rules enforced but `rule`.
    pub(super) fn of(security: Security, rule: Option<&str>) -> Bench {
        Bench::with(|settings| {
            settings.clients = NewClient::demo(&security);
            settings.security = security;
            settings.consent = ConsentDecision::Automatic;
            settings.lenient = Leniency::without(rule).expect("a rule");
        })
    }

    pub(super) fn advance(&mut self, by: Duration) {
        self.now = self.now.saturating_add(by).expect("in range");
    }

    /// Sends a request through routing, token and admission to its handler.
    pub(super) fn send(&self, method: Method, target: &str, headers: Pairs<'_>, body: &str) -> Answer {
        let mut request = to_request(method, target, headers, body);
        request.certificate.clone_from(&self.certificate);
        let found = ROUTES.iter().find(|route| route.path == request.path && route.method == request.method);
        let route = found.expect("a route");
        // Every layer that reads a request reads this one too; none may panic.
        let _ = self.bank.auth.claimed_client_id(&request);
        let public = route.needs == Needs::Nothing;
        let identified = if public { Ok(None) } else { self.bank.auth.identify(&request, self.now) };
        let params = if route.path.contains("{client_id}") {
            vec![("client_id".to_owned(), "demo".to_owned())]
        } else {
            Vec::new()
        };
        let mut call = Call { request: &request, operation: route.operation, params, access: None, now: self.now };
        let reply = identified
            .and_then(|access| {
                admit(route.needs, access.as_deref(), &self.bank.ledger, self.now)?;
                call.access = access;
                (route.handle)(&self.bank, &call)
            })
            .map_err(|refusal| self.bank.auth.challenged(refusal));
        let mut reply = reply.unwrap_or_else(|refusal| match route.surface {
            Surface::Page => problem_page(&refusal),
            _ => problem(&refusal),
        });
        if !public {
            self.bank.auth.accompany(&request, self.now, &mut reply);
        }
        Answer::of(&reply)
    }

    pub(super) fn get(&self, target: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(Method::GET, target, headers, "")
    }

    /// Posts a form.
    pub(super) fn post(&self, path: &str, headers: &[(&str, &str)], form: &[(&str, &str)]) -> Answer {
        let mut headers = headers.to_vec();
        headers.push(("content-type", "application/x-www-form-urlencoded"));
        self.send(Method::POST, path, &headers, &encode(form))
    }

    /// Calls the token endpoint as the client `demo`.
    pub(super) fn token(&self, form: &[(&str, &str)]) -> Answer {
        self.post("/oauth/token", &[("authorization", &basic("demo", "demo-secret"))], form)
    }

    /// Asks for authorization with these parameters changed (or, with an empty value, left out).
    pub(super) fn authorize(&self, changes: &[(&str, &str)]) -> Answer {
        self.get(&format!("/oauth/authorize?{}", encode(&request(changes))), &[])
    }

    /// A code of the client `demo` for alice.
    pub(super) fn code(&self) -> String {
        self.authorize(&[]).redirected("code")
    }

    /// Exchanges a code with these parameters changed.
    pub(super) fn redeem(&self, code: &str, changes: &[(&str, &str)]) -> Answer {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        self.token(&changed(&form, changes))
    }

    /// Fresh tokens of alice for the client `demo`.
    pub(super) fn tokens(&self) -> Value {
        self.redeem(&self.code(), &[]).ok_json()
    }

    /// Tokens for a consent of alice that was approved without a login.
    pub(super) fn tokens_ready(&self) -> ReadyTokens {
        let ledger = &self.bank.ledger;
        let scopes = vec![ConsentScope::Accounts];
        let asked = NewConsent { client_id: "demo".to_owned(), scopes, account_ids: None, expires_at: None };
        let consent = ledger.create_consent(asked, self.now).id;
        let accounts = ledger.accounts_of_user("alice").iter().map(|account| account.id.clone()).collect();
        ledger.approve_consent(&consent, "alice", accounts, self.now).expect("alice's own accounts");
        let scopes = ["openid", "accounts", "unknown"].map(str::to_owned);
        self.bank.auth.issue_for_consent("demo", "alice", &consent, &scopes, self.now)
    }

    pub(super) fn refresh(&self, token: &str) -> Answer {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", token)])
    }

    /// `true` if the access token is accepted by the bank.
    pub(super) fn accepts(&self, token: &str) -> bool {
        self.get("/oauth/userinfo", &[("authorization", &format!("Bearer {token}"))]).status == 200
    }

    pub(super) fn register(&self, client: NewClient) -> Arc<crate::auth::Client> {
        self.bank.auth.register(client).expect("legal")
    }
}

impl Answer {
    fn of(reply: &Reply) -> Answer {
        let answer = Answer {
            status: reply.status.as_u16(),
            headers: reply.headers.clone(),
            text: String::from_utf8(reply.body.to_vec()).expect("UTF-8"),
        };
        answer.hold_to_the_rules();
        answer
    }

    /// What must be true of every answer of an authorization server.
    fn hold_to_the_rules(&self) {
        assert_ne!(self.status, StatusCode::TEMPORARY_REDIRECT.as_u16(), "a 307 would send a password on");
        assert!(self.status < 500, "{self:?}");
        let kind = self.header("content-type").unwrap_or_default();
        if kind.starts_with("text/html") {
            let policy = self.header("content-security-policy").expect("a page has a policy");
            assert!(policy.contains("frame-ancestors 'none'") && policy.contains("default-src 'none'"), "{policy}");
            assert_eq!(self.header("x-frame-options"), Some("DENY"));
            assert!(!self.text.contains("<script") && !self.text.contains("http-equiv"), "no script in a page");
        }
        if kind == "application/json" && self.status >= 400 {
            let body: Value = serde_json::from_str(&self.text).expect("an error is JSON");
            let description = body["error_description"].as_str().expect("an error has a description");
            let legal = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e);
            assert!(description.bytes().all(legal), "{description}");
            assert_eq!(self.header("cache-control"), Some("no-store"));
        }
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("text"))
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("{self:?}"))
    }

    pub(super) fn ok_json(&self) -> Value {
        assert_eq!(self.status, 200, "{self:?}");
        self.json()
    }

    /// Parameters of the redirect to the client.
    pub(super) fn redirect(&self) -> BTreeMap<String, String> {
        assert_eq!(self.status, 303, "{self:?}");
        let location = url::Url::parse(self.header("location").expect("a redirect")).expect("a URL");
        assert!(location.as_str().starts_with(CALLBACK), "{location}");
        let fragment = url::form_urlencoded::parse(location.fragment().unwrap_or_default().as_bytes());
        location.query_pairs().chain(fragment).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
    }

    pub(super) fn redirected(&self, name: &str) -> String {
        self.redirect().remove(name).unwrap_or_else(|| panic!("no {name} in {self:?}"))
    }

    /// Status and error code of a refusal, whether JSON or page.
    pub(super) fn refusal(&self) -> String {
        if self.status == 303 {
            return format!("303 {}", self.redirected("error"));
        }
        if self.header("content-type") == Some("application/json") {
            let code = self.json()["error"].as_str().unwrap_or("none").to_owned();
            return format!("{} {code}", self.status);
        }
        format!("{} page {}", self.status, self.element("error-code"))
    }

    /// The text of the element with this id.
    pub(super) fn element(&self, id: &str) -> String {
        let after = self.text.split_once(&format!("id=\"{id}\"")).map(|parts| parts.1).unwrap_or_default();
        let text = after.split_once('>').and_then(|parts| parts.1.split_once('<'));
        text.map(|parts| parts.0.to_owned()).unwrap_or_default()
    }

    /// The value of the form field with this name.
    pub(super) fn field(&self, name: &str) -> String {
        let after = self.text.split_once(&format!("name=\"{name}\" value=\"")).map(|parts| parts.1);
        after.and_then(|rest| rest.split_once('"')).map(|parts| parts.0.to_owned()).expect("a field")
    }

    /// The session cookie it sets.
    pub(super) fn cookie(&self) -> String {
        let cookie = self.header("set-cookie").expect("a cookie");
        cookie.split(';').next().expect("a pair").to_owned()
    }
}

/// The parameters of a good authorization request, with changes.
pub(super) fn request<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    static CHALLENGE: std::sync::LazyLock<String> =
        std::sync::LazyLock::new(|| URL_SAFE_NO_PAD.encode(sha256(VERIFIER.as_bytes())));
    let good = [
        ("response_type", "code"),
        ("client_id", "demo"),
        ("redirect_uri", CALLBACK),
        ("scope", "openid accounts balances transactions payments"),
        ("state", "s 1&2"),
        ("nonce", "n-0S6_WzA2Mj"),
        ("code_challenge", CHALLENGE.as_str()),
        ("code_challenge_method", "S256"),
        ("login_hint", "alice"),
    ];
    changed(&good, changes)
}

/// `pairs` with some replaced, added or, where the new value is empty, left out.
pub(super) fn changed<'a>(pairs: &[(&'a str, &'a str)], changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = pairs.iter().filter(|pair| !changes.iter().any(|change| change.0 == pair.0));
    kept.chain(changes).filter(|pair| !pair.1.is_empty()).copied().collect()
}

pub(super) fn encode(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

pub(super) fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

/// A request of the bank's own address.
pub(super) fn to_request(method: Method, target: &str, headers: Pairs<'_>, body: &str) -> Request {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let header = |(name, value): &(&str, &str)| {
        let name: HeaderName = name.parse().expect("a header name");
        (name, HeaderValue::from_str(value).expect("a header value"))
    };
    Request {
        method,
        path: path.to_owned(),
        query: query.to_owned(),
        headers: headers.iter().map(header).collect(),
        body: body.to_owned().into(),
        base_url: BASE.to_owned(),
        certificate: None,
        mutual_base_url: None,
        connection: 1,
        request_id: "bench".to_owned(),
    }
}
