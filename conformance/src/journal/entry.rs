//! One exchange of journal v1, as it is read from its JSON line.
//!
//! Owns the reader's own picture of the contract in `docs/control-api.md`: members this program does not need are ignored,
//! because the contract lets members be added. Knows nothing of who wrote it.

use std::time::Duration;

use serde::Deserialize;

/// One exchange.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Entry {
    /// Position in the journal of its world, from 1.
    pub seq: u64,
    /// Name to cite: `default-17`.
    pub journal_id: String,
    /// The bank's slug, if the request reached one.
    pub bank: Option<String>,
    /// When the request line had arrived, on the bank's monotonic clock, in nanoseconds.
    pub started_ns: u64,
    /// When the last byte of the answer was handed to the socket, same clock; absent while it has not ended.
    pub ended_ns: Option<u64>,
    /// Dialect-neutral name of the call: `transactions.list`.
    pub operation: Option<String>,
    /// HTTP method.
    pub method: String,
    /// Request target as it came, path and query.
    pub target: String,
    /// The request.
    pub request: Request,
    /// Who asked, if the token was known.
    pub client_id: Option<String>,
    /// The consent the token stands for.
    pub consent_id: Option<String>,
    /// Digest of the access token.
    pub token_id: Option<String>,
    /// The account in the request.
    pub account_id: Option<String>,
    /// Page number of a list, from 1.
    pub page: Option<u64>,
    /// The `Idempotency-Key` of the request.
    pub idempotency_key: Option<String>,
    /// What a scenario decided about it.
    #[serde(default)]
    pub decisions: Vec<Decision>,
    /// `true` if a rate limit refused it.
    #[serde(default)]
    pub limited: bool,
    /// `true` if the bank acted.
    #[serde(default)]
    pub committed: bool,
    /// `true` if the answer repeated that of an earlier request with the same idempotency key.
    #[serde(default)]
    pub replayed: bool,
    /// The answer; absent if no byte of one was made.
    pub response: Option<Response>,
    /// Canonical failure class of the answer.
    pub error_class: Option<String>,
    /// How the exchange ended; absent while it has not.
    pub ending: Option<Ending>,
    /// Where the bank called a client: what it told.
    pub webhook: Option<Told>,
}

/// A message of a bank to a client.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Told {
    /// Id of the event: the same in every copy and attempt.
    pub event_id: String,
    /// `payment.status`, `consent.status`, `transaction.posted`, or a name of a scenario's own.
    #[serde(rename = "type")]
    pub kind: String,
    /// The bank's id of what it is about.
    pub entity: String,
    /// Number of this change of the entity, from 1.
    pub version: Option<u64>,
    /// Place of the event among all events, in the order they happened.
    pub truth: u64,
    /// Place of the attempt among all attempts, in the order they were made.
    pub delivery: u64,
    /// Which copy, from 1.
    pub copy: u32,
    /// Which attempt, from 1.
    pub attempt: u32,
    /// It was signed with another secret.
    pub bad_signature: bool,
    /// The rule of the scenario that shaped it.
    pub rule: Option<String>,
    /// What was changed on its way, by name.
    pub forgery: Option<String>,
    /// `acknowledged`, `refused`, `timeout`, `unreachable`, `forbidden`, `dropped` or `given_up`.
    pub outcome: String,
}

/// The request of an exchange.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Request {
    /// Header names and values in order; secrets are digests.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// Length of the body.
    #[serde(default)]
    pub body_bytes: u64,
    /// SHA-256 of the body.
    pub body_sha256: Option<String>,
    /// The body with secrets replaced by digests, if it was kept.
    pub body: Option<String>,
}

/// The answer of an exchange, as it was made; how much of it went out, `sent_bytes` and [`Entry::ending`] say.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Header names and values in order; secrets are digests.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// Length of the whole body.
    #[serde(default)]
    pub body_bytes: u64,
    /// Bytes of the body that went out.
    #[serde(default)]
    pub sent_bytes: u64,
    /// The body with secrets replaced by digests, if it was kept.
    pub body: Option<String>,
}

/// What a scenario decided about an exchange.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Decision {
    /// Name of the rule.
    pub rule: String,
    /// The effect in words, as in the file: `status 503`.
    pub effect: String,
}

/// How an exchange ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The whole answer went out.
    Complete,
    /// A scenario stopped the answer inside the body.
    Cut,
    /// A scenario reset the connection.
    Reset,
    /// A scenario closed the connection.
    Closed,
    /// A scenario closed its side of the connection without an answer, and listened on.
    HalfClosed,
    /// A scenario reset the stream; the connection went on.
    StreamReset,
    /// A scenario sent GOAWAY instead of the answer.
    #[serde(rename = "goaway")]
    GoAway,
    /// A scenario sent bytes that are no answer.
    Garbage,
    /// A scenario ended the connection before a request.
    Refused,
    /// A scenario never answered.
    Hung,
    /// The client went away first.
    ClientGone,
}

/// A journal that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// A line is not an entry.
    #[error("line {line} of the journal is not an entry of version 1")]
    Line {
        /// Line number, from 1.
        line: usize,
        /// What was wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// A later version of the contract.
    #[error("line {line} of the journal is of version {version}; this program reads version 1")]
    Version {
        /// Line number, from 1.
        line: usize,
        /// The version it states.
        version: u64,
    },
}

impl Entry {
    /// Reads line number `line` of a journal.
    ///
    /// # Errors
    /// [`JournalError`] if it is not an entry of version 1.
    pub fn parse(line: usize, text: &str) -> Result<Entry, JournalError> {
        #[derive(Deserialize)]
        struct Version {
            v: u64,
        }
        let wrong = |source| JournalError::Line { line, source };
        match serde_json::from_str(text).map_err(wrong)? {
            Version { v: 1 } => serde_json::from_str(text).map_err(wrong),
            Version { v: version } => Err(JournalError::Version { line, version }),
        }
    }

    /// Whether this is a call of `operation`: a name, `family.*`, or `*`.
    pub fn is(&self, operation: &str) -> bool {
        let Some(own) = self.operation.as_deref() else { return operation == "*" };
        match operation.strip_suffix('*') {
            Some(family) => own.starts_with(family),
            None => own == operation,
        }
    }

    /// Path without the query.
    pub fn path(&self) -> &str {
        self.target.split_once('?').map_or(self.target.as_str(), |(path, _)| path)
    }

    /// The status of the answer as it was made; a client saw it unless the exchange [was lost](Entry::lost).
    pub fn status(&self) -> Option<u16> {
        self.response.as_ref().map(|response| response.status)
    }

    /// A request header, by its lower-case name.
    pub fn request_header(&self, name: &str) -> Option<&str> {
        header(&self.request.headers, name)
    }

    /// A response header, by its lower-case name.
    pub fn response_header(&self, name: &str) -> Option<&str> {
        self.response.as_ref().and_then(|response| header(&response.headers, name))
    }

    /// `true` if a whole answer of the 2xx class went out.
    pub fn succeeded(&self) -> bool {
        self.ending == Some(Ending::Complete) && self.status().is_some_and(|status| (200..300).contains(&status))
    }

    /// `true` if the client did not get the whole answer, whatever the bank did.
    pub fn lost(&self) -> bool {
        self.ending.is_some_and(|ending| ending != Ending::Complete)
    }

    /// How long after the end of `earlier` this request came, on the bank's clock; zero if it came before that end.
    pub fn gap_after(&self, earlier: &Entry) -> Duration {
        let ended = earlier.ended_ns.unwrap_or(earlier.started_ns);
        Duration::from_nanos(self.started_ns.saturating_sub(ended))
    }

    /// The exchange in one line, for a finding.
    pub fn summary(&self) -> String {
        let seen = self.response.as_ref().filter(|response| response.sent_bytes > 0 || !self.lost());
        let answer = match (seen, self.ending) {
            (Some(response), Some(Ending::Complete)) => response.status.to_string(),
            (Some(response), Some(ending)) => format!("{}, {}", response.status, ending.words()),
            (None, Some(ending)) => ending.words().to_owned(),
            (_, None) => "no end seen".to_owned(),
        };
        format!("{} {} → {answer}", self.method, self.target)
    }
}

impl Ending {
    /// In words, for people.
    pub fn words(self) -> &'static str {
        match self {
            Ending::Complete => "complete",
            Ending::Cut => "cut inside the body",
            Ending::Reset => "connection reset",
            Ending::Closed => "connection closed",
            Ending::HalfClosed => "connection half-closed",
            Ending::StreamReset => "stream reset",
            Ending::GoAway => "GOAWAY instead of an answer",
            Ending::Garbage => "garbage instead of an answer",
            Ending::Refused => "connection refused",
            Ending::Hung => "never answered",
            Ending::ClientGone => "the client went away",
        }
    }
}

fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}
