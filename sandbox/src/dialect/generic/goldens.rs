//! The renderer against the golden cases: what it writes for their records is their documents, member for member.

use bank_fixtures::golden::{self, Golden, Records};
use serde::Serialize;
use serde_json::{Value, json};

use super::body::{Account, Balance, Consent, Customer, Links, List, Payment};
use super::transaction::Transactions;

fn value(body: impl Serialize) -> Value {
    let text = serde_json::to_string(&body).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn list(golden: &Golden, document: &Value, data: impl Serialize) -> Value {
    let this = document["links"]["self"].as_str().unwrap();
    value(List { data, links: Links { this, next: golden.next.as_deref() } })
}

fn rendered(golden: &Golden, document: &Value) -> Value {
    match &golden.records {
        Records::Customers(parties) => list(golden, document, parties.iter().map(Customer::from).collect::<Vec<_>>()),
        Records::Accounts(accounts) => list(golden, document, accounts.iter().map(Account::from).collect::<Vec<_>>()),
        Records::Account(account) => value(Account::from(account)),
        Records::Balances(all) => list(golden, document, all.iter().filter_map(Balance::of).collect::<Vec<_>>()),
        Records::Transactions(entries) => list(golden, document, Transactions(entries)),
        Records::Payments(payments) => list(golden, document, payments.iter().map(Payment::from).collect::<Vec<_>>()),
        Records::Payment(payment) => value(Payment::from(payment)),
        Records::Consent(consent) => value(Consent::from(consent)),
        Records::Failure(_) => json!("titles of failures are the bank's own words"),
    }
}

#[test]
fn every_written_golden_is_rendered_from_its_records() {
    let mut checked = 0;
    for golden in golden::of("generic").into_iter().filter(|golden| golden.written) {
        let document: Value = serde_json::from_str(&golden.body).unwrap();
        assert_eq!(rendered(golden, &document), document, "{} ({})", golden.name, golden.source);
        checked += 1;
    }
    assert!(checked >= 15, "{checked}");
}
