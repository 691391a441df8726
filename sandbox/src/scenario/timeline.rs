//! `timeline`: what happens at the bank by the clock, without any call.

use std::sync::Arc;
use std::time::Duration;

use bank_fixtures::document::Value;
use bank_fixtures::duration;
use bank_fixtures::expectation::slug;
use jiff::Timestamp;

use super::deed::{self, Deeds, Occasion};

/// One item of the timeline.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Item {
    pub(crate) name: Arc<str>,
    at: At,
    /// How long after one time the next follows.
    pub(crate) every: Option<Duration>,
    /// How many times in all.
    pub(crate) times: Option<u64>,
    pub(crate) deeds: Vec<Arc<Deeds>>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum At {
    /// So long after the timeline came into force.
    After(Duration),
    Instant(Timestamp),
}

/// Keys of an item of the timeline, with one line each.
pub(crate) const TIMELINE_KEYS: &[(&str, &str)] = &[
    ("name", "name of the item, for what `advance` tells (default: its number)"),
    ("at", "when: +2d after the beginning, or an instant"),
    ("every", "again and again after so long; the first time at `at`, or after the first such stretch"),
    ("times", "how many times in all (default: for ever)"),
    ("do", "what happens: one effect or a list"),
];

/// The shortest distance of repeated items: an item must not keep the world busy.
const SHORTEST: Duration = Duration::from_secs(1);
const AT: &str = "a time after the beginning (+2d, +90s) or an instant (2026-03-01T08:00:00Z)";

pub(super) fn items(value: Value<'_>) -> Option<Vec<Arc<Item>>> {
    let mut number = 0;
    value.each(|value| {
        number += 1;
        item(value, number).map(Arc::new)
    })
}

fn item(value: Value<'_>, number: usize) -> Option<Item> {
    let map = value.map(&["name", "at", "every", "times", "do"])?;
    let name = map.optional("name").map(|value| slug(value).map(str::to_owned));
    let at = map.optional("at").map(at);
    let every = map.optional("every").map(every);
    let times = map.optional("times").map(|value| value.integer(1..=1_000_000u64));
    let deeds = map.required("do").and_then(|value| deed::deeds(value, Occasion::Time));
    if !map.has("at") && !map.has("every") {
        value.refuse("this item does not say when", "`at: +2d`, `every: 1d`, or both");
        return None;
    }
    if let (Some(times), false) = (map.optional("times"), map.has("every")) {
        times.refuse("`times` without `every`: the item happens once", "`every: 1d` beside it");
        return None;
    }
    let every = every.map_or(Some(None), |read| read.map(Some))?;
    Some(Item {
        name: name.unwrap_or_else(|| Some(format!("item-{number}")))?.into(),
        at: at.unwrap_or_else(|| every.map(At::After))?,
        every,
        times: times.map_or(Some(None), |read| read.map(Some))?,
        deeds: deeds?,
    })
}

fn at(value: Value<'_>) -> Option<At> {
    match value.scalar()?.strip_prefix('+') {
        Some(_) => value.parse(AT, |text| duration::parse(text.trim_start_matches('+'))).map(At::After),
        None => {
            let read = |text: &str| text.parse().map_err(|_| format!("`{text}` is neither a time nor an instant"));
            value.parse(AT, read).map(At::Instant)
        }
    }
}

fn every(value: Value<'_>) -> Option<Duration> {
    let every = value.parse(duration::LEGAL, duration::parse)?;
    if every < SHORTEST {
        value.refuse("this happens too often", "1s or more");
        return None;
    }
    Some(every)
}

impl Item {
    /// When it happens first, in a timeline that comes into force at `start`.
    pub(crate) fn first(&self, start: Timestamp) -> Timestamp {
        match self.at {
            At::After(wait) => start.saturating_add(wait).unwrap_or(Timestamp::MAX),
            At::Instant(at) => at,
        }
    }

    /// When it happens again after its `done`-th time, from 1.
    pub(crate) fn next(&self, at: Timestamp, done: u64) -> Option<Timestamp> {
        let every = self.every.filter(|_| self.times.is_none_or(|times| done < times))?;
        at.checked_add(every).ok()
    }

    /// When, in words.
    pub(super) fn when(&self) -> String {
        let at = match self.at {
            At::After(wait) if self.every == Some(wait) => String::new(),
            At::After(wait) => format!("at +{}", duration::text(wait)),
            At::Instant(at) => format!("at {at}"),
        };
        let every = self.every.map(|every| format!("every {}", duration::text(every)));
        let times = self.times.map(|times| format!("{times} times"));
        [Some(at).filter(|at| !at.is_empty()), every, times].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}
