//! What becomes of a consent because a scenario, or the control API, says so.
//!
//! Owns the way from the word to the ledger; what the ledger refuses stays refused.

use jiff::Timestamp;

use super::BankInstance;
use crate::bank::{EndedBy, Refusal};
use crate::fault::ConsentEnd;

impl BankInstance {
    /// Makes of a consent what the word says.
    ///
    /// # Errors
    /// The consent is unknown, or is not where this could happen to it.
    pub(crate) fn turn_consent(&self, id: &str, end: ConsentEnd, now: Timestamp) -> Result<(), Refusal> {
        let ledger = &self.ledger;
        match end {
            ConsentEnd::Revoked => ledger.revoke_consent(id, EndedBy::Holder, now),
            ConsentEnd::RevokedByBank => ledger.revoke_consent(id, EndedBy::Bank, now),
            ConsentEnd::Consumed => ledger.revoke_consent(id, EndedBy::Use, now),
            ConsentEnd::Expired => ledger.expire_consent(id, now),
            ConsentEnd::Rejected => ledger.reject_consent(id, &self.second_of(id, now), now),
            ConsentEnd::Authorised => ledger.approve_consent_too(id, &self.second_of(id, now), now).map(|_| ()),
        }
    }

    /// User name of somebody who could decide about a consent after its first account holder.
    pub(crate) fn second_of(&self, id: &str, now: Timestamp) -> String {
        let view = self.ledger.consent(id, now);
        let (first, accounts) = view.map_or_else(Default::default, |view| (view.user, view.consent.account_ids));
        let others = || {
            let customers = self.ledger.book().customers().iter().map(|customer| customer.username.as_str());
            customers.filter(|name| Some(*name) != first.as_deref())
        };
        let holds =
            |name: &&str| self.ledger.accounts_of_user(name).iter().any(|account| accounts.contains(&account.id));
        others().find(holds).or_else(|| others().next()).unwrap_or_default().to_owned()
    }
}
