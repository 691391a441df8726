//! What a bank knows: people, accounts, entries, orders and consents. No HTTP, no JSON, no OAuth.

mod activity;
mod consent;
mod desk;
mod granted;
mod ledger;
mod local;
mod order;
mod refusal;
mod statement;
mod truth;

pub use consent::{ConsentView, EndedBy, NewConsent, SCOPES, scope_name, scope_named};
pub use desk::Happened;
pub use granted::Granted;
pub use ledger::Ledger;
pub use order::{NewPayment, OrderSearch, PaymentOutcome};
pub use refusal::Refusal;
pub use statement::{Page, Place, StatementFilter, StatusFilter};
pub use truth::{PaymentTruth, Truth};

#[cfg(test)]
mod tests;
