//! The Berlin Group's NextGenPSD2 framework (implementation guidelines 1.3), as tables.
//!
//! Owns its member names, words and message codes on the reading side. Written from the guidelines alone.

use bank_fixtures::error_class::ErrorClass as Class;
use bank_fixtures::record::{AccountKind, AccountStatus, ConsentStatus, PaymentStatus, TransactionStatus};

use super::model::{BalanceKind, Quality, Scheme};
use super::standard::{
    AccountField, BalanceField, Balances, Change, ConsentField, EntryList, FailureRow, Failures, Field, Figures,
    IdentifierRow, Paths, PaymentField, Sign, Standard, Trust, code, prefix, status,
};

pub(super) static STANDARD: Standard = Standard {
    slug: "berlin-group",
    figures: Figures::Text(Some(3)),
    default_currency: None,
    zone: None,
    epoch: false,
    entry_lists: ENTRY_LISTS,
    nested_entries: None,
    entry: ENTRY,
    sign: Sign::AsWritten,
    parties: true,
    statuses: &[],
    quality: Trust::All(Quality::Unstable),
    types: &[],
    account_lists: &["accounts"],
    account_record: &["account"],
    account: ACCOUNT,
    account_kinds: ACCOUNT_KINDS,
    account_statuses: ACCOUNT_STATUSES,
    identifiers: IDENTIFIERS,
    balances: BALANCES,
    customers: &[],
    payment: PAYMENT,
    payment_statuses: PAYMENT_STATUSES,
    frequencies: FREQUENCIES,
    consent: CONSENT,
    consent_statuses: CONSENT_STATUSES,
    failures: Failures { codes: CODES, texts: TEXTS, rows: FAILURES },
    reported: &[],
    next: &["transactions._links.next.href", "cardTransactions._links.next.href", "_links.next.href"],
};

/// 6.5.4: the lists say what the entries in them are.
pub(super) const ENTRY_LISTS: &[EntryList] = &[
    listed("transactions.booked", TransactionStatus::Booked),
    listed("transactions.pending", TransactionStatus::Pending),
    listed("transactions.information", TransactionStatus::Information),
    listed("cardTransactions.booked", TransactionStatus::Booked),
    listed("cardTransactions.pending", TransactionStatus::Pending),
];

const fn listed(path: &'static str, status: TransactionStatus) -> EntryList {
    EntryList { path, status: Some(status), change: Change::Listed }
}

/// 14.18 and 14.20.
pub(super) const ENTRY: &[(Field, Paths)] = &[
    (Field::ProviderId, &["transactionId", "cardTransactionId"]),
    (Field::ProviderRef, &["entryReference"]),
    (Field::Amount, &["transactionAmount.amount"]),
    (Field::Currency, &["transactionAmount.currency"]),
    (Field::BookingDate, &["bookingDate"]),
    (Field::ValueDate, &["valueDate"]),
    (Field::TransactionDate, &["transactionDate"]),
    (Field::TransactionAt, &["acceptorTransactionDateTime"]),
    (Field::OriginalAmount, &["originalAmount", "currencyExchange.0.instructedAmount"]),
    (Field::Exchange, &["currencyExchange"]),
    (Field::Fee, &["markupFee", "transactionFees"]),
    (Field::BalanceAfter, &["balanceAfterTransaction"]),
    (Field::CreditorName, &["creditorName"]),
    (Field::DebtorName, &["debtorName"]),
    (Field::CreditorAccount, &["creditorAccount"]),
    (Field::DebtorAccount, &["debtorAccount"]),
    (Field::CreditorAgent, &["creditorAgent"]),
    (Field::DebtorAgent, &["debtorAgent"]),
    (Field::MerchantName, &["cardAcceptorName"]),
    (Field::Mcc, &["merchantCategoryCode"]),
    (Field::MerchantId, &["cardAcceptorId"]),
    (Field::Terminal, &["terminalId"]),
    (Field::Lines, &["remittanceInformationUnstructuredArray"]),
    (Field::Text, &["remittanceInformationUnstructured", "transactionDetails"]),
    (Field::Structured, &["remittanceInformationStructuredArray", "remittanceInformationStructured"]),
    (Field::EndToEnd, &["endToEndId"]),
    (Field::Mandate, &["mandateId"]),
    (Field::CreditorId, &["creditorId"]),
    (Field::Check, &["checkId"]),
    (Field::BankCode, &["bankTransactionCode"]),
    (Field::Proprietary, &["proprietaryBankTransactionCode"]),
];

/// 14.15.
pub(super) const ACCOUNT: &[(AccountField, Paths)] = &[
    (AccountField::Id, &["resourceId", "id"]),
    (AccountField::Currency, &["currency"]),
    (AccountField::Kind, &["cashAccountType"]),
    (AccountField::Status, &["status"]),
    (AccountField::Name, &["displayName", "name"]),
    (AccountField::Product, &["product"]),
    (AccountField::Owners, &["ownerNames", "ownerName"]),
    (AccountField::Masked, &["maskedPan"]),
];

/// ISO 20022 external cash account types.
pub(super) const ACCOUNT_KINDS: &[(&str, AccountKind)] = &[
    ("CACC", AccountKind::Current),
    ("TRAN", AccountKind::Current),
    ("CASH", AccountKind::Current),
    ("SVGS", AccountKind::Savings),
    ("CARD", AccountKind::Card),
    ("LOAN", AccountKind::Loan),
    ("MGLD", AccountKind::Loan),
];

pub(super) const ACCOUNT_STATUSES: &[(&str, AccountStatus)] =
    &[("enabled", AccountStatus::Open), ("deleted", AccountStatus::Closed), ("blocked", AccountStatus::Blocked)];

pub(super) const IDENTIFIERS: &[IdentifierRow] = &[
    IdentifierRow { scheme: Scheme::Iban, parts: &["iban"], needs: 0 },
    IdentifierRow { scheme: Scheme::Bban, parts: &["bban"], needs: 0 },
    IdentifierRow { scheme: Scheme::Msisdn, parts: &["msisdn"], needs: 0 },
    IdentifierRow { scheme: Scheme::PanMasked, parts: &["maskedPan"], needs: 0 },
];

/// 14.17, with the ISO 20022 codes that some banks send instead.
pub(super) const BALANCES: Balances = Balances::Typed {
    list: &["balances"],
    kind: &["balanceType"],
    words: &[
        ("closingBooked", BalanceKind::BookedClosing),
        ("expected", BalanceKind::Expected),
        ("openingBooked", BalanceKind::BookedOpening),
        ("interimAvailable", BalanceKind::Available),
        ("interimBooked", BalanceKind::BookedCurrent),
        ("forwardAvailable", BalanceKind::Available),
        ("nonInvoiced", BalanceKind::NotInvoiced),
    ],
    aliases: &[
        ("CLBD", "closingBooked"),
        ("XPCD", "expected"),
        ("OPBD", "openingBooked"),
        ("ITAV", "interimAvailable"),
        ("ITBD", "interimBooked"),
        ("FWAV", "forwardAvailable"),
        ("authorised", "expected"),
    ],
    members: &[
        (BalanceField::Amount, &["balanceAmount"]),
        (BalanceField::AsOf, &["lastChangeDateTime"]),
        (BalanceField::ReferenceDate, &["referenceDate"]),
        (BalanceField::Included, &["creditLimitIncluded"]),
    ],
};

const PAYMENT: &[(PaymentField, Paths)] = &[
    (PaymentField::Id, &["paymentId"]),
    (PaymentField::Status, &["transactionStatus"]),
    (PaymentField::Amount, &["instructedAmount"]),
    (PaymentField::Frequency, &["frequency"]),
    (PaymentField::Start, &["startDate"]),
    (PaymentField::Reason, &["tppMessages.0.code", "psuMessage"]),
];

/// 14.13: ISO 20022 ExternalPaymentTransactionStatus1Code.
pub(super) const PAYMENT_STATUSES: &[(&str, PaymentStatus)] = &[
    ("RCVD", PaymentStatus::Created),
    ("PATC", PaymentStatus::PartiallyAuthorised),
    ("ACTC", PaymentStatus::AcceptedChecks),
    ("ACCP", PaymentStatus::AcceptedChecks),
    ("ACFC", PaymentStatus::AcceptedChecks),
    ("ACWC", PaymentStatus::AcceptedChecks),
    ("PDNG", PaymentStatus::PendingReview),
    ("ACSP", PaymentStatus::InClearing),
    ("ACWP", PaymentStatus::InClearing),
    ("ACSC", PaymentStatus::Debited),
    ("ACCC", PaymentStatus::Credited),
    ("PART", PaymentStatus::AcceptedChecks),
    ("RJCT", PaymentStatus::Rejected),
    ("CANC", PaymentStatus::Cancelled),
];

/// 14.11, with the ISO 20022 codes that some banks send instead.
const FREQUENCIES: &[(&str, &str)] = &[
    ("Daily", "Daily"),
    ("Weekly", "Weekly"),
    ("EveryTwoWeeks", "EveryTwoWeeks"),
    ("Monthly", "Monthly"),
    ("EveryTwoMonths", "EveryTwoMonths"),
    ("Quarterly", "Quarterly"),
    ("SemiAnnual", "SemiAnnual"),
    ("Annual", "Annual"),
    ("DAIL", "Daily"),
    ("WEEK", "Weekly"),
    ("TOWK", "EveryTwoWeeks"),
    ("MNTH", "Monthly"),
    ("TOMN", "EveryTwoMonths"),
    ("QUTR", "Quarterly"),
    ("SEMI", "SemiAnnual"),
    ("YEAR", "Annual"),
];

const CONSENT: &[(ConsentField, Paths)] = &[
    (ConsentField::Id, &["consentId"]),
    (ConsentField::Status, &["consentStatus"]),
    (ConsentField::Recurring, &["recurringIndicator"]),
    (ConsentField::FrequencyPerDay, &["frequencyPerDay"]),
    (ConsentField::LastDay, &["validUntil"]),
];

const CONSENT_STATUSES: &[(&str, ConsentStatus)] = &[
    ("received", ConsentStatus::Awaiting),
    ("partiallyAuthorised", ConsentStatus::PartiallyAuthorised),
    ("valid", ConsentStatus::Active),
    ("rejected", ConsentStatus::Rejected),
    ("revokedByPsu", ConsentStatus::Revoked),
    ("terminatedByTpp", ConsentStatus::EndedByClient),
    ("expired", ConsentStatus::Expired),
];

/// 4.13: the list of messages, and the problem document of RFC 7807.
const CODES: Paths = &["tppMessages.0.code", "code"];
const TEXTS: Paths = &["tppMessages.0.text", "detail", "title"];

/// 14.11.3: message codes.
const FAILURES: &[FailureRow] = &[
    code(&[], "CONSENT_UNKNOWN", Class::ConsentInvalid),
    code(&[], "CONSENT_INVALID", Class::ConsentInvalid),
    code(&[], "CONSENT_EXPIRED", Class::ConsentInvalid),
    prefix(&[401], "TOKEN_", Class::AuthToken),
    prefix(&[], "CERTIFICATE_", Class::AuthClient),
    prefix(&[], "SIGNATURE_", Class::AuthClient),
    code(&[], "ROLE_INVALID", Class::AuthClient),
    code(&[], "CORPORATE_ID_INVALID", Class::AuthClient),
    code(&[], "PSU_CREDENTIALS_INVALID", Class::ScaRequired),
    code(&[], "SCA_INVALID", Class::ScaRequired),
    code(&[], "NO_PIIS_ACTIVATION", Class::ScaRequired),
    code(&[], "SERVICE_BLOCKED", Class::ConsentScope),
    code(&[403], "PRODUCT_INVALID", Class::ConsentScope),
    code(&[404], "PRODUCT_UNKNOWN", Class::InvalidRequest),
    code(&[], "RESOURCE_UNKNOWN", Class::ResourceGone),
    code(&[], "RESOURCE_EXPIRED", Class::ResourceGone),
    code(&[], "RESOURCE_BLOCKED", Class::ConflictState),
    code(&[405], "CANCELLATION_INVALID", Class::ConflictState),
    code(&[406], "REQUESTED_FORMATS_INVALID", Class::NotAcceptable),
    code(&[409], "STATUS_INVALID", Class::ConflictState),
    code(&[409], "REFERENCE_STATUS_INVALID", Class::ConflictState),
    code(&[], "ACCESS_EXCEEDED", Class::QuotaExhausted),
    code(&[], "PAYMENT_FAILED", Class::BusinessRejected),
    FailureRow { field: Some("dateFrom"), ..code(&[], "PERIOD_INVALID", Class::InvalidRequest) },
    prefix(&[], "PARAMETER_", Class::InvalidRequest),
    code(&[], "FORMAT_ERROR", Class::InvalidRequest),
    code(&[], "SERVICE_INVALID", Class::InvalidRequest),
    code(&[], "TIMESTAMP_INVALID", Class::InvalidRequest),
    code(&[], "SCA_METHOD_UNKNOWN", Class::InvalidRequest),
    code(&[], "EXECUTION_DATE_INVALID", Class::InvalidRequest),
    code(&[], "CARD_INVALID", Class::InvalidRequest),
    code(&[], "REFERENCE_MIX_INVALID", Class::InvalidRequest),
    code(&[], "SESSIONS_NOT_SUPPORTED", Class::InvalidRequest),
    status(&[429], Class::RateLimited),
];
