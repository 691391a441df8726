//! How a verdict is told in response headers.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue};

use crate::limit::Verdict;

/// Which headers tell a client how much is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderFamily {
    /// `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10).
    Ietf,
    /// `X-RateLimit-Limit`, `-Remaining` and `-Reset` (seconds to wait).
    XRateLimit,
    /// None.
    None,
}

impl HeaderFamily {
    /// Every family with its word in bank files and scenarios.
    pub const ALL: &'static [(HeaderFamily, &'static str)] =
        &[(HeaderFamily::Ietf, "ietf"), (HeaderFamily::XRateLimit, "x-ratelimit"), (HeaderFamily::None, "none")];

    /// Puts the verdict into the headers of an answer. `Retry-After` is not among them: it belongs to the refusal.
    pub fn write(self, verdict: &Verdict, headers: &mut HeaderMap) {
        match self {
            HeaderFamily::Ietf => {
                let window = whole_seconds(verdict.window);
                let policy = format!("\"default\";q={};w={window}", verdict.limit);
                let left = format!("\"default\";r={};t={}", verdict.remaining, whole_seconds(verdict.reset_in));
                set(headers, HeaderName::from_static("ratelimit-policy"), policy);
                set(headers, HeaderName::from_static("ratelimit"), left);
            }
            HeaderFamily::XRateLimit => {
                let reset = whole_seconds(verdict.reset_in);
                set(headers, HeaderName::from_static("x-ratelimit-limit"), verdict.limit.to_string());
                set(headers, HeaderName::from_static("x-ratelimit-remaining"), verdict.remaining.to_string());
                set(headers, HeaderName::from_static("x-ratelimit-reset"), reset.to_string());
            }
            HeaderFamily::None => {}
        }
    }
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: String) {
    headers.insert(name, HeaderValue::try_from(value).expect("digits and ASCII punctuation are legal in a header"));
}

/// Rounded up, so that a client that waits as long as it is told never comes too early.
fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}
