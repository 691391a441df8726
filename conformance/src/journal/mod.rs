//! What a bank saw: the reader of journal v1.
//!
//! Owns the entries as the control API of a sandbox hands them out, and the questions a judge of clients asks of them:
//! which requests were attempts of one call, how long a client waited between two. Knows no check and no verdict.

mod entry;
mod run;

pub use entry::{Decision, Ending, Entry, JournalError, Request, Response, Told};
pub use run::{Run, runs};

/// The exchanges of one world, oldest first, and beside them what its scenario did without one.
#[derive(Debug, Clone, Default)]
pub struct Journal {
    entries: Vec<Entry>,
    deeds: Vec<Entry>,
}

/// The operation of an entry that is no exchange: a scenario made something happen at the bank.
const DEED: &str = "bank.deed";

impl Journal {
    /// Reads JSON lines, as `GET /v1/worlds/{world}/journal` answers them.
    ///
    /// # Errors
    /// [`JournalError`] names the line that is not an entry of version 1.
    pub fn parse(lines: &str) -> Result<Journal, JournalError> {
        let read = |(index, line): (usize, &str)| Entry::parse(index + 1, line);
        let mut entries = lines
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty())
            .map(read)
            .collect::<Result<Vec<_>, _>>()?;
        entries.sort_by_key(|entry| entry.seq);
        Ok(Journal::new(entries))
    }

    /// The journal of these exchanges.
    pub fn new(mut entries: Vec<Entry>) -> Journal {
        entries.sort_by_key(|entry| entry.seq);
        let (deeds, entries) = entries.into_iter().partition(|entry| entry.is(DEED));
        Journal { entries, deeds }
    }

    /// Adds later exchanges.
    pub fn extend(&mut self, later: Journal) {
        self.entries.extend(later.entries);
        self.entries.sort_by_key(|entry| entry.seq);
        self.deeds.extend(later.deeds);
        self.deeds.sort_by_key(|deed| deed.seq);
    }

    /// The messages of banks to clients, and the requests of clients to banks.
    pub fn into_directions(self) -> (Journal, Journal) {
        let (deliveries, requests) = self.entries.into_iter().partition(|entry| entry.webhook.is_some());
        (Journal { entries: deliveries, deeds: Vec::new() }, Journal { entries: requests, deeds: self.deeds })
    }

    /// Every exchange, oldest first.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What the scenario made happen at the bank without a request, oldest first.
    pub fn deeds(&self) -> &[Entry] {
        &self.deeds
    }

    /// The exchanges of one operation (`transactions.list`), or of a family (`oauth.*`, `*`).
    pub fn of<'a>(&'a self, operation: &'a str) -> impl Iterator<Item = &'a Entry> {
        self.entries.iter().filter(move |entry| entry.is(operation))
    }

    /// The number of the last entry; 0 if there was none.
    pub fn last_seq(&self) -> u64 {
        let last = [self.entries.last(), self.deeds.last()];
        last.into_iter().flatten().map(|entry| entry.seq).max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_and_ordered_by_sequence() {
        let line = |seq: u64| {
            format!(
                r#"{{"v":1,"seq":{seq},"journal_id":"w-{seq}","world":"w","connection":1,"started_at":"2026-11-22T10:00:00Z","virtual_at":"2026-03-01T08:00:00Z","started_ns":1,"decided_ns":2,"ended_ns":3,"method":"GET","target":"/plain/accounts","request":{{"headers":[["accept","*/*"]],"body_bytes":0}},"limited":false,"committed":false,"replayed":false,"ending":"complete","added_later":1}}"#
            )
        };
        let journal = Journal::parse(&format!("{}\n\n{}\n", line(2), line(1))).unwrap();
        assert_eq!(journal.entries().iter().map(|entry| entry.seq).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(journal.last_seq(), 2);
    }

    #[test]
    fn a_wrong_line_is_named() {
        insta::assert_snapshot!(Journal::parse("\n{\"v\":1}").unwrap_err(), @"line 2 of the journal is not an entry of version 1");
        insta::assert_snapshot!(Journal::parse("{\"v\":2,\"seq\":1}").unwrap_err(), @"line 1 of the journal is of version 2; this program reads version 1");
    }
}
