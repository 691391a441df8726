//! An aggregator in the manner of Plaid (transactions sync, balances, transfer), as tables.
//!
//! Owns its member names, words and error codes on the reading side. Written from its public documentation alone.

use bank_fixtures::error_class::ErrorClass as Class;
use bank_fixtures::record::{AccountKind, Nature, PaymentStatus, TransactionKind};

use super::model::{BalanceKind, Quality, Scheme};
use super::standard::{
    AccountField, BalanceField, Balances, Change, Column, EntryList, FailureRow, Failures, Field, Figures,
    IdentifierRow, Paths, PaymentField, SILENT, Sign, Standard, Trust, code, list, prefix, status,
};

pub(super) static STANDARD: Standard = Standard {
    slug: "plaid",
    figures: Figures::Numbers,
    zone: Some("America/New_York"),
    entry_lists: &[
        list("transactions"),
        list("added"),
        EntryList { path: "modified", status: None, change: Change::Modified },
        EntryList { path: "removed", status: None, change: Change::Removed },
    ],
    entry: ENTRY,
    sign: Sign::Negated,
    quality: Trust::All(Quality::StableWhenBooked),
    types: TYPES,
    account_lists: &["accounts"],
    account: &[
        (AccountField::Id, &["account_id"]),
        (AccountField::Currency, &["balances.iso_currency_code"]),
        (AccountField::Subkind, &["subtype"]),
        (AccountField::Kind, &["type"]),
        (AccountField::Name, &["name"]),
        (AccountField::Product, &["official_name"]),
        (AccountField::Masked, &["mask"]),
        (AccountField::Owners, &["owners"]),
    ],
    account_kinds: &[
        ("checking", AccountKind::Current),
        ("savings", AccountKind::Savings),
        ("money market", AccountKind::Savings),
        ("credit card", AccountKind::Card),
        ("mortgage", AccountKind::Mortgage),
        ("prepaid", AccountKind::Prepaid),
        ("depository", AccountKind::Current),
        ("credit", AccountKind::Card),
        ("loan", AccountKind::Loan),
    ],
    identifiers: &[
        IdentifierRow { scheme: Scheme::AbaAccount, parts: &["numbers.ach.routing", "numbers.ach.account"], needs: 1 },
        IdentifierRow { scheme: Scheme::Iban, parts: &["numbers.international.iban"], needs: 0 },
    ],
    balances: Balances::Columns {
        records: &[""],
        columns: &[
            Column { path: "balances.current", meaning: BalanceKind::BookedCurrent, debt: Some(BalanceKind::Owed) },
            Column { path: "balances.available", meaning: BalanceKind::Available, debt: None },
        ],
        members: &[
            (BalanceField::Currency, &["balances.iso_currency_code"]),
            (BalanceField::UnofficialCurrency, &["balances.unofficial_currency_code"]),
            (BalanceField::CreditLine, &["balances.limit"]),
            (BalanceField::AsOf, &["balances.last_updated_datetime"]),
        ],
        debt_unsigned: true,
        line_defaults_to_zero: false,
    },
    payment: &[
        (PaymentField::Record, &["transfer", "payment"]),
        (PaymentField::Id, &["id", "payment_id"]),
        (PaymentField::Status, &["status"]),
        (PaymentField::Amount, &["amount.value", "amount"]),
        (PaymentField::Currency, &["amount.currency", "iso_currency_code"]),
        (PaymentField::Reason, &["failure_reason.ach_return_code", "failure_reason.failure_code"]),
    ],
    payment_statuses: PAYMENT_STATUSES,
    failures: Failures { codes: &["error_code"], texts: &["error_message"], rows: FAILURES },
    ..SILENT
};

const ENTRY: &[(Field, Paths)] = &[
    (Field::Account, &["account_id"]),
    (Field::ProviderId, &["transaction_id"]),
    (Field::ProviderRef, &["payment_meta.reference_number"]),
    (Field::Pending, &["pending"]),
    (Field::Amount, &["amount"]),
    (Field::Currency, &["iso_currency_code"]),
    (Field::UnofficialCurrency, &["unofficial_currency_code"]),
    (Field::BookedOrActed, &["date"]),
    (Field::BookingInstant, &["datetime"]),
    (Field::TransactionDate, &["authorized_date"]),
    (Field::TransactionAt, &["authorized_datetime"]),
    (Field::PartyName, &["counterparties.0.name"]),
    (Field::CreditorName, &["payment_meta.payee"]),
    (Field::DebtorName, &["payment_meta.payer"]),
    (Field::MerchantName, &["merchant_name"]),
    (Field::MerchantId, &["merchant_entity_id"]),
    (Field::Text, &["original_description", "name"]),
    (Field::Mandate, &["payment_meta.ppd_id"]),
    (Field::Check, &["check_number"]),
    (Field::Type, &["transaction_code"]),
    (Field::PendingId, &["pending_transaction_id"]),
];

const TYPES: &[(&str, TransactionKind, Nature)] = &[
    ("purchase", TransactionKind::CardPayment, Nature::Original),
    ("refund", TransactionKind::CardRefund, Nature::Refund),
    ("adjustment", TransactionKind::Other, Nature::Adjustment),
    ("atm", TransactionKind::CashWithdrawal, Nature::Original),
    ("cash", TransactionKind::CashWithdrawal, Nature::Original),
    ("bank charge", TransactionKind::Fee, Nature::Fee),
    ("interest", TransactionKind::Interest, Nature::Interest),
    ("direct debit", TransactionKind::DirectDebit, Nature::Original),
    ("standing order", TransactionKind::StandingOrder, Nature::Original),
    ("transfer", TransactionKind::CreditTransferOut, Nature::Original),
    ("payment", TransactionKind::CreditTransferOut, Nature::Original),
    ("bill payment", TransactionKind::CreditTransferOut, Nature::Original),
    ("cheque", TransactionKind::Other, Nature::Original),
];

/// Transfers, then payments.
const PAYMENT_STATUSES: &[(&str, PaymentStatus)] = &[
    ("pending", PaymentStatus::Created),
    ("posted", PaymentStatus::InClearing),
    ("settled", PaymentStatus::Debited),
    ("funds_available", PaymentStatus::Credited),
    ("failed", PaymentStatus::Rejected),
    ("cancelled", PaymentStatus::Cancelled),
    ("returned", PaymentStatus::Returned),
    ("PAYMENT_STATUS_INPUT_NEEDED", PaymentStatus::Created),
    ("PAYMENT_STATUS_AUTHORISING", PaymentStatus::AwaitingAuthorisation),
    ("PAYMENT_STATUS_INITIATED", PaymentStatus::AcceptedChecks),
    ("PAYMENT_STATUS_PROCESSING", PaymentStatus::PendingReview),
    ("PAYMENT_STATUS_ESTABLISHED", PaymentStatus::Scheduled),
    ("PAYMENT_STATUS_EXECUTED", PaymentStatus::Debited),
    ("PAYMENT_STATUS_SETTLED", PaymentStatus::Credited),
    ("PAYMENT_STATUS_REJECTED", PaymentStatus::Rejected),
    ("PAYMENT_STATUS_FAILED", PaymentStatus::Rejected),
    ("PAYMENT_STATUS_BLOCKED", PaymentStatus::Rejected),
    ("PAYMENT_STATUS_INSUFFICIENT_FUNDS", PaymentStatus::Rejected),
    ("PAYMENT_STATUS_CANCELLED", PaymentStatus::Cancelled),
];

const FAILURES: &[FailureRow] = &[
    code(&[], "ITEM_LOGIN_REQUIRED", Class::ConsentInvalid),
    code(&[], "PENDING_EXPIRATION", Class::ConsentInvalid),
    code(&[], "ACCESS_NOT_GRANTED", Class::ConsentInvalid),
    code(&[], "USER_PERMISSION_REVOKED", Class::ConsentInvalid),
    code(&[], "ITEM_NOT_FOUND", Class::ConsentInvalid),
    code(&[], "INVALID_ACCESS_TOKEN", Class::AuthClient),
    code(&[], "PRODUCT_NOT_READY", Class::NotReady),
    code(&[], "NO_ACCOUNTS", Class::ResourceGone),
    code(&[], "PRODUCTS_NOT_SUPPORTED", Class::ConsentScope),
    code(&[], "INSTITUTION_DOWN", Class::ProviderUnavailable),
    code(&[], "INSTITUTION_NOT_RESPONDING", Class::ProviderUnavailable),
    code(&[], "INTERNAL_SERVER_ERROR", Class::ProviderUnavailable),
    code(&[], "PLANNED_MAINTENANCE", Class::ProviderUnavailable),
    code(&[], "INSTITUTION_NO_LONGER_SUPPORTED", Class::ResourceGone),
    code(&[], "TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION", Class::PageInvalidated),
    prefix(&[], "INVALID_", Class::InvalidRequest),
    status(&[429], Class::RateLimited),
];
