//! What becomes of an order against the bank's own timetable: refused after it was accepted, returned after it was booked.
//!
//! Owns that the ledger stays right whatever is ordered and when: money set aside is given free, booked legs are reversed
//! by entries of their own, and an order that has come to its end stays there.

use bank_fixtures::record::{Link, Nature, PaymentStatus, Relation, Transaction, TransactionKind};
use jiff::Timestamp;

use super::desk::Desk;
use super::fate::Fate;
use super::{News, Refusal};

impl Desk<'_> {
    /// Makes a status of an order so now. An order that was refused, cancelled or returned before stays as it is.
    pub(crate) fn overrule(&mut self, payment_id: &str, fate: Fate, now: Timestamp) -> Result<(), Refusal> {
        let now = self.catch_up(now);
        let order = self.state.orders.known(payment_id)?;
        self.move_to(order, fate, now);
        Ok(())
    }

    /// Moves an order to where it can still go; elsewhere it stays as it is. What is not an end is for ever.
    fn move_to(&mut self, order: usize, fate: Fate, now: Timestamp) {
        let Fate { status: to, shade, reason } = fate;
        let status = self.state.orders.order(order).payment.status;
        let booked = matches!(status, PaymentStatus::Debited | PaymentStatus::Credited);
        let under_way =
            matches!(status, PaymentStatus::AcceptedChecks | PaymentStatus::PendingReview | PaymentStatus::InClearing);
        let waits =
            matches!(status, PaymentStatus::Scheduled | PaymentStatus::Created | PaymentStatus::PartiallyAuthorised);
        match to {
            _ if status == to && self.state.orders.order(order).shade == shade && shade.is_none() => {}
            PaymentStatus::PendingReview if under_way || waits => {
                self.state.orders.unplan(order);
                self.set(order, to, now, reason);
            }
            PaymentStatus::AcceptedChecks | PaymentStatus::InClearing if under_way => {
                self.state.orders.unplan(order);
                self.set(order, to, now, reason);
                self.state.orders.order_mut(order).shade = shade;
            }
            PaymentStatus::Debited if under_way => {
                self.state.orders.unplan(order);
                self.book_order(order, now);
                self.state.orders.unplan(order);
            }
            PaymentStatus::Credited if under_way || status == PaymentStatus::Debited => {
                self.state.orders.unplan(order);
                if under_way {
                    self.book_order(order, now);
                    self.state.orders.unplan(order);
                }
                self.set(order, to, now, reason);
            }
            PaymentStatus::Rejected | PaymentStatus::Cancelled | PaymentStatus::Returned
                if booked || under_way || waits =>
            {
                self.state.orders.unplan(order);
                self.release(order, now);
                if booked {
                    self.reverse(order, now);
                }
                self.set(order, to, now, reason);
            }
            _ => {}
        }
    }

    /// Lets an order that was just taken meet its fate.
    pub(super) fn befall(&mut self, order: usize, fate: Fate, now: Timestamp) {
        if fate.is_refusal() {
            return self.set(order, fate.status, now, fate.reason);
        }
        let status = self.state.orders.order(order).payment.status;
        let accepted = status == PaymentStatus::AcceptedChecks;
        let waits = matches!(status, PaymentStatus::Scheduled | PaymentStatus::PartiallyAuthorised);
        if waits && fate.status != PaymentStatus::PendingReview {
            // Its day is still to come: then is the time for it.
            self.state.orders.order_mut(order).fate = Some(fate);
            return;
        }
        if accepted && fate.status == PaymentStatus::Returned {
            // What comes back was booked first.
            self.state.orders.unplan(order);
            self.book_order(order, now);
        }
        self.move_to(order, fate, now);
    }

    /// Undoes both legs with entries that name what they undo.
    fn reverse(&mut self, order: usize, at: Timestamp) {
        let legs = [Some(self.debit(order, at)), self.credit(order, at)];
        for leg in legs.into_iter().flatten() {
            let original = leg.id.clone().unwrap_or_default();
            let amount = leg.amount.negated();
            let minor = amount.minor().expect("checked when the order was taken");
            let kind = if minor < 0 { TransactionKind::CreditTransferOut } else { TransactionKind::CreditTransferIn };
            let mut entry = Transaction {
                id: Some(format!("txn_{}", self.seed.of("reversal").of(&original).hex(10))),
                kind: Some(kind),
                nature: Nature::Reversal,
                amount,
                links: vec![Link { relation: Relation::Reverses, transaction_id: original }],
                ..leg
            };
            self.booked(&mut entry, at);
            self.tell_booked(order, &entry, at);
            self.state.activity.book(entry, minor, at);
        }
    }

    /// Tells that a leg of an order was booked.
    pub(super) fn tell_booked(&self, order: usize, entry: &Transaction, at: Timestamp) {
        let order = self.state.orders.order(order);
        let own = entry.account_id == order.asked.debtor_account_id;
        let subject = super::Subject {
            client_id: own.then(|| order.client_id.clone()),
            user: own.then(|| order.user.clone()),
            account_id: Some(entry.account_id.clone()),
            transaction_id: entry.id.clone(),
            ..super::Subject::default()
        };
        self.news().tell(at, super::BankEvent::TransactionBooked, subject);
    }

    pub(super) fn news(&self) -> parking_lot::MutexGuard<'_, News> {
        self.news.lock()
    }
}
