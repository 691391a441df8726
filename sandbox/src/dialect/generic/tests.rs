//! The dialect from outside, call by call: no socket, no tokens.

use std::sync::{Arc, LazyLock};

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use bank_fixtures::book::Book;
use bank_fixtures::currency::Currency;
use bank_fixtures::dataset::Dataset;
use bank_fixtures::golden::{self, Golden, Records};
use bank_fixtures::money::Money;
use bank_fixtures::seed::Seed;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::auth::{AuthServer, AuthSettings};
use crate::bank::{Ledger, NewConsent, SCOPES};
use crate::exchange::{Access, ProblemKind};
use crate::profile::BankProfile;
use crate::world::BankInstance;

const BASE: &str = "http://127.0.0.1:8080/plain";

static BOOK: LazyLock<Arc<Book>> = LazyLock::new(|| {
    let zone = BankProfile::named("plain").unwrap().zone.clone();
    Arc::new(Book::new(Dataset::builtin("retail-small").unwrap(), Seed::new(1), start(), zone))
});

fn start() -> Timestamp {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

/// A bank, and a consent of one of its customers to the client `demo`.
struct Bench {
    bank: BankInstance,
    access: Access,
    now: Timestamp,
}

/// What came back.
struct Answer {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Bench {
    fn of(user: &str) -> Bench {
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

    fn alice() -> Bench {
        Bench::of("alice")
    }

    fn account(&self) -> String {
        let user = self.access.user.as_deref().unwrap();
        self.bank.ledger.accounts_of_user(user)[0].id.clone()
    }

    fn request(&self, method: Method, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Request {
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

    fn call<'r>(&self, request: &'r Request) -> (Call<'r>, &'static Route) {
        let (route, params) = ROUTES
            .iter()
            .filter(|route| route.method == request.method)
            .find_map(|route| Some((route, params(route.path, &request.path)?)))
            .expect("a route");
        let access = Some(std::sync::Arc::new(self.access.clone()));
        (Call { request, operation: route.operation, params, access, now: self.now }, route)
    }

    fn send(&self, method: Method, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let request = self.request(method, target, headers, body);
        let (call, route) = self.call(&request);
        let reply = (route.handle)(&self.bank, &call).unwrap_or_else(|problem| Generic.problem(&problem, &request));
        let text = String::from_utf8(reply.body.to_vec()).unwrap();
        Answer { status: reply.status.as_u16(), headers: reply.headers, text }
    }

    fn get(&self, target: &str) -> Answer {
        self.send(Method::GET, target, &[], b"")
    }

    fn post(&self, target: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let headers: Vec<_> = [("content-type", "application/json")].iter().chain(headers).copied().collect();
        self.send(Method::POST, target, &headers, body.as_bytes())
    }

    fn pay(&self, key: &str, body: &str) -> Answer {
        self.post("/payments", &[("idempotency-key", key)], body)
    }
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// The body as people read it; what a cursor holds is nobody's business.
    fn pretty(&self) -> String {
        let mut body = self.json();
        if let Some(next) = body.pointer_mut("/links/next") {
            let text = next.as_str().unwrap().split_once("cursor=").expect("a next link has a cursor").0;
            *next = format!("{text}cursor=…").into();
        }
        serde_json::to_string_pretty(&body).unwrap()
    }

    /// Status, code and field of a refusal.
    fn refusal(&self) -> (u16, String, String) {
        let text = |name: &str| self.json()[name].as_str().unwrap_or("").to_owned();
        (self.status, text("code"), text("field"))
    }

    fn next(&self) -> Option<String> {
        let next = self.json()["links"]["next"].as_str()?.strip_prefix(BASE).unwrap().to_owned();
        let link = self.headers["link"].to_str().unwrap();
        assert_eq!(link, format!("<{BASE}{next}>; rel=\"next\""));
        Some(next)
    }

    fn ids(&self) -> Vec<String> {
        let rows = self.json()["data"].as_array().unwrap().clone();
        rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    }
}

/// Values of a template's segments, if the path fits it.
fn params(template: &str, path: &str) -> Option<Vec<(String, String)>> {
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

fn order(account: &str) -> String {
    format!(
        r#"{{"debtor_account_id": "{account}", "amount": {{"value": "12.30", "currency": "GBP"}},
             "creditor": {{"name": "Zed Bakery", "account": {{"scheme": "iban", "value": "GB33 BUKB 2020 1555 5555 55"}}}},
             "reference": "INV 7", "end_to_end_id": "E2E-7"}}"#
    )
}

#[test]
fn bodies() {
    let bench = Bench::alice();
    let account = bench.account();
    let customer = bench.get("/customers").ids().remove(0);
    let targets = [
        "/customers".to_owned(),
        format!("/customers/{customer}/accounts"),
        "/accounts?limit=1".to_owned(),
        format!("/accounts/{account}"),
        format!("/accounts/{account}/balances"),
        format!("/accounts/{account}/transactions?limit=2&status=booked"),
        format!("/accounts/{account}/transactions?limit=2&status=pending"),
    ];
    let shown: Vec<String> =
        targets.iter().map(|target| format!("GET {target}\n{}\n", bench.get(target).pretty())).collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn a_card_abroad() {
    let bench = Bench::of("carol");
    let card = bench
        .bank
        .ledger
        .accounts_of_user("carol")
        .into_iter()
        .find(|account| account.kind == bank_fixtures::record::AccountKind::Card);
    let card = card.expect("the dataset has a card holder with trips abroad").id.clone();
    let rows = bench.get(&format!("/accounts/{card}/transactions?limit=100&status=booked")).json();
    let abroad = rows["data"].as_array().unwrap().iter().find(|row| row.get("exchange_rate").is_some());
    insta::assert_snapshot!(serde_json::to_string_pretty(&abroad).unwrap());
    insta::assert_snapshot!(bench.get(&format!("/accounts/{card}/balances")).pretty());
}

#[test]
fn the_life_of_a_payment() {
    let mut bench = Bench::alice();
    let body = order(&bench.account());
    let created = bench.pay("key-1", &body);
    let id = created.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(created.status, 201);
    assert_eq!(created.headers["location"], format!("{BASE}/payments/{id}"));
    assert!(!created.headers.contains_key("idempotency-replayed"));
    insta::assert_snapshot!(created.pretty());
    bench.now += SignedDuration::from_secs(5);
    let again = bench.pay("key-1", &body);
    assert_eq!((again.status, &again.headers["idempotency-replayed"]), (201, &HeaderValue::from_static("true")));
    assert_eq!(again.json()["status"], "debited");
    assert_eq!(bench.get(&format!("/payments/{id}")).text, again.text);
    assert_eq!(bench.pay("key-1", &body.replace("12.30", "12.31")).refusal().1, "idempotency_key_reused");
    for search in ["idempotency_key=key-1", "end_to_end_id=E2E-7"] {
        assert_eq!(bench.get(&format!("/payments?{search}")).ids(), std::slice::from_ref(&id));
    }
    assert_eq!(bench.get("/payments?idempotency_key=key-2").json()["data"], Value::Array(Vec::new()));
    let late = bench.post(&format!("/payments/{id}/cancel"), &[], "");
    assert_eq!(late.refusal().0, 409);
    bench.pay("key-2", &body);
    let other = bench.get("/payments").ids().remove(0);
    assert_eq!(bench.post(&format!("/payments/{other}/cancel"), &[], "").json()["status"], "cancelled");
}

#[test]
fn the_life_of_a_consent() {
    let mut bench = Bench::alice();
    bench.access.user = None;
    let created = bench.post("/consents", &[], r#"{"scopes": ["accounts"], "expires_at": "2026-03-03T09:00:00Z"}"#);
    let target = format!("/consents/{}", created.json()["id"].as_str().unwrap());
    assert_eq!((created.status, created.headers["location"].to_str().unwrap()), (201, &*format!("{BASE}{target}")));
    insta::assert_snapshot!(created.pretty());
    assert_eq!(bench.get(&target).text, created.text);
    assert_eq!(
        bench.get("/consents?limit=1").ids(),
        created.json()["id"].as_str().map(str::to_owned).into_iter().collect::<Vec<_>>()
    );
    assert_eq!(bench.get("/consents").ids().len(), 2);
    for _ in 0..2 {
        assert_eq!(bench.send(Method::DELETE, &target, &[], b"").status, 204);
    }
    assert_eq!(bench.get(&target).json()["status"], "ended_by_client");
    bench.access.client_id = "another".to_owned();
    assert_eq!(bench.get(&target).refusal().1, "consent_not_found");
}

/// Every refusal names its code and the part of the request at fault.
#[test]
fn refusals() {
    let bench = Bench::alice();
    let account = bench.account();
    let good = order(&account);
    let list = format!("/accounts/{account}/transactions");
    let check = |answer: Answer, expected: (u16, &str, &str)| {
        let (status, code, field) = answer.refusal();
        assert_eq!((status, code.as_str(), field.as_str()), expected, "{}", answer.text);
    };
    for (query, field) in [
        ("limit=0", "query.limit"),
        ("limit=101", "query.limit"),
        ("limit=%2B5", "query.limit"),
        ("limit=", "query.limit"),
        ("from=2026-02-30", "query.from"),
        ("from=20260201", "query.from"),
        ("to=2026-02-01T00:00:00Z", "query.to"),
        ("from=2026-02-02&to=2026-02-01", "query.from"),
        ("status=BOOKED", "query.status"),
        ("page=2", "query.page"),
        ("limit=5&limit=6", "query.limit"),
    ] {
        check(bench.get(&format!("{list}?{query}")), (400, "invalid_parameter", field));
    }
    let next = bench.get(&format!("{list}?limit=5")).next().unwrap();
    for foreign in
        [format!("{next}&status=booked"), next.replace(&account, &bench.bank.ledger.accounts_of_user("alice")[1].id)]
    {
        check(bench.get(&foreign), (400, "invalid_cursor", "query.cursor"));
    }
    check(bench.get(&format!("{list}?cursor=x")), (400, "invalid_cursor", "query.cursor"));
    check(bench.get("/accounts/acc_x"), (404, "account_not_found", ""));
    check(bench.get("/accounts/acc_x/transactions"), (404, "account_not_found", ""));
    check(bench.get("/customers/cus_x/accounts"), (404, "customer_not_found", ""));
    check(bench.get("/payments/pay_x"), (404, "payment_not_found", ""));
    let html = bench.send(Method::GET, "/accounts", &[("accept", "text/html, application/json;q=0")], b"");
    check(html, (406, "not_acceptable", "header.Accept"));
    assert_eq!(bench.send(Method::GET, "/accounts", &[("accept", "text/html, */*;q=0.1")], b"").status, 200);

    check(bench.post("/payments", &[], &good), (400, "missing_idempotency_key", "header.Idempotency-Key"));
    check(bench.pay("", &good), (400, "invalid_parameter", "header.Idempotency-Key"));
    check(bench.pay(&"k".repeat(256), &good), (400, "invalid_parameter", "header.Idempotency-Key"));
    let form = bench.send(
        Method::POST,
        "/payments",
        &[("idempotency-key", "k"), ("content-type", "text/json")],
        good.as_bytes(),
    );
    check(form, (415, "unsupported_media_type", "header.Content-Type"));
    check(bench.pay("k", "{"), (400, "malformed_request", ""));
    let elsewhere = good.replace(&account, &bench.bank.ledger.accounts_of_user("ben")[0].id);
    let other = r#"{"debtor_account_id": "a", "debtor_account_id": "b"}"#;
    for (body, expected) in [
        (other, (400, "invalid_parameter", "/debtor_account_id")),
        ("[1]", (400, "invalid_parameter", "")),
        ("{}", (400, "invalid_parameter", "/creditor")),
        (&good.replace("reference", "refrence"), (400, "invalid_parameter", "/refrence")),
        (&good.replace("\"12.30\"", "12.30"), (400, "invalid_parameter", "/amount/value")),
        (&good.replace("12.30", "12.3"), (400, "invalid_parameter", "/amount/value")),
        (&good.replace("12.30", "-12.30"), (400, "invalid_parameter", "/amount/value")),
        (&good.replace("12.30", "0.00"), (400, "invalid_parameter", "/amount/value")),
        (&good.replace("12.30", "12.305"), (400, "invalid_parameter", "/amount/value")),
        (&good.replace("GBP", "gbp"), (400, "invalid_parameter", "/amount/currency")),
        (&good.replace("GBP", "EUR"), (422, "payment_rejected", "/amount/currency")),
        (&good.replace("12.30", "1234567890.00"), (422, "insufficient_funds", "/amount/value")),
        (&good.replace("GB33", "GB34"), (400, "invalid_parameter", "/creditor/account/value")),
        (&good.replace("iban", "swift"), (400, "invalid_parameter", "/creditor/account/scheme")),
        (&good.replace("INV 7", &"x".repeat(141)), (400, "invalid_parameter", "/reference")),
        (&good.replace("INV 7", "a\\u0007"), (400, "invalid_parameter", "/reference")),
        (&good.replace("E2E-7", &"x".repeat(36)), (400, "invalid_parameter", "/end_to_end_id")),
        (&good.replacen('{', "{\"requested_on\": \"2026-3-4\",", 1), (400, "invalid_parameter", "/requested_on")),
        (&good.replacen('{', "{\"requested_on\": \"2026-03-01\",", 1), (400, "invalid_parameter", "/requested_on")),
        (&elsewhere, (404, "account_not_found", "/debtor_account_id")),
    ] {
        check(bench.pay("k", body), expected);
    }
    for (body, field) in [
        ("{}", "/scopes"),
        (r#"{"scopes": []}"#, "/scopes"),
        (r#"{"scopes": ["accounts", "openid"]}"#, "/scopes/1"),
        (r#"{"scopes": ["accounts", "accounts"]}"#, "/scopes/1"),
        (r#"{"scopes": ["accounts"], "account_ids": [1]}"#, "/account_ids/0"),
        (r#"{"scopes": ["accounts"], "expires_at": "2026-03-02"}"#, "/expires_at"),
        (r#"{"scopes": ["accounts"], "expires_at": "2026-03-02T09:00:00Z"}"#, "/expires_at"),
    ] {
        check(bench.post("/consents", &[], body), (400, "invalid_parameter", field));
    }
    assert_eq!(bench.get("/payments").json()["data"], Value::Array(Vec::new()));
}

/// The documentation's table and the renderer say the same of every kind of problem.
#[test]
fn failures_are_documented() {
    let docs = include_str!("../../../../docs/generic-api.md");
    let bench = Bench::alice();
    let request = bench.request(Method::GET, "/accounts", &[], b"");
    for kind in ProblemKind::ALL {
        let reply = Generic.problem(&Problem::new(*kind, "why"), &request);
        let body: Value = serde_json::from_slice(&reply.body).unwrap();
        let code = format!("`{}`", body["code"].as_str().unwrap());
        let row = docs.lines().find(|line| line.starts_with('|') && line.contains(&code));
        let row = row.unwrap_or_else(|| panic!("{code} is not in the table"));
        assert!(row.contains(reply.status.as_str()), "{row}: {}", reply.status);
        assert!(row.ends_with(&format!("| {} |", kind.class())), "{row}: {}", kind.class());
        assert_eq!((body["instance"].as_str(), body["detail"].as_str()), (Some("req-1"), Some("why")));
        assert_eq!(reply.headers["content-type"], "application/problem+json");
    }
}

#[test]
fn a_wait_is_told_in_whole_seconds_rounded_up() {
    let bench = Bench::alice();
    let request = bench.request(Method::GET, "/accounts", &[], b"");
    let problem = Problem::new(ProblemKind::RateLimited, "slower").retry_after(std::time::Duration::from_millis(1_001));
    assert_eq!(Generic.problem(&problem, &request).headers["retry-after"], "2");
}

#[test]
fn facts_tell_what_a_call_is_about() {
    let bench = Bench::alice();
    let account = bench.account();
    let next = bench.get(&format!("/accounts/{account}/transactions?limit=5")).next().unwrap();
    let request = bench.request(Method::GET, &next, &[], b"");
    let facts = Generic.facts(&bench.call(&request).0);
    assert_eq!((facts.account.as_deref(), facts.page), (Some(account.as_str()), Some(2)));
    let request = bench.request(Method::POST, "/payments", &[("idempotency-key", "k")], order(&account).as_bytes());
    let facts = Generic.facts(&bench.call(&request).0);
    assert_eq!(
        (facts.account.as_deref(), facts.page, facts.idempotency_key.as_deref()),
        (Some(account.as_str()), None, Some("k"))
    );
    let payment = facts.payment.unwrap();
    assert_eq!(payment.amount.map(|amount| amount.text()).as_deref(), Some("12.30"));
    assert_eq!((payment.reference.as_deref(), payment.creditor_name.as_deref()), (Some("INV 7"), Some("Zed Bakery")));
}

/// Follows the links of a list; `between` is called after each page.
fn follow(bench: &mut Bench, target: &str, mut between: impl FnMut(&mut Bench, usize)) -> Vec<String> {
    let (mut seen, mut target, mut page) = (Vec::new(), Some(target.to_owned()), 0);
    while let Some(this) = target {
        let answer = bench.get(&this);
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.json()["links"]["self"], format!("{BASE}{this}"));
        seen.extend(answer.ids());
        target = answer.next();
        page += 1;
        between(bench, page);
    }
    seen
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// The union of the pages is the list as of its first page, whatever arrives between them.
    #[test]
    fn pages_add_up(limit in 1usize..=100, days in 1i64..90, arrivals in prop::collection::vec((any::<bool>(), 0i64..3), 0..12)) {
        let mut bench = Bench::alice();
        let account = bench.account();
        for n in 0..3 {
            bench.pay(&format!("before {n}").replace(' ', "-"), &order(&account));
        }
        let from = start().to_zoned(jiff::tz::TimeZone::UTC).date().checked_sub(SignedDuration::from_hours(24 * days)).unwrap();
        let whole = follow(&mut bench, &format!("/accounts/{account}/transactions?from={from}&limit=100"), |_, _| {});
        let target = format!("/accounts/{account}/transactions?from={from}&limit={limit}");
        let seen = follow(&mut bench, &target, |bench, page| {
            let Some((pay, wait)) = arrivals.get(page) else { return };
            bench.now += SignedDuration::from_secs(*wait);
            if *pay {
                bench.pay(&format!("k{page}"), &order(&account));
            } else {
                let gift = Money::from_minor(500, Currency::GBP).unwrap();
                bench.bank.ledger.post_entry(&account, gift, Some("GIFT"), bench.now).unwrap();
            }
        });
        prop_assert_eq!(seen, whole);
    }

    #[test]
    fn numbered_lists_add_up_too(limit in 1usize..6, count in 0usize..14) {
        let mut bench = Bench::alice();
        let account = bench.account();
        for n in 0..count {
            bench.pay(&format!("k{n}"), &order(&account));
            bench.post("/consents", &[], r#"{"scopes": ["accounts"]}"#);
        }
        bench.access.user = None;
        let consents = follow(&mut bench, &format!("/consents?limit={limit}"), |bench, _| {
            bench.post("/consents", &[], r#"{"scopes": ["accounts"]}"#);
        });
        prop_assert_eq!(consents.len(), count + 1);
        bench.access.user = Some("alice".to_owned());
        let payments = follow(&mut bench, &format!("/payments?limit={limit}"), |bench, page| {
            bench.pay(&format!("later {page}").replace(' ', "-"), &order(&account));
        });
        prop_assert_eq!(payments.len(), count);
        let accounts = follow(&mut bench, "/accounts?limit=1", |_, _| {});
        prop_assert_eq!(accounts.len(), bench.bank.ledger.accounts_of_user("alice").len());
    }

    /// No query and no body makes a handler panic or a server error.
    #[test]
    fn whatever_comes_is_answered(query in "[ -~]{0,60}", body in "\\PC{0,80}", key in "[ -~]{0,20}") {
        let bench = Bench::alice();
        let account = bench.account();
        let targets = [format!("/accounts/{account}/transactions?{query}"), format!("/payments?{query}"), format!("/accounts?{query}")];
        for target in targets {
            let request = bench.request(Method::GET, &target, &[], b"");
            let _ = Generic.facts(&bench.call(&request).0);
            prop_assert!(bench.get(&target).status < 500);
        }
        prop_assert!((400..500).contains(&bench.pay(&key, &body).status));
        prop_assert!((400..500).contains(&bench.post("/consents", &[], &body).status));
    }
}

/// What the contract's authors wrote by hand, and what the bank writes for the same records.
#[test]
fn goldens() {
    let written: Vec<_> = golden::of("generic").into_iter().filter(|golden| golden.written).collect();
    assert!(written.len() >= 12, "only {} goldens", written.len());
    for golden in written {
        let expected: Value = serde_json::from_str(&golden.body).unwrap();
        assert_eq!(rendered(golden, &expected), expected, "{}", golden.name);
    }
}

/// The body the bank writes at the address the golden's own links tell.
fn rendered(golden: &Golden, expected: &Value) -> Value {
    let this = expected["links"]["self"].as_str().unwrap_or("https://bank.example/plain/x");
    let (base, target) = this.split_at(this.find("/plain").unwrap() + "/plain".len());
    let bench = Bench::alice();
    let request = Request { base_url: base.to_owned(), ..bench.request(Method::GET, target, &[], b"") };
    let call = Call { request: &request, operation: Operation::Unknown, params: vec![], access: None, now: start() };
    let cursor = golden.next.as_ref().map(|next| next.split_once("cursor=").unwrap().1.to_owned());
    fn rows<'a, R, T: From<&'a R>>(rows: &'a [R]) -> Vec<T> {
        rows.iter().map(T::from).collect()
    }
    let status = axum::http::StatusCode::OK;
    let reply = match &golden.records {
        Records::Customers(all) => list::answer(&call, rows::<_, body::Customer<'_>>(all), 0, cursor),
        Records::Accounts(all) => list::answer(&call, rows::<_, body::Account<'_>>(all), 0, cursor),
        Records::Account(one) => list::record(status, &body::Account::from(one)),
        Records::Balances(all) => {
            let all: Vec<_> = all.iter().filter_map(body::Balance::of).collect();
            list::answer(&call, all, 0, cursor)
        }
        Records::Transactions(all) => list::answer(&call, transaction::Transactions(all), 0, cursor),
        Records::Payments(all) => list::answer(&call, rows::<_, body::Payment<'_>>(all), 0, cursor),
        Records::Payment(one) => list::record(status, &body::Payment::from(one)),
        Records::Consent(one) => list::record(status, &body::Consent::from(one)),
        Records::Failure(_) => unreachable!("titles are the bank's own words: failures are only read"),
    };
    serde_json::from_slice(&reply.body).unwrap()
}
