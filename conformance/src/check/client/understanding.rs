//! What a client made of the bank's data, next to the truth.
//!
//! Owns the pairing of entries by the bank's id. What a difference means is each check's business.

use std::collections::HashMap;

use bank_fixtures::canonical::{Canonical, Entry};

use crate::client_target::{Drive, Evidence};

/// Why nothing could be compared.
pub(super) const NOTHING: &str = "the client handed over nothing that can be compared with the truth";

/// One output of a `sync` step and the truth.
pub(super) struct Reading<'a> {
    /// Which step.
    pub(super) step: usize,
    /// What the client understood.
    pub(super) understood: &'a Canonical,
    /// What is true.
    pub(super) truth: &'a Canonical,
}

/// Every output of a step that reads.
pub(super) fn readings(evidence: &Evidence) -> Vec<Reading<'_>> {
    let Some(truth) = &evidence.truth else { return Vec::new() };
    let syncs = evidence.numbered().filter(|(_, step)| step.drive == Drive::Sync);
    syncs.filter_map(|(step, record)| Some(Reading { step, understood: record.output.as_ref()?, truth })).collect()
}

/// Entries the client and the bank agree to be the same, with their place in the client's output.
pub(super) fn pairs<'a>(reading: &Reading<'a>) -> Vec<(usize, &'a Entry, &'a Entry)> {
    let by_id: HashMap<&str, &Entry> =
        reading.truth.transactions.iter().filter_map(|entry| Some((entry.record.id.as_deref()?, entry))).collect();
    let entries = reading.understood.transactions.iter().enumerate();
    entries.filter_map(|(place, entry)| Some((place, entry, *by_id.get(entry.record.id.as_deref()?)?))).collect()
}
