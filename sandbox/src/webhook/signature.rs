//! The signature of a message: detached, over the time and the body, in a header.
//!
//! `Webhook-Signature: t=<unix seconds>,v1=<hex>` with v1 = HMAC-SHA-256(secret, `<t>.<body>`): the convention of payment
//! APIs that do not sign with keys. The time is inside, so that a recorded message cannot be sent again for ever. While a
//! secret is exchanged for another there are two v1, one of each.

use std::fmt::Write;

use aws_lc_rs::hmac;
use jiff::Timestamp;

/// The value of the header.
pub(super) fn sign(secret: &str, at: Timestamp, body: &[u8]) -> String {
    format!("t={},v1={}", at.as_second(), mac(secret, at, body))
}

/// The value of the header while one secret gives way to another: the old one comes first.
pub(super) fn sign_twice(secrets: [&str; 2], at: Timestamp, body: &[u8]) -> String {
    let [old, new] = secrets.map(|secret| mac(secret, at, body));
    format!("t={},v1={old},v1={new}", at.as_second())
}

/// A secret the client was never told.
pub(super) fn of_somebody_else(secret: &str) -> String {
    format!("{secret} of somebody else")
}

/// What is signed: the time, a dot, the body.
pub(super) fn signed_text(at: Timestamp, body: &[u8]) -> Vec<u8> {
    [format!("{}.", at.as_second()).as_bytes(), body].concat()
}

pub(super) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        write!(text, "{byte:02x}").expect("writing to a string cannot fail");
    }
    text
}

fn mac(secret: &str, at: Timestamp, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hex(hmac::sign(&key, &signed_text(at, body)).as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_signed_is_the_time_a_dot_and_the_body() {
        let at: Timestamp = "2026-03-01T08:00:00Z".parse().unwrap();
        let signed = sign("secret", at, b"{}");
        // printf '1772352000.{}' | openssl dgst -sha256 -hmac secret
        assert_eq!(signed.split(',').next(), Some("t=1772352000"));
        assert_eq!(signed.len(), "t=1772352000,v1=".len() + 64);
        assert_ne!(signed, sign(&of_somebody_else("secret"), at, b"{}"));
        assert_ne!(signed, sign("secret", at, b"{ }"));
        assert!(sign_twice(["old", "secret"], at, b"{}").ends_with(signed.split_once(',').unwrap().1));
    }
}
