//! Teller, as tables.
//!
//! Owns its member names, words and error codes on the reading side. Written from its public documentation alone.

use bank_fixtures::error_class::ErrorClass as Class;
use bank_fixtures::record::{AccountKind, AccountStatus, Nature, TransactionKind, TransactionStatus};

use super::model::{BalanceKind, Quality};
use super::standard::{
    AccountField, BalanceField, Balances, Column, Failures, Field, Paths, SILENT, Standard, Trust, list, prefix, status,
};

pub(super) static STANDARD: Standard = Standard {
    slug: "teller",
    default_currency: Some("USD"),
    zone: Some("America/New_York"),
    entry_lists: &[list("")],
    entry: ENTRY,
    statuses: &[("posted", TransactionStatus::Booked), ("pending", TransactionStatus::Pending)],
    quality: Trust::All(Quality::StableWhenBooked),
    types: TYPES,
    account_lists: &[""],
    account: &[
        (AccountField::Id, &["id"]),
        (AccountField::Currency, &["currency"]),
        (AccountField::Subkind, &["subtype"]),
        (AccountField::Kind, &["type"]),
        (AccountField::Status, &["status"]),
        (AccountField::Name, &["name"]),
        (AccountField::Masked, &["last_four"]),
    ],
    account_kinds: &[
        ("checking", AccountKind::Current),
        ("savings", AccountKind::Savings),
        ("money_market", AccountKind::Savings),
        ("credit_card", AccountKind::Card),
        ("depository", AccountKind::Current),
        ("credit", AccountKind::Card),
    ],
    account_statuses: &[("open", AccountStatus::Open), ("closed", AccountStatus::Closed)],
    balances: Balances::Columns {
        records: &[""],
        columns: &[
            Column { path: "ledger", meaning: BalanceKind::BookedCurrent, debt: Some(BalanceKind::Owed) },
            Column { path: "available", meaning: BalanceKind::Available, debt: None },
        ],
        members: &[(BalanceField::Account, &["account_id"])],
        debt_unsigned: true,
        line_defaults_to_zero: false,
    },
    failures: Failures {
        codes: &["error.code"],
        texts: &["error.message"],
        rows: &[
            prefix(&[], "enrollment.disconnected", Class::ConsentInvalid),
            status(&[404, 410], Class::ResourceGone),
            status(&[429], Class::RateLimited),
            status(&[502], Class::ProviderUnavailable),
        ],
    },
    ..SILENT
};

const ENTRY: &[(Field, Paths)] = &[
    (Field::ProviderId, &["id"]),
    (Field::Status, &["status"]),
    (Field::Amount, &["amount"]),
    (Field::BookedOrActed, &["date"]),
    (Field::BalanceAfter, &["running_balance"]),
    (Field::PartyName, &["details.counterparty.name"]),
    (Field::Text, &["description"]),
    (Field::Type, &["type"]),
];

const TYPES: &[(&str, TransactionKind, Nature)] = &[
    ("card_payment", TransactionKind::CardPayment, Nature::Original),
    ("atm", TransactionKind::CashWithdrawal, Nature::Original),
    ("ach", TransactionKind::CreditTransferOut, Nature::Original),
    ("transfer", TransactionKind::CreditTransferOut, Nature::Original),
    ("wire", TransactionKind::CreditTransferOut, Nature::Original),
    ("fee", TransactionKind::Fee, Nature::Fee),
    ("interest", TransactionKind::Interest, Nature::Interest),
    ("deposit", TransactionKind::CashDeposit, Nature::Original),
];
