//! What a bank knows: people, accounts, entries, orders and consents. No HTTP, no JSON, no OAuth.

/// The ledger of one bank in one world.
#[derive(Debug)]
pub struct Ledger {}
