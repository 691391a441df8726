//! Tokens, codes and cookies: unguessable without the world's seed, the same in every run with it.
//!
//! Each is a keyed hash of (kind, owner, how many before), so what one client gets does not depend on what others do.
//! Nothing here is kept in clear: the stores know hashes only.

use std::collections::HashMap;

use aws_lc_rs::{digest, hmac};
use bank_fixtures::seed::Seed;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use parking_lot::Mutex;

/// SHA-256 of a secret: what a store keeps instead of it.
pub(crate) type Digest = [u8; 32];

/// The source of one authorization server's secrets.
#[derive(Debug)]
pub(crate) struct Mint {
    key: hmac::Key,
    /// How many of each kind each owner has got.
    counts: Mutex<HashMap<(Kind, String), u64>>,
}

/// What a secret is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// Authorization code.
    Code,
    /// Access token.
    Access,
    /// Refresh token.
    Refresh,
    /// Session cookie of a browser.
    Session,
    /// A login and consent that is going on.
    Interaction,
    /// Proof that a form came from our own page.
    Csrf,
    /// Secret of a client that registered without one.
    ClientSecret,
    /// One-time code on an account holder's phone.
    Passcode,
    /// What a client polls with.
    Polled,
    /// What people type to connect a device.
    UserCode,
    /// Token that opens a client's registration.
    Registration,
    /// Private scalar of a signing key.
    SigningKey,
    /// Nonce for a DPoP proof.
    Nonce,
    /// Reference to a pushed authorization request.
    RequestUri,
}

impl Kind {
    fn label(self) -> &'static str {
        match self {
            Kind::Code => "code",
            Kind::Access => "access",
            Kind::Refresh => "refresh",
            Kind::Session => "session",
            Kind::Interaction => "interaction",
            Kind::Csrf => "csrf",
            Kind::ClientSecret => "client-secret",
            Kind::Passcode => "passcode",
            Kind::Polled => "polled",
            Kind::UserCode => "user-code",
            Kind::Registration => "registration",
            Kind::SigningKey => "signing-key",
            Kind::Nonce => "nonce",
            Kind::RequestUri => "request-uri",
        }
    }
}

impl Mint {
    pub(crate) fn new(seed: Seed) -> Mint {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &seed.number().to_le_bytes());
        Mint { key, counts: Mutex::new(HashMap::new()) }
    }

    /// A source of its own that has given out the same.
    pub(crate) fn fork(&self) -> Mint {
        Mint { key: self.key.clone(), counts: Mutex::new(self.counts.lock().clone()) }
    }

    /// The next secret of this kind for this owner: 32 bytes as 43 characters of base64url.
    pub(crate) fn next(&self, kind: Kind, owner: &str) -> String {
        let mut counts = self.counts.lock();
        let count = counts.entry((kind, owner.to_owned())).or_insert(0);
        *count += 1;
        self.text(kind, owner, *count)
    }

    /// The secret that belongs to this owner and number, however often it is asked for.
    pub(crate) fn text(&self, kind: Kind, owner: &str, number: u64) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes(kind, owner, number))
    }

    /// Six digits for a person to type, the same however often they are asked for.
    pub(crate) fn digits(&self, owner: &str, number: u64) -> String {
        let [a, b, c, d, ..] = self.bytes(Kind::Passcode, owner, number);
        format!("{:06}", u32::from_be_bytes([a, b, c, d]) % 1_000_000)
    }

    /// The same as bytes.
    pub(crate) fn bytes(&self, kind: Kind, owner: &str, number: u64) -> Digest {
        let mut message = Vec::with_capacity(owner.len() + 32);
        message.extend_from_slice(kind.label().as_bytes());
        message.push(0);
        message.extend_from_slice(&number.to_le_bytes());
        message.extend_from_slice(owner.as_bytes());
        let tag = hmac::sign(&self.key, &message);
        tag.as_ref().try_into().expect("HMAC-SHA-256 gives 32 bytes")
    }
}

/// SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> Digest {
    digest::digest(&digest::SHA256, bytes).as_ref().try_into().expect("SHA-256 gives 32 bytes")
}

/// `true` if both are equal, in a time that does not tell where they differ.
pub(crate) fn same_secret(left: &str, right: &str) -> bool {
    let (left, right) = (sha256(left.as_bytes()), sha256(right.as_bytes()));
    aws_lc_rs::constant_time::verify_slices_are_equal(&left, &right).is_ok()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// The measure certification suites apply: Shannon entropy per character times length, in bits.
    fn measured_bits(text: &str) -> f64 {
        let mut counts: BTreeMap<char, f64> = BTreeMap::new();
        text.chars().for_each(|c| *counts.entry(c).or_default() += 1.0);
        let length = text.len() as f64;
        -length * counts.values().map(|count| count / length * (count / length).log2()).sum::<f64>()
    }

    #[test]
    fn secrets_repeat_with_the_seed_and_never_otherwise() {
        let (one, two, other) = (Mint::new(Seed::new(1)), Mint::new(Seed::new(1)), Mint::new(Seed::new(2)));
        let first = one.next(Kind::Access, "demo");
        two.next(Kind::Access, "somebody else");
        assert_eq!(first, two.next(Kind::Access, "demo"));
        assert_ne!(first, one.next(Kind::Access, "demo"));
        assert_ne!(first, one.next(Kind::Refresh, "demo"));
        assert_ne!(first, other.next(Kind::Access, "demo"));
    }

    #[test]
    fn secrets_hold_enough_entropy_for_a_certification_suite() {
        let mint = Mint::new(Seed::new(7));
        assert!((0..1000).all(|_| measured_bits(&mint.next(Kind::Code, "demo")) > 128.0));
    }
}
