//! The signature of a message: detached, over the time and the body, in a header.
//!
//! `Webhook-Signature: t=<unix seconds>,v1=<hex>` with v1 = HMAC-SHA-256(secret, `<t>.<body>`): the convention of payment
//! APIs that do not sign with keys. The time is inside, so that a recorded message cannot be sent again for ever.

use std::fmt::Write;

use aws_lc_rs::hmac;
use jiff::Timestamp;

use super::Signature;

/// The value of the header. A bad one is well formed and made with another secret.
pub(crate) fn sign(secret: &str, at: Timestamp, body: &[u8], signature: Signature) -> String {
    let secret = match signature {
        Signature::Good => secret.to_owned(),
        Signature::Bad => format!("{secret} of somebody else"),
    };
    let time = at.as_second();
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let mut context = hmac::Context::with_key(&key);
    context.update(format!("{time}.").as_bytes());
    context.update(body);
    let mut text = format!("t={time},v1=");
    for byte in context.sign().as_ref() {
        write!(text, "{byte:02x}").expect("writing to a string cannot fail");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_signed_is_the_time_a_dot_and_the_body() {
        let at: Timestamp = "2026-03-01T08:00:00Z".parse().unwrap();
        let signed = sign("secret", at, b"{}", Signature::Good);
        // printf '1772352000.{}' | openssl dgst -sha256 -hmac secret
        assert_eq!(signed.split(',').next(), Some("t=1772352000"));
        assert_eq!(signed.len(), "t=1772352000,v1=".len() + 64);
        assert_ne!(signed, sign("secret", at, b"{}", Signature::Bad));
        assert_ne!(signed, sign("secret", at, b"{ }", Signature::Good));
    }
}
