//! Lists page by page: the union is the list, whatever happens in between.

use axum::http::Method;
use bank_fixtures::currency::Currency;
use bank_fixtures::money::Money;
use jiff::SignedDuration;
use proptest::prelude::*;

use super::bench::{BASE, Bench, order, start};
use crate::dialect::generic::*;

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
