//! What a bank knows: people, accounts, entries, orders and consents. No HTTP, no JSON, no OAuth.

mod consent;
mod ledger;
pub mod profile;
mod refusal;

pub use consent::{ConsentView, EndedBy, NewConsent, SCOPES, scope_name, scope_named};
pub use ledger::Ledger;
pub use profile::BankProfile;
pub use refusal::Refusal;
