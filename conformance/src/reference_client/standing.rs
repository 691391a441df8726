//! What earlier answers forbid us to ask now.
//!
//! Owns the circuit of a bank that is down, the calls the bank has put off until a later time (kept on disk, because the
//! next run must honour them too), and the four reads a day that are allowed without the account holder. Knows nothing of
//! requests beyond the path they go to.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use bank_fixtures::error_class::ErrorClass;
use serde::{Deserialize, Serialize};

use super::failure::{Failure, Kind};
use super::lapse::Lapse;
use super::policy::Policy;
use super::vault;
use crate::clock::{self, Stopwatch};

/// After so many calls without an answer the bank is taken for down.
const CIRCUIT: u32 = 20;
/// … of so many kinds: one account that is down is not the bank.
const CIRCUIT_PATHS: usize = 5;
/// A bank that is down is asked once in so long.
const PROBE: Duration = Duration::from_secs(5);
/// A wait longer than this outlives the run.
const OUTLIVES: Duration = Duration::from_secs(60);
/// Reads without the account holder in 24 hours (RTS on SCA, article 36(5)).
const READS_A_DAY: usize = 4;
const A_DAY_SECONDS: i64 = 24 * 60 * 60;

/// What we hold against asking.
pub(crate) struct Standing {
    file: PathBuf,
    kept: Kept,
    failures: u32,
    failing: BTreeSet<String>,
    opened: Option<Stopwatch>,
}

#[derive(Default, Serialize, Deserialize)]
struct Kept {
    /// By path.
    put_off: BTreeMap<String, PutOff>,
    /// Instants of reads without the account holder, in seconds of Unix time.
    reads: Vec<i64>,
}

#[derive(Clone, Serialize, Deserialize)]
struct PutOff {
    /// Seconds of Unix time.
    until: i64,
    class: String,
    http_status: Option<u16>,
}

impl Standing {
    /// What earlier runs left in this folder.
    pub(crate) fn open(folder: &std::path::Path) -> Standing {
        let file = folder.join("standing.json");
        Standing {
            kept: vault::read(&file).unwrap_or_default(),
            file,
            failures: 0,
            failing: BTreeSet::new(),
            opened: None,
        }
    }

    /// Whether a call may be made now.
    ///
    /// # Errors
    /// Why not.
    pub(crate) fn allows(&mut self, path: &str) -> Result<(), Failure> {
        if let Some(put_off) = self.kept.put_off.get(path).filter(|put_off| now() < put_off.until) {
            let class = put_off.class.parse().unwrap_or(ErrorClass::QuotaExhausted);
            let left = u64::try_from(put_off.until - now()).unwrap_or_default();
            let message = format!("put off for {left} more seconds, as the bank asked");
            return Err(Failure {
                asked_wait: Some(Duration::from_secs(left)),
                ..refusal(class, put_off.http_status, message)
            });
        }
        match &self.opened {
            Some(since) if since.elapsed() < PROBE => {
                Err(refusal(ErrorClass::ProviderUnavailable, None, "the bank is down and was not asked".to_owned()))
            }
            Some(_) => {
                self.opened = Some(Stopwatch::start());
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// `true` while the bank is asked only now and then.
    pub(crate) fn is_open(&self) -> bool {
        self.opened.is_some()
    }

    /// A call was answered.
    pub(crate) fn answered(&mut self) {
        (self.failures, self.opened) = (0, None);
        self.failing.clear();
    }

    /// A call failed.
    pub(crate) fn failed(&mut self, path: &str, failure: &Failure, policy: &Policy) {
        let down = failure.kind == Kind::Lost || failure.http_status.is_some_and(|status| status >= 500);
        if down {
            self.failures += 1;
            self.failing.insert(path.to_owned());
        } else {
            self.failures = 0;
            self.failing.clear();
        }
        let many = self.failures >= CIRCUIT && self.failing.len() >= CIRCUIT_PATHS;
        if many && self.opened.is_none() && !policy.has(Lapse::NoCircuit) {
            self.opened = Some(Stopwatch::start());
        }
        let Some(wait) = failure.asked_wait.filter(|wait| *wait >= OUTLIVES) else { return };
        if policy.has(Lapse::ForgetsQuotas) || policy.retry_after == super::policy::RetryAfter::Ignored {
            return;
        }
        let until = now().saturating_add(i64::try_from(wait.as_secs()).unwrap_or(i64::MAX));
        let put_off = PutOff { until, class: failure.class.name().to_owned(), http_status: failure.http_status };
        self.kept.put_off.insert(path.to_owned(), put_off);
        self.keep();
    }

    /// Notes a read of everything without the account holder, if one is left for today.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn read_unattended(&mut self, policy: &Policy) -> Result<(), Failure> {
        let now = now();
        self.kept.reads.retain(|read| now - read < A_DAY_SECONDS);
        if self.kept.reads.len() >= READS_A_DAY && !policy.has(Lapse::IgnoresDailyAllowance) {
            let message = "four reads a day are allowed without the account holder".to_owned();
            return Err(refusal(ErrorClass::QuotaExhausted, None, message));
        }
        self.kept.reads.push(now);
        self.keep();
        Ok(())
    }

    fn keep(&self) {
        // What cannot be kept costs a call too many, not the run.
        let _ = vault::write(&self.file, &self.kept);
    }
}

fn now() -> i64 {
    clock::now().as_second()
}

fn refusal(class: ErrorClass, http_status: Option<u16>, message: String) -> Failure {
    Failure { class, http_status, asked_wait: None, message, kind: Kind::Refused }
}
