//! What is good for one use: which assertions, proofs and nonces came before.

use std::fmt;

use jiff::Timestamp;
use parking_lot::Mutex;

use crate::auth::mint::{Digest, sha256};
use crate::auth::shelf::Shelf;

/// The single-use texts of one kind that were used and could still be tried again.
pub(crate) struct Replays(Mutex<Shelf<Digest, ()>>);

const MAX_SEEN: usize = 100_000;

impl Replays {
    /// A memory of its own of the same texts.
    pub(crate) fn fork(&self) -> Replays {
        Replays(Mutex::new(self.0.lock().clone()))
    }

    /// Remembers a text of an owner until `forget_at`; `false` if it was remembered already. Of many at the same moment
    /// one is the first.
    pub(crate) fn first_time(&self, owner: &str, text: &str, forget_at: Timestamp, now: Timestamp) -> bool {
        let key = digest(owner, text);
        let mut seen = self.0.lock();
        if seen.get(&key).is_some() {
            return false;
        }
        seen.insert(key, (), forget_at, now);
        true
    }

    /// Forgets a text: the request it came with did not count as a use of it. `false` if it was not remembered.
    pub(crate) fn forget(&self, owner: &str, text: &str) -> bool {
        self.0.lock().remove(&digest(owner, text)).is_some()
    }
}

/// A client id has no colon and a thumbprint neither, so the two parts cannot be mistaken.
fn digest(owner: &str, text: &str) -> Digest {
    sha256(format!("{owner}:{text}").as_bytes())
}

impl Default for Replays {
    fn default() -> Replays {
        Replays(Mutex::new(Shelf::new(MAX_SEEN)))
    }
}

impl fmt::Debug for Replays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Replays")
    }
}
