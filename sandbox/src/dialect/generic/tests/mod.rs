//! The dialect from outside, call by call: no socket, no tokens.

mod bench;
mod goldens;
mod pages;

use axum::http::{HeaderValue, Method};
use jiff::SignedDuration;
use serde_json::Value;

use self::bench::{Answer, BASE, Bench, order};
use super::*;
use crate::exchange::ProblemKind;

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
    let docs = include_str!("../../../../../docs/generic-api.md");
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
