//! GoCardless Bank Account Data (version 2), as tables: the Berlin Group's members, and those the aggregator adds.
//!
//! Owns the additions and its failure types on the reading side. Written from its public documentation alone.

use bank_fixtures::error_class::ErrorClass as Class;
use bank_fixtures::record::ConsentStatus;

use super::berlin_group;
use super::model::Quality;
use super::standard::{
    ConsentField, FailureRow, Failures, Field, Figures, Paths, Sign, Standard, Trust, code, says, status,
};

pub(super) static STANDARD: Standard = Standard {
    slug: "gocardless",
    figures: Figures::Text(None),
    default_currency: None,
    zone: None,
    epoch: false,
    entry_lists: berlin_group::ENTRY_LISTS,
    nested_entries: None,
    entry: ENTRY,
    sign: Sign::AsWritten,
    parties: true,
    statuses: &[],
    quality: Trust::All(Quality::Unstable),
    types: &[],
    account_lists: &["accounts"],
    account_record: &["account"],
    account: berlin_group::ACCOUNT,
    account_kinds: berlin_group::ACCOUNT_KINDS,
    account_statuses: berlin_group::ACCOUNT_STATUSES,
    identifiers: berlin_group::IDENTIFIERS,
    balances: berlin_group::BALANCES,
    customers: &[],
    payment: &[],
    payment_statuses: berlin_group::PAYMENT_STATUSES,
    frequencies: &[],
    consent: CONSENT,
    consent_statuses: CONSENT_STATUSES,
    failures: Failures { codes: CODES, texts: TEXTS, rows: FAILURES },
    reported: &[],
    next: &["next"],
};

const ENTRY: &[(Field, Paths)] = &[
    (Field::ProviderId, &["transactionId", "internalTransactionId"]),
    (Field::ProviderRef, &["entryReference"]),
    (Field::Amount, &["transactionAmount.amount"]),
    (Field::Currency, &["transactionAmount.currency"]),
    (Field::BookingDate, &["bookingDate"]),
    (Field::BookingInstant, &["bookingDateTime"]),
    (Field::ValueDate, &["valueDate"]),
    (Field::ValueAt, &["valueDateTime"]),
    (
        Field::OriginalAmount,
        &["originalAmount", "currencyExchange.0.instructedAmount", "currencyExchange.instructedAmount"],
    ),
    (Field::Exchange, &["currencyExchange"]),
    (Field::BalanceAfter, &["balanceAfterTransaction"]),
    (Field::CreditorName, &["creditorName"]),
    (Field::DebtorName, &["debtorName"]),
    (Field::CreditorAccount, &["creditorAccount"]),
    (Field::DebtorAccount, &["debtorAccount"]),
    (Field::CreditorAgent, &["creditorAgent"]),
    (Field::DebtorAgent, &["debtorAgent"]),
    (Field::Mcc, &["merchantCategoryCode"]),
    (Field::Lines, &["remittanceInformationUnstructuredArray"]),
    (Field::Text, &["remittanceInformationUnstructured"]),
    (Field::Structured, &["remittanceInformationStructuredArray", "remittanceInformationStructured"]),
    (Field::EndToEnd, &["endToEndId"]),
    (Field::Mandate, &["mandateId"]),
    (Field::CreditorId, &["creditorId"]),
    (Field::Check, &["checkId"]),
    (Field::BankCode, &["bankTransactionCode"]),
    (Field::Proprietary, &["proprietaryBankTransactionCode"]),
];

const CONSENT: &[(ConsentField, Paths)] = &[(ConsentField::Id, &["id"]), (ConsentField::Status, &["status"])];

/// Requisition statuses.
const CONSENT_STATUSES: &[(&str, ConsentStatus)] = &[
    ("CR", ConsentStatus::Awaiting),
    ("GC", ConsentStatus::Awaiting),
    ("UA", ConsentStatus::Awaiting),
    ("GA", ConsentStatus::Awaiting),
    ("SA", ConsentStatus::Awaiting),
    ("ID", ConsentStatus::Awaiting),
    ("LN", ConsentStatus::Active),
    ("RJ", ConsentStatus::Rejected),
    ("ER", ConsentStatus::Rejected),
    ("EX", ConsentStatus::Expired),
];

const CODES: Paths = &["type"];
const TEXTS: Paths = &["summary", "detail", "status"];

const FAILURES: &[FailureRow] = &[
    code(&[], "AccessExpiredError", Class::ConsentInvalid),
    code(&[], "AccountInactiveError", Class::ResourceGone),
    code(&[], "AccountEUAScopeError", Class::ConsentScope),
    code(&[], "AccountValidEUAError", Class::ConsentInvalid),
    code(&[], "AccountAccessForbidden", Class::ConsentScope),
    code(&[], "IPAccessDenied", Class::AuthClient),
    code(&[], "InvalidToken", Class::AuthToken),
    code(&[409], "AccountSuspended", Class::ConsentInvalid),
    code(&[409], "AccountState", Class::ResourceUnavailable),
    code(&[429], "RateLimitError", Class::QuotaExhausted),
    code(&[500], "UnknownRequestError", Class::ProviderUnavailable),
    code(&[503], "ConnectionError", Class::ProviderUnavailable),
    code(&[503], "ServiceError", Class::ProviderUnavailable),
    says(&[401], "expired", Class::ConsentInvalid),
    says(&[401], "invalid token", Class::AuthToken),
    says(&[403], "ip address", Class::AuthClient),
    says(&[409], "suspended", Class::ConsentInvalid),
    status(&[409], Class::ResourceUnavailable),
    status(&[429], Class::RateLimited),
];
