//! The table of lies: where each is told, what it takes, what a client that knows its trade makes of it.

use std::fmt;

use bank_fixtures::document::{Kind as Shape, Value, suggest};
use bank_fixtures::duration;
use bank_fixtures::seed::Seed;

use super::{
    answer, authorize, claims, discovery, introspection, jose, key_set, par, ping, registration, server, token,
    userinfo,
};
use crate::exchange::Reply;
use crate::fault::Moment;
use crate::fault::json;
use crate::fault::plan::{Act, Ending};
use crate::fault::rewrite::{Rewrite, Scene};

/// Every point at which an authorization server can lie, with one line about it.
pub(crate) const POINTS: &[(&str, &str)] = &[
    ("discovery", "the metadata document"),
    ("jwks", "the key set"),
    ("keys", "the keys the bank signs with"),
    ("par", "the answer to a pushed authorization request"),
    ("authorize", "the redirect back to the client"),
    ("ping", "the notice that a backchannel request is decided"),
    ("token", "the token response"),
    ("id_token", "claims of id_tokens, and of signed authorization responses"),
    ("jose", "header and signature of everything the bank signs"),
    ("access_token", "access tokens that are JWTs"),
    ("userinfo", "claims about the account holder"),
    ("introspection", "the introspection answer"),
    ("registration", "the answer to a registration"),
    ("challenge", "a refusal at the bank's resources"),
    ("error", "an OAuth error instead of the answer of any endpoint"),
    ("clock", "what the bank takes the time to be"),
    ("certificate", "the client's certificate on its way to the bank"),
];

/// One lie.
pub(crate) struct Lie {
    /// Where it is told.
    pub(crate) point: &'static str,
    /// Its name there.
    pub(crate) name: &'static str,
    /// What it takes.
    pub(crate) takes: Takes,
    /// What the client sees.
    pub(crate) about: &'static str,
    /// What a correct client does.
    pub(crate) client: &'static str,
    /// How it is told.
    pub(crate) kind: Kind,
}

/// What a lie takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Takes {
    /// Nothing: its name is all.
    Nothing,
    /// A text, of which this is one.
    Text(&'static str),
    /// Any value, of which this is one.
    Any(&'static str),
    /// How far from the true time: `+5m`, `-1d`.
    Shift,
    /// A size: `10MiB`.
    Size,
}

/// How a lie is told.
pub(crate) enum Kind {
    /// By changing the bank's answer.
    Edit(fn(&mut Told<'_, '_>)),
    /// By another answer.
    Answer(fn(&With, &Moment<'_>) -> (Ending, Vec<Rewrite>)),
    /// By what the bank does before it answers.
    Act(Act),
    /// By the time the bank serves the call at.
    ServerClock,
    /// By what reaches the bank of the client's certificate.
    NoCertificate,
}

/// What is said with a lie.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum With {
    Nothing,
    Text(String),
    Any(serde_json::Value),
    Seconds(i64),
    Size(usize),
}

/// A lie on its way into an answer.
#[derive(Clone)]
pub struct Lied {
    pub(super) lie: &'static Lie,
    pub(super) with: With,
    pub(super) chance: Seed,
    pub(super) n: u64,
}

/// An answer in which a lie is told.
pub(crate) struct Told<'a, 's> {
    pub(crate) reply: &'a mut Reply,
    pub(crate) scene: &'a Scene<'s>,
    pub(crate) with: &'a With,
    pub(crate) chance: Seed,
    pub(crate) n: u64,
}

/// Every lie, point by point.
pub(crate) static LIES: &[&[Lie]] = &[
    discovery::LIES,
    key_set::LIES,
    server::LIES,
    par::LIES,
    ping::LIES,
    authorize::LIES,
    token::LIES,
    claims::LIES,
    jose::LIES,
    userinfo::LIES,
    introspection::LIES,
    registration::LIES,
    answer::LIES,
];

/// Every lie.
pub(crate) fn all() -> impl Iterator<Item = &'static Lie> {
    LIES.iter().copied().flatten()
}

/// Reads what is said at a point: a name, or a mapping from names to what they take.
pub(super) fn read(point: &str, value: Value<'_>) -> Option<Vec<(&'static Lie, With)>> {
    if value.kind() != Shape::Map {
        return named(point, value.scalar()?, value, None).map(|lie| vec![lie]);
    }
    let entries = value.entries()?.into_iter();
    let read = entries.map(|(key, inner)| named(point, key.key_text(), key, Some(inner)));
    read.collect::<Vec<_>>().into_iter().collect()
}

fn named(point: &str, name: &str, place: Value<'_>, inner: Option<Value<'_>>) -> Option<(&'static Lie, With)> {
    let lies = || all().filter(|lie| lie.point == point);
    let Some(lie) = lies().find(|lie| lie.name == name) else {
        let names: Vec<&str> = lies().map(|lie| lie.name).collect();
        let wrong = place.diagnostic(format!("`{name}` is no lie at `{point}`"));
        let wrong = wrong.suggestion(suggest(name, names.iter().copied()));
        place.document().record(wrong.legal(names.join(", ")));
        return None;
    };
    let with = match (lie.takes, inner) {
        (Takes::Nothing, None) => With::Nothing,
        (Takes::Nothing, Some(inner)) => {
            inner.refuse(format!("`{name}` takes nothing"), format!("{point}: {name}"));
            return None;
        }
        (Takes::Text(example), Some(inner)) => With::Text(checked(inner.scalar()?, inner, example)?),
        (Takes::Any(_), Some(inner)) => With::Any(json::of(inner)),
        (Takes::Shift, Some(inner)) => With::Seconds(inner.parse(SHIFT, shift)?),
        (Takes::Size, Some(inner)) => With::Size(inner.parse(SIZE, size)?),
        (takes, None) => {
            place.refuse(format!("`{name}` says not enough"), format!("{point}: {{{name}: {}}}", takes.example()));
            return None;
        }
    };
    Some((lie, with))
}

fn checked(text: &str, value: Value<'_>, example: &str) -> Option<String> {
    if text.is_empty() || text.chars().any(char::is_control) {
        value.refuse("not a text that could be sent", example.to_owned());
        return None;
    }
    Some(text.to_owned())
}

const SIZE: &str = "from 1B to 16MiB: 64B, 8KiB, 10MiB";

fn size(text: &str) -> Result<usize, String> {
    let units = [("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];
    let (digits, factor) =
        units.iter().find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, *factor))).unwrap_or((text, 1));
    let bytes = digits.trim().parse::<usize>().ok().and_then(|count| count.checked_mul(factor));
    bytes.filter(|bytes| (1..=16 << 20).contains(bytes)).ok_or_else(|| format!("`{text}` is not a size"))
}

const SHIFT: &str = "how far from the true time: +5m, -1d";

fn shift(text: &str) -> Result<i64, String> {
    let wrong = || format!("`{text}` is not a distance from the true time");
    let (sign, rest) = match text.split_at_checked(1) {
        Some(("+", rest)) => (1, rest),
        Some(("-", rest)) => (-1, rest),
        _ => return Err(wrong()),
    };
    let by = duration::parse(rest).map_err(|_| wrong())?;
    i64::try_from(by.as_secs()).map(|seconds| sign * seconds).map_err(|_| wrong())
}

impl Takes {
    /// Something it could be given.
    pub(crate) fn example(self) -> &'static str {
        match self {
            Takes::Nothing => "",
            Takes::Text(example) | Takes::Any(example) => example,
            Takes::Shift => "+5m",
            Takes::Size => "10MiB",
        }
    }
}

impl With {
    pub(crate) fn text(&self) -> &str {
        match self {
            With::Text(text) => text,
            _ => "",
        }
    }

    pub(crate) fn seconds(&self) -> i64 {
        match self {
            With::Seconds(seconds) => *seconds,
            _ => 0,
        }
    }

    pub(crate) fn size(&self) -> usize {
        match self {
            With::Size(size) => *size,
            _ => 0,
        }
    }

    pub(crate) fn any(&self) -> serde_json::Value {
        match self {
            With::Any(value) => value.clone(),
            _ => serde_json::Value::Null,
        }
    }
}

impl Lied {
    /// Tells it, if the answer has anything of the kind.
    pub(in crate::fault) fn apply(&self, reply: &mut Reply, scene: &Scene<'_>) {
        if let Kind::Edit(edit) = self.lie.kind {
            edit(&mut Told { reply, scene, with: &self.with, chance: self.chance, n: self.n });
        }
    }
}

impl fmt::Debug for Lie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.point, self.name)
    }
}

impl fmt::Debug for Lied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lied").field("lie", &self.lie).field("with", &self.with).finish_non_exhaustive()
    }
}
