//! `Retry-After`, in every form a client meets (RFC 9110 10.2.3).

use std::time::Duration;

use axum::http::HeaderValue;
use axum::http::header::RETRY_AFTER;
use bank_fixtures::document::Kind;
use bank_fixtures::duration;
use jiff::{SignedDuration, Timestamp};

use super::Needs;
use super::prelude::*;

/// The row of the catalogue.
pub(super) const FAULT: Fault = Fault {
    slug: "retry_after",
    layer: Layer::Http,
    stages: &[Stage::Send],
    about: "the header Retry-After, as seconds or as a date by the world's clock, or in a form a client must survive",
    legal: LEGAL,
    example: "{status: 429, retry_after: 2s}",
    compile,
};

const LEGAL: &str = "a duration (2s), {http-date: 3s}, {http-date: window.end}, past, huge, garbage, absent, or seconds (what the rule's own `limit` computes)";

#[derive(Debug, Clone, Copy)]
pub(super) enum RetryAfter {
    Seconds(u64),
    DateIn(Duration),
    DateOfWindowEnd,
    /// A date an hour ago.
    Past,
    /// A day.
    Huge,
    /// Neither seconds nor a date.
    Garbage,
    Absent,
    /// What the limit of the rule says.
    Computed,
}

/// Every form that is a word.
pub(super) const WORDS: &[(&str, RetryAfter)] = &[
    ("past", RetryAfter::Past),
    ("huge", RetryAfter::Huge),
    ("garbage", RetryAfter::Garbage),
    ("absent", RetryAfter::Absent),
    ("seconds", RetryAfter::Computed),
];

fn compile(value: Value<'_>) -> Option<Arc<dyn Effect>> {
    let form = if value.kind() == Kind::Map {
        let date = value.map(&["http-date"])?.required("http-date")?;
        match date.scalar()? {
            "window.end" => RetryAfter::DateOfWindowEnd,
            _ => RetryAfter::DateIn(date.parse("a duration (3s) or window.end", duration::parse)?),
        }
    } else {
        let word = WORDS.iter().find(|row| Some(row.0) == value.scalar());
        match word {
            Some(row) => row.1,
            None => {
                let wait = value.parse(LEGAL, duration::parse)?;
                RetryAfter::Seconds(whole_seconds(wait))
            }
        }
    };
    Some(Arc::new(form))
}

impl Effect for RetryAfter {
    fn apply(&self, moment: &Moment<'_>, plan: &mut Plan) {
        let form = match (*self, moment.limit_wait) {
            (RetryAfter::Computed, Some(wait)) => RetryAfter::Seconds(whole_seconds(wait)),
            (form, _) => form,
        };
        if let (RetryAfter::Seconds(seconds), Some(Ending::Problem(problem))) = (form, first_ending(plan)) {
            problem.retry_after = Some(Duration::from_secs(seconds));
        }
        let text = match form {
            RetryAfter::Seconds(seconds) => Some(seconds.to_string()),
            RetryAfter::DateIn(wait) => Some(http_date(moment.now.saturating_add(wait).unwrap_or(Timestamp::MAX))),
            RetryAfter::DateOfWindowEnd => moment.window_end.map(http_date),
            RetryAfter::Past => {
                let hour = SignedDuration::from_hours(1);
                Some(http_date(moment.now.saturating_sub(hour).unwrap_or(Timestamp::MIN)))
            }
            RetryAfter::Huge => Some("86400".to_owned()),
            RetryAfter::Garbage => Some("soon".to_owned()),
            RetryAfter::Absent | RetryAfter::Computed => None,
        };
        let value = text.and_then(|text| HeaderValue::from_str(&text).ok());
        plan.rewrites.push(Rewrite::Header(RETRY_AFTER, value));
    }

    fn needs(&self) -> Option<Needs> {
        match self {
            RetryAfter::Computed => Some(Needs::Limit),
            RetryAfter::DateOfWindowEnd => Some(Needs::Window),
            _ => None,
        }
    }
}

fn first_ending(plan: &mut Plan) -> Option<&mut Ending> {
    plan.before.as_mut().or(plan.instead.as_mut()).or(plan.after.as_mut())
}

/// Rounded up, so that nobody is asked to come early.
fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

/// RFC 9110 5.6.7; a fraction of a second is rounded up, so that nobody is asked to come early.
pub(super) fn http_date(at: Timestamp) -> String {
    let whole = if at.subsec_nanosecond() > 0 { at.as_second() + 1 } else { at.as_second() };
    let at = Timestamp::from_second(whole).unwrap_or(Timestamp::MAX);
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_in_the_form_of_the_standard() {
        let at: Timestamp = "1994-11-06T08:49:36.2Z".parse().unwrap();
        assert_eq!(http_date(at), "Sun, 06 Nov 1994 08:49:37 GMT");
    }
}
