//! A bounded map whose entries have an end: what is over, or too much, leaves from the old end.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

use jiff::Timestamp;

/// A map that holds at most `capacity` entries.
#[derive(Debug, Clone)]
pub(crate) struct Shelf<K, V> {
    items: HashMap<K, V>,
    /// Keys in the order they came, each with the instant after which nobody needs it.
    order: VecDeque<(Timestamp, K)>,
    capacity: usize,
}

impl<K: Hash + Eq + Clone, V> Shelf<K, V> {
    pub(crate) fn new(capacity: usize) -> Shelf<K, V> {
        Shelf { items: HashMap::new(), order: VecDeque::new(), capacity }
    }

    /// Adds an entry that may be forgotten after `forget_at`. The oldest entry makes room if the shelf is full.
    pub(crate) fn insert(&mut self, key: K, value: V, forget_at: Timestamp, now: Timestamp) {
        while let Some((over, _)) = self.order.front()
            && (*over < now || self.order.len() >= self.capacity)
        {
            if *over >= now {
                tracing::warn!(
                    capacity = self.capacity,
                    "an authorization server store is full, its oldest entry goes"
                );
            }
            if let Some((_, key)) = self.order.pop_front() {
                self.items.remove(&key);
            }
        }
        self.order.push_back((forget_at, key.clone()));
        self.items.insert(key, value);
    }

    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.items.get(key)
    }

    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.items.get_mut(key)
    }

    /// Takes an entry out. Its place in the order stays until it is over.
    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        self.items.remove(key)
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = (&K, &V)> {
        self.items.iter()
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.items.values()
    }

    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.items.values_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    #[test]
    fn what_is_over_leaves_and_what_is_too_much_leaves_oldest_first() {
        let mut shelf = Shelf::new(3);
        shelf.insert("a", 1, at(10), at(0));
        shelf.insert("b", 2, at(100), at(0));
        shelf.insert("c", 3, at(100), at(20));
        assert_eq!(shelf.get(&"a"), None, "its time was over");
        shelf.insert("d", 4, at(100), at(20));
        shelf.insert("e", 5, at(100), at(20));
        assert_eq!(shelf.get(&"b"), None, "it was the oldest of too many");
        assert_eq!(shelf.values().count(), 3);
    }
}
