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
        let bench =
            bench.consented("carol", &["ReadAccountsBasic", "ReadTransactionsBasic", "ReadTransactionsDebits"], "");
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
        let detail =
            ["ReadAccountsDetail", "ReadTransactionsDetail", "ReadTransactionsCredits", "ReadTransactionsDebits"];
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
        let window =
            r#","TransactionFromDateTime":"2026-01-10T00:00:00Z","TransactionToDateTime":"2026-02-10T12:00:00Z""#;
        let bench = bench.consented("alice", ALL, window);
        let range = |query: &str| {
            let rows = bench.rows(&format!("/aisp/transactions{query}"), "Transaction");
            let times: BTreeSet<String> =
                rows.iter().map(|row| row["BookingDateTime"].as_str().unwrap().to_owned()).collect();
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

#[test]
fn what_else_an_account_has() {
    let mut shown = Vec::new();
    for bench in Bench::both() {
        for user in ["alice", "carol"] {
            let bench = bench.again().consented(user, ALL, "");
            for (resource, name) in [
                ("beneficiaries", "Beneficiary"),
                ("direct-debits", "DirectDebit"),
                ("standing-orders", "StandingOrder"),
                ("scheduled-payments", "ScheduledPayment"),
                ("statements", "Statement"),
                ("offers", "Offer"),
                ("products", "Product"),
            ] {
                let rows = bench.rows(&format!("/aisp/{resource}"), name);
                let mut own = 0;
                for account in bench.bank.ledger.accounts_of_user(user) {
                    let one = if resource == "products" { "product" } else { resource };
                    own += bench.rows(&format!("/aisp/accounts/{}/{one}", account.id), name).len();
                }
                assert_eq!(own, rows.len(), "{resource} by account and in bulk");
                if let Some(first) = rows.first().filter(|_| user == "alice" || resource == "offers") {
                    let text = serde_json::to_string_pretty(first).unwrap();
                    shown.push(format!(
                        "{} {user} {resource}: {} rows\n{text}\n",
                        bench.dialect.version.slug,
                        rows.len()
                    ));
                }
            }
        }
    }
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn detail_says_who_is_paid() {
    for bench in Bench::both() {
        let basic = ["ReadAccountsBasic", "ReadBeneficiariesBasic", "ReadStandingOrdersBasic", "ReadStatementsBasic"];
        let bench = bench.consented("alice", &basic, "");
        for (resource, name, detail) in [
            ("beneficiaries", "Beneficiary", "CreditorAccount"),
            ("standing-orders", "StandingOrder", "CreditorAccount"),
            ("statements", "Statement", "StatementAmount"),
        ] {
            let rows = bench.rows(&format!("/aisp/{resource}"), name);
            assert!(!rows.is_empty() && rows.iter().all(|row| row.get(detail).is_none()), "{resource}");
        }
    }
}

#[test]
fn statements_are_shown_only_whole_and_list_their_entries() {
    for bench in Bench::both() {
        let window =
            r#","TransactionFromDateTime":"2025-11-15T00:00:00Z","TransactionToDateTime":"2026-02-15T00:00:00Z""#;
        let bench = bench.consented("alice", ALL, window);
        let account = bench.account(0);
        let statements = bench.rows(&format!("/aisp/accounts/{account}/statements"), "Statement");
        let starts: Vec<&str> = statements.iter().map(|row| row["StartDateTime"].as_str().unwrap()).collect();
        assert_eq!(starts, ["2026-01-01T00:00:00Z", "2025-12-01T00:00:00Z"]);
        let id = statements[0]["StatementId"].as_str().unwrap();
        let path = format!("/aisp/accounts/{account}/statements/{id}");
        assert_eq!(bench.get(&path).json()["Data"]["Statement"][0], statements[0]);
        let rows = bench.rows(&format!("{path}/transactions"), "Transaction");
        assert!(!rows.is_empty());
        assert!(rows.iter().all(|row| row["BookingDateTime"].as_str().unwrap().starts_with("2026-01")));
        let minor = |row: &serde_json::Value| {
            let amount = row["Amount"]["Amount"].as_str().unwrap().replace('.', "").parse::<i64>().unwrap();
            if row["CreditDebitIndicator"] == "Debit" { -amount } else { amount }
        };
        let figure = |kind: &str| {
            let figures = statements[0]["StatementAmount"].as_array().unwrap();
            minor(figures.iter().find(|row| row["Type"] == kind).unwrap())
        };
        let moved: i64 = rows.iter().map(minor).sum();
        assert_eq!(figure("UK.OBIE.StartingBalance") + moved, figure("UK.OBIE.ClosingBalance"));
        let outside = bench.bank.ledger.book().statement(&account, 1).unwrap().id;
        let code = bench.word("UK.OBIE.Resource.NotFound", "U011").to_owned();
        let refused = bench.get(&format!("/aisp/accounts/{account}/statements/{outside}"));
        assert_eq!(refused.refusal(), (400, vec![(code, String::new())]));
    }
}
