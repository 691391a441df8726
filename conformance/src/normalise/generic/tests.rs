//! What the reader makes of documents that are not as the contract says.

use bank_fixtures::record::{AccountKind, Nature, Relation};

use super::*;
use crate::json;

fn warnings(understood: &Understood<impl Sized>) -> Vec<String> {
    understood.warnings.iter().map(ToString::to_string).collect()
}

#[test]
fn a_page_is_understood_row_by_row() {
    let document = json::parse(
        r#"{"data": [
            {"id": "txn_1", "status": "booked", "type": "card_payment", "amount": {"value": "-12.30", "currency": "GBP"},
             "booked_on": "2026-03-01", "booked_at": "2026-03-01T09:30:00+00:00", "balance_after": {"value": "5.00", "currency": "GBP"},
             "original_amount": {"value": "-15.55", "currency": "USD"}, "exchange_rate": {"from": "USD", "to": "GBP", "rate": "0.7912"},
             "merchant": {"name": "Café", "mcc": "5812"}, "description": ["a", "b"], "bank_transaction_code": "PMNT-CCRD-POSD",
             "related": [{"relation": "supersedes", "transaction_id": "txn_0"}], "new_member": {"is": "ignored"}},
            {"id": "txn_2", "status": "pending", "amount": {"value": "3", "currency": "GBP"}},
            {"id": "txn_3", "status": "settled", "amount": {"value": "3.00", "currency": "gbp"}},
            "row"
        ], "links": {"self": "http://b/x", "next": "http://b/x?cursor=1"}}"#,
    )
    .unwrap();
    let understood = transactions(&document, "acc_1");
    let page = &understood.value;
    assert_eq!((page.rows, page.records.len(), page.next.as_deref()), (4, 2, Some("http://b/x?cursor=1")));
    assert_eq!(page.records[0].links[0].relation, Relation::Supersedes);
    assert_eq!(page.records[0].fx.as_ref().unwrap().rate.to_string(), "0.7912");
    assert_eq!(page.records[1].nature, Nature::Original);
    assert_eq!(
        warnings(&understood),
        [
            "AMOUNT_FORMAT at /data/1/amount/value: `3` has 0 decimals, GBP has 2",
            "UNKNOWN_ENUM at /data/2/status: `settled`; legal: pending, booked, information, void",
            "CURRENCY_CASE at /data/2/amount/currency: `gbp`; ISO 4217 codes are upper case",
            "SCHEMA at /data/3: a string, an object is due",
        ]
    );
}

#[test]
fn what_is_missing_null_or_doubled_is_named() {
    let document = json::parse(r#"{"data": [{"id": "acc_1", "type": "current", "type": "card", "name": null}]}"#);
    let understood = accounts(&document.unwrap());
    assert_eq!(understood.value.records[0].kind, AccountKind::Card);
    assert_eq!(
        warnings(&understood),
        [
            "SCHEMA at /data/0/status: missing, a string is due",
            "SCHEMA at /data/0/name: null, but a member without a value is left out",
            "SCHEMA at /links: missing, an object is due",
            "SCHEMA at /data/0/type: the member occurs twice",
        ]
    );
}

#[test]
fn identifiers_are_verified() {
    let document = json::parse(
        r#"{"data": [{"id": "a", "type": "current", "status": "open", "identifiers": [
            {"scheme": "iban", "value": "DE88370400440532013000"}, {"scheme": "iban", "value": "DE89370400440532013000"},
            {"scheme": "sort_code_account", "value": "040004-12345"}, {"scheme": "pan_masked", "value": "4111111111111111"}]}],
            "links": {"self": "x"}}"#,
    )
    .unwrap();
    let codes: Vec<&str> = accounts(&document).warnings.iter().map(|w| w.code.name()).collect();
    assert_eq!(codes, ["ID_CHECKSUM", "ID_SCHEME", "ID_SCHEME", "ID_SCHEME"]);
}

#[test]
fn failures_fall_back_to_their_status() {
    let class = |status, body: &str| failure(status, Some("7"), json::parse(body).ok().as_ref()).value;
    assert_eq!(class(422, r#"{"code": "idempotency_key_reused"}"#).class, ErrorClass::IdempotencyConflict);
    assert_eq!(class(503, r#"{"code": "brand_new"}"#).class, ErrorClass::ProviderUnavailable);
    assert_eq!(class(429, "<html>").class, ErrorClass::RateLimited);
    assert_eq!(class(429, "<html>").retry_after_seconds, Some(7));
}
