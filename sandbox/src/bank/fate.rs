//! What a scenario has decided about an order that the bank has not taken yet.
//!
//! Owns the decision from the moment a call is decided upon until it is over. What a fate means for money is the desk's.

use bank_fixtures::record::{PaymentReason, PaymentShade, PaymentStatus};

use super::Ledger;
use crate::fault::PaymentEnd;

/// What becomes of an order against the bank's own timetable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fate {
    /// Where it is from now on.
    pub status: PaymentStatus,
    /// The finer place, if there is one.
    pub shade: Option<PaymentShade>,
    /// Why.
    pub reason: Option<PaymentReason>,
}

/// Fates of orders to come.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fates {
    waiting: Vec<(u64, Whose, Fate)>,
    made: u64,
}

/// By the client and the key under which it will order; without a key it is the client's next order.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Whose {
    client_id: String,
    key: Option<String>,
}

/// A fate that waits for its order. Forgotten when dropped, whether or not there was one.
pub(crate) struct Fated<'l> {
    ledger: &'l Ledger,
    number: u64,
}

impl From<&PaymentEnd> for Fate {
    fn from(end: &PaymentEnd) -> Fate {
        Fate { status: end.status, shade: end.shade, reason: end.reason.clone() }
    }
}

impl Fate {
    /// A status without a reason.
    pub fn of(status: PaymentStatus) -> Fate {
        Fate { status, shade: None, reason: None }
    }

    /// `true` if the bank does nothing for the order but refuse it.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(self.status, PaymentStatus::Rejected | PaymentStatus::Cancelled)
    }
}

impl Fates {
    fn add(&mut self, whose: Whose, fate: Fate) -> u64 {
        self.made += 1;
        self.waiting.push((self.made, whose, fate));
        self.made
    }

    /// The fate of an order that is being taken.
    pub(crate) fn take(&mut self, client_id: &str, key: &str) -> Option<Fate> {
        let own = |(_, whose, _): &(u64, Whose, Fate)| {
            whose.client_id == client_id && whose.key.as_deref().is_none_or(|own| own == key)
        };
        let place = self.waiting.iter().position(own)?;
        Some(self.waiting.remove(place).2)
    }
}

impl Ledger {
    /// Decides what becomes of the next order of a client, under this key if it has one.
    pub(crate) fn destine(&self, client_id: &str, key: Option<String>, fate: Fate) -> Fated<'_> {
        let whose = Whose { client_id: client_id.to_owned(), key };
        let number = self.desk(|desk| desk.state.fates.add(whose, fate));
        Fated { ledger: self, number }
    }
}

impl Drop for Fated<'_> {
    fn drop(&mut self) {
        self.ledger.desk(|desk| desk.state.fates.waiting.retain(|(number, ..)| *number != self.number));
    }
}
