//! The words for where payments and their consents stand.
//!
//! Owns one table for consents, one for each kind of order and one for the finer words, in both versions.

use bank_fixtures::record::{self, ConsentStatus, PaymentShade, PaymentStatus};

use super::consent;
use super::family::Timing;
use super::json::{Json, object};
use super::version::{Era, Version};
use super::visit::Visit;

/// Where an order stands, and how finely that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub status: PaymentStatus,
    pub shade: Option<PaymentShade>,
    /// It was just taken and has not moved yet.
    pub fresh: bool,
}

/// Where a consent to an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Consented {
    /// Its file is missing.
    AwaitingUpload,
    /// Its order was made, whatever became of that.
    Used,
    /// As the bank says.
    As(ConsentStatus),
}

impl Place {
    /// Where an order of this bank stands.
    pub(super) fn of(visit: &Visit<'_>, payment: &record::Payment) -> Place {
        let fresh = payment.status == PaymentStatus::AcceptedChecks && payment.updated_at == payment.created_at;
        let shade = visit.bank.ledger.payment_shade(&payment.id, visit.call.now);
        Place { status: payment.status, shade, fresh: fresh && shade.is_none() }
    }
}

impl Consented {
    /// Where a consent stands, with what is kept with it.
    pub(super) fn of(timing: Timing, status: ConsentStatus, paper: &Json) -> Consented {
        match status {
            ConsentStatus::Awaiting if timing == Timing::File && paper.get("File").is_none() => {
                Consented::AwaitingUpload
            }
            ConsentStatus::Rejected => Consented::As(status),
            _ if paper.get("Order").is_some() => Consented::Used,
            _ => Consented::As(status),
        }
    }
}

/// The word for a consent to an order: it is used once and cannot be taken back. The first account holder authorises it;
/// the others authorise the order.
pub(super) fn consent(version: &Version, place: Consented) -> &'static str {
    use ConsentStatus as S;
    version.word(match place {
        Consented::AwaitingUpload => ("AwaitingUpload", "AWUP"),
        Consented::Used | Consented::As(S::Consumed) => ("Consumed", "COND"),
        Consented::As(S::Awaiting | S::Unknown) => ("AwaitingAuthorisation", "AWAU"),
        Consented::As(S::Active | S::PartiallyAuthorised) => ("Authorised", "AUTH"),
        Consented::As(S::Rejected | S::Revoked | S::EndedByClient | S::Expired) => ("Rejected", "RJCT"),
    })
}

/// Why a consent stands there: version 4 says so.
pub(super) fn consent_reasons(version: &Version, place: Consented) -> Option<Json> {
    let of = |code: &str, text: &str| {
        let reason = object! { "StatusReasonCode": code, "StatusReasonDescription": text };
        (version.era == Era::Four).then(|| Json::List(vec![reason]))
    };
    match place {
        Consented::AwaitingUpload => of("U036", "the file has not been uploaded yet"),
        Consented::Used => consent::reasons(version, ConsentStatus::Consumed),
        Consented::As(ConsentStatus::PartiallyAuthorised) => None,
        Consented::As(status) => consent::reasons(version, status),
    }
}

/// The word for an order.
pub(super) fn payment(version: &Version, timing: Timing, place: &Place) -> &'static str {
    match (version.era, timing) {
        (Era::Three, Timing::Now) => immediate_31(place),
        (Era::Three, _) => initiated_31(timing, place.status),
        (Era::Four, Timing::File) => file_40(place.status),
        (Era::Four, Timing::Standing) => standing_40(place),
        (Era::Four, Timing::Later) if place.status == PaymentStatus::Cancelled => "CANC",
        (Era::Four, Timing::Now | Timing::Later) => single_40(place),
    }
}

fn immediate_31(place: &Place) -> &'static str {
    use PaymentStatus as S;
    match (place.status, place.shade) {
        (S::InClearing, Some(PaymentShade::NotPosted | PaymentShade::Blocked)) => "AcceptedWithoutPosting",
        (S::InClearing, _) => "AcceptedSettlementInProcess",
        (S::Debited, _) => "AcceptedSettlementCompleted",
        (S::Credited, _) => "AcceptedCreditSettlementCompleted",
        (S::Rejected | S::Cancelled | S::Returned, _) => "Rejected",
        _ => "Pending",
    }
}

fn initiated_31(timing: Timing, status: PaymentStatus) -> &'static str {
    use PaymentStatus as S;
    match status {
        S::Scheduled if timing == Timing::Standing => "InitiationCompleted",
        S::InClearing | S::Debited | S::Credited => "InitiationCompleted",
        S::Rejected | S::Returned => "InitiationFailed",
        // A file has no word for it.
        S::Cancelled if timing == Timing::File => "InitiationFailed",
        S::Cancelled => "Cancelled",
        _ => "InitiationPending",
    }
}

fn file_40(status: PaymentStatus) -> &'static str {
    use PaymentStatus as S;
    match status {
        S::InClearing | S::Debited | S::Credited => "INCO",
        S::Rejected | S::Returned | S::Cancelled => "INFA",
        _ => "PDNG",
    }
}

fn standing_40(place: &Place) -> &'static str {
    use PaymentStatus as S;
    match place.status {
        S::AwaitingAuthorisation | S::PartiallyAuthorised => "PATC",
        S::PendingReview => "PDNG",
        S::Cancelled => "CANC",
        S::Rejected | S::Returned => "RJCT",
        S::Created | S::Unknown => "RCVD",
        _ => "INCO",
    }
}

fn single_40(place: &Place) -> &'static str {
    use PaymentStatus as S;
    match (place.status, place.shade) {
        _ if place.fresh => "RCVD",
        (S::AcceptedChecks, Some(PaymentShade::FormChecked)) => "ACTC",
        (S::AcceptedChecks, Some(PaymentShade::ProfileChecked)) => "ACCP",
        (S::AcceptedChecks, Some(PaymentShade::Changed)) => "ACWC",
        (S::InClearing, Some(PaymentShade::NotPosted)) => "ACWP",
        (S::InClearing, Some(PaymentShade::Blocked)) => "BLCK",
        (S::Created | S::Scheduled | S::Unknown, _) => "RCVD",
        (S::AwaitingAuthorisation | S::PartiallyAuthorised, _) => "PATC",
        (S::AcceptedChecks, _) => "ACFC",
        (S::PendingReview, _) => "PDNG",
        (S::InClearing, _) => "ACSP",
        (S::Debited, _) => "ACSC",
        (S::Credited, _) => "ACCC",
        (S::Rejected | S::Cancelled | S::Returned, _) => "RJCT",
    }
}

/// The finer word for an order.
pub(super) fn detail(version: &Version, timing: Timing, place: &Place) -> &'static str {
    use PaymentStatus as S;
    if version.era == Era::Four {
        return match (place.status, timing) {
            (S::Cancelled, _) => "CANC",
            (_, Timing::Standing) => standing_40(place),
            _ => single_40(place),
        };
    }
    match (place.status, place.shade) {
        (S::AcceptedChecks, Some(PaymentShade::FormChecked)) => "AcceptedTechnicalValidation",
        (S::AcceptedChecks, Some(PaymentShade::ProfileChecked)) => "AcceptedCustomerProfile",
        (S::AcceptedChecks, Some(PaymentShade::Changed)) => "AcceptedWithChange",
        (S::InClearing, Some(PaymentShade::NotPosted | PaymentShade::Blocked)) => "AcceptedWithoutPosting",
        (S::Scheduled, _) if timing == Timing::Standing => "Accepted",
        (S::Created | S::Scheduled | S::Unknown, _) => "Received",
        (S::AwaitingAuthorisation | S::PartiallyAuthorised, _) => "PartiallyAcceptedTechnicalCorrect",
        (S::AcceptedChecks, _) => "AcceptedFundsChecked",
        (S::PendingReview, _) => "Pending",
        (S::InClearing, _) => "AcceptedSettlementInProcess",
        (S::Debited, _) => "AcceptedSettlementCompleted",
        (S::Credited, _) => "AcceptedCreditSettlementCompleted",
        (S::Cancelled, _) => "Cancelled",
        (S::Rejected | S::Returned, _) => "Rejected",
    }
}

/// `true` if a version writes a reason as this code: 3.1 has words of its own for a few of them, and none for these.
pub(super) fn has_codes(version: &Version, code: &str) -> bool {
    version.era == Era::Four && code.len() <= 4
}

/// Why an order stands where it stands: version 4 says so.
pub(super) fn reasons(version: &Version, payment: &record::Payment) -> Option<Json> {
    let reason = payment.reason.as_ref().filter(|_| version.era == Era::Four)?;
    let code = Some(reason.code.as_str()).filter(|code| has_codes(version, code)).unwrap_or("U042");
    Some(Json::List(vec![object! {
        "StatusReasonCode": code,
        "StatusReasonDescription": reason.text.as_deref(),
    }]))
}
