//! Checks of clients: pure functions of what was recorded while the client ran.
//!
//! Owns their table. A check here sees the evidence and nothing else: no network, no clock.

use super::Check;

/// Every client check, in the order in which they are listed.
pub(crate) static CHECKS: &[&Check] = &[];
