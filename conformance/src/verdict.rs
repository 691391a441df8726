//! What a check says about a target, and what proves it.
//!
//! Owns the five verdicts, which never mix, and the shape of a finding. Knows nothing of how a check comes to its
//! verdict, of severities or of reports.

use std::fmt;
use std::sync::Arc;

/// The outcome of one check against one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The target does what the source demands; `measured` says what was seen, in one line.
    Passed {
        /// Sample size and measured values: `40 rows on 2 pages, none twice`.
        measured: String,
    },
    /// The target's fault. Never empty.
    Failed(Vec<Finding>),
    /// Observed, but too little to tell.
    Inconclusive {
        /// How much was seen and how much is needed.
        reason: String,
    },
    /// Not observed: the check does not apply here.
    Skipped {
        /// Why not.
        reason: String,
    },
    /// Our fault, the network's or the machine's; says nothing about the target.
    Broken {
        /// What went wrong.
        reason: String,
    },
}

/// One thing that is wrong, with what proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// One sentence: what the target did, with the measured value, and what was due.
    pub what: String,
    /// The exchanges, journal entries or outputs that show it, in order of time.
    pub evidence: Vec<Evidence>,
}

/// One piece of proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Where it was seen.
    pub source: EvidenceSource,
    /// JSON pointer or header name inside the source, where one part of it matters.
    pub pointer: Option<String>,
    /// The value found there, as text.
    pub measured: Option<String>,
}

/// Where a piece of proof was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EvidenceSource {
    /// A request the harness sent itself, with its answer.
    Exchange(Arc<Exchange>),
    /// An entry of the sandbox's journal: a request the judged client sent.
    Journal {
        /// Sequence number in the world's journal.
        seq: u64,
        /// The entry in one line: `GET /plain/accounts → 429`.
        call: String,
    },
    /// What the judged client handed over, or its process did.
    Output {
        /// Which step of the drive, from 0.
        step: usize,
        /// What kind of output, or which part of it.
        what: String,
    },
}

/// A captured request and its answer, secrets already replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// Running number within one run against one target, from 1.
    pub number: u64,
    /// Method.
    pub method: String,
    /// Absolute URL.
    pub url: String,
    /// Request headers in the order sent.
    pub request_headers: Vec<(String, String)>,
    /// Request body as text, if there was one.
    pub request_body: Option<String>,
    /// The answer, if one came.
    pub answer: Option<Answer>,
    /// Why no (whole) answer came.
    pub trouble: Option<String>,
    /// The bank's own reference to this exchange (`x-request-id`), if it gave one.
    pub reference: Option<String>,
}

/// A captured answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers in the order received.
    pub headers: Vec<(String, String)>,
    /// Body as text (lossy), cut to a bound that is stated in the text.
    pub body: String,
}

impl Verdict {
    /// A pass with what was measured.
    pub fn passed(measured: impl Into<String>) -> Verdict {
        Verdict::Passed { measured: measured.into() }
    }

    /// Failed with these findings, or passed with what was measured if there are none.
    pub fn from_findings(findings: Vec<Finding>, measured: impl Into<String>) -> Verdict {
        if findings.is_empty() { Verdict::passed(measured) } else { Verdict::Failed(findings) }
    }

    /// Too little was seen.
    pub fn inconclusive(reason: impl Into<String>) -> Verdict {
        Verdict::Inconclusive { reason: reason.into() }
    }

    /// Could not be observed.
    pub fn skipped(reason: impl Into<String>) -> Verdict {
        Verdict::Skipped { reason: reason.into() }
    }

    /// The harness or the network is at fault.
    pub fn broken(reason: impl Into<String>) -> Verdict {
        Verdict::Broken { reason: reason.into() }
    }

    /// The findings of a failure; empty for every other verdict.
    pub fn findings(&self) -> &[Finding] {
        match self {
            Verdict::Failed(findings) => findings,
            _ => &[],
        }
    }
}

impl Finding {
    /// A finding without proof yet.
    pub fn new(what: impl Into<String>) -> Finding {
        Finding { what: what.into(), evidence: Vec::new() }
    }

    /// The same finding with one more piece of proof.
    #[must_use]
    pub fn with(mut self, evidence: impl Into<Evidence>) -> Finding {
        self.evidence.push(evidence.into());
        self
    }
}

impl Evidence {
    /// An entry of the journal.
    pub fn journal(seq: u64, call: impl Into<String>) -> Evidence {
        Evidence { source: EvidenceSource::Journal { seq, call: call.into() }, pointer: None, measured: None }
    }

    /// Something the client handed over.
    pub fn output(step: usize, what: impl Into<String>) -> Evidence {
        Evidence { source: EvidenceSource::Output { step, what: what.into() }, pointer: None, measured: None }
    }

    /// The same proof, pointing at one part of its source.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>) -> Evidence {
        self.pointer = Some(pointer.into());
        self
    }

    /// The same proof with the value found.
    #[must_use]
    pub fn measuring(mut self, value: impl Into<String>) -> Evidence {
        self.measured = Some(value.into());
        self
    }
}

impl From<Arc<Exchange>> for Evidence {
    fn from(exchange: Arc<Exchange>) -> Evidence {
        Evidence { source: EvidenceSource::Exchange(exchange), pointer: None, measured: None }
    }
}

impl fmt::Display for Evidence {
    /// One line: `#12 GET http://…/accounts → 200 at /data/0/id: acc_1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            EvidenceSource::Exchange(exchange) => write!(f, "{exchange}")?,
            EvidenceSource::Journal { seq, call } => write!(f, "journal {seq}: {call}")?,
            EvidenceSource::Output { step, what } => write!(f, "step {}: {what}", step + 1)?,
        }
        if let Some(pointer) = &self.pointer {
            write!(f, " at {pointer}")?;
        }
        if let Some(measured) = &self.measured {
            write!(f, ": {measured}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Exchange {
    /// One line: `#12 GET http://…/accounts → 200`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{} {} {} → ", self.number, self.method, self.url)?;
        match (&self.answer, &self.trouble) {
            (Some(answer), None) => write!(f, "{}", answer.status),
            (Some(answer), Some(trouble)) => write!(f, "{} ({trouble})", answer.status),
            (None, Some(trouble)) => f.write_str(trouble),
            (None, None) => f.write_str("no answer"),
        }
    }
}
