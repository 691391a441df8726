//! Permissions of an account-access consent: what each opens, and which of them belong together.

use bank_fixtures::record::ConsentScope;

use super::error::{Code, Mistake};

macro_rules! permissions {
    ($($name:ident)*) => {
        /// A permission, named as the standard names it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) enum Permission { $($name,)* }

        impl Permission {
            /// Every permission.
            #[cfg(test)]
            pub(super) const ALL: &'static [Permission] = &[$(Permission::$name,)*];
            /// Their names.
            pub(super) const NAMES: &'static [&'static str] = &[$(stringify!($name),)*];

            /// The permission of a name.
            pub(super) fn named(name: &str) -> Option<Permission> {
                match name { $(stringify!($name) => Some(Permission::$name),)* _ => None }
            }
        }
    };
}

permissions! {
    ReadAccountsBasic
    ReadAccountsDetail
    ReadBalances
    ReadBeneficiariesBasic
    ReadBeneficiariesDetail
    ReadDirectDebits
    ReadOffers
    ReadPAN
    ReadParty
    ReadPartyPSU
    ReadProducts
    ReadScheduledPaymentsBasic
    ReadScheduledPaymentsDetail
    ReadStandingOrdersBasic
    ReadStandingOrdersDetail
    ReadStatementsBasic
    ReadStatementsDetail
    ReadTransactionsBasic
    ReadTransactionsCredits
    ReadTransactionsDebits
    ReadTransactionsDetail
}

/// A set of permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Permissions(u32);

impl Permissions {
    pub(super) fn has(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u32) != 0
    }

    /// One of these is enough: of two depths of the same data, either.
    pub(super) fn any(self, permissions: &[Permission]) -> bool {
        permissions.iter().any(|permission| self.has(*permission))
    }

    /// What is wrong with asking for these together.
    pub(super) fn mistake(self) -> Option<Mistake> {
        use Permission as P;
        let wrong = |message: &str| Some(Mistake::new(Code::Invalid, PATH, message));
        let depth = self.any(&[P::ReadTransactionsBasic, P::ReadTransactionsDetail]);
        let direction = self.any(&[P::ReadTransactionsCredits, P::ReadTransactionsDebits]);
        if !self.any(&[P::ReadAccountsBasic, P::ReadAccountsDetail]) {
            return wrong("ask for ReadAccountsBasic or ReadAccountsDetail too: nothing else can be read without");
        }
        if depth && !direction {
            return wrong("ask for ReadTransactionsCredits or ReadTransactionsDebits too: say which transactions");
        }
        if direction && !depth {
            return wrong("ask for ReadTransactionsBasic or ReadTransactionsDetail too: say how much of them");
        }
        None
    }

    /// What the consent covers, in neutral words.
    pub(super) fn scopes(self) -> Vec<ConsentScope> {
        use Permission as P;
        let rows: [(ConsentScope, &[Permission]); 4] = [
            (ConsentScope::Accounts, &[P::ReadAccountsBasic, P::ReadAccountsDetail]),
            (ConsentScope::Balances, &[P::ReadBalances]),
            (ConsentScope::Transactions, &[P::ReadTransactionsBasic, P::ReadTransactionsDetail]),
            (ConsentScope::Owner, &[P::ReadParty, P::ReadPartyPSU]),
        ];
        rows.iter().filter(|(_, any)| self.any(any)).map(|(scope, _)| *scope).collect()
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Permissions {
        Permissions(permissions.into_iter().fold(0, |set, permission| set | 1 << permission as u32))
    }
}

/// Where they stand.
pub(super) const PATH: &str = "Data.Permissions";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The combination rules, said the other way round.
        #[test]
        fn a_set_is_taken_if_accounts_can_be_read_and_transactions_are_whole(
            chosen in prop::sample::subsequence(Permission::ALL, 0..=Permission::ALL.len()),
        ) {
            let set: Permissions = chosen.iter().copied().collect();
            let has = |word: &str| chosen.iter().any(|permission| format!("{permission:?}").contains(word));
            let transactions = has("TransactionsBasic") || has("TransactionsDetail");
            let directions = has("TransactionsCredits") || has("TransactionsDebits");
            prop_assert_eq!(set.mistake().is_none(), has("ReadAccounts") && transactions == directions);
            prop_assert!(Permission::ALL.iter().all(|permission| set.has(*permission) == chosen.contains(permission)));
        }
    }

    #[test]
    fn every_permission_is_known_by_its_name() {
        assert_eq!(Permission::ALL.len(), 21);
        for (permission, name) in Permission::ALL.iter().zip(Permission::NAMES) {
            assert_eq!(Permission::named(name), Some(*permission));
        }
    }
}
