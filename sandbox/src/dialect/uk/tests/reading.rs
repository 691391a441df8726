//! Accounts, balances, transactions and parties from outside.

use std::collections::BTreeSet;

use super::bench::{ALL, Bench};

#[test]
fn bodies() {
    let mut shown = Vec::new();
    for bench in Bench::both() {
        let bench = bench.consented("alice", ALL, "");
        let account = bench.account(0);
        let targets = [
            "/aisp/accounts".to_owned(),
            format!("/aisp/accounts/{account}/balances"),
            format!("/aisp/accounts/{account}/transactions?fromBookingDateTime=2026-02-28T00:00:00"),
            "/aisp/party".to_owned(),
        ];
        for target in targets {
            shown.push(format!("{} GET {target}\n{}\n", bench.dialect.version.slug, bench.get(&target).pretty()));
        }
    }
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn basic_shows_less_than_detail() {
    for bench in Bench::both() {
        let bench = bench.consented("carol", &["ReadAccountsBasic", "ReadTransactionsBasic", "ReadTransactionsDebits"], "");
        for account in bench.rows("/aisp/accounts", "Account") {
            assert!(account.get("Account").is_none() && account.get("Servicer").is_none());
        }
        let target = "/aisp/transactions?fromBookingDateTime=2025-12-01T00:00:00";
        let rows = bench.rows(target, "Transaction");
        assert!(!rows.is_empty());
        for row in &rows {
            for detail in ["TransactionInformation", "Balance", "MerchantDetails", "CreditorAccount", "DebtorAccount"] {
                assert!(row.get(detail).is_none(), "{detail}");
            }
            assert_eq!(row["CreditDebitIndicator"], "Debit");
        }
        let detail = ["ReadAccountsDetail", "ReadTransactionsDetail", "ReadTransactionsCredits", "ReadTransactionsDebits"];
        let bench = bench.consented("carol", &detail, "");
        assert!(bench.rows("/aisp/accounts", "Account").iter().all(|account| account.get("Account").is_some()));
        let all = bench.rows(target, "Transaction");
        assert!(all.len() > rows.len() && all.iter().any(|row| row.get("MerchantDetails").is_some()));
    }
}

#[test]
fn a_cards_number_is_masked_unless_it_may_be_seen() {
    for bench in Bench::both() {
        let shown = |bench: &Bench| -> BTreeSet<String> {
            let accounts = bench.rows("/aisp/accounts", "Account");
            let identifiers = accounts.iter().flat_map(|account| account["Account"].as_array().unwrap().clone());
            let cards = identifiers.filter(|identifier| identifier["SchemeName"] == "UK.OBIE.PAN");
            cards.map(|card| card["Identification"].as_str().unwrap().to_owned()).collect()
        };
        let masked = bench.consented("carol", &["ReadAccountsDetail"], "");
        let hidden = shown(&masked);
        assert!(!hidden.is_empty() && hidden.iter().all(|number| number.starts_with("xxxx")), "{hidden:?}");
        let seen = masked.consented("carol", &["ReadAccountsDetail", "ReadPAN"], "");
        assert!(shown(&seen).is_disjoint(&hidden));
    }
}

#[test]
fn pages_hold_every_row_once_and_keep_the_filter() {
    for bench in Bench::both() {
        let bench = bench.consented("alice", ALL, "");
        let account = bench.account(0);
        let target = format!("/aisp/accounts/{account}/transactions?fromBookingDateTime=2025-01-01T00:00:00");
        let rows = bench.rows(&target, "Transaction");
        let ids: BTreeSet<&str> = rows.iter().map(|row| row["TransactionId"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), rows.len());
        assert!(rows.len() > 200, "several pages: {}", rows.len());
        assert!(rows.iter().all(|row| row["BookingDateTime"].as_str().unwrap() >= "2025-01-01"));
        // The first page says where the first page is, and the last one has no next.
        let first = bench.get(&target);
        assert_eq!(first.json()["Links"]["First"], first.json()["Links"]["Self"]);
        let everything = bench.rows("/aisp/transactions?fromBookingDateTime=2025-01-01T00:00:00", "Transaction");
        let own = everything.iter().filter(|row| row["AccountId"] == account.as_str()).count();
        assert_eq!(own, rows.len());
        let stray = format!("/aisp/accounts/{account}/transactions?page=0-AAAA");
        assert_eq!(bench.get(&stray).refusal().0, 400);
        let next = bench.next(&first).unwrap();
        let moved = next.replace("fromBookingDateTime=2025-01-01", "fromBookingDateTime=2025-01-02");
        assert_eq!(bench.get(&moved).refusal().0, 400, "a page belongs to its filter");
    }
}

#[test]
fn a_window_is_what_was_asked_for_inside_what_was_consented() {
    for bench in Bench::both() {
        let window = r#","TransactionFromDateTime":"2026-01-10T00:00:00Z","TransactionToDateTime":"2026-02-10T12:00:00Z""#;
        let bench = bench.consented("alice", ALL, window);
        let range = |query: &str| {
            let rows = bench.rows(&format!("/aisp/transactions{query}"), "Transaction");
            let times: BTreeSet<String> = rows.iter().map(|row| row["BookingDateTime"].as_str().unwrap().to_owned()).collect();
            (times.first().cloned().unwrap_or_default(), times.last().cloned().unwrap_or_default())
        };
        let (first, last) = range("");
        assert!(first.as_str() >= "2026-01-10" && last.as_str() <= "2026-02-10T12:00:01" && !first.is_empty());
        let (first, last) = range("?fromBookingDateTime=2026-02-01T00:00:00&toBookingDateTime=2026-02-03T10:00:00Z");
        assert!(first.as_str() >= "2026-02-01" && last.as_str() <= "2026-02-03T10:00:01" && !first.is_empty());
        assert_eq!(range("?fromBookingDateTime=2026-02-20T00:00:00"), (String::new(), String::new()));
        let wrong = bench.get("/aisp/transactions?toBookingDateTime=11-Dec-17");
        let code = bench.word("UK.OBIE.Field.InvalidDate", "U003").to_owned();
        assert_eq!(wrong.refusal(), (400, vec![(code, "toBookingDateTime".to_owned())]));
    }
}

#[test]
fn accounts_of_others_are_refused_and_unknown_ones_not_found() {
    for bench in Bench::both() {
        let bench = bench.consented("alice", ALL, "");
        let foreign = bench.bank.ledger.accounts_of_user("carol")[0].id.clone();
        for resource in ["", "/balances", "/transactions", "/party"] {
            assert_eq!(bench.get(&format!("/aisp/accounts/{foreign}{resource}")).status, 403);
            let code = bench.word("UK.OBIE.Resource.NotFound", "U011").to_owned();
            let unknown = bench.get(&format!("/aisp/accounts/acc_0{resource}"));
            assert_eq!(unknown.refusal(), (400, vec![(code, String::new())]));
        }
    }
}
