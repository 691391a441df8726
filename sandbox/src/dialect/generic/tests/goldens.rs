//! What the bank writes for the records of the golden cases.

use axum::http::Method;
use bank_fixtures::golden::{self, Golden, Records};
use serde_json::Value;

use super::bench::{Bench, start};
use crate::dialect::generic::*;

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
