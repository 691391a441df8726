//! Orders that one account holder has agreed to and another has not yet.
//!
//! Owns what becomes of them once it is decided, or too late. Who may decide is the consent's business.

use bank_fixtures::record::{PaymentReason, PaymentStatus};
use jiff::Timestamp;

use super::desk::Desk;

impl Desk<'_> {
    /// Everybody has agreed to a consent: the orders that waited for it start. `true` if there was one.
    pub(super) fn agreed(&mut self, consent_id: &str, now: Timestamp) -> bool {
        let now = self.catch_up(now);
        let waiting = self.state.orders.waiting_for(consent_id);
        for order in &waiting {
            self.state.orders.unplan(*order);
            self.begin(*order, now);
        }
        self.settle(now);
        !waiting.is_empty()
    }

    /// Nobody will agree to a consent any more: the orders that waited for it are refused.
    pub(super) fn disagreed(&mut self, consent_id: &str, now: Timestamp) {
        let now = self.catch_up(now);
        for order in self.state.orders.waiting_for(consent_id) {
            self.refuse(order, now, "CUST", "another account holder did not agree");
        }
    }

    /// It is too late to agree to an order.
    pub(super) fn give_up(&mut self, order: usize, at: Timestamp) {
        if self.state.orders.order(order).payment.status == PaymentStatus::PartiallyAuthorised {
            self.refuse(order, at, "MS02", "another account holder did not agree in time");
        }
    }

    fn refuse(&mut self, order: usize, at: Timestamp, code: &str, text: &str) {
        self.state.orders.unplan(order);
        let reason = PaymentReason { code: code.to_owned(), text: Some(text.to_owned()) };
        self.set(order, PaymentStatus::Rejected, at, Some(reason));
    }
}
