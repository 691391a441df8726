//! TrueLayer's data and payments APIs, as tables.
//!
//! Owns their member names, words and error codes on the reading side. Written from the public documentation alone.

use bank_fixtures::error_class::ErrorClass as Class;
use bank_fixtures::record::{AccountKind, Nature, PaymentStatus, TransactionKind};

use super::model::{BalanceKind, Direction, Quality, Scheme};
use super::standard::{
    AccountField, BalanceField, Balances, Column, CustomerField, Failures, Field, Figures, IdentifierRow, Paths,
    PaymentField, SILENT, Sign, Standard, Trust, code, list, status,
};

pub(super) static STANDARD: Standard = Standard {
    slug: "truelayer",
    figures: Figures::Numbers,
    zone: Some("Europe/London"),
    entry_lists: &[list("results")],
    entry: ENTRY,
    // The endpoint of cards writes what is spent without a sign, that of accounts with one.
    sign: Sign::WordOverSign(&[("DEBIT", Direction::Debit, None), ("CREDIT", Direction::Credit, None)]),
    quality: Trust::All(Quality::StableWhenBooked),
    types: TYPES,
    account_lists: &["results"],
    account: &[
        (AccountField::Id, &["account_id"]),
        (AccountField::Currency, &["currency"]),
        (AccountField::Kind, &["account_type", "card_type"]),
        (AccountField::Name, &["display_name"]),
        (AccountField::Masked, &["partial_card_number"]),
    ],
    account_kinds: &[
        ("TRANSACTION", AccountKind::Current),
        ("BUSINESS_TRANSACTION", AccountKind::Current),
        ("SAVINGS", AccountKind::Savings),
        ("BUSINESS_SAVINGS", AccountKind::Savings),
        ("CREDIT", AccountKind::Card),
        ("CHARGE", AccountKind::Card),
    ],
    identifiers: &[
        IdentifierRow { scheme: Scheme::Iban, parts: &["account_number.iban"], needs: 0 },
        IdentifierRow {
            scheme: Scheme::SortCodeAccount,
            parts: &["account_number.sort_code", "account_number.number"],
            needs: 1,
        },
    ],
    balances: Balances::Columns {
        records: &["results"],
        columns: &[
            Column { path: "current", meaning: BalanceKind::BookedCurrent, debt: Some(BalanceKind::Owed) },
            Column { path: "available", meaning: BalanceKind::Available, debt: None },
        ],
        members: &[
            (BalanceField::Currency, &["currency"]),
            (BalanceField::CreditLine, &["credit_limit", "overdraft"]),
            (BalanceField::AsOf, &["update_timestamp"]),
        ],
        debt_unsigned: true,
        line_defaults_to_zero: false,
    },
    customers: &[(CustomerField::List, &["results"]), (CustomerField::Name, &["full_name"])],
    payment: &[
        (PaymentField::Id, &["id"]),
        (PaymentField::Status, &["status"]),
        (PaymentField::Minor, &["amount_in_minor"]),
        (PaymentField::Currency, &["currency"]),
        (PaymentField::Reason, &["failure_reason"]),
    ],
    payment_statuses: &[
        ("authorization_required", PaymentStatus::Created),
        ("authorizing", PaymentStatus::AwaitingAuthorisation),
        ("authorized", PaymentStatus::AcceptedChecks),
        ("executed", PaymentStatus::Debited),
        ("settled", PaymentStatus::Credited),
        ("failed", PaymentStatus::Rejected),
    ],
    failures: Failures {
        codes: &["error"],
        texts: &["error_description"],
        rows: &[
            code(&[], "invalid_grant", Class::ConsentInvalid),
            code(&[], "sca_exceeded", Class::ConsentInvalid),
            code(&[], "unauthorized", Class::AuthToken),
            code(&[], "invalid_token", Class::AuthToken),
            code(&[], "access_denied", Class::ConsentScope),
            code(&[], "endpoint_not_supported", Class::ConsentScope),
            code(&[], "provider_too_many_requests", Class::RateLimited),
            code(&[], "provider_request_limit_exceeded", Class::QuotaExhausted),
            code(&[], "provider_error", Class::ProviderUnavailable),
            code(&[], "temporarily_unavailable", Class::ProviderUnavailable),
            code(&[], "provider_timeout", Class::Timeout),
            code(&[], "connector_timeout", Class::Timeout),
            status(&[429], Class::RateLimited),
        ],
    },
    ..SILENT
};

const ENTRY: &[(Field, Paths)] = &[
    (Field::ProviderId, &["normalised_provider_transaction_id", "transaction_id"]),
    (Field::ProviderRef, &["meta.bank_transaction_id", "meta.provider_reference"]),
    (Field::Amount, &["amount"]),
    (Field::Currency, &["currency"]),
    (Field::Indicator, &["transaction_type"]),
    (Field::BookingAt, &["timestamp"]),
    (Field::BalanceAfter, &["running_balance"]),
    (Field::MerchantName, &["merchant_name"]),
    (Field::Text, &["description"]),
    (Field::Type, &["transaction_category"]),
];

const TYPES: &[(&str, TransactionKind, Nature)] = &[
    ("PURCHASE", TransactionKind::CardPayment, Nature::Original),
    ("ATM", TransactionKind::CashWithdrawal, Nature::Original),
    ("CASH", TransactionKind::CashWithdrawal, Nature::Original),
    ("DIRECT_DEBIT", TransactionKind::DirectDebit, Nature::Original),
    ("STANDING_ORDER", TransactionKind::StandingOrder, Nature::Original),
    ("TRANSFER", TransactionKind::CreditTransferOut, Nature::Original),
    ("BILL_PAYMENT", TransactionKind::CreditTransferOut, Nature::Original),
    ("CREDIT", TransactionKind::CreditTransferIn, Nature::Original),
    ("FEE_CHARGE", TransactionKind::Fee, Nature::Fee),
    ("INTEREST", TransactionKind::Interest, Nature::Interest),
    ("OTHER", TransactionKind::Other, Nature::Original),
];
