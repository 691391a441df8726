//! Payments and consents.

use bank_fixtures::record::{ConsentStatus, Instant, PaymentStatus};
use jiff::civil::Date;

use super::{Money, Origin};

/// A payment order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// The bank's id.
    pub provider_id: Option<String>,
    /// Status.
    pub status: PaymentStatus,
    /// Where the money is, if the status tells.
    pub money_moved: MoneyMoved,
    /// Amount.
    pub amount: Option<Money>,
    /// How often, for periodic orders.
    pub frequency: Option<String>,
    /// Day from which a periodic order runs.
    pub start_date: Option<Date>,
    /// Code of the refusal or return.
    pub reason_code: Option<String>,
    /// Earlier statuses, oldest first.
    pub history: Vec<PaymentStatus>,
    /// Where it was read.
    pub origin: Origin,
}

/// Where the money of a payment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MoneyMoved {
    /// It did not move.
    No,
    /// It left the payer.
    Debited,
    /// It reached the payee.
    Credited,
    /// It came back.
    Returned,
    /// Not known.
    Unknown,
}

/// A consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// The bank's id.
    pub provider_id: Option<String>,
    /// Status.
    pub status: ConsentStatus,
    /// Whether it allows more than one access.
    pub recurring: Option<bool>,
    /// Unattended reads a day.
    pub frequency_per_day: Option<u64>,
    /// Instant from which it no longer holds.
    pub expires_at: Option<Instant>,
    /// Where it was read.
    pub origin: Origin,
}

impl Consent {
    /// Whether it is the consent of an earlier record: by the bank's id, else by the text it was read from.
    pub fn is_again(&self, earlier: &Consent) -> bool {
        match (&self.provider_id, &earlier.provider_id) {
            (Some(id), Some(known)) => id == known,
            (None, None) => self.origin.raw == earlier.origin.raw,
            _ => false,
        }
    }
}
