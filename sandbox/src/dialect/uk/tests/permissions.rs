//! Any set of permissions that may be asked for: what it opens is open, what it does not is not, and every answer is one of the
//! standard.

use proptest::prelude::*;

use super::bench::{ALL, Bench};
use crate::dialect::uk::permission::{Permission, Permissions};

/// Resources, with the permissions of which one is enough, the list, and a member that only the last of them opens.
type Resource = (&'static str, &'static [&'static str], &'static str, Option<&'static str>);

const RESOURCES: &[Resource] = &[
    ("balances", &["ReadBalances"], "Balance", None),
    ("beneficiaries", &["ReadBeneficiariesBasic", "ReadBeneficiariesDetail"], "Beneficiary", Some("CreditorAccount")),
    ("direct-debits", &["ReadDirectDebits"], "DirectDebit", None),
    (
        "standing-orders",
        &["ReadStandingOrdersBasic", "ReadStandingOrdersDetail"],
        "StandingOrder",
        Some("CreditorAccount"),
    ),
    (
        "scheduled-payments",
        &["ReadScheduledPaymentsBasic", "ReadScheduledPaymentsDetail"],
        "ScheduledPayment",
        Some("CreditorAccount"),
    ),
    ("statements", &["ReadStatementsBasic", "ReadStatementsDetail"], "Statement", Some("StatementAmount")),
    ("offers", &["ReadOffers"], "Offer", None),
    ("products", &["ReadProducts"], "Product", None),
    (
        "transactions?fromBookingDateTime=2026-02-20T00:00:00",
        &["ReadTransactionsBasic", "ReadTransactionsDetail"],
        "Transaction",
        Some("TransactionInformation"),
    ),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_consent_opens_what_it_says_and_nothing_else(
        wished in prop::sample::subsequence(ALL, 0..=ALL.len()), detail: bool, carol: bool, four: bool,
    ) {
        let mut permissions = wished;
        permissions.push(if detail { "ReadAccountsDetail" } else { "ReadAccountsBasic" });
        let has = |permissions: &[&str], name: &str| permissions.contains(&name);
        // Transactions are asked for whole or not at all.
        let set: Permissions = permissions.iter().filter_map(|name| Permission::named(name)).collect();
        if set.mistake().is_some() {
            permissions.extend(["ReadTransactionsBasic", "ReadTransactionsCredits"]);
        }
        permissions.sort_unstable();
        permissions.dedup();
        let bench = Bench::both().into_iter().nth(usize::from(four)).unwrap();
        let bench = bench.consented(if carol { "carol" } else { "alice" }, &permissions, "");
        for (path, any, list, only) in RESOURCES {
            let answer = bench.get(&format!("/aisp/{path}"));
            let opened = any.iter().any(|name| has(&permissions, name));
            prop_assert_eq!(answer.status, if opened { 200 } else { 403 }, "{} under {:?}", path, permissions);
            let (json, shows) = (answer.json(), any.last().is_some_and(|last| has(&permissions, last)));
            let rows = json["Data"][*list].as_array().cloned().unwrap_or_default();
            if let Some(member) = only.filter(|_| !shows) {
                prop_assert!(rows.iter().all(|row| row.get(member).is_none()), "{} in {}", member, path);
            }
            if *list == "Transaction" {
                for (side, permission) in [("Credit", "ReadTransactionsCredits"), ("Debit", "ReadTransactionsDebits")] {
                    let shown = rows.iter().any(|row| row["CreditDebitIndicator"] == side);
                    prop_assert!(!shown || has(&permissions, permission), "{}", side);
                }
            }
        }
        let accounts = bench.get("/aisp/accounts").json();
        let numbers = accounts["Data"]["Account"].as_array().unwrap().iter().any(|row| row.get("Account").is_some());
        prop_assert_eq!(numbers, has(&permissions, "ReadAccountsDetail"));
    }
}
