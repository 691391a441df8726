//! A world: an isolated universe of banks, people, clock, clients, consents, scenario state and journal.

use crate::auth::AuthServer;
use crate::bank::Ledger;

/// One bank of one world.
#[derive(Debug)]
pub struct BankInstance {
    /// What the bank knows.
    pub ledger: Ledger,
    /// Its authorization server.
    pub auth: AuthServer,
}
