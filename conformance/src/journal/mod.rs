//! What a bank saw: the reader of journal v1.
//!
//! Owns the entries as the control API of a sandbox hands them out, and the questions a judge of clients asks of them:
//! which requests were attempts of one call, how long a client waited between two. Knows no check and no verdict.

mod entry;
mod run;

pub use entry::{Decision, Ending, Entry, JournalError, Request, Response};
pub use run::{Run, runs};

/// The exchanges of one world, oldest first.
#[derive(Debug, Clone, Default)]
pub struct Journal {
    entries: Vec<Entry>,
}

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
        Ok(Journal { entries })
    }

    /// The journal of these exchanges.
    pub fn new(mut entries: Vec<Entry>) -> Journal {
        entries.sort_by_key(|entry| entry.seq);
        Journal { entries }
    }

    /// Adds later exchanges.
    pub fn extend(&mut self, later: Journal) {
        self.entries.extend(later.entries);
        self.entries.sort_by_key(|entry| entry.seq);
    }

    /// Every exchange, oldest first.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The exchanges of one operation (`transactions.list`), or of a family (`oauth.*`, `*`).
    pub fn of<'a>(&'a self, operation: &'a str) -> impl Iterator<Item = &'a Entry> {
        self.entries.iter().filter(move |entry| entry.is(operation))
    }

    /// The number of the last exchange; 0 if there was none.
    pub fn last_seq(&self) -> u64 {
        self.entries.last().map_or(0, |entry| entry.seq)
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
