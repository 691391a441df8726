//! Messages that wait until their client fetches them (RFC 8936): one box per client that asked for one.
//!
//! Owns what waits and what was given out without an acknowledgement. What a message says is the dialect's.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;

/// The boxes of one bank.
#[derive(Debug, Default)]
pub(crate) struct Mailboxes {
    by_client: Mutex<HashMap<String, Mailbox>>,
    /// How many are open: every request asks, and most banks have none.
    open: AtomicUsize,
}

#[derive(Debug, Clone, Default)]
struct Mailbox {
    /// Kinds it takes; empty for all.
    kinds: Vec<String>,
    /// Oldest first, each under its id.
    waiting: VecDeque<(String, String)>,
}

/// What a client fetches.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Fetched {
    /// Messages by id, oldest first. They come again until they are acknowledged.
    pub(crate) messages: Vec<(String, String)>,
    /// `true` if more wait.
    pub(crate) more: bool,
}

/// Most messages that wait for one client; older ones give way.
const MOST_WAITING: usize = 10_000;

impl Mailboxes {
    /// Boxes of their own with the same in them.
    pub(super) fn fork(&self) -> Mailboxes {
        let boxes = self.by_client.lock().clone();
        Mailboxes { open: AtomicUsize::new(boxes.len()), by_client: Mutex::new(boxes) }
    }

    /// Opens a client's box for these kinds; what waits in it stays.
    pub(crate) fn open(&self, client_id: &str, kinds: Vec<String>) {
        let mut boxes = self.by_client.lock();
        boxes.entry(client_id.to_owned()).or_default().kinds = kinds;
        self.open.store(boxes.len(), Ordering::Release);
    }

    /// Closes a client's box; what waits in it is gone.
    pub(crate) fn close(&self, client_id: &str) {
        let mut boxes = self.by_client.lock();
        boxes.remove(client_id);
        self.open.store(boxes.len(), Ordering::Release);
    }

    /// `true` if no box is open.
    pub(super) fn is_empty(&self) -> bool {
        self.open.load(Ordering::Acquire) == 0
    }

    /// `true` if a client's box takes messages of this kind.
    pub(crate) fn takes(&self, client_id: &str, kind: &str) -> bool {
        let boxes = self.by_client.lock();
        boxes.get(client_id).is_some_and(|own| own.kinds.is_empty() || own.kinds.iter().any(|taken| taken == kind))
    }

    /// Puts a message into a client's box, if it is open.
    pub(crate) fn put(&self, client_id: &str, id: String, message: String) {
        if let Some(own) = self.by_client.lock().get_mut(client_id) {
            if own.waiting.len() >= MOST_WAITING {
                own.waiting.pop_front();
            }
            own.waiting.push_back((id, message));
        }
    }

    /// Throws away what a client has done with, and gives it at most so many of the others.
    pub(crate) fn fetch(&self, client_id: &str, done: &[&str], most: usize) -> Fetched {
        let mut boxes = self.by_client.lock();
        let Some(own) = boxes.get_mut(client_id) else { return Fetched::default() };
        own.waiting.retain(|(id, _)| !done.contains(&id.as_str()));
        let messages: Vec<_> = own.waiting.iter().take(most).cloned().collect();
        Fetched { more: own.waiting.len() > messages.len(), messages }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_acknowledged_comes_again() {
        let boxes = Mailboxes::default();
        boxes.put("demo", "lost".to_owned(), "nobody asked".to_owned());
        boxes.open("demo", vec!["payment.status".to_owned()]);
        assert!(boxes.takes("demo", "payment.status") && !boxes.takes("demo", "consent.status"));
        for id in ["a", "b", "c"] {
            boxes.put("demo", id.to_owned(), id.to_uppercase());
        }
        let ids = |fetched: Fetched| (fetched.messages.into_iter().map(|row| row.0).collect::<String>(), fetched.more);
        assert_eq!(ids(boxes.fetch("demo", &[], 2)), ("ab".to_owned(), true));
        assert_eq!(ids(boxes.fetch("demo", &["a"], 2)), ("bc".to_owned(), false));
        assert_eq!(ids(boxes.fork().fetch("demo", &["b", "c"], 2)), (String::new(), false));
        assert_eq!(ids(boxes.fetch("demo", &[], 9)), ("bc".to_owned(), false), "a copy is a copy");
        boxes.close("demo");
        assert!(boxes.is_empty());
    }
}
