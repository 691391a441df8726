//! The reader against the golden cases: every document means exactly its records and raises exactly its warnings.

use bank_fixtures::golden::{self, Golden, Records};

use jiff::Timestamp;

use super::{
    Page, Understood, accounts, balances, customers, document, failure, one_account, one_consent, one_payment,
    payments, transactions,
};
use crate::json;
use crate::normalise::document::{Request, Resource};

/// The records and the next page a list was understood as.
fn listed<T>(
    read: Understood<Page<T>>,
    records: fn(Vec<T>) -> Records,
) -> Understood<(Option<Records>, Option<String>)> {
    Understood { value: (Some(records(read.value.records)), read.value.next), warnings: read.warnings }
}

fn single<T>(read: Understood<Option<T>>, records: fn(T) -> Records) -> Understood<(Option<Records>, Option<String>)> {
    Understood { value: (read.value.map(records), None), warnings: read.warnings }
}

fn understood(golden: &Golden) -> Understood<(Option<Records>, Option<String>)> {
    let document = json::parse(&golden.body).expect("a golden document is JSON");
    let account_id = golden.account_id.as_deref().unwrap_or_default();
    let header = |name: &str| golden.headers.iter().find(|row| row.0 == name).map(|row| row.1.as_str());
    match golden.records {
        Records::Customers(_) => listed(customers(&document), Records::Customers),
        Records::Accounts(_) => listed(accounts(&document), Records::Accounts),
        Records::Account(_) => single(one_account(&document), Records::Account),
        Records::Balances(_) => listed(balances(&document), Records::Balances),
        Records::Transactions(_) => listed(transactions(&document, account_id), Records::Transactions),
        Records::Payments(_) => listed(payments(&document), Records::Payments),
        Records::Payment(_) => single(one_payment(&document), Records::Payment),
        Records::Consent(_) => single(one_consent(&document), Records::Consent),
        Records::Failure(_) => {
            let read = failure(golden.status, header("retry-after"), Some(&document));
            Understood { value: (Some(Records::Failure(read.value)), None), warnings: read.warnings }
        }
    }
}

#[test]
fn every_golden_document_means_its_records() {
    let mut wrong = Vec::new();
    for golden in golden::of("generic") {
        let Understood { value: (records, next), warnings } = understood(golden);
        let mut codes: Vec<&str> = warnings.iter().map(|warning| warning.code.name()).collect();
        codes.sort_unstable();
        if records.as_ref() != Some(&golden.records) || next != golden.next || codes != golden.warnings {
            let (name, source) = (&golden.name, &golden.source);
            let expected = (&golden.records, &golden.next, &golden.warnings);
            wrong.push(format!("{name} ({source})\n expected {expected:?}\n found    {:?}", (records, next, warnings)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Each row of the contract has the JSON it was read from, and the codes of what was wrong with it there.
#[test]
fn every_row_says_what_it_was_read_from() {
    let lists = ["customers", "accounts", "balances", "transactions", "payments", "consents"];
    let mut warned = 0;
    for golden in golden::of("generic") {
        let resource = match golden.records {
            Records::Customers(_) => Resource::Customers,
            Records::Accounts(_) | Records::Account(_) => Resource::Accounts,
            Records::Balances(_) => Resource::Balances,
            Records::Transactions(_) => Resource::Transactions,
            Records::Payments(_) | Records::Payment(_) => Resource::Payment,
            Records::Consent(_) => Resource::Consent,
            Records::Failure(_) => continue,
        };
        let request = Request {
            account: golden.account_id.as_deref(),
            known: &[],
            fetched: Timestamp::UNIX_EPOCH,
            status: golden.status,
            url: None,
            moves_money: false,
            resource,
        };
        let (canonical, warnings) = document::canonical(&[golden.body.clone().into_bytes()], request, Some(resource));
        let text = canonical.to_json();
        let document: serde_json::Value = serde_json::from_str(&text).expect("canonical JSON");
        let source = json::parse(&golden.body).expect("a golden document is JSON").to_string();
        for row in lists.iter().filter_map(|list| document[list].as_array()).flatten() {
            let raw = row["raw"].as_str().unwrap_or_else(|| panic!("{}: {row} has no source", golden.name));
            assert!(source.contains(raw), "{}: {raw} is not of the document", golden.name);
            for code in row["warnings"].as_array().into_iter().flatten() {
                assert!(warnings.iter().any(|warning| code == warning.code.name()), "{}: {code}", golden.name);
                warned += 1;
            }
        }
    }
    assert!(warned > 5, "{warned} rows say what was wrong with them");
}
