//! The exchange being served, on its way into the journal.
//!
//! Owns that every exchange is closed exactly once, whatever happens to it: an answer delivered, a scenario's silence, a
//! client that leaves, a handler that panics.

use std::sync::Arc;

use axum::http::{Method, Version, request};

use crate::clock;
use crate::fault::Close;
use crate::journal::{Ending, Entry, Journal, Packed};
use crate::scenario::Ticket;
use crate::wire::{Delivery, Sent};
use crate::world::World;

/// An open entry of a journal. Dropped before an answer was delivered, it closes itself with the ending set so far.
pub(crate) struct Record {
    journal: Arc<Journal>,
    seq: u64,
    /// Gone once it is in the journal.
    entry: Option<Box<Entry>>,
    /// What limits lent the exchange.
    tickets: Vec<Ticket>,
}

impl Record {
    /// Opens an entry.
    pub(crate) fn open(
        journal: &Arc<Journal>,
        bank: Option<Arc<str>>,
        parts: &request::Parts,
        connection: u64,
        virtual_at: jiff::Timestamp,
    ) -> Box<Record> {
        let headers = Packed::of(&parts.headers);
        let entry =
            Entry { bank, connection, ..Entry::begun(parts.method.clone(), target(parts), headers, virtual_at) };
        let (seq, journal) = (journal.open(), Arc::clone(journal));
        Box::new(Record { seq, journal, entry: Some(Box::new(entry)), tickets: Vec::new() })
    }

    /// Holds what limits lent the exchange until it ends.
    pub(crate) fn hold(&mut self, tickets: Vec<Ticket>) {
        self.tickets = tickets;
    }

    /// Tells the limits how the exchange ended.
    pub(crate) fn settle(&self, succeeded: bool) {
        self.tickets.iter().for_each(|ticket| ticket.settle(succeeded));
    }

    /// Opens an entry for a connection without a request; in place of method and target stands a dash, as in the logs of
    /// web servers.
    pub(super) fn of_connection(world: &World, connection: u64) -> Box<Record> {
        let (mut parts, ()) = axum::http::Request::new(()).into_parts();
        parts.method = Method::from_bytes(b"-").expect("a dash is a token");
        let mut record = Record::open(world.journal(), None, &parts, connection, world.clock().now());
        "-".clone_into(&mut record.entry().target);
        record
    }

    /// Number of the exchange inside its world.
    pub(crate) fn seq(&self) -> u64 {
        self.seq
    }

    /// What is remembered so far.
    pub(crate) fn entry(&mut self) -> &mut Entry {
        self.entry.as_mut().expect("an open record has an entry")
    }

    /// What limits lent the call is given back first: who reads here that a call has ended may take its place.
    fn close(&mut self) {
        self.tickets.clear();
        if let Some(mut entry) = self.entry.take() {
            entry.ended_ns = clock::monotonic_ns();
            self.journal.close(self.seq, *entry);
        }
    }
}

fn target(parts: &request::Parts) -> String {
    match parts.uri.path_and_query() {
        Some(path) if parts.version == Version::HTTP_2 || parts.uri.scheme().is_none() => path.as_str().to_owned(),
        _ => parts.uri.to_string(),
    }
}

impl Delivery for Record {
    fn made(&mut self) {
        self.tickets.clear();
    }

    fn ended(mut self: Box<Self>, sent: Sent, body_bytes: u64) {
        let entry = self.entry();
        entry.ending = match sent {
            Sent::Whole => Ending::Complete,
            Sent::Cut(Close::Fin) => Ending::Cut,
            Sent::Cut(close) => Ending::of(close),
            Sent::Lost => Ending::ClientGone,
        };
        if let Some(answer) = &mut entry.answer {
            answer.sent_bytes = body_bytes;
        }
        self.close();
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        self.close();
    }
}
