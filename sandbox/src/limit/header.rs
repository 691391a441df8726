//! How a verdict is told in response headers.

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue};
use jiff::Timestamp;

use crate::limit::Verdict;

const RATELIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const RATELIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATELIMIT_LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const RATELIMIT_REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RATELIMIT_RESET: HeaderName = HeaderName::from_static("ratelimit-reset");
const X_RATELIMIT_LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const X_RATELIMIT_REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const X_RATELIMIT_RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// Which headers tell a client how much is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderFamily {
    /// `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10).
    Ietf,
    /// `RateLimit-Limit`, `-Remaining` and `-Reset` (the same draft up to version 6, as many banks still send it).
    IetfDraft6,
    /// `X-RateLimit-Limit`, `-Remaining` and `-Reset` (seconds to wait).
    XRateLimit,
    /// None.
    None,
}

impl HeaderFamily {
    /// Every family with its word in bank files and scenarios.
    pub const ALL: &'static [(HeaderFamily, &'static str)] = &[
        (HeaderFamily::Ietf, "ietf"),
        (HeaderFamily::IetfDraft6, "ietf-draft-6"),
        (HeaderFamily::XRateLimit, "x-ratelimit"),
        (HeaderFamily::None, "none"),
    ];

    /// Tells the verdict header by header. `Retry-After` is not among them: it belongs to the refusal.
    pub fn write(self, verdict: &Verdict, mut set: impl FnMut(HeaderName, HeaderValue)) {
        match self {
            HeaderFamily::Ietf => {
                let window = whole_seconds(verdict.window);
                let policy = format!("\"default\";q={};w={window}", verdict.limit);
                let left = format!("\"default\";r={};t={}", verdict.remaining, whole_seconds(verdict.reset_in));
                set(RATELIMIT_POLICY, value(policy));
                set(RATELIMIT, value(left));
            }
            HeaderFamily::IetfDraft6 => {
                let reset = whole_seconds(verdict.reset_in);
                set(RATELIMIT_LIMIT, value(verdict.limit.to_string()));
                set(RATELIMIT_REMAINING, value(verdict.remaining.to_string()));
                set(RATELIMIT_RESET, value(reset.to_string()));
            }
            HeaderFamily::XRateLimit => {
                let reset = whole_seconds(verdict.reset_in);
                set(X_RATELIMIT_LIMIT, value(verdict.limit.to_string()));
                set(X_RATELIMIT_REMAINING, value(verdict.remaining.to_string()));
                set(X_RATELIMIT_RESET, value(reset.to_string()));
            }
            HeaderFamily::None => {}
        }
    }
}

/// Headers of a bank's own making: which name carries which part of a verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VendorHeaders(Vec<(VendorPart, HeaderName)>);

/// A part of a verdict that a header can carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VendorPart {
    /// Calls the limit grants at most.
    Limit,
    /// Calls still granted.
    Remaining,
    /// Seconds until everything is back.
    Reset,
    /// The instant at which everything is back, in seconds of Unix time.
    ResetAt,
    /// Length of the window in seconds.
    Window,
}

/// Every part with its word in scenarios and one line about it.
pub const VENDOR_PARTS: &[(VendorPart, &str, &str)] = &[
    (VendorPart::Limit, "limit", "calls granted at most"),
    (VendorPart::Remaining, "remaining", "calls still granted"),
    (VendorPart::Reset, "reset", "seconds until everything is back"),
    (VendorPart::ResetAt, "reset_at", "Unix time, in seconds, at which everything is back"),
    (VendorPart::Window, "window", "length of the window in seconds"),
];

impl VendorHeaders {
    /// Headers that carry these parts.
    pub fn new(parts: Vec<(VendorPart, HeaderName)>) -> VendorHeaders {
        VendorHeaders(parts)
    }

    /// `true` if it writes this header.
    pub fn names(&self, name: &HeaderName) -> bool {
        self.0.iter().any(|(_, own)| own == name)
    }

    /// Tells the verdict, given at `now`, header by header.
    pub fn write(&self, verdict: &Verdict, now: Timestamp, mut set: impl FnMut(HeaderName, HeaderValue)) {
        for (part, name) in &self.0 {
            let seconds = match part {
                VendorPart::Limit => verdict.limit,
                VendorPart::Remaining => verdict.remaining,
                VendorPart::Reset => whole_seconds(verdict.reset_in),
                VendorPart::ResetAt => {
                    let at = now.saturating_add(verdict.reset_in).unwrap_or(Timestamp::MAX);
                    u64::try_from(at.as_second()).unwrap_or(0) + u64::from(at.subsec_nanosecond() > 0)
                }
                VendorPart::Window => whole_seconds(verdict.window),
            };
            set(name.clone(), value(seconds.to_string()));
        }
    }
}

fn value(text: String) -> HeaderValue {
    HeaderValue::try_from(text).expect("digits and ASCII punctuation are legal in a header")
}

/// Rounded up, so that a client that waits as long as it is told never comes too early.
fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}
