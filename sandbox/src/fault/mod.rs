//! What a scenario can make of one exchange, whatever the dialect.
//!
//! Owns the catalogue of faults (one file each, one row in [`FAULTS`]), the plan they write and the changes they make to an
//! answer. Faults see HTTP messages and sockets, never a dialect; who gets a fault and when belongs to the rule around it.
//! The request pipeline carries the plan out.

mod accept_delay;
mod bandwidth;
mod bank;
mod body;
mod broken_chunk;
mod byte_limit;
mod close;
mod close_idle;
mod connection_cap;
mod content_length;
mod corrupt;
mod data;
mod date;
mod decision;
mod delay;
mod drift;
mod drip;
mod encoding;
mod error;
mod garbage;
mod goaway;
mod half_close;
mod hang;
mod headers;
mod http2;
pub(crate) mod json;
mod json_text;
mod malformed;
mod next_link;
pub(crate) mod oauth;
pub(crate) mod outcome;
mod partial;
mod patch;
mod plan;
mod prelude;
mod redirect;
mod refuse;
mod reset;
mod retry_after;
mod rewrite;
mod rst_stream;
mod share;
mod stage;
mod status;
mod tls;
mod truncate;
mod wait;

use std::fmt;
use std::sync::Arc;

use bank_fixtures::document::Value;
use bank_fixtures::seed::Seed;
use jiff::Timestamp;

pub use corrupt::Corrupt;
pub use data::Data;
pub use drift::Drift;
pub use encoding::Encoding;
pub use error::ERRORS;
pub use malformed::Malformed;
pub use next_link::NextLink;
pub use oauth::{Forge, Lied, handbook as authorization_faults};
pub use outcome::{ConsentEnd, PaymentEnd};
pub use patch::Patch;
pub use plan::{
    Act, Break, Close, ConnectionPlan, Ending, Http1End, Keep, Odds, Plan, Provenance, Stall, TlsFlaw, Wire,
};
pub use redirect::Redirect;
pub use rewrite::{Rewrite, Scene};
pub(crate) use share::Share;
pub use stage::{STAGES, Stage};

/// One kind of fault: a key of `do`.
pub struct Fault {
    /// The key in scenario files.
    pub slug: &'static str,
    /// Where it bites.
    pub layer: Layer,
    /// Stages it can be given, the default first.
    pub stages: &'static [Stage],
    /// What the client sees, in one line.
    pub about: &'static str,
    /// Legal values in words.
    pub legal: &'static str,
    /// A `do` that uses it, as YAML.
    pub example: &'static str,
    /// Reads its value; records what is wrong with it.
    pub compile: fn(Value<'_>) -> Option<Arc<dyn Effect>>,
}

/// Where a fault bites.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// Status, headers and the answer as a whole.
    Http,
    /// The bytes of the body.
    Body,
    /// The connection.
    Socket,
    /// The TLS handshake.
    Tls,
    /// How long it takes.
    Time,
    /// Lists and their links.
    Paging,
    /// Tokens.
    OAuth,
    /// What the bank knows.
    Bank,
}

/// A compiled fault: changes the plan of one request.
pub trait Effect: fmt::Debug + Send + Sync {
    /// Writes itself into the plan.
    fn apply(&self, moment: &Moment<'_>, plan: &mut Plan);

    /// The least real time it takes.
    fn least(&self) -> std::time::Duration {
        std::time::Duration::ZERO
    }

    /// What the rule around it must have for it to mean anything.
    fn needs(&self) -> Option<Needs> {
        None
    }

    /// What no client can know any more of the rows it changes.
    fn hides(&self) -> Vec<Hidden> {
        Vec::new()
    }
}

/// What a fault takes from the rows of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hidden {
    /// Some rows.
    Rows,
    /// Their ids, or what they are good for.
    Ids,
    /// What lies at the end of this path, its names and positions from the top.
    Member(Vec<String>),
}

/// What a rule must have for one of its effects to mean anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// A `limit`.
    Limit,
    /// A window in `when: {clock: …}`.
    Window,
}

/// When and for whom an effect is applied: all it may depend on.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// Virtual time.
    pub now: Timestamp,
    /// Stage the effect was given.
    pub stage: Stage,
    /// Ordinal of the request for the rule and its key, from 1.
    pub n: u64,
    /// Chance of this rule, key and ordinal.
    pub chance: Seed,
    /// Virtual time since the rule's phase began for this key.
    pub in_phase: std::time::Duration,
    /// End of the clock window the rule waits for, if it has one.
    pub window_end: Option<Timestamp>,
    /// What the rule's limit says about when to come back, if it has one.
    pub limit_wait: Option<std::time::Duration>,
    /// Name of the rule.
    pub rule: &'a str,
}

/// Every fault, in the order they are listed and, inside one effect, applied.
pub static FAULTS: &[Fault] = &[
    delay::FAULT,
    error::FAULT,
    redirect::FAULT,
    status::FAULT,
    headers::FAULT,
    date::FAULT,
    retry_after::FAULT,
    body::FAULT,
    data::FAULT,
    next_link::FAULT,
    patch::FAULT,
    drift::FAULT,
    malformed::FAULT,
    partial::FAULT,
    encoding::FAULT,
    corrupt::FAULT,
    hang::FAULT,
    reset::FAULT,
    close::FAULT,
    half_close::FAULT,
    rst_stream::FAULT,
    goaway::FAULT,
    garbage::FAULT,
    truncate::FAULT,
    byte_limit::FAULT,
    broken_chunk::FAULT,
    content_length::FAULT,
    drip::FAULT,
    bandwidth::FAULT,
    close_idle::FAULT,
    connection_cap::FAULT,
    refuse::FAULT,
    accept_delay::FAULT,
    tls::FAULT,
    oauth::FAULT,
    decision::FAULT,
    bank::FAULT,
];

impl Layer {
    /// The name in lists.
    pub fn name(self) -> &'static str {
        match self {
            Layer::Http => "http",
            Layer::Body => "body",
            Layer::Socket => "socket",
            Layer::Tls => "tls",
            Layer::Time => "time",
            Layer::Paging => "paging",
            Layer::OAuth => "oauth",
            Layer::Bank => "bank",
        }
    }
}

impl Fault {
    /// The fault with this key.
    pub fn find(slug: &str) -> Option<&'static Fault> {
        FAULTS.iter().find(|fault| fault.slug == slug)
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fault").field("slug", &self.slug).finish_non_exhaustive()
    }
}

/// Every lie of an authorization server, by its point and its name there.
pub fn authorization_lies() -> impl Iterator<Item = (&'static str, &'static str)> {
    oauth::lies().map(|lie| (lie.point, lie.name))
}

/// A lie as `point: name`.
#[cfg(test)]
fn said(lie: &oauth::AnyLie) -> &'static str {
    static SAID: std::sync::LazyLock<Vec<String>> =
        std::sync::LazyLock::new(|| oauth::lies().map(|lie| format!("{}: {}", lie.point, lie.name)).collect());
    let text = format!("{}: {}", lie.point, lie.name);
    SAID.iter().find(|said| **said == text).expect("the table has it")
}

/// Faults that are told by a word, with each word: what a shipped scenario must show.
#[cfg(test)]
pub(crate) fn words() -> impl Iterator<Item = (&'static str, &'static str)> {
    let named = |fault: &'static Fault, words: Vec<&'static str>| words.into_iter().map(|word| (fault.slug, word));
    let lies = oauth::lies().map(|lie| (oauth::FAULT.slug, said(lie)));
    named(&drift::FAULT, drift::DRIFTS.iter().map(|row| row.0).collect())
        .chain(named(&encoding::FAULT, encoding::ENCODINGS.iter().map(|row| row.0).collect()))
        .chain(named(&malformed::FAULT, malformed::MALFORMED.iter().map(|row| row.0).collect()))
        .chain(named(&next_link::FAULT, next_link::NEXT_LINKS.iter().map(|row| row.0).collect()))
        .chain(named(&redirect::FAULT, redirect::REDIRECTS.iter().map(|row| row.0).collect()))
        .chain(named(&retry_after::FAULT, retry_after::WORDS.iter().map(|row| row.0).collect()))
        .chain(named(&decision::FAULT, crate::auth::OUTCOMES.iter().map(|row| row.0).collect()))
        .chain(lies)
        .chain(std::iter::once((oauth::FAULT.slug, "expire-access-token")))
        .chain(named(&data::FAULT, data::WORDS.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_complete() {
        for fault in FAULTS {
            assert!(!fault.stages.is_empty(), "{}", fault.slug);
            assert!(fault.example.contains(&format!("{}:", fault.slug)), "{}", fault.slug);
            assert!(fault.about.len() > 20, "{}", fault.slug);
            assert_eq!(FAULTS.iter().filter(|other| other.slug == fault.slug).count(), 1, "{}", fault.slug);
        }
    }
}
