//! The one stream of events a run produces; every report is a fold over it.
//!
//! Owns the events, the word of an outcome, and the totals with their exit code. Knows no report format.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::check::Check;
use crate::expected::Excuse;
use crate::journal::Journal;
use crate::suite::Severity;
use crate::verdict::Verdict;

/// Something that happened in a run.
#[derive(Debug, Clone)]
pub enum Event {
    /// The first event.
    RunStarted {
        /// The seed of every random choice.
        seed: u64,
        /// The cases, in the order of the plan; other events name a case by its index here.
        cases: Vec<CaseHead>,
    },
    /// A case begins.
    CaseStarted {
        /// Index of the case.
        case: usize,
    },
    /// A check has its verdict.
    Checked(Outcome),
    /// What the bank saw of a client while it was observed.
    Observed {
        /// Index of the case.
        case: usize,
        /// Every request of the case.
        journal: Arc<Journal>,
    },
    /// A case is over.
    CaseFinished {
        /// Index of the case.
        case: usize,
        /// How long it took.
        elapsed: Duration,
    },
    /// The last event.
    RunFinished {
        /// How long everything took.
        elapsed: Duration,
    },
}

/// What is known of a case before it begins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseHead {
    /// Name in reports: `bank plain`, `my-client / retry-after-seconds`.
    pub name: String,
    /// Name of the scenario it plays in, if it is one.
    pub scenario: Option<String>,
    /// Rows of the catalogue of misbehaviours and rules for clients that the scenario exercises: `J4`, `C01`.
    pub covers: Vec<String>,
    /// The command line that runs this case alone; no secret is in it.
    pub again: Option<String>,
}

impl CaseHead {
    /// The command line that shows one check again with as little else as possible. A wrapped command is run as a whole:
    /// all after `--` is its own.
    pub fn again_for(&self, check: &Check) -> Option<String> {
        let again = self.again.as_ref()?;
        Some(if again.contains(" -- ") { again.clone() } else { format!("{again} --only {}", check.slug) })
    }
}

/// The verdict of one check in one case.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Index of the case.
    pub case: usize,
    /// Which check.
    pub check: &'static Check,
    /// How grave a failure is.
    pub severity: Severity,
    /// What it said.
    pub verdict: Verdict,
    /// Why a failure was expected, if it was.
    pub excuse: Option<Arc<Excuse>>,
    /// How long it took.
    pub elapsed: Duration,
}

/// The word an outcome goes by; verdict and severity together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Word {
    /// As the source demands.
    Passed,
    /// The target's fault.
    Failed,
    /// The target's fault, but not a demand of the source.
    Warned,
    /// The target's fault, known, and excused for now.
    Expected,
    /// Too little was seen.
    Inconclusive,
    /// Not observed.
    Skipped,
    /// Our fault or the network's.
    Broken,
}

/// How many outcomes of each word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// As demanded.
    pub passed: usize,
    /// A must is not met.
    pub failed: usize,
    /// A recommendation is not met.
    pub warned: usize,
    /// A known failure, excused for now.
    pub expected: usize,
    /// Too little was seen.
    pub inconclusive: usize,
    /// Not observed.
    pub skipped: usize,
    /// Our fault or the network's.
    pub broken: usize,
}

/// The exit codes of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum ExitCode {
    /// Everything judged passed (or only warned).
    Passed = 0,
    /// At least one check failed.
    Failed = 1,
    /// The command line is wrong.
    Usage = 2,
    /// A file that was named cannot be read or is wrong.
    InvalidInput = 3,
    /// Nothing was selected, or nothing that was selected could be judged.
    NothingSelected = 4,
    /// The harness or the network failed: outranks a failure of the target.
    Broken = 5,
}

/// Whatever listens to a run.
pub trait Sink: Send {
    /// Takes the next event.
    fn accept(&mut self, event: &Event);
}

impl Word {
    /// Every word, in the order of totals.
    pub const ALL: [Word; 7] =
        [Word::Passed, Word::Failed, Word::Warned, Word::Expected, Word::Inconclusive, Word::Skipped, Word::Broken];

    /// The word itself.
    pub fn name(self) -> &'static str {
        match self {
            Word::Passed => "passed",
            Word::Failed => "failed",
            Word::Warned => "warned",
            Word::Expected => "expected",
            Word::Inconclusive => "inconclusive",
            Word::Skipped => "skipped",
            Word::Broken => "broken",
        }
    }
}

impl Outcome {
    /// The word this outcome goes by.
    pub fn word(&self) -> Word {
        match (&self.verdict, self.severity) {
            (Verdict::Passed { .. }, _) => Word::Passed,
            (Verdict::Failed(_), _) if self.excuse.is_some() => Word::Expected,
            (Verdict::Failed(_), Severity::Must) => Word::Failed,
            (Verdict::Failed(_), Severity::Should | Severity::May) => Word::Warned,
            (Verdict::Inconclusive { .. }, _) => Word::Inconclusive,
            (Verdict::Skipped { .. }, _) => Word::Skipped,
            (Verdict::Broken { .. }, _) => Word::Broken,
        }
    }
}

impl Totals {
    /// Counts one more outcome.
    pub fn count(&mut self, word: Word) {
        *self.slot(word) += 1;
    }

    /// How many outcomes of a word.
    pub fn of(mut self, word: Word) -> usize {
        *self.slot(word)
    }

    /// How many outcomes in all.
    pub fn sum(self) -> usize {
        Word::ALL.iter().map(|word| self.of(*word)).sum()
    }

    /// The exit code: broken outranks failed, and a run that judged nothing never passes.
    pub fn exit_code(self) -> ExitCode {
        if self.broken > 0 {
            ExitCode::Broken
        } else if self.failed > 0 {
            ExitCode::Failed
        } else if self.passed + self.warned + self.expected + self.inconclusive == 0 {
            ExitCode::NothingSelected
        } else {
            ExitCode::Passed
        }
    }

    fn slot(&mut self, word: Word) -> &mut usize {
        match word {
            Word::Passed => &mut self.passed,
            Word::Failed => &mut self.failed,
            Word::Warned => &mut self.warned,
            Word::Expected => &mut self.expected,
            Word::Inconclusive => &mut self.inconclusive,
            Word::Skipped => &mut self.skipped,
            Word::Broken => &mut self.broken,
        }
    }
}

impl fmt::Display for Totals {
    /// `58 passed, 1 failed, 2 skipped`; every word that occurs, or `nothing judged`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = Word::ALL
            .iter()
            .filter(|word| self.of(**word) > 0)
            .map(|word| format!("{} {}", self.of(*word), word.name()))
            .collect();
        if parts.is_empty() { f.write_str("nothing judged") } else { f.write_str(&parts.join(", ")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_outranks_failed_and_nothing_is_not_a_pass() {
        let code = |passed, failed, skipped, broken| {
            Totals { passed, failed, skipped, broken, ..Totals::default() }.exit_code()
        };
        assert_eq!(code(3, 0, 0, 0), ExitCode::Passed);
        assert_eq!(code(3, 1, 0, 0), ExitCode::Failed);
        assert_eq!(code(3, 1, 0, 1), ExitCode::Broken);
        assert_eq!(code(0, 0, 2, 0), ExitCode::NothingSelected);
        assert_eq!(code(0, 0, 0, 0), ExitCode::NothingSelected);
    }
}
