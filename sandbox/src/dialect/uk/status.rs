//! The words for where payments and their consents stand.

use bank_fixtures::record::{self, ConsentStatus, PaymentStatus};

use super::family::Timing;
use super::json::{Json, object};
use super::version::{Era, Version};

/// The word for a consent to an order: it is used once and cannot be taken back.
pub(super) fn consent(version: &Version, status: ConsentStatus) -> &'static str {
    use ConsentStatus as S;
    version.word(match status {
        S::Awaiting | S::PartiallyAuthorised | S::Unknown => ("AwaitingAuthorisation", "AWAU"),
        S::Active => ("Authorised", "AUTH"),
        S::Consumed => ("Consumed", "COND"),
        S::Rejected | S::Revoked | S::EndedByClient | S::Expired => ("Rejected", "RJCT"),
    })
}

/// The word for an order.
pub(super) fn payment(version: &Version, timing: Timing, payment: &record::Payment) -> &'static str {
    use PaymentStatus as S;
    // What was just taken and has not moved yet is told as received, whatever was checked on the way in.
    let fresh = payment.status == S::AcceptedChecks && payment.updated_at == payment.created_at;
    match (version.era, timing) {
        (Era::Three, Timing::Now) => match payment.status {
            S::InClearing => "AcceptedSettlementInProcess",
            S::Debited => "AcceptedSettlementCompleted",
            S::Credited => "AcceptedCreditSettlementCompleted",
            S::Rejected | S::Cancelled | S::Returned => "Rejected",
            _ => "Pending",
        },
        (Era::Three, Timing::Later) => match payment.status {
            S::InClearing | S::Debited | S::Credited => "InitiationCompleted",
            S::Rejected | S::Returned => "InitiationFailed",
            S::Cancelled => "Cancelled",
            _ => "InitiationPending",
        },
        (Era::Four, _) if fresh => "RCVD",
        (Era::Four, timing) => match payment.status {
            S::Created | S::Scheduled | S::Unknown => "RCVD",
            S::AwaitingAuthorisation | S::PartiallyAuthorised => "PATC",
            S::AcceptedChecks => "ACFC",
            S::PendingReview => "PDNG",
            S::InClearing => "ACSP",
            S::Debited => "ACSC",
            S::Credited => "ACCC",
            S::Cancelled if timing == Timing::Later => "CANC",
            S::Rejected | S::Cancelled | S::Returned => "RJCT",
        },
    }
}

/// The finer word for an order.
pub(super) fn detail(version: &Version, status: PaymentStatus) -> &'static str {
    use PaymentStatus as S;
    version.word(match status {
        S::Created | S::Scheduled | S::Unknown => ("Received", "RCVD"),
        S::AwaitingAuthorisation | S::PartiallyAuthorised => ("AcceptedTechnicalValidation", "PATC"),
        S::AcceptedChecks => ("AcceptedFundsChecked", "ACFC"),
        S::PendingReview => ("Pending", "PDNG"),
        S::InClearing => ("AcceptedSettlementInProcess", "ACSP"),
        S::Debited => ("AcceptedSettlementCompleted", "ACSC"),
        S::Credited => ("AcceptedCreditSettlementCompleted", "ACCC"),
        S::Cancelled => ("Cancelled", "CANC"),
        S::Rejected | S::Returned => ("Rejected", "RJCT"),
    })
}

/// Why an order stands where it stands: version 4 says so.
pub(super) fn reasons(version: &Version, payment: &record::Payment) -> Option<Json> {
    let reason = payment.reason.as_ref().filter(|_| version.era == Era::Four)?;
    let code = Some(reason.code.as_str()).filter(|code| code.len() <= 4).unwrap_or("U042");
    Some(Json::List(vec![object! {
        "StatusReasonCode": code,
        "StatusReasonDescription": reason.text.as_deref(),
    }]))
}
