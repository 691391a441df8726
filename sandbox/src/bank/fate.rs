//! What a scenario has decided about an order that the bank has not taken yet.
//!
//! Owns the decision from the moment a call is decided upon until it is over. What a fate means for money is the desk's.

use bank_fixtures::record::{PaymentReason, PaymentStatus};

use super::Ledger;

/// What becomes of an order as soon as it is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fate {
    pub(crate) status: PaymentStatus,
    pub(crate) reason: Option<PaymentReason>,
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

impl Fate {
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
    pub(crate) fn destine(
        &self,
        client_id: &str,
        key: Option<String>,
        status: PaymentStatus,
        reason: Option<PaymentReason>,
    ) -> Fated<'_> {
        let whose = Whose { client_id: client_id.to_owned(), key };
        let number = self.desk(|desk| desk.state.fates.add(whose, Fate { status, reason }));
        Fated { ledger: self, number }
    }
}

impl Drop for Fated<'_> {
    fn drop(&mut self) {
        self.ledger.desk(|desk| desk.state.fates.waiting.retain(|(number, ..)| *number != self.number));
    }
}
