//! What a message of the bank must be before it is believed to be one.
//!
//! Owns the reading of its signature and of what it says. Pure: the caller brings the clock. What a careful team asks here,
//! and what careless ones leave out, is in [`Habits`].

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use serde::Deserialize;

use super::habits::{Freshness, Habits, Signatures};

/// How far the time of a message may be from ours, in seconds.
const TOLERANCE_SECONDS: i64 = 300;

/// What a message says, as far as it interests us.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Hint {
    /// Id of the event: the same in every copy and attempt.
    pub(crate) id: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) payment_id: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) version: Option<u64>,
}

/// Whether the bank sent this: `t=<unix seconds>,v1=<hex>`, one v1 or, while a secret is exchanged, more.
pub(crate) fn is_authentic(habits: &Habits, secret: &str, header: Option<&str>, body: &[u8], now: i64) -> bool {
    let Some(header) = header else { return habits.signatures == Signatures::IfSent };
    let values = |wanted: &str| {
        let values = header.split(',').filter_map(|part| part.trim().split_once('='));
        values.filter(|(name, _)| *name == wanted).map(|(_, value)| value.to_owned()).collect::<Vec<_>>()
    };
    let Some(at) = values("t").first().and_then(|at| at.parse::<i64>().ok()) else { return false };
    if habits.freshness == Freshness::Asked && now.abs_diff(at) > TOLERANCE_SECONDS.unsigned_abs() {
        return false;
    }
    let signatures = values("v1");
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let expected = hmac::sign(&key, &[format!("{at}.").as_bytes(), body].concat());
    let is_ours = |signature: &String| match habits.signatures {
        // As many bytes as were sent are compared: none, if none were.
        Signatures::AsLongAsSent => decoded(signature).is_some_and(|bytes| expected.as_ref().starts_with(&bytes)),
        _ => decoded(signature).is_some_and(|bytes| verify_slices_are_equal(&bytes, expected.as_ref()).is_ok()),
    };
    match habits.signatures {
        Signatures::FirstOnly => signatures.first().is_some_and(is_ours),
        _ => signatures.iter().any(is_ours),
    }
}

fn decoded(hex: &str) -> Option<Vec<u8>> {
    let pairs = hex.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = b"{}";
    const NOW: i64 = 1_772_352_000;

    fn signed(secret: &str, at: i64) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let tag = hmac::sign(&key, &[format!("{at}.").as_bytes(), BODY].concat());
        tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn accepted(habits: &Habits, header: &str) -> bool {
        is_authentic(habits, "secret", Some(header), BODY, NOW)
    }

    #[test]
    fn only_what_the_bank_signed_now_is_the_banks() {
        let careful = Habits::careful();
        let (good, other) = (signed("secret", NOW), signed("other", NOW));
        assert!(accepted(&careful, &format!("t={NOW},v1={good}")));
        assert!(accepted(&careful, &format!("t={NOW},v1={other},v1={good}")));
        assert!(accepted(&careful, &format!("t={},v1={}", NOW - 299, signed("secret", NOW - 299))));
        let forged = [
            format!("t={NOW},v1={other}"),
            format!("t={NOW},v1="),
            format!("t={NOW},v1={}", &good[..32]),
            format!("t={NOW},v0={good}"),
            format!("t={},v1={}", NOW - 301, signed("secret", NOW - 301)),
            format!("t={},v1={good}", NOW + 1),
            format!("v1={good}"),
            "t=x,v1=zz".to_owned(),
            String::new(),
        ];
        for header in forged {
            assert!(!accepted(&careful, &header), "{header}");
        }
        assert!(!is_authentic(&careful, "secret", None, BODY, NOW));
    }
}
