//! What was recorded while one client ran through one scenario.
//!
//! Owns the record a check of clients judges: what the bank saw, what the client handed over, how its process ended, and
//! what is true. Pure data: nothing here opens a file or a socket.

use std::fmt;
use std::time::Duration;

use bank_fixtures::canonical::Canonical;
use bank_fixtures::expectation::Drive;
use bank_fixtures::money::Amount;
use bank_fixtures::record::AccountIdentifier;

use crate::journal::{Entry, Journal, Run, runs};
use crate::machine::Strain;

/// Everything recorded while one client ran through one scenario.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// Name of the scenario the world was made from.
    pub scenario: String,
    /// The bank's address as the client was told it.
    pub base_url: String,
    /// What the client was asked to do, in order, and what it did.
    pub steps: Vec<Step>,
    /// Every request the world's banks saw.
    pub journal: Journal,
    /// Every message the world's banks sent to the client, with its answer.
    pub deliveries: Journal,
    /// What a perfect client would believe in the end; `None` if the target is judged by the wire alone.
    pub truth: Option<Canonical>,
    /// What the client was entrusted with.
    pub secrets: Vec<Secret>,
    /// Whether the driver takes a result from the client at all.
    pub hands_over: bool,
    /// How far the machine was behind, where somebody's speed is judged.
    pub strain: Strain,
}

/// One thing the client was asked to do.
#[derive(Debug, Clone)]
pub struct Step {
    /// What.
    pub drive: Drive,
    /// The order, for the steps that are about one.
    pub order: Option<Order>,
    /// Journal entries made during the step: those after the first number, up to and including the second.
    pub journal: (u64, u64),
    /// What it handed over; `None` if the driver takes nothing from it, or it printed nothing.
    pub output: Option<Canonical>,
    /// What was true when it had handed that over, if the step reads and something compares with the truth.
    pub truth: Option<Canonical>,
    /// How its process ended.
    pub end: End,
    /// Its standard output, as text, bounded.
    pub stdout: String,
    /// Its standard error, as text, bounded.
    pub stderr: String,
    /// How long it took.
    pub elapsed: Duration,
}

/// How a client ended what it was asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Its process ended by itself, with this exit code.
    Exited(i32),
    /// It answered the call, with this status.
    Answered(u16),
    /// It was still running when its time was over, and was ended.
    TimedOut,
    /// It was killed in the middle, as the scenario says.
    Killed,
}

/// A payment the client was asked to make.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// The client's own id of the order.
    pub id: String,
    /// The bank's id of the account to debit.
    pub debtor_account: String,
    /// Who is paid.
    pub creditor_name: String,
    /// Where.
    pub creditor_account: AccountIdentifier,
    /// How much, positive.
    pub amount: Amount,
    /// Text for the creditor.
    pub reference: String,
}

/// Something that must not show up where others can read it.
#[derive(Debug, Clone)]
pub struct Secret {
    /// What it is: `access token`.
    pub name: &'static str,
    /// Its value.
    pub value: String,
}

impl End {
    /// `true` if the client says that all went well.
    pub fn is_success(self) -> bool {
        matches!(self, End::Exited(0) | End::Answered(200..=299))
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            End::Exited(code) => write!(f, "exit code {code}"),
            End::Answered(status) => write!(f, "status {status}"),
            End::TimedOut => f.write_str("ended by the harness"),
            End::Killed => f.write_str("killed, as the scenario says"),
        }
    }
}

impl Evidence {
    /// The requests made during a step, oldest first.
    pub fn entries<'a>(&'a self, step: &'a Step) -> impl Iterator<Item = &'a Entry> {
        let (after, last) = step.journal;
        self.journal.entries().iter().filter(move |entry| entry.seq > after && entry.seq <= last)
    }

    /// The number of the last exchange of either direction.
    pub fn last_seq(&self) -> u64 {
        self.journal.last_seq().max(self.deliveries.last_seq())
    }

    /// The attempts of every call, step by step.
    pub fn runs(&self) -> Vec<Run<'_>> {
        self.steps.iter().flat_map(|step| runs(self.entries(step))).collect()
    }

    /// The steps with their numbers, from 0.
    pub fn numbered(&self) -> impl Iterator<Item = (usize, &Step)> {
        self.steps.iter().enumerate()
    }

    /// The readings with their numbers.
    pub fn readings(&self) -> impl Iterator<Item = (usize, &Step)> {
        self.numbered().filter(|(_, step)| step.drive == Drive::Sync)
    }

    /// What each reading handed over, with its number; one that handed over nothing is left out.
    pub fn read(&self) -> impl Iterator<Item = (usize, &Canonical)> {
        self.readings().filter_map(|(index, step)| Some((index, step.output.as_ref()?)))
    }

    /// What was true after a step.
    pub fn truth_of<'a>(&'a self, step: &'a Step) -> Option<&'a Canonical> {
        step.truth.as_ref().or(self.truth.as_ref())
    }

    /// `true` if what the client understood can be judged at all.
    pub fn hands_over(&self) -> bool {
        self.steps.iter().any(|step| step.output.is_some())
    }
}
