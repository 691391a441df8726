//! The Australian Consumer Data Right (Consumer Data Standards, banking), as tables.
//!
//! Owns its member names, words and error codes on the reading side. Written from the standards alone.

use bank_fixtures::error_class::ErrorClass as Class;
use bank_fixtures::record::{AccountKind, AccountStatus, Nature, TransactionKind, TransactionStatus};

use super::model::{BalanceKind, Quality, Scheme};
use super::standard::{
    AccountField, BalanceField, Balances, Column, CustomerField, FailureRow, Failures, Field, IdentifierRow, Paths,
    SILENT, Standard, Trust, code, list, status, suffix,
};

pub(super) static STANDARD: Standard = Standard {
    slug: "cdr",
    default_currency: Some("AUD"),
    zone: Some("Australia/Sydney"),
    entry_lists: &[list("data.transactions")],
    entry: ENTRY,
    statuses: &[("POSTED", TransactionStatus::Booked), ("PENDING", TransactionStatus::Pending)],
    quality: Trust::All(Quality::Immutable),
    types: TYPES,
    account_lists: &["data.accounts"],
    account_record: &["data"],
    account: ACCOUNT,
    account_kinds: ACCOUNT_KINDS,
    account_statuses: &[("OPEN", AccountStatus::Open), ("CLOSED", AccountStatus::Closed)],
    identifiers: &[IdentifierRow { scheme: Scheme::BsbAccount, parts: &["bsb", "accountNumber"], needs: 1 }],
    balances: Balances::Columns {
        records: &["data.balances", "data"],
        columns: &[
            Column { path: "currentBalance", meaning: BalanceKind::BookedCurrent, debt: Some(BalanceKind::Owed) },
            Column { path: "availableBalance", meaning: BalanceKind::Available, debt: None },
        ],
        members: &[
            (BalanceField::Account, &["accountId"]),
            (BalanceField::Currency, &["currency"]),
            (BalanceField::CreditLine, &["creditLimit"]),
            (BalanceField::Purses, &["purses"]),
        ],
        debt_unsigned: false,
        line_defaults_to_zero: true,
    },
    customers: &[
        (CustomerField::List, &["data.person", "data.organisation"]),
        (CustomerField::NameParts, &["firstName", "middleNames", "lastName"]),
        (CustomerField::Organisation, &["businessName"]),
        (CustomerField::Abn, &["abn"]),
        (CustomerField::Acn, &["acn"]),
    ],
    failures: Failures {
        codes: &["errors.0.meta.urn", "errors.0.code"],
        texts: &["errors.0.detail", "errors.0.title"],
        rows: FAILURES,
    },
    next: &["links.next"],
    ..SILENT
};

/// BankingTransaction and BankingTransactionDetail.
const ENTRY: &[(Field, Paths)] = &[
    (Field::ProviderId, &["transactionId"]),
    (Field::ProviderRef, &["reference"]),
    (Field::Status, &["status"]),
    (Field::Amount, &["amount"]),
    (Field::Currency, &["currency"]),
    (Field::BookingAt, &["postingDateTime"]),
    (Field::ValueAt, &["valueDateTime"]),
    (Field::TransactionAt, &["executionDateTime"]),
    (Field::CreditorName, &["extendedData.payee"]),
    (Field::DebtorName, &["extendedData.payer"]),
    (Field::MerchantName, &["merchantName"]),
    (Field::Mcc, &["merchantCategoryCode"]),
    (Field::Text, &["description"]),
    (Field::Structured, &["crn"]),
    (Field::EndToEnd, &["extendedData.nppPayload.endToEndId", "extendedData.x2p101Payload.endToEndId"]),
    (Field::Type, &["type"]),
];

const TYPES: &[(&str, TransactionKind, Nature)] = &[
    ("FEE", TransactionKind::Fee, Nature::Fee),
    ("INTEREST_CHARGED", TransactionKind::Interest, Nature::Interest),
    ("INTEREST_PAID", TransactionKind::Interest, Nature::Interest),
    ("TRANSFER_OUTGOING", TransactionKind::CreditTransferOut, Nature::Original),
    ("TRANSFER_INCOMING", TransactionKind::CreditTransferIn, Nature::Original),
    ("PAYMENT", TransactionKind::CreditTransferOut, Nature::Original),
    ("DIRECT_DEBIT", TransactionKind::DirectDebit, Nature::Original),
    ("OTHER", TransactionKind::Other, Nature::Original),
];

const ACCOUNT: &[(AccountField, Paths)] = &[
    (AccountField::Id, &["accountId"]),
    (AccountField::Kind, &["productCategory"]),
    (AccountField::Status, &["openStatus"]),
    (AccountField::Name, &["displayName"]),
    (AccountField::Nickname, &["nickname"]),
    (AccountField::Product, &["productName"]),
    (AccountField::Masked, &["maskedNumber"]),
];

const ACCOUNT_KINDS: &[(&str, AccountKind)] = &[
    ("TRANS_AND_SAVINGS_ACCOUNTS", AccountKind::Current),
    ("TERM_DEPOSITS", AccountKind::Savings),
    ("TRAVEL_CARDS", AccountKind::Prepaid),
    ("CRED_AND_CHRG_CARDS", AccountKind::Card),
    ("PERS_LOANS", AccountKind::Loan),
    ("BUSINESS_LOANS", AccountKind::Loan),
    ("MARGIN_LOANS", AccountKind::Loan),
    ("RESIDENTIAL_MORTGAGES", AccountKind::Mortgage),
];

/// Standard error codes: URNs that end alike, whatever the vendor calls them.
const FAILURES: &[FailureRow] = &[
    suffix(&[], "Authorisation/UnavailableBankingAccount", Class::ResourceUnavailable),
    suffix(&[], "Authorisation/InvalidBankingAccount", Class::ResourceGone),
    suffix(&[], "Resource/Invalid", Class::ResourceGone),
    suffix(&[], "Resource/Unavailable", Class::ResourceUnavailable),
    suffix(&[], "Resource/NotImplemented", Class::InvalidRequest),
    suffix(&[], "Resource/NotFound", Class::InvalidRequest),
    suffix(&[], "Authorisation/RevokedConsent", Class::ConsentInvalid),
    suffix(&[], "Authorisation/InvalidConsent", Class::ConflictState),
    suffix(&[], "Authorisation/AdrStatusNotActive", Class::AuthClient),
    suffix(&[], "Authorisation/InvalidArrangement", Class::ResourceGone),
    suffix(&[], "Field/InvalidPage", Class::PageInvalidated),
    suffix(&[406], "Header/UnsupportedVersion", Class::NotAcceptable),
    suffix(&[], "Header/InvalidVersion", Class::InvalidRequest),
    suffix(&[], "Header/Missing", Class::InvalidRequest),
    suffix(&[], "Header/Invalid", Class::InvalidRequest),
    suffix(&[], "Service/Unavailable", Class::ProviderUnavailable),
    suffix(&[], "GeneralError/Unexpected", Class::ProviderUnavailable),
    code(&[], "invalid_token", Class::AuthToken),
    status(&[429], Class::RateLimited),
];
