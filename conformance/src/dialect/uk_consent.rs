//! What a client of a UK bank asks for before the login: an account-access consent.
//!
//! Owns the names of the permissions on the asking side (Read/Write specification, Account Access Consents, Permissions).

use serde_json::json;

use crate::flow::Lodging;

/// Every permission.
pub(crate) const ALL: &[&str] = &[
    "ReadAccountsBasic",
    "ReadAccountsDetail",
    "ReadBalances",
    "ReadBeneficiariesBasic",
    "ReadBeneficiariesDetail",
    "ReadDirectDebits",
    "ReadOffers",
    "ReadPAN",
    "ReadParty",
    "ReadPartyPSU",
    "ReadProducts",
    "ReadScheduledPaymentsBasic",
    "ReadScheduledPaymentsDetail",
    "ReadStandingOrdersBasic",
    "ReadStandingOrdersDetail",
    "ReadStatementsBasic",
    "ReadStatementsDetail",
    "ReadTransactionsBasic",
    "ReadTransactionsCredits",
    "ReadTransactionsDebits",
    "ReadTransactionsDetail",
];

/// A consent to everything, where the paths begin like this.
pub(super) fn to_everything(prefix: &str) -> Lodging {
    to(prefix, ALL)
}

/// A consent with these permissions.
pub(crate) fn to(prefix: &str, permissions: &[&str]) -> Lodging {
    Lodging {
        path: format!("{prefix}/aisp/account-access-consents"),
        scope: "accounts",
        body: json!({"Data": {"Permissions": permissions}, "Risk": {}}).to_string(),
        id: &["Data", "ConsentId"],
    }
}
