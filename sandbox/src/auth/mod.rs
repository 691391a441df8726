//! The authorization server of one bank.

/// The authorization server of one bank in one world.
#[derive(Debug)]
pub struct AuthServer {}
