//! The words of the canonical model: one table per enumeration, for profiles and for output alike.

use bank_fixtures::record::{
    AccountKind, AccountStatus, ConsentStatus, Nature, PartyKind, PaymentStatus, Relation, TransactionKind,
    TransactionStatus,
};

use super::model::{Direction, Meaning, MoneyMoved, Quality, Scheme};

/// A word for each value of an enumeration.
pub(crate) type Words<T> = &'static [(&'static str, T)];

/// The word of a value.
pub(crate) fn word<T: PartialEq>(words: Words<T>, value: &T) -> &'static str {
    words.iter().find(|row| row.1 == *value).map_or("unknown", |row| row.0)
}

pub(crate) const ACCOUNT_KINDS: Words<AccountKind> = &[
    ("current", AccountKind::Current),
    ("savings", AccountKind::Savings),
    ("card", AccountKind::Card),
    ("loan", AccountKind::Loan),
    ("mortgage", AccountKind::Mortgage),
    ("prepaid", AccountKind::Prepaid),
    ("other", AccountKind::Other),
];

pub(crate) const ACCOUNT_STATUSES: Words<AccountStatus> = &[
    ("open", AccountStatus::Open),
    ("closed", AccountStatus::Closed),
    ("blocked", AccountStatus::Blocked),
    ("unknown", AccountStatus::Unknown),
];

pub(crate) const SCHEMES: Words<Scheme> = &[
    ("iban", Scheme::Iban),
    ("bban", Scheme::Bban),
    ("bsb_account", Scheme::BsbAccount),
    ("aba_account", Scheme::AbaAccount),
    ("sort_code_account", Scheme::SortCodeAccount),
    ("br_account", Scheme::BrAccount),
    ("pan_masked", Scheme::PanMasked),
    ("msisdn", Scheme::Msisdn),
    ("cpf", Scheme::Cpf),
    ("cnpj", Scheme::Cnpj),
    ("abn", Scheme::Abn),
    ("acn", Scheme::Acn),
    ("other", Scheme::Other),
];

pub(crate) const MEANINGS: Words<Meaning> = &[
    ("booked_current", Meaning::BookedCurrent),
    ("booked_closing", Meaning::BookedClosing),
    ("booked_opening", Meaning::BookedOpening),
    ("available", Meaning::Available),
    ("expected", Meaning::Expected),
    ("owed", Meaning::Owed),
    ("blocked", Meaning::Blocked),
    ("invested", Meaning::Invested),
    ("not_invoiced", Meaning::NotInvoiced),
    ("unknown", Meaning::Unknown),
];

pub(crate) const STATUSES: Words<TransactionStatus> = &[
    ("pending", TransactionStatus::Pending),
    ("booked", TransactionStatus::Booked),
    ("information", TransactionStatus::Information),
    ("void", TransactionStatus::Void),
];

pub(crate) const NATURES: Words<Nature> = &[
    ("original", Nature::Original),
    ("fee", Nature::Fee),
    ("interest", Nature::Interest),
    ("refund", Nature::Refund),
    ("reversal", Nature::Reversal),
    ("return", Nature::Return),
    ("chargeback", Nature::Chargeback),
    ("chargeback_reversal", Nature::ChargebackReversal),
    ("correction", Nature::Correction),
];

pub(crate) const KINDS: Words<TransactionKind> = &[
    ("credit_transfer_out", TransactionKind::CreditTransferOut),
    ("credit_transfer_in", TransactionKind::CreditTransferIn),
    ("standing_order", TransactionKind::StandingOrder),
    ("direct_debit", TransactionKind::DirectDebit),
    ("card_payment", TransactionKind::CardPayment),
    ("card_refund", TransactionKind::CardRefund),
    ("cash_withdrawal", TransactionKind::CashWithdrawal),
    ("cash_deposit", TransactionKind::CashDeposit),
    ("fee", TransactionKind::Fee),
    ("interest", TransactionKind::Interest),
    ("salary", TransactionKind::Salary),
    ("other", TransactionKind::Other),
];

pub(crate) const RELATIONS: Words<Relation> = &[
    ("supersedes", Relation::Supersedes),
    ("reverses", Relation::Reverses),
    ("disputes", Relation::Disputes),
    ("refunds", Relation::Refunds),
    ("corrects", Relation::Corrects),
];

pub(crate) const PAYMENT_STATUSES: Words<PaymentStatus> = &[
    ("created", PaymentStatus::Created),
    ("awaiting_authorisation", PaymentStatus::AwaitingAuthorisation),
    ("partially_authorised", PaymentStatus::PartiallyAuthorised),
    ("accepted_checks", PaymentStatus::AcceptedChecks),
    ("pending_review", PaymentStatus::PendingReview),
    ("scheduled", PaymentStatus::Scheduled),
    ("in_clearing", PaymentStatus::InClearing),
    ("debited", PaymentStatus::Debited),
    ("credited", PaymentStatus::Credited),
    ("rejected", PaymentStatus::Rejected),
    ("cancelled", PaymentStatus::Cancelled),
    ("returned", PaymentStatus::Returned),
    ("unknown", PaymentStatus::Unknown),
];

pub(crate) const CONSENT_STATUSES: Words<ConsentStatus> = &[
    ("awaiting", ConsentStatus::Awaiting),
    ("partially_authorised", ConsentStatus::PartiallyAuthorised),
    ("active", ConsentStatus::Active),
    ("rejected", ConsentStatus::Rejected),
    ("revoked", ConsentStatus::Revoked),
    ("ended_by_client", ConsentStatus::EndedByClient),
    ("expired", ConsentStatus::Expired),
    ("consumed", ConsentStatus::Consumed),
    ("unknown", ConsentStatus::Unknown),
];

pub(crate) const PARTY_KINDS: Words<PartyKind> =
    &[("person", PartyKind::Person), ("organisation", PartyKind::Organisation)];

pub(crate) const DIRECTIONS: Words<Direction> = &[("credit", Direction::Credit), ("debit", Direction::Debit)];

pub(crate) const QUALITIES: Words<Quality> = &[
    ("immutable", Quality::Immutable),
    ("stable_when_booked", Quality::StableWhenBooked),
    ("unstable", Quality::Unstable),
    ("absent", Quality::Absent),
];

pub(crate) const MONEY_MOVED: Words<MoneyMoved> = &[
    ("no", MoneyMoved::No),
    ("debited", MoneyMoved::Debited),
    ("credited", MoneyMoved::Credited),
    ("returned", MoneyMoved::Returned),
    ("unknown", MoneyMoved::Unknown),
];
