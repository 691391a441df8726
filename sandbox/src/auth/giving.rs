//! An account holder's yes, written into the ledger: the consent behind tokens.

use jiff::Timestamp;

use crate::auth::outcome::Outcome;
use crate::auth::scope::ScopeSet;
use crate::bank::{NewConsent, Refusal, Second};
use crate::world::BankInstance;

/// What is given to whom.
#[derive(Debug, Clone)]
pub(crate) struct Giving<'a> {
    /// The client.
    pub(crate) client_id: &'a str,
    /// What it asked for.
    pub(crate) scopes: &'a ScopeSet,
    /// The consent it made before; `None` makes one from the scopes.
    pub(crate) consent_id: Option<&'a str>,
    /// Who gives.
    pub(crate) user: &'a str,
    /// The accounts chosen.
    pub(crate) accounts: Vec<String>,
    /// How it came about.
    pub(crate) outcome: Outcome,
}

impl Giving<'_> {
    /// The id of the consent, agreed to; `None` if the scopes show no bank data.
    ///
    /// # Errors
    /// The ledger refuses.
    pub(crate) fn agree(self, bank: &BankInstance, now: Timestamp) -> Result<Option<String>, Refusal> {
        let scopes = self.scopes.covers();
        let id = match self.consent_id {
            Some(id) => id.to_owned(),
            None if scopes.is_empty() => return Ok(None),
            None => {
                let client_id = self.client_id.to_owned();
                let asked = NewConsent { client_id, scopes, account_ids: None, expires_at: None };
                bank.ledger.create_consent(asked, now).id
            }
        };
        if self.outcome == Outcome::SecondApprover {
            bank.ledger.approve_consent_with(&id, self.user, self.accounts, Second::Needed, now)?;
        } else {
            bank.ledger.approve_consent(&id, self.user, self.accounts, now)?;
        }
        Ok(Some(id))
    }
}
