//! The words of the generic bank's contract and what they mean.

use bank_fixtures::error_class::ErrorClass;
use bank_fixtures::record::{
    AccountKind, AccountStatus, BalanceKind, ConsentScope, ConsentStatus, IdentifierScheme, Nature, PaymentStatus,
    Relation, TransactionKind, TransactionStatus,
};

pub(super) const ACCOUNT_KINDS: &[(&str, AccountKind)] = &[
    ("current", AccountKind::Current),
    ("savings", AccountKind::Savings),
    ("card", AccountKind::Card),
    ("loan", AccountKind::Loan),
    ("mortgage", AccountKind::Mortgage),
    ("prepaid", AccountKind::Prepaid),
    ("other", AccountKind::Other),
];
pub(super) const ACCOUNT_STATUSES: &[(&str, AccountStatus)] =
    &[("open", AccountStatus::Open), ("closed", AccountStatus::Closed), ("blocked", AccountStatus::Blocked)];
pub(super) const SCHEMES: &[(&str, IdentifierScheme)] = &[
    ("iban", IdentifierScheme::Iban),
    ("bban", IdentifierScheme::Bban),
    ("sort_code_account", IdentifierScheme::SortCodeAccount),
    ("pan_masked", IdentifierScheme::PanMasked),
    ("other", IdentifierScheme::Other),
];
pub(super) const BALANCE_KINDS: &[(&str, BalanceKind)] = &[
    ("booked", BalanceKind::BookedCurrent),
    ("opening", BalanceKind::BookedOpening),
    ("closing", BalanceKind::BookedClosing),
    ("available", BalanceKind::Available),
    ("expected", BalanceKind::Expected),
    ("owed", BalanceKind::Owed),
    ("blocked", BalanceKind::Blocked),
];
pub(super) const TRANSACTION_STATUSES: &[(&str, TransactionStatus)] = &[
    ("pending", TransactionStatus::Pending),
    ("booked", TransactionStatus::Booked),
    ("information", TransactionStatus::Information),
    ("void", TransactionStatus::Void),
];
pub(super) const TRANSACTION_KINDS: &[(&str, TransactionKind)] = &[
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
pub(super) const NATURES: &[(&str, Nature)] = &[
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
pub(super) const RELATIONS: &[(&str, Relation)] = &[
    ("supersedes", Relation::Supersedes),
    ("reverses", Relation::Reverses),
    ("disputes", Relation::Disputes),
    ("refunds", Relation::Refunds),
    ("corrects", Relation::Corrects),
];
pub(super) const PAYMENT_STATUSES: &[(&str, PaymentStatus)] = &[
    ("created", PaymentStatus::Created),
    ("awaiting_authorisation", PaymentStatus::AwaitingAuthorisation),
    ("accepted", PaymentStatus::AcceptedChecks),
    ("scheduled", PaymentStatus::Scheduled),
    ("in_clearing", PaymentStatus::InClearing),
    ("debited", PaymentStatus::Debited),
    ("credited", PaymentStatus::Credited),
    ("rejected", PaymentStatus::Rejected),
    ("cancelled", PaymentStatus::Cancelled),
    ("returned", PaymentStatus::Returned),
];
pub(super) const CONSENT_STATUSES: &[(&str, ConsentStatus)] = &[
    ("awaiting", ConsentStatus::Awaiting),
    ("active", ConsentStatus::Active),
    ("rejected", ConsentStatus::Rejected),
    ("revoked", ConsentStatus::Revoked),
    ("ended_by_client", ConsentStatus::EndedByClient),
    ("expired", ConsentStatus::Expired),
];
pub(super) const SCOPES: &[(&str, Option<ConsentScope>)] = &[
    ("accounts", Some(ConsentScope::Accounts)),
    ("balances", Some(ConsentScope::Balances)),
    ("transactions", Some(ConsentScope::Transactions)),
    ("customers", Some(ConsentScope::Owner)),
    ("payments", Some(ConsentScope::Payments)),
    ("openid", None),
    ("offline_access", None),
];
/// Failure codes with the status they come with and what they mean.
pub(crate) static FAILURES: &[(&str, u16, ErrorClass)] = &[
    ("malformed_request", 400, ErrorClass::InvalidRequest),
    ("invalid_parameter", 400, ErrorClass::InvalidRequest),
    ("missing_idempotency_key", 400, ErrorClass::InvalidRequest),
    ("invalid_cursor", 400, ErrorClass::PageInvalidated),
    ("invalid_token", 401, ErrorClass::AuthToken),
    ("invalid_client", 401, ErrorClass::AuthClient),
    ("insufficient_user_authentication", 401, ErrorClass::ScaRequired),
    ("sca_required", 403, ErrorClass::ScaRequired),
    ("consent_expired", 403, ErrorClass::ConsentInvalid),
    ("consent_revoked", 403, ErrorClass::ConsentInvalid),
    ("insufficient_scope", 403, ErrorClass::ConsentScope),
    ("unknown_path", 404, ErrorClass::InvalidRequest),
    ("customer_not_found", 404, ErrorClass::ResourceGone),
    ("account_not_found", 404, ErrorClass::ResourceGone),
    ("payment_not_found", 404, ErrorClass::ResourceGone),
    ("consent_not_found", 404, ErrorClass::ResourceGone),
    ("method_not_allowed", 405, ErrorClass::InvalidRequest),
    ("not_acceptable", 406, ErrorClass::NotAcceptable),
    ("request_in_progress", 409, ErrorClass::InProgress),
    ("payment_not_cancellable", 409, ErrorClass::ConflictState),
    ("account_closed", 410, ErrorClass::ResourceGone),
    ("payload_too_large", 413, ErrorClass::InvalidRequest),
    ("unsupported_media_type", 415, ErrorClass::InvalidRequest),
    ("idempotency_key_reused", 422, ErrorClass::IdempotencyConflict),
    ("insufficient_funds", 422, ErrorClass::BusinessRejected),
    ("creditor_rejected", 422, ErrorClass::BusinessRejected),
    ("account_unavailable", 423, ErrorClass::ResourceUnavailable),
    ("rate_limit_exceeded", 429, ErrorClass::RateLimited),
    ("quota_exceeded", 429, ErrorClass::QuotaExhausted),
    ("internal_error", 500, ErrorClass::ProviderUnavailable),
    ("unavailable", 503, ErrorClass::ProviderUnavailable),
    ("outcome_unknown", 500, ErrorClass::UnknownOutcome),
    ("protocol_violation", 502, ErrorClass::ProtocolViolation),
    ("data_not_ready", 503, ErrorClass::NotReady),
    ("gateway_timeout", 504, ErrorClass::Timeout),
];
