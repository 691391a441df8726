//! Why a bank says no, in its own words.
//!
//! Owns the sentences. The kinds of problem a dialect renders are `exchange`'s; this module knows the way there and no
//! HTTP.

use bank_fixtures::currency::Currency;
use bank_fixtures::money::Amount;
use bank_fixtures::record::{ConsentStatus, PaymentStatus};
use jiff::civil::Date;

use crate::exchange::{Problem, ProblemKind};

/// Why the bank did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No consent has this id.
    #[error("there is no consent `{0}`")]
    UnknownConsent(String),
    /// The consent was decided, or has ended, before.
    #[error("consent `{consent}` is not waiting for a decision: it is {}", consent_word(*status))]
    ConsentDecided {
        /// Its id.
        consent: String,
        /// What it is instead.
        status: ConsentStatus,
    },
    /// The client has not handed in all that belongs to the consent.
    #[error("consent `{0}` is not complete: its client has still to hand in what is to be decided about")]
    ConsentIncomplete(String),
    /// A second account holder has to agree, not the first once more.
    #[error("`{user}` has agreed already: another account holder has to")]
    AgreedBefore {
        /// Who.
        user: String,
    },
    /// The consent does not hold.
    #[error("consent `{consent}` is not in force: it is {}", consent_word(*status))]
    ConsentNotInForce {
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
    /// A consent that shows accounts must name at least one.
    #[error("a consent needs at least one account")]
    NoAccounts,
    /// No customer has this id under this consent.
    #[error("there is no customer `{0}` here")]
    UnknownCustomer(String),
    /// No account has this id, of this account holder or under this consent.
    #[error("there is no account `{0}` here")]
    UnknownAccount(String),
    /// The account has no statement of this id, or none yet.
    #[error("there is no statement `{0}` of this account")]
    UnknownStatement(String),
    /// The account to debit is closed.
    #[error("account `{0}` is closed")]
    AccountClosed(String),
    /// The account to debit is blocked.
    #[error("account `{0}` is blocked for the moment")]
    AccountBlocked(String),
    /// The account to debit is a card or a loan.
    #[error("account `{0}` is not one that payments can be made from")]
    NoPaymentAccount(String),
    /// The amount is in a currency other than the account's.
    #[error("account `{account}` is held in {currency}")]
    OtherCurrency {
        /// Id of the account.
        account: String,
        /// Its currency.
        currency: Currency,
    },
    /// The amount cannot be paid.
    #[error("the amount cannot be paid: {0}")]
    Amount(String),
    /// The day of execution is over or too far away.
    #[error("{day} is not a day this bank can execute a payment on: from {today} to a year later")]
    ExecutionDay {
        /// The day asked for.
        day: Date,
        /// The bank's today.
        today: Date,
    },
    /// The account does not hold the amount.
    #[error("the account does not hold {amount:?}")]
    InsufficientFunds {
        /// The amount.
        amount: Amount,
    },
    /// The creditor's account cannot be credited.
    #[error("`{account}` cannot be credited: {why}")]
    Creditor {
        /// The account as the order names it.
        account: String,
        /// Why.
        why: &'static str,
    },
    /// The idempotency key came before with another order.
    #[error("the idempotency key was used for another order")]
    KeyReused,
    /// No payment of this client has this id.
    #[error("there is no payment `{0}` of this client")]
    UnknownPayment(String),
    /// The order is past the point where it can be cancelled.
    #[error("payment `{payment}` can no longer be cancelled: it is {}", payment_word(*status))]
    NotCancellable {
        /// Its id.
        payment: String,
        /// Where it is.
        status: PaymentStatus,
    },
}

impl Refusal {
    /// The neutral kind of problem this is to a client.
    pub fn kind(&self) -> ProblemKind {
        match self {
            Refusal::UnknownConsent(_) => ProblemKind::ConsentNotFound,
            Refusal::ConsentDecided { status, .. } | Refusal::ConsentNotInForce { status, .. } => match status {
                ConsentStatus::Expired => ProblemKind::ConsentExpired,
                ConsentStatus::PartiallyAuthorised => ProblemKind::ScaRequired,
                _ => ProblemKind::ConsentRevoked,
            },
            Refusal::AgreedBefore { .. } | Refusal::ConsentIncomplete(_) => ProblemKind::InvalidParameter,
            Refusal::AccountNotAskedFor { .. } | Refusal::UnknownAccount(_) | Refusal::UnknownStatement(_) => {
                ProblemKind::AccountNotFound
            }
            Refusal::NoAccounts | Refusal::Amount(_) | Refusal::ExecutionDay { .. } => ProblemKind::InvalidParameter,
            Refusal::UnknownCustomer(_) => ProblemKind::CustomerNotFound,
            Refusal::AccountClosed(_) | Refusal::NoPaymentAccount(_) | Refusal::OtherCurrency { .. } => {
                ProblemKind::PaymentRejected
            }
            Refusal::AccountBlocked(_) => ProblemKind::AccountUnavailable,
            Refusal::InsufficientFunds { .. } => ProblemKind::InsufficientFunds,
            Refusal::Creditor { .. } => ProblemKind::CreditorRejected,
            Refusal::KeyReused => ProblemKind::IdempotencyKeyReused,
            Refusal::UnknownPayment(_) => ProblemKind::PaymentNotFound,
            Refusal::NotCancellable { .. } => ProblemKind::NotCancellable,
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        Problem::new(refusal.kind(), refusal.to_string())
    }
}

fn consent_word(status: ConsentStatus) -> &'static str {
    match status {
        ConsentStatus::Awaiting => "waiting for the account holder",
        ConsentStatus::PartiallyAuthorised => "waiting for another account holder",
        ConsentStatus::Active => "in force",
        ConsentStatus::Rejected => "rejected",
        ConsentStatus::Revoked => "withdrawn",
        ConsentStatus::EndedByClient => "ended by the client",
        ConsentStatus::Expired => "expired",
        ConsentStatus::Consumed => "used up",
        ConsentStatus::Unknown => "in an unknown state",
    }
}

fn payment_word(status: PaymentStatus) -> &'static str {
    match status {
        PaymentStatus::Created => "created",
        PaymentStatus::AwaitingAuthorisation => "waiting for the account holder",
        PaymentStatus::PartiallyAuthorised => "waiting for another account holder",
        PaymentStatus::AcceptedChecks => "accepted",
        PaymentStatus::PendingReview => "held for review",
        PaymentStatus::Scheduled => "scheduled",
        PaymentStatus::InClearing => "in clearing",
        PaymentStatus::Debited => "debited",
        PaymentStatus::Credited => "credited",
        PaymentStatus::Rejected => "rejected",
        PaymentStatus::Cancelled => "cancelled",
        PaymentStatus::Returned => "returned",
        PaymentStatus::Unknown => "in an unknown state",
    }
}
