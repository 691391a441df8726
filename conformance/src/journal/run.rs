//! Attempts of one call.
//!
//! Owns the grouping of exchanges into runs: the same call again and again until it succeeds. A client may page, restart
//! or vary parameters; what makes two requests attempts of one call is that they ask for the same thing (method, path)
//! and nothing succeeded in between.

use std::time::Duration;

use super::Entry;

/// Consecutive attempts of one call: all failed but perhaps the last.
#[derive(Debug, Clone)]
pub struct Run<'a> {
    /// The attempts, oldest first; never empty.
    pub attempts: Vec<&'a Entry>,
}

/// Groups exchanges (oldest first) into runs, in the order of their first attempts.
pub fn runs<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Vec<Run<'a>> {
    let mut runs: Vec<Run<'a>> = Vec::new();
    for entry in entries {
        let open = runs.iter_mut().rev().find(|run| run.same_call(entry)).filter(|run| !run.succeeded());
        match open {
            Some(run) => run.attempts.push(entry),
            None => runs.push(Run { attempts: vec![entry] }),
        }
    }
    runs
}

impl<'a> Run<'a> {
    /// The first attempt.
    pub fn first(&self) -> &'a Entry {
        self.attempts.first().expect("a run starts with an attempt")
    }

    /// The last attempt.
    pub fn last(&self) -> &'a Entry {
        self.attempts.last().expect("a run starts with an attempt")
    }

    /// `true` if the last attempt succeeded.
    pub fn succeeded(&self) -> bool {
        self.last().succeeded()
    }

    /// `true` if there was nothing to repeat.
    pub fn succeeded_at_once(&self) -> bool {
        self.first().succeeded()
    }

    /// Waits between attempts: the end of one answer to the start of the next request.
    pub fn gaps(&self) -> Vec<Duration> {
        self.pairs().map(|(earlier, later)| later.gap_after(earlier)).collect()
    }

    /// Each attempt with the next.
    pub fn pairs(&self) -> impl Iterator<Item = (&'a Entry, &'a Entry)> {
        self.attempts.windows(2).map(|pair| (pair[0], pair[1]))
    }

    /// What was asked for, in words: the operation, and the account if there is one.
    pub fn subject(&self) -> String {
        let first = self.first();
        let operation = first.operation.as_deref().unwrap_or(first.method.as_str());
        match &first.account_id {
            Some(account) => format!("{operation} of {account}"),
            None => format!("{operation} ({})", first.path()),
        }
    }

    fn same_call(&self, entry: &Entry) -> bool {
        let first = self.first();
        first.method == entry.method && first.path() == entry.path()
    }
}
