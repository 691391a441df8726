//! What can become of payments, consents and accounts, in the words of scenario files.
//!
//! Owns those words, for effects on calls, on events and on the clock alike. Statuses have neutral names and the codes of
//! ISO 20022; reasons are ISO 20022 external codes with a text for people.

use bank_fixtures::document::{Map, Value, suggest};
use bank_fixtures::record::{AccountStatus, PaymentReason, PaymentShade, PaymentStatus};

/// What becomes of a consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentEnd {
    /// The account holder withdraws it.
    Revoked,
    /// The bank withdraws it.
    RevokedByBank,
    /// Its time is over.
    Expired,
    /// It was for one use, and is used.
    Consumed,
    /// Whoever is asked, or has to agree as well, says no.
    Rejected,
    /// Whoever has to agree as well does.
    Authorised,
}

/// What becomes of a payment, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentEnd {
    /// What it is from now on.
    pub status: PaymentStatus,
    /// The finer place, if there is one.
    pub shade: Option<PaymentShade>,
    /// Why.
    pub reason: Option<PaymentReason>,
}

/// Words for what a payment becomes; it stays there until something else is ordered.
pub(crate) const PAYMENT_ENDS: &[(&str, (PaymentStatus, Option<PaymentShade>))] = &[
    ("RJCT", (PaymentStatus::Rejected, None)),
    ("rejected", (PaymentStatus::Rejected, None)),
    ("CANC", (PaymentStatus::Cancelled, None)),
    ("cancelled", (PaymentStatus::Cancelled, None)),
    ("returned", (PaymentStatus::Returned, None)),
    ("PDNG", (PaymentStatus::PendingReview, None)),
    ("pending", (PaymentStatus::PendingReview, None)),
    ("ACTC", (PaymentStatus::AcceptedChecks, Some(PaymentShade::FormChecked))),
    ("ACCP", (PaymentStatus::AcceptedChecks, Some(PaymentShade::ProfileChecked))),
    ("ACFC", (PaymentStatus::AcceptedChecks, Some(PaymentShade::FundsChecked))),
    ("ACWC", (PaymentStatus::AcceptedChecks, Some(PaymentShade::Changed))),
    ("ACSP", (PaymentStatus::InClearing, None)),
    ("in_clearing", (PaymentStatus::InClearing, None)),
    ("ACWP", (PaymentStatus::InClearing, Some(PaymentShade::NotPosted))),
    ("BLCK", (PaymentStatus::InClearing, Some(PaymentShade::Blocked))),
    ("ACSC", (PaymentStatus::Debited, None)),
    ("debited", (PaymentStatus::Debited, None)),
    ("ACCC", (PaymentStatus::Credited, None)),
    ("credited", (PaymentStatus::Credited, None)),
];

/// Words for what becomes of a consent.
pub(crate) const CONSENT_ENDS: &[(&str, ConsentEnd)] = &[
    ("revoked", ConsentEnd::Revoked),
    ("revoked-by-bank", ConsentEnd::RevokedByBank),
    ("expired", ConsentEnd::Expired),
    ("consumed", ConsentEnd::Consumed),
    ("rejected", ConsentEnd::Rejected),
    ("authorised", ConsentEnd::Authorised),
];

/// Words for what an account becomes.
pub(crate) const ACCOUNT_STATUSES: &[(&str, AccountStatus)] =
    &[("closed", AccountStatus::Closed), ("blocked", AccountStatus::Blocked), ("open", AccountStatus::Open)];

/// Reasons a payment is refused for: ISO 20022 external status reason codes.
pub(crate) const REASONS: &[(&str, &str)] = &[
    ("AC01", "the account number is wrong"),
    ("AC04", "the account is closed"),
    ("AC06", "the account is blocked"),
    ("AG01", "this account may not be used for payments"),
    ("AM02", "the amount is above what is allowed"),
    ("AM04", "the account does not hold the amount"),
    ("AM05", "the payment was made before"),
    ("BE01", "the name is not that of the creditor's account"),
    ("BE04", "the creditor's address is missing"),
    ("CUST", "the account holder asked for it"),
    ("DT01", "the day is not one payments are made on"),
    ("FR01", "the payment is suspected of fraud"),
    ("MS03", "the bank gives no reason"),
    ("TM01", "the order came after the cut-off time"),
];

/// Reads `payment.status` and `reason` of a mapping.
pub(crate) fn payment(map: &Map<'_>) -> Option<PaymentEnd> {
    let status = map.required("payment.status").and_then(|value| value.one_of(PAYMENT_ENDS));
    let reason = map.optional("reason").map(reason);
    let (status, shade) = status?;
    Some(PaymentEnd { status, shade, reason: reason.map_or(Some(None), |read| read.map(Some))? })
}

fn reason(value: Value<'_>) -> Option<PaymentReason> {
    let code = value.scalar()?;
    let Some((code, text)) = REASONS.iter().find(|row| row.0 == code) else {
        let codes = || REASONS.iter().map(|row| row.0);
        let legal: Vec<&str> = codes().collect();
        let wrong = value.diagnostic(format!("`{code}` is no reason")).suggestion(suggest(code, codes()));
        value.document().record(wrong.legal(legal.join(", ")));
        return None;
    };
    Some(PaymentReason { code: (*code).to_owned(), text: Some((*text).to_owned()) })
}
