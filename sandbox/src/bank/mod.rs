//! What a bank knows: people, accounts, entries, orders and consents. No HTTP, no JSON, no OAuth.

mod activity;
mod agreement;
mod business;
mod consent;
mod desk;
mod fate;
mod granted;
mod ledger;
mod legs;
pub(crate) mod local;
mod news;
mod order;
mod order_terms;
mod overrule;
mod papers;
mod refusal;
mod standing;
mod standing_order;
mod statement;
mod truth;

pub use consent::{ConsentView, EndedBy, NewConsent, SCOPES, Second, scope_name, scope_named};
pub use fate::Fate;
pub(crate) use fate::Fated;
pub use granted::{BalanceSheet, Granted};
pub use ledger::Ledger;
pub(crate) use news::News;
pub use news::{BANK_EVENTS, BankEvent, Happened, Subject};
pub use order::{NewPayment, OrderSearch, PaymentOutcome};
pub use order_terms::{Exchange, PaymentTerms, SecondHolder};
pub use papers::{Once, OnceRefused, Papers, UsedKey};
pub use refusal::Refusal;
pub use standing_order::{Recurrence, Rhythm};
pub use statement::{Page, Place, StatementFilter, StatusFilter};
pub use truth::{PaymentTruth, Truth};

#[cfg(test)]
mod tests;
