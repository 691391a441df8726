//! How long to wait before asking again.
//!
//! Owns the arithmetic of backoff and the reading of `Retry-After`. Pure: the caller brings the clock and the draw.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::strtime::BrokenDownTime;

use super::lapse::Lapse;
use super::policy::{Growth, Jitter, Policy, RetryAfter};

/// The least time over half of which those spread that were told the same instant.
const SPREAD: Duration = Duration::from_millis(400);

/// The wait before the repetition number `repetition` (from 1), given what the bank asked for and a draw in `[0, 1)`.
pub(crate) fn wait(policy: &Policy, repetition: u32, asked: Option<Duration>, draw: f64) -> Duration {
    if let Some(asked) = asked.filter(|_| policy.has(Lapse::PunctualToTheMillisecond)) {
        return asked;
    }
    let factor = match policy.growth {
        Growth::Exponential => 2u32.saturating_pow(repetition.saturating_sub(1)),
        Growth::Linear => repetition,
        Growth::None => 1,
    };
    let mut full = policy.first_wait.saturating_mul(factor).min(policy.longest_wait);
    if asked.is_some() && policy.jitter == Jitter::Equal {
        // Many were told the same instant: spread over what a busy machine cannot level out.
        full = full.max(SPREAD);
    }
    let own = match policy.jitter {
        Jitter::Equal => full / 2 + (full / 2).mul_f64(draw),
        Jitter::None => full,
    };
    // On top of what was asked for, so that many clients told the same do not come back at one instant, and never below.
    asked.unwrap_or_default() + own
}

/// The wait a `Retry-After` asks for: whole seconds, or an HTTP date measured against the answer's own `Date` (the clock of
/// this machine may be wrong). `None` for what cannot be read; zero for a date in the past.
pub(crate) fn asked(policy: &Policy, retry_after: &str, date: Option<&str>, now: Timestamp) -> Option<Duration> {
    let text = retry_after.trim();
    let seconds =
        || (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten();
    let until = || {
        let from = date.and_then(http_date).unwrap_or(now);
        let wait = http_date(text)?.duration_since(from);
        Some(Duration::try_from(wait).unwrap_or_default())
    };
    match policy.retry_after {
        RetryAfter::Ignored => None,
        RetryAfter::SecondsOnly => seconds().map(Duration::from_secs),
        RetryAfter::Honoured => seconds().map(Duration::from_secs).or_else(until),
    }
}

/// Reads the three forms of RFC 9110 §5.6.7.
pub(crate) fn http_date(text: &str) -> Option<Timestamp> {
    ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"].iter().find_map(|format| {
        let civil = BrokenDownTime::parse(format, text.trim()).ok()?.to_datetime().ok()?;
        jiff::tz::Offset::UTC.to_timestamp(civil).ok()
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn asked_for(text: &str, date: Option<&str>) -> Option<Duration> {
        asked(&Policy::careful(), text, date, "1994-11-06T08:49:30Z".parse().unwrap())
    }

    #[test]
    fn retry_after_in_every_form() {
        assert_eq!(asked_for("2", None), Some(Duration::from_secs(2)));
        for date in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            assert_eq!(asked_for(date, None), Some(Duration::from_secs(7)), "{date}");
        }
        let by_the_banks_clock = asked_for("Sun, 06 Nov 1994 08:49:37 GMT", Some("Sun, 06 Nov 1994 08:49:34 GMT"));
        assert_eq!(by_the_banks_clock, Some(Duration::from_secs(3)));
        assert_eq!(asked_for("Sun, 06 Nov 1994 08:00:00 GMT", None), Some(Duration::ZERO));
        for garbage in ["", "soon", "-1", "1.5", "+3", "99999999999999999999999"] {
            assert_eq!(asked_for(garbage, None), None, "{garbage}");
        }
    }

    proptest! {
        #[test]
        fn a_wait_is_never_below_what_was_asked_and_never_above_its_bounds(
            repetition in 1u32..60, seconds in 0u64..10_000, draw in 0.0f64..1.0
        ) {
            let policy = Policy::careful();
            let asked = Duration::from_secs(seconds);
            let waited = wait(&policy, repetition, Some(asked), draw);
            prop_assert!(waited >= asked);
            prop_assert!(waited <= asked + policy.longest_wait);
            prop_assert!(waited >= asked + policy.first_wait / 2);
        }

        #[test]
        fn no_header_makes_the_reader_panic(text in ".{0,40}", date in proptest::option::of(".{0,40}")) {
            let _ = asked_for(&text, date.as_deref());
        }
    }
}
