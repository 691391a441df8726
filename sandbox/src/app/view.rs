//! What a bank can tell a scenario about a call.

use std::fmt;

use bank_fixtures::record::{AccountKind, ConsentStatus, PaymentStatus};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::exchange::Access;
use crate::scenario::BankView;
use crate::world::BankInstance;

/// A bank at the time of a call, as whoever calls may see it.
pub(super) struct View<'a> {
    pub(super) bank: &'a BankInstance,
    pub(super) access: Option<&'a Access>,
    pub(super) now: Timestamp,
}

impl BankView for View<'_> {
    fn zone(&self) -> &TimeZone {
        &self.bank.profile.zone
    }

    fn payment_status(&self, payment: &str) -> Option<PaymentStatus> {
        let consent = self.access?.consent_id.as_deref()?;
        let granted = self.bank.ledger.granted(consent, self.now).ok()?;
        granted.payment(payment).ok().map(|payment| payment.status)
    }

    fn consent_status(&self, consent: &str) -> Option<ConsentStatus> {
        self.bank.ledger.consent(consent, self.now).map(|view| view.consent.status)
    }

    fn account_kind(&self, account: &str) -> Option<AccountKind> {
        self.bank.ledger.book().account(account).map(|account| account.kind)
    }
}

impl fmt::Debug for View<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("View").field("bank", self.bank).finish_non_exhaustive()
    }
}
