//! One limit for many keys.

use std::collections::HashMap;

use jiff::Timestamp;
use parking_lot::Mutex;

use crate::limit::{Automaton, Policy, Verdict};

/// A limit that counts every key for itself. What a key is (a client, an account, a token) is the caller's business.
#[derive(Debug)]
pub struct Keyed {
    policy: Policy,
    keys: Mutex<HashMap<Box<str>, Automaton>>,
}

impl Keyed {
    /// A limit nobody has used yet.
    pub fn new(policy: Policy) -> Keyed {
        Keyed { policy, keys: Mutex::default() }
    }

    /// A limit of its own that was used as much.
    #[must_use]
    pub fn fork(&self) -> Keyed {
        Keyed { policy: self.policy.clone(), keys: Mutex::new(self.keys.lock().clone()) }
    }

    /// What is counted.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Asks for one call of a key and, if it is granted, takes it.
    pub fn check(&self, key: &str, now: Timestamp) -> Verdict {
        self.with(key, now, |automaton, policy| automaton.check(policy, now))
    }

    /// Takes one call of a key whether it is granted or not.
    pub fn charge(&self, key: &str, now: Timestamp) {
        self.with(key, now, |automaton, policy| automaton.charge(policy, now));
    }

    /// Ends a call of a key that a limit of concurrent calls granted.
    pub fn release(&self, key: &str) {
        if let Some(automaton) = self.keys.lock().get_mut(key) {
            automaton.release();
        }
    }

    fn with<T>(&self, key: &str, now: Timestamp, act: impl FnOnce(&mut Automaton, &Policy) -> T) -> T {
        let mut keys = self.keys.lock();
        if let Some(automaton) = keys.get_mut(key) {
            return act(automaton, &self.policy);
        }
        // Keys at rest are as good as unknown: dropping them bounds the memory of one key per token or address.
        if keys.len() >= SWEEP_AT_KEYS && keys.len() == keys.capacity() {
            keys.retain(|_, automaton| !automaton.is_at_rest(&self.policy, now));
        }
        let automaton = keys.entry(key.into()).or_insert_with(|| Automaton::new(&self.policy, now));
        act(automaton, &self.policy)
    }
}

const SWEEP_AT_KEYS: usize = 1024;
