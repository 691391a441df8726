//! The account holder as the authorization server sees one: the only file of `auth` that asks the ledger about people.

use bank_fixtures::record::{Account, Party};

use crate::auth::answering::AuthorizationRequest;
use crate::bank::Ledger;

/// An account holder of the bank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Holder {
    /// What they log in with, and what tokens name them by inside the bank.
    pub(crate) username: String,
    /// The person; its id is the `sub` of tokens.
    pub(crate) party: Party,
}

impl Holder {
    /// The account holder with this name and password.
    pub(crate) fn authenticate(ledger: &Ledger, username: &str, password: &str) -> Option<Holder> {
        let customer = ledger.authenticate(username, password)?;
        Some(Holder { username: username.to_owned(), party: customer.party.clone() })
    }

    /// The first account holder of the bank's data who has an account.
    pub(crate) fn first(ledger: &Ledger) -> Option<Holder> {
        let book = ledger.book();
        let has_account = |username: &str| book.accounts_of(username).next().is_some();
        let customer = book.customers().iter().find(|customer| has_account(&customer.username))?;
        Holder::find(ledger, &customer.username)
    }

    /// The account holder with this name.
    pub(crate) fn find(ledger: &Ledger, username: &str) -> Option<Holder> {
        let customer = ledger.book().customer(username)?;
        Some(Holder { username: username.to_owned(), party: customer.party.clone() })
    }

    /// The account holder whom tokens name by this `sub`.
    pub(crate) fn of_subject(ledger: &Ledger, subject: &str) -> Option<Holder> {
        let customer = ledger.book().customers().iter().find(|customer| customer.party.id == subject)?;
        Some(Holder { username: customer.username.clone(), party: customer.party.clone() })
    }

    /// The accounts the holder can give access to.
    pub(crate) fn accounts(&self, ledger: &Ledger) -> Vec<Account> {
        ledger.accounts_of_user(&self.username).into_iter().cloned().collect()
    }

    /// Somebody else of the bank who holds accounts: who logs in by mistake.
    pub(crate) fn somebody_else(&self, ledger: &Ledger) -> Option<Holder> {
        let others = ledger.book().customers().iter().filter(|customer| customer.username != self.username);
        let other = others.into_iter().find(|customer| !customer.account_ids.is_empty())?;
        Some(Holder { username: other.username.clone(), party: other.party.clone() })
    }

    /// The ids of those accounts an authorization request is about: all of them, unless its consent names some.
    pub(crate) fn offered(&self, ledger: &Ledger, request: &AuthorizationRequest) -> Vec<String> {
        let named = request.consent.as_ref().map_or(&[][..], |consent| &consent.account_ids);
        let asked = |id: &String| named.is_empty() || named.contains(id);
        self.accounts(ledger).into_iter().map(|account| account.id).filter(asked).collect()
    }
}
