//! The kinds of payment: what each is called, where it is, and what its bodies look like in each version.
//!
//! Owns the tables. What happens with an order is `payment`'s business.

use super::initiation;
use super::parts::{AUTHORISATION, AUTHORISATION_40, RISK_31, RISK_40, SCA};
use super::shape::Need::{May, Must};
use super::shape::Shape::{Object, Text, Word};
use super::shape::{Field, Shape};
use super::version::{Era, Version};

/// A kind of payment.
#[derive(Debug)]
pub(super) struct Family {
    /// Name of its consents' kind.
    pub kind: &'static str,
    /// Where its consents are.
    pub consents: &'static str,
    /// Where its payments are.
    pub payments: &'static str,
    /// The member that carries a payment's id.
    pub id: &'static str,
    /// When it is carried out.
    pub timing: Timing,
    /// Where the money goes.
    pub reach: Reach,
    /// `Data.Initiation` of 3.1 and of 4.
    pub initiation: (Shape, Shape),
    consent: (Shape, Shape),
    payment: (Shape, Shape),
}

/// When an order is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Timing {
    /// At once.
    Now,
    /// On a day to come.
    Later,
    /// Again and again.
    Standing,
    /// As the file says, many at once.
    File,
}

/// Where the money goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// In pounds, at home.
    Domestic,
    /// Abroad, or in another currency.
    International,
}

impl Family {
    /// The body that asks for a consent.
    pub(super) fn consent_body(&self, version: &Version) -> &Shape {
        of(&self.consent, version)
    }

    /// The body that orders the payment.
    pub(super) fn payment_body(&self, version: &Version) -> &Shape {
        of(&self.payment, version)
    }
}

/// The one of this version.
pub(super) fn of<'a, T>(pair: &'a (T, T), version: &Version) -> &'a T {
    match version.era {
        Era::Three => &pair.0,
        Era::Four => &pair.1,
    }
}

pub(super) const CONSENT_ID: Field = Field("ConsentId", Must, Text(128));
const PERMISSION: Field = Field("Permission", Must, Word(&["Create"]));
pub(super) const READ_REFUND: Field = Field("ReadRefundAccount", May, Word(&["No", "Yes"]));

/// A body of `Data` with these members, and `Risk`.
macro_rules! body {
    ($risk:expr; $($field:expr),*) => {
        Object(&[Field("Data", Must, Object(&[$($field),*])), Field("Risk", Must, $risk)])
    };
}

/// The two bodies of a kind, in both versions: `$more` are the consent's members besides the usual.
macro_rules! bodies {
    ($initiation:expr, $authorisation_40:expr; $($more:expr),*) => {
        (
            (
                body!(RISK_31; $($more,)* READ_REFUND, Field("Initiation", Must, $initiation.0), AUTHORISATION, SCA),
                body!(RISK_40; $($more,)* READ_REFUND, Field("Initiation", Must, $initiation.1), $authorisation_40, SCA),
            ),
            (
                body!(RISK_31; CONSENT_ID, Field("Initiation", Must, $initiation.0)),
                body!(RISK_40; CONSENT_ID, Field("Initiation", Must, $initiation.1)),
            ),
        )
    };
}

const DOMESTIC_BODIES: ((Shape, Shape), (Shape, Shape)) = bodies!(initiation::DOMESTIC, AUTHORISATION_40;);
const SCHEDULED_BODIES: ((Shape, Shape), (Shape, Shape)) = bodies!(initiation::SCHEDULED, AUTHORISATION_40; PERMISSION);
const STANDING_BODIES: ((Shape, Shape), (Shape, Shape)) = bodies!(initiation::STANDING, AUTHORISATION_40; PERMISSION);
const INTERNATIONAL_BODIES: ((Shape, Shape), (Shape, Shape)) = bodies!(initiation::INTERNATIONAL, AUTHORISATION;);
const INTERNATIONAL_SCHEDULED_BODIES: ((Shape, Shape), (Shape, Shape)) =
    bodies!(initiation::INTERNATIONAL_SCHEDULED, AUTHORISATION; PERMISSION);
const INTERNATIONAL_STANDING_BODIES: ((Shape, Shape), (Shape, Shape)) =
    bodies!(initiation::INTERNATIONAL_STANDING, AUTHORISATION; PERMISSION);

/// A single payment in pounds, at once.
pub(super) static DOMESTIC: Family = Family {
    kind: "domestic-payment",
    consents: "domestic-payment-consents",
    payments: "domestic-payments",
    id: "DomesticPaymentId",
    timing: Timing::Now,
    reach: Reach::Domestic,
    initiation: initiation::DOMESTIC,
    consent: DOMESTIC_BODIES.0,
    payment: DOMESTIC_BODIES.1,
};

/// A single payment in pounds, on a day to come.
pub(super) static SCHEDULED: Family = Family {
    kind: "domestic-scheduled-payment",
    consents: "domestic-scheduled-payment-consents",
    payments: "domestic-scheduled-payments",
    id: "DomesticScheduledPaymentId",
    timing: Timing::Later,
    reach: Reach::Domestic,
    initiation: initiation::SCHEDULED,
    consent: SCHEDULED_BODIES.0,
    payment: SCHEDULED_BODIES.1,
};

/// A standing order in pounds.
pub(super) static STANDING: Family = Family {
    kind: "domestic-standing-order",
    consents: "domestic-standing-order-consents",
    payments: "domestic-standing-orders",
    id: "DomesticStandingOrderId",
    timing: Timing::Standing,
    reach: Reach::Domestic,
    initiation: initiation::STANDING,
    consent: STANDING_BODIES.0,
    payment: STANDING_BODIES.1,
};

/// A single payment abroad, at once.
pub(super) static INTERNATIONAL: Family = Family {
    kind: "international-payment",
    consents: "international-payment-consents",
    payments: "international-payments",
    id: "InternationalPaymentId",
    timing: Timing::Now,
    reach: Reach::International,
    initiation: initiation::INTERNATIONAL,
    consent: INTERNATIONAL_BODIES.0,
    payment: INTERNATIONAL_BODIES.1,
};

/// A single payment abroad, on a day to come.
pub(super) static INTERNATIONAL_SCHEDULED: Family = Family {
    kind: "international-scheduled-payment",
    consents: "international-scheduled-payment-consents",
    payments: "international-scheduled-payments",
    id: "InternationalScheduledPaymentId",
    timing: Timing::Later,
    reach: Reach::International,
    initiation: initiation::INTERNATIONAL_SCHEDULED,
    consent: INTERNATIONAL_SCHEDULED_BODIES.0,
    payment: INTERNATIONAL_SCHEDULED_BODIES.1,
};

/// A standing order abroad.
pub(super) static INTERNATIONAL_STANDING: Family = Family {
    kind: "international-standing-order",
    consents: "international-standing-order-consents",
    payments: "international-standing-orders",
    id: "InternationalStandingOrderId",
    timing: Timing::Standing,
    reach: Reach::International,
    initiation: initiation::INTERNATIONAL_STANDING,
    consent: INTERNATIONAL_STANDING_BODIES.0,
    payment: INTERNATIONAL_STANDING_BODIES.1,
};

/// A file of payments. It has no `Risk`, and its consent no account for refunds.
pub(super) static FILE: Family = Family {
    kind: "file-payment",
    consents: "file-payment-consents",
    payments: "file-payments",
    id: "FilePaymentId",
    timing: Timing::File,
    reach: Reach::Domestic,
    initiation: initiation::FILE,
    consent: (
        Object(&[Field("Data", Must, Object(&[Field("Initiation", Must, initiation::FILE.0), AUTHORISATION, SCA]))]),
        Object(&[Field("Data", Must, Object(&[Field("Initiation", Must, initiation::FILE.1), AUTHORISATION, SCA]))]),
    ),
    payment: (
        Object(&[Field("Data", Must, Object(&[CONSENT_ID, Field("Initiation", Must, initiation::FILE.0)]))]),
        Object(&[Field("Data", Must, Object(&[CONSENT_ID, Field("Initiation", Must, initiation::FILE.1)]))]),
    ),
};
