//! Why a bank says no, in its own words.
//!
//! Owns the sentences. The kinds of problem a dialect renders are `exchange`'s; this module knows the way there and no
//! HTTP.

use bank_fixtures::record::ConsentStatus;

use crate::exchange::{Problem, ProblemKind};

/// Why the bank did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No consent has this id.
    #[error("there is no consent `{0}`")]
    UnknownConsent(String),
    /// The consent was decided, or has ended, before.
    #[error("consent `{consent}` is not waiting for a decision: it is {status:?}")]
    ConsentDecided {
        /// Its id.
        consent: String,
        /// What it is instead.
        status: ConsentStatus,
    },
    /// The account holder may narrow what a client asked for, never widen it.
    #[error("the client did not ask for account `{account}`")]
    AccountNotAskedFor {
        /// Id of the account.
        account: String,
    },
    /// No account of this account holder has this id.
    #[error("there is no account `{0}` here")]
    UnknownAccount(String),
    /// A consent that shows accounts must name at least one.
    #[error("a consent needs at least one account")]
    NoAccounts,
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        let kind = match refusal {
            Refusal::UnknownConsent(_) => ProblemKind::ConsentNotFound,
            Refusal::ConsentDecided { .. } => ProblemKind::ConsentRevoked,
            Refusal::AccountNotAskedFor { .. } | Refusal::UnknownAccount(_) => ProblemKind::AccountNotFound,
            Refusal::NoAccounts => ProblemKind::InvalidParameter,
        };
        Problem::new(kind, refusal.to_string())
    }
}
