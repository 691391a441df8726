//! What a dialect keeps with a record of the bank: the terms of a consent, what an order was made under, a file.
//!
//! Owns the shelf, and the memory of idempotency keys that stand for such records. The bank never reads a paper: it is text
//! the dialect wrote for itself, so that a copy of a world, or one kept on disk, needs to know nothing of any standard.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use parking_lot::{Mutex, RwLock};

/// The papers of one bank.
#[derive(Debug, Default)]
pub struct Papers {
    /// By the id of the record they belong to.
    texts: RwLock<HashMap<String, Arc<str>>>,
    keys: Mutex<HashMap<UsedKey, Use>>,
}

/// Whose key it is, and for which kind of call: the same key may come for another kind.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UsedKey {
    /// The client.
    pub client_id: String,
    /// The kind of call, in the dialect's words.
    pub call: String,
    /// The key.
    pub key: String,
}

/// What a key stands for.
#[derive(Debug, Clone)]
struct Use {
    body: [u8; 32],
    id: String,
    since: Timestamp,
}

/// The record a key stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    /// Its id.
    pub id: String,
    /// `true` if it was there before this call.
    pub replayed: bool,
}

/// Why nothing was made under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OnceRefused<E> {
    /// The key came with another body before.
    OtherBody,
    /// It could not be made; the key is as unused as before.
    NotMade(E),
}

impl Papers {
    /// Keeps a paper with a record, in the place of the one there was.
    pub fn keep(&self, id: &str, text: String) {
        self.texts.write().insert(id.to_owned(), text.into());
    }

    /// The paper of a record.
    pub fn find(&self, id: &str) -> Option<Arc<str>> {
        self.texts.read().get(id).cloned()
    }

    /// Makes a record once for a key: within 24 hours the same key and body (its SHA-256) stand for the record made first.
    /// Whoever comes at the same time waits.
    ///
    /// # Errors
    /// The key came with another body, or the record could not be made.
    pub fn once<E>(
        &self,
        key: UsedKey,
        body: [u8; 32],
        now: Timestamp,
        make: impl FnOnce() -> Result<String, E>,
    ) -> Result<Once, OnceRefused<E>> {
        let mut keys = self.keys.lock();
        let alive = |used: &Use| now.duration_since(used.since) < KEY_LIFETIME;
        match keys.get(&key).filter(|used| alive(used)) {
            Some(used) if used.body != body => return Err(OnceRefused::OtherBody),
            Some(used) => return Ok(Once { id: used.id.clone(), replayed: true }),
            None => {}
        }
        let id = make().map_err(OnceRefused::NotMade)?;
        if keys.len() >= SWEEP_AT && keys.len().is_power_of_two() {
            keys.retain(|_, used| alive(used));
        }
        keys.insert(key, Use { body, id: id.clone(), since: now });
        Ok(Once { id, replayed: false })
    }
}

impl Clone for Papers {
    fn clone(&self) -> Papers {
        Papers { texts: RwLock::new(self.texts.read().clone()), keys: Mutex::new(self.keys.lock().clone()) }
    }
}

/// How long a key stands for its record.
const KEY_LIFETIME: SignedDuration = SignedDuration::from_hours(24);
/// Keys from which on old ones are looked for.
const SWEEP_AT: usize = 1_024;

#[cfg(test)]
mod tests {
    use super::*;

    fn key(key: &str) -> UsedKey {
        UsedKey { client_id: "demo".to_owned(), call: "consents".to_owned(), key: key.to_owned() }
    }

    #[test]
    fn a_key_stands_for_one_record_for_a_day() {
        let (papers, now) = (Papers::default(), Timestamp::UNIX_EPOCH);
        let make = |id: &'static str| move || Ok::<_, ()>(id.to_owned());
        let once = |id: &str, replayed| Ok(Once { id: id.to_owned(), replayed });
        assert_eq!(papers.once(key("a"), [1; 32], now, || Err(())), Err(OnceRefused::NotMade(())));
        assert_eq!(papers.once(key("a"), [1; 32], now, make("first")), once("first", false));
        assert_eq!(papers.once(key("a"), [1; 32], now, make("second")), once("first", true));
        assert_eq!(papers.once(key("a"), [2; 32], now, make("second")), Err(OnceRefused::OtherBody));
        assert_eq!(papers.once(key("b"), [2; 32], now, make("other")), once("other", false));
        let later = now + KEY_LIFETIME;
        assert_eq!(papers.clone().once(key("a"), [2; 32], later, make("third")), once("third", false));
    }
}
