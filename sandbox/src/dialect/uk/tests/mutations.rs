//! Bodies that were right but for one member: refused with that member's path, or taken.

use axum::http::Method;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::bench::Bench;
use super::families::KINDS;

/// What a value is replaced with.
const WRONG: &[&str] = &[
    "null",
    "true",
    "0",
    "-1",
    "1.5",
    "\"\"",
    "\"x\"",
    "[]",
    "{}",
    "[{}]",
    "\"\\u0007\"",
    "\"2026-02-30T00:00:00Z\"",
    "\"1999-01-01T00:00:00Z\"",
    "\"GBX\"",
    "\"-5.00\"",
    "\"5.001\"",
    "\"12345678901234.00\"",
    "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
];

#[derive(Debug, Clone, Copy)]
enum Change {
    Remove,
    Add,
    Replace(usize),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![Just(Change::Remove), Just(Change::Add), (0..WRONG.len()).prop_map(Change::Replace)]
}

/// A body with everything in it, so that every member can be changed.
fn full(bench: &Bench, kind: &str) -> Value {
    let mut order = bench.wish(kind, "10.00");
    order["SupplementaryData"] = json!({"Anything": [1, {"at": "all"}]});
    order["DebtorAccount"] = json!({"SchemeName": "UK.OBIE.SortCodeAccountNumber", "Name": "Alice",
        "Identification": bench.bank.ledger.accounts_of_user("alice")[0].identifiers.iter()
            .find(|id| id.scheme == bank_fixtures::record::IdentifierScheme::SortCodeAccount).unwrap().value.clone()});
    let four = bench.word("3", "4") == "4";
    if !kind.contains("standing") {
        order["LocalInstrument"] = if kind.contains("international") { "UK.OBIE.SWIFT" } else { "UK.OBIE.FPS" }.into();
        order["RemittanceInformation"] = if four {
            json!({"Unstructured": ["A", "B"], "Structured": [{"ReferredDocumentAmount": "1.00", "Invoicer": "I",
                "CreditorReferenceInformation": {"Code": "SCOR", "Reference": "R"},
                "ReferredDocumentInformation": [{"Code": "CINV", "RelatedDate": "2026-01-01T00:00:00Z", "LineDetails": ["x"]}]}]})
        } else {
            json!({"Unstructured": "A", "Reference": "R"})
        };
    }
    if kind.contains("international") {
        order["ChargeBearer"] = "Shared".into();
        order["DestinationCountryCode"] = "DE".into();
        order["CreditorAgent"] = json!({"SchemeName": "UK.OBIE.BICFI", "Identification": "SBOXDE20", "PostalAddress": {"Country": "DE", "AddressLine": ["1"]}});
        if !kind.contains("standing") {
            order["ExchangeRateInformation"] = json!({"UnitCurrency": "GBP", "RateType": "Agreed", "ExchangeRate": 1.1, "ContractIdentification": "C"});
        }
    }
    if four {
        order["UltimateCreditor"] =
            json!({"Name": "U", "LEI": "8200007YHFDMEODY1965", "PostalAddress": {"Country": "GB"}});
        order["RegulatoryReporting"] = json!([{"DebitCreditReportingIndicator": "CRED", "Authority": {"Name": "A", "CountryCode": "GB"},
            "Details": [{"Type": "T", "Date": "2026-01-01T00:00:00Z", "Amount": {"Amount": "1.00", "Currency": "GBP"}, "Information": ["i"]}]}]);
        order["CreditorAccount"]["Proxy"] = json!({"Identification": "1", "Code": "TELE", "Type": "T"});
    }
    let mut data = json!({"Initiation": order, "ReadRefundAccount": "Yes",
        "Authorisation": {"AuthorisationType": "Any", "CompletionDateTime": "2026-04-01T00:00:00Z"},
        "SCASupportData": {"RequestedSCAExemptionType": "BillPayment", "AppliedAuthenticationApproach": "SCA", "ReferencePaymentOrderId": "O"}});
    if kind.contains("scheduled") || kind.contains("standing") {
        data["Permission"] = "Create".into();
    }
    let risk = if four {
        json!({"PaymentContextCode": "BillPayment", "MerchantCategoryCode": "5999", "PaymentPurposeCode": "GDDS", "CategoryPurposeCode": "SUPP",
            "DeliveryAddress": {"AddressType": "HOME", "Country": "GB"}, "ContractPresentIndicator": true})
    } else {
        json!({"PaymentContextCode": "BillPayment", "MerchantCategoryCode": "5999", "PaymentPurposeCode": "GDDS",
            "DeliveryAddress": {"TownName": "T", "Country": "GB"}, "ContractPresentInidicator": true})
    };
    json!({"Data": data, "Risk": risk})
}

/// Every place of a body, as a pointer and as the standard writes it.
fn places(value: &Value, pointer: &str, path: &str, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                found.push((format!("{pointer}/{name}"), below.clone()));
                if name != "SupplementaryData" {
                    places(value, &format!("{pointer}/{name}"), &below, found);
                }
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                found.push((format!("{pointer}/{index}"), format!("{path}[{index}]")));
                places(value, &format!("{pointer}/{index}"), &format!("{path}[{index}]"), found);
            }
        }
        _ => {}
    }
}

fn changed(body: &Value, pointer: &str, path: &str, change: Change) -> (Value, String) {
    let mut body = body.clone();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match change {
        Change::Replace(which) => {
            *body.pointer_mut(pointer).unwrap() = serde_json::from_str(WRONG[which]).unwrap();
            (body, path.to_owned())
        }
        Change::Remove => {
            match body.pointer_mut(parent).unwrap() {
                Value::Object(members) => {
                    members.remove(name);
                }
                Value::Array(items) => {
                    items.remove(name.parse().unwrap());
                }
                _ => unreachable!("a place is in an object or a list"),
            }
            (body, path.to_owned())
        }
        Change::Add => match body.pointer_mut(pointer).unwrap() {
            Value::Object(members) if name != "SupplementaryData" => {
                members.insert("Nonsense".to_owned(), json!(1));
                (body, format!("{path}.Nonsense"))
            }
            _ => (body, path.to_owned()),
        },
    }
}

#[test]
fn the_full_body_of_every_kind_is_taken() {
    for bench in Bench::both() {
        for (kind, _) in KINDS {
            let headers = [("content-type", "application/json"), ("x-idempotency-key", *kind)];
            let body = full(&bench, kind).to_string();
            let answer = bench.send(&bench.client(), Method::POST, &format!("/pisp/{kind}-consents"), &headers, &body);
            assert_eq!(answer.status, 201, "{kind}: {}", answer.text);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Answers are held against the standard's documents by the bench, refusals and consents alike.
    #[test]
    fn a_body_with_one_member_changed_is_refused_by_its_name_or_taken(
        version in 0_usize..2, kind in 0..KINDS.len(), place in any::<prop::sample::Index>(), change in change(),
    ) {
        let bench = &Bench::both()[version];
        let kind = KINDS[kind].0;
        let body = full(bench, kind);
        let mut found = Vec::new();
        places(&body, "", "", &mut found);
        let (pointer, path) = place.get(&found);
        let (sent, path) = changed(&body, pointer, path, change);
        let headers = [("content-type", "application/json"), ("x-idempotency-key", "k")];
        let target = format!("/pisp/{kind}-consents");
        let answer = bench.send(&bench.client(), Method::POST, &target, &headers, &sent.to_string());
        prop_assert!(matches!(answer.status, 201 | 400), "{}", answer.text);
        let made = bench.bank.ledger.consents_of("demo", bench.now).len();
        if answer.status == 201 {
            prop_assert_eq!(made, 1);
        } else {
            // Of an object or list that is wrong as a whole, one of its members may be named.
            let named = |error: &(String, String)| related(&error.1, &path);
            let (_, errors) = answer.refusal();
            prop_assert!(errors.iter().any(named), "{path} {change:?}: {errors:?}");
            prop_assert!(errors.iter().all(|(code, _)| code.starts_with(bench.word("UK.OBIE.", "U0"))), "{errors:?}");
            prop_assert_eq!(made, 0, "nothing is made of what is refused");
        }
    }
}

/// The member itself, something in it, or the member beside it that it decides about.
fn related(named: &str, changed: &str) -> bool {
    let inside = |outer: &str, inner: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    let parent = |path: &str| path.rsplit_once(['.', '[']).map_or(String::new(), |(parent, _)| parent.to_owned());
    inside(changed, named) || inside(named, changed) || parent(named) == parent(changed)
}
