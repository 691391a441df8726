//! SimpleFIN (protocol 1.0.7), as tables.
//!
//! Owns its member names on the reading side. Written from the protocol alone.

use bank_fixtures::error_class::ErrorClass as Class;

use super::model::{BalanceKind, Quality};
use super::standard::{
    AccountField, BalanceField, Balances, Column, Failures, Field, Paths, SILENT, Standard, Trust, says, status,
};

pub(super) static STANDARD: Standard = Standard {
    slug: "simplefin",
    epoch: true,
    nested_entries: Some("transactions"),
    entry: ENTRY,
    quality: Trust::All(Quality::Immutable),
    account_lists: &["accounts"],
    account: &[(AccountField::Id, &["id"]), (AccountField::Currency, &["currency"]), (AccountField::Name, &["name"])],
    balances: Balances::Columns {
        records: &[""],
        columns: &[
            Column { path: "balance", meaning: BalanceKind::BookedCurrent, debt: Some(BalanceKind::Owed) },
            Column { path: "available-balance", meaning: BalanceKind::Available, debt: None },
        ],
        members: &[(BalanceField::Currency, &["currency"]), (BalanceField::AsOf, &["balance-date"])],
        debt_unsigned: false,
        line_defaults_to_zero: false,
    },
    failures: Failures {
        codes: &[],
        texts: &["errors.0"],
        rows: &[
            says(&[], "reauthenticate", Class::ConsentInvalid),
            says(&[], "re-authenticate", Class::ConsentInvalid),
            says(&[], "log in again", Class::ConsentInvalid),
            status(&[402], Class::AuthClient),
            status(&[403], Class::ConsentInvalid),
            status(&[410], Class::InvalidRequest),
        ],
    },
    reported: &["errors"],
    ..SILENT
};

const ENTRY: &[(Field, Paths)] = &[
    (Field::ProviderId, &["id"]),
    (Field::Pending, &["pending"]),
    (Field::Amount, &["amount"]),
    (Field::BookingAt, &["posted"]),
    (Field::TransactionAt, &["transacted_at"]),
    (Field::Text, &["description"]),
    (Field::PartyName, &["payee"]),
];
