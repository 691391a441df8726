//! `limit`: a rule that grants so many calls and does something else to the rest.
//!
//! The arithmetic is the bank's own ([`crate::limit`]); this is only its text in scenario files.

use std::borrow::Cow;
use std::time::Duration;

use bank_fixtures::document::{Kind, Value};
use bank_fixtures::duration;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::effect::{self, Group};
use super::facts::Facts;
use super::key::Key;
use crate::fault::{Rewrite, Stage};
use crate::limit::{HeaderFamily, Policy, VENDOR_PARTS, VendorHeaders, Verdict};

/// Calls a rule grants per key, and how it says so.
#[derive(Debug, Clone)]
pub(super) struct Limit {
    pub(super) policy: Policy,
    /// `true` if the days of the policy begin at the bank's midnight, whatever zone the policy names.
    bank_days: bool,
    /// What has its own quota; `None` for the rule's key.
    pub(super) key: Option<Key>,
    headers: Told,
    /// Quota, key and suspension as written, for people.
    pub(super) words: String,
    /// What happens to calls above it.
    pub(super) over: Vec<Group>,
    pub(super) counts: Counts,
    pub(super) suspend: Option<Suspend>,
}

/// Which calls use the quota up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counts {
    /// Those it grants.
    Granted,
    /// Those it grants that then succeed: the others are given back once they are answered.
    Success,
    /// Refused ones too.
    All,
}

/// When a key is shut out altogether.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Suspend {
    /// After so many in a row.
    pub(super) after: u64,
    pub(super) strikes: Strikes,
    pub(super) length: Duration,
}

/// What leads to a suspension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strikes {
    /// Calls that the limit refused.
    Refusals,
    /// Calls that the limit granted and that failed.
    Failures,
}

/// How the rest is told.
#[derive(Debug, Clone)]
enum Told {
    Family(HeaderFamily),
    Vendor(VendorHeaders),
}

/// Keys of `limit`, with one line each.
pub(crate) const LIMIT_KEYS: &[(&str, &str)] = &[
    (
        "quota",
        "how many: 4 per 24h rolling, 100 per 1m, 4 per day Europe/Berlin, bucket 10 refill 2 per 1s, leaky 5 every 2s, 4 at once",
    ),
    ("key", "what has its own quota; left out: the rule's key"),
    (
        "headers",
        "how the rest is told: ietf (default), ietf-draft-6, x-ratelimit, none, or {limit: X-Quota, remaining: …}",
    ),
    ("over", "what happens to calls above it (default: error rate_limited, retry_after computed)"),
    ("count", "granted (default); success: only calls that succeed; or all: refused calls use the quota up too"),
    ("suspend", "{after: 3 refusals, for: 10m} or {after: 3 failures, …}: so many in a row shut the key out"),
];

const SUSPEND: &str = "3 refusals, or 3 failures";

const QUOTA: &str = "4 per 24h rolling, 100 per 1m, 4 per day (the bank's), 4 per day Europe/Berlin, bucket 10 refill 2 per 1s, leaky 5 every 2s, or 4 at once";

impl Limit {
    pub(super) fn read(value: Value<'_>) -> Option<Limit> {
        let map = value.map(&["quota", "key", "headers", "over", "count", "suspend"])?;
        let policy = map.required("quota").and_then(|value| {
            value.parse(QUOTA, |text| policy(text).ok_or_else(|| format!("`{text}` is not a quota")))
        });
        let key = map.optional("key").map(Key::read);
        let headers = map.optional("headers").map(told);
        let over = match map.optional("over") {
            Some(value) => effect::groups_at(value, Stage::Bank),
            None => Some(vec![Group::refusal()]),
        };
        let counts = map.optional("count").map(|value| value.one_of(COUNTS));
        let suspend = map.optional("suspend").map(suspend);
        if let (Some(Policy::Concurrent { .. }), Some(count)) = (&policy, map.optional("count")) {
            count.refuse("calls at once are counted while they last", "no `count` beside `… at once`");
        }
        let bank_days =
            map.optional("quota").and_then(Value::scalar).is_some_and(|text| text.trim().ends_with("per day"));
        let written = ["quota", "key", "count", "suspend"].into_iter().filter_map(|name| {
            let text = effect::one_line(map.optional(name)?);
            Some(if name == "quota" { text } else { format!("{name} {text}") })
        });
        let words = written.collect::<Vec<_>>().join(", ");
        Some(Limit {
            policy: policy?,
            words,
            bank_days,
            key: key.map_or(Some(None), |read| read.map(Some))?,
            headers: headers.unwrap_or(Some(Told::Family(HeaderFamily::Ietf)))?,
            over: over?,
            counts: counts.unwrap_or(Some(Counts::Granted))?,
            suspend: suspend.map_or(Some(None), |read| read.map(Some))?,
        })
    }

    /// The policy as it is for a call of this bank.
    pub(super) fn policy_for(&self, facts: &Facts<'_>) -> Cow<'_, Policy> {
        match &self.policy {
            Policy::PerDay { limit, .. } if self.bank_days => {
                Cow::Owned(Policy::PerDay { limit: *limit, zone: facts.bank.zone().clone() })
            }
            policy => Cow::Borrowed(policy),
        }
    }

    /// `true` for a header by which a limit before this one has told its rest: the first one speaks.
    pub(super) fn tells(&self, rewrite: &Rewrite) -> bool {
        let Rewrite::Header(name, _) = rewrite else { return false };
        match &self.headers {
            Told::Family(_) => name.as_str().contains("ratelimit"),
            Told::Vendor(own) => own.names(name),
        }
    }

    /// Puts the headers that tell a verdict, given at `now`, on an answer.
    pub(super) fn tell(&self, verdict: &Verdict, now: Timestamp, rewrites: &mut Vec<Rewrite>) {
        let set = |name, value| rewrites.push(Rewrite::Header(name, Some(value)));
        match &self.headers {
            Told::Family(family) => family.write(verdict, set),
            Told::Vendor(own) => own.write(verdict, now, set),
        }
    }
}

const COUNTS: &[(&str, Counts)] = &[("granted", Counts::Granted), ("success", Counts::Success), ("all", Counts::All)];

/// A family of headers by name, or headers of the bank's own.
fn told(value: Value<'_>) -> Option<Told> {
    if value.kind() != Kind::Map {
        let families: Vec<(&str, HeaderFamily)> = HeaderFamily::ALL.iter().map(|row| (row.1, row.0)).collect();
        return value.one_of(&families).map(Told::Family);
    }
    const PARTS: &[&str] = &["limit", "remaining", "reset", "reset_at", "window"];
    let map = value.map(PARTS)?;
    let read = VENDOR_PARTS.iter().filter_map(|(part, key, _)| {
        let name = map.optional(key)?;
        let known = |text: &str| text.parse().map_err(|_| format!("`{text}` is not a header name"));
        Some(name.parse("letters, digits and hyphens", known).map(|name| (*part, name)))
    });
    let read: Option<Vec<_>> = read.collect::<Vec<_>>().into_iter().collect();
    let read = read?;
    if read.is_empty() {
        value.refuse("headers that tell nothing", format!("at least one of {}, or `none`", PARTS.join(", ")));
        return None;
    }
    Some(Told::Vendor(VendorHeaders::new(read)))
}

fn suspend(value: Value<'_>) -> Option<Suspend> {
    let map = value.map(&["after", "for"])?;
    let after = map.required("after").and_then(|value| {
        value.parse(SUSPEND, |text| strikes(text).ok_or_else(|| format!("`{text}` does not say after what")))
    });
    let length = map.required("for").and_then(|value| value.parse(duration::LEGAL, duration::parse));
    let ((after, strikes), length) = (after?, length?);
    Some(Suspend { after, strikes, length })
}

fn strikes(text: &str) -> Option<(u64, Strikes)> {
    let (count, what) = text.split_once(' ')?;
    let count = count.parse().ok().filter(|count| (1..=1_000_000u64).contains(count))?;
    match what.trim() {
        "refusal" | "refusals" => Some((count, Strikes::Refusals)),
        "failure" | "failures" => Some((count, Strikes::Failures)),
        _ => None,
    }
}

/// Reads a quota.
fn policy(text: &str) -> Option<Policy> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let count = |text: &str| text.parse().ok().filter(|count| (1..=1_000_000u64).contains(count));
    let time = |text: &str| duration::parse(text).ok().filter(|time| !time.is_zero());
    Some(match words.as_slice() {
        [limit, "per", "day"] => Policy::PerDay { limit: count(limit)?, zone: TimeZone::UTC },
        [limit, "per", "day", zone] => Policy::PerDay { limit: count(limit)?, zone: TimeZone::get(zone).ok()? },
        [limit, "per", window] => Policy::Fixed { limit: count(limit)?, window: time(window)? },
        [limit, "per", window, "rolling"] => Policy::Rolling { limit: count(limit)?, window: time(window)? },
        ["bucket", capacity, "refill", refill, "per", per] => {
            Policy::TokenBucket { capacity: count(capacity)?, refill: count(refill)?, per: time(per)? }
        }
        [limit, "at", "once"] => Policy::Concurrent { limit: count(limit)? },
        ["leaky", depth, "every", every] => Policy::Leaky { depth: count(depth)?, every: time(every)? },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotas_are_policies() {
        let hour = Duration::from_secs(3600);
        assert_eq!(policy("4 per 24h rolling"), Some(Policy::Rolling { limit: 4, window: 24 * hour }));
        assert_eq!(policy("100 per 1h"), Some(Policy::Fixed { limit: 100, window: hour }));
        assert_eq!(policy("leaky 5 every 1h"), Some(Policy::Leaky { depth: 5, every: hour }));
        assert_eq!(
            policy("bucket 10 refill 2 per 1h"),
            Some(Policy::TokenBucket { capacity: 10, refill: 2, per: hour })
        );
        assert!(matches!(policy("4 per day Europe/Berlin"), Some(Policy::PerDay { limit: 4, .. })));
        assert_eq!(policy("4 at once"), Some(Policy::Concurrent { limit: 4 }));
        for wrong in ["", "4", "0 per 1s", "4 per 0s", "4 per day Mars", "four per day", "4 per 1h sliding"] {
            assert_eq!(policy(wrong), None, "{wrong}");
        }
    }
}
