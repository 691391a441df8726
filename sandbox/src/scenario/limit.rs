//! `limit`: a rule that grants so many calls and does something else to the rest.
//!
//! The arithmetic is the bank's own ([`crate::limit`]); this is only its text in scenario files.

use axum::http::HeaderMap;
use bank_fixtures::document::Value;
use bank_fixtures::duration;
use jiff::tz::TimeZone;

use super::effect::{self, Group};
use super::key::Key;
use crate::fault::{Rewrite, Stage};
use crate::limit::{HeaderFamily, Policy, Verdict};

/// Calls a rule grants per key, and how it says so.
#[derive(Debug, Clone)]
pub(super) struct Limit {
    pub(super) policy: Policy,
    /// What has its own quota; `None` for the rule's key.
    pub(super) key: Option<Key>,
    headers: HeaderFamily,
    /// What happens to calls above it.
    pub(super) over: Vec<Group>,
    /// `true` if refused calls use the quota up too.
    pub(super) counts_all: bool,
}

/// Keys of `limit`, with one line each.
pub(crate) const LIMIT_KEYS: &[(&str, &str)] = &[
    (
        "quota",
        "how many: 4 per 24h rolling, 100 per 1m, 4 per day Europe/Berlin, bucket 10 refill 2 per 1s, leaky 5 every 2s",
    ),
    ("key", "what has its own quota; left out: the rule's key"),
    ("headers", "how the rest is told: ietf (default), x-ratelimit or none"),
    ("over", "what happens to calls above it (default: error rate_limited, retry_after computed)"),
    ("count", "granted (default), or all: refused calls use the quota up too"),
];

const QUOTA: &str =
    "4 per 24h rolling, 100 per 1m, 4 per day, 4 per day Europe/Berlin, bucket 10 refill 2 per 1s, or leaky 5 every 2s";

impl Limit {
    pub(super) fn read(value: Value<'_>) -> Option<Limit> {
        let map = value.map(&["quota", "key", "headers", "over", "count"])?;
        let policy = map.required("quota").and_then(|value| {
            value.parse(QUOTA, |text| policy(text).ok_or_else(|| format!("`{text}` is not a quota")))
        });
        let key = map.optional("key").map(Key::read);
        let families: Vec<(&str, HeaderFamily)> = HeaderFamily::ALL.iter().map(|row| (row.1, row.0)).collect();
        let headers = map.optional("headers").map(|value| value.one_of(&families));
        let over = match map.optional("over") {
            Some(value) => effect::groups_at(value, Stage::Bank),
            None => Some(vec![Group::refusal()]),
        };
        let counts_all = map.optional("count").map(|value| value.one_of(&[("granted", false), ("all", true)]));
        Some(Limit {
            policy: policy?,
            key: key.map_or(Some(None), |read| read.map(Some))?,
            headers: headers.unwrap_or(Some(HeaderFamily::Ietf))?,
            over: over?,
            counts_all: counts_all.unwrap_or(Some(false))?,
        })
    }

    /// `true` for a header by which a limit before this one has told its rest: the first one speaks.
    pub(super) fn tells(&self, rewrite: &Rewrite) -> bool {
        matches!(rewrite, Rewrite::Header(name, _) if name.as_str().contains("ratelimit"))
    }

    /// The headers that tell a verdict.
    pub(super) fn headers(&self, verdict: &Verdict) -> impl Iterator<Item = Rewrite> {
        let mut headers = HeaderMap::new();
        self.headers.write(verdict, &mut headers);
        headers.into_iter().filter_map(|(name, value)| Some(Rewrite::Header(name?, Some(value))))
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
        ["leaky", depth, "every", every] => Policy::Leaky { depth: count(depth)?, every: time(every)? },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

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
        for wrong in ["", "4", "0 per 1s", "4 per 0s", "4 per day Mars", "four per day", "4 per 1h sliding"] {
            assert_eq!(policy(wrong), None, "{wrong}");
        }
    }
}
