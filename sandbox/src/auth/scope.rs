//! Scopes: the words a client asks with and the sentences an account holder reads.

use std::fmt;

use bank_fixtures::record::ConsentScope;

use crate::bank::scope_named;

/// A scope the bank offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OfferedScope {
    /// The word in requests and tokens.
    pub(crate) name: &'static str,
    /// The sentence on the consent page; `None` for a scope that shows no bank data.
    pub(crate) sentence: Option<&'static str>,
    /// What the names of the dialects begin with that have it; `None` for all.
    dialects: Option<&'static str>,
}

/// Every scope, in the order the metadata and the consent page list them.
pub(crate) const OFFERED: &[OfferedScope] = &[
    OfferedScope { name: "openid", sentence: None, dialects: None },
    OfferedScope { name: "offline_access", sentence: None, dialects: None },
    OfferedScope { name: "customers", sentence: Some("See your name and contact details"), dialects: None },
    OfferedScope { name: "accounts", sentence: Some("See the accounts you choose and their details"), dialects: None },
    OfferedScope { name: "balances", sentence: Some("See the balances of these accounts"), dialects: None },
    OfferedScope { name: "transactions", sentence: Some("See the transactions of these accounts"), dialects: None },
    OfferedScope { name: "payments", sentence: Some("Make payments from these accounts"), dialects: None },
    OfferedScope {
        name: "fundsconfirmations",
        sentence: Some("Say whether an account holds an amount"),
        dialects: Some("uk-open-banking"),
    },
];

/// The scopes of a bank that speaks this dialect.
pub(crate) fn offered_at(dialect: &str) -> impl Iterator<Item = &'static OfferedScope> {
    OFFERED.iter().filter(move |scope| scope.dialects.is_none_or(|names| dialect.starts_with(names)))
}

/// A set of offered scopes, in the order they were asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScopeSet(Vec<String>);

/// A `scope` parameter that asks for nothing the bank offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("scope must be a space separated list of {}", names(OFFERED))]
pub(crate) struct UnknownScope;

impl ScopeSet {
    /// Reads the `scope` parameter (RFC 6749 3.3).
    pub(crate) fn parse(text: &str) -> Result<ScopeSet, UnknownScope> {
        ScopeSet::from_words(text.split(' ').filter(|word| !word.is_empty()))
    }

    /// The set of these words.
    pub(crate) fn from_words<S: AsRef<str>>(words: impl IntoIterator<Item = S>) -> Result<ScopeSet, UnknownScope> {
        let mut set = Vec::new();
        for word in words {
            let offered = OFFERED.iter().find(|scope| scope.name == word.as_ref()).ok_or(UnknownScope)?;
            if !set.iter().any(|known| known == offered.name) {
                set.push(offered.name.to_owned());
            }
        }
        Ok(ScopeSet(set))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn contains(&self, scope: &str) -> bool {
        self.0.iter().any(|known| known == scope)
    }

    /// `true` if a bank that speaks this dialect offers all of them.
    pub(crate) fn is_offered_at(&self, dialect: &str) -> bool {
        self.0.iter().all(|word| offered_at(dialect).any(|scope| scope.name == word))
    }

    pub(crate) fn is_subset_of(&self, other: &ScopeSet) -> bool {
        self.0.iter().all(|scope| other.contains(scope))
    }

    pub(crate) fn words(&self) -> &[String] {
        &self.0
    }

    /// The bank data the scopes cover: what a consent is about.
    pub(crate) fn covers(&self) -> Vec<ConsentScope> {
        self.0.iter().filter_map(|scope| scope_named(scope)).collect()
    }

    /// `true` if the account holder has to choose accounts.
    pub(crate) fn needs_accounts(&self) -> bool {
        self.covers().iter().any(|scope| *scope != ConsentScope::Owner)
    }

    /// What the consent page says, in the order of [`OFFERED`].
    pub(crate) fn sentences(&self) -> Vec<&'static str> {
        let asked = OFFERED.iter().filter(|scope| self.contains(scope.name));
        asked.filter_map(|scope| scope.sentence).collect()
    }
}

impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

fn names(scopes: &[OfferedScope]) -> String {
    let everywhere = scopes.iter().filter(|scope| scope.dialects.is_none());
    everywhere.map(|scope| scope.name).collect::<Vec<_>>().join(", ")
}
