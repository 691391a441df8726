//! Compact signed tokens (RFC 7515), right or wrong on purpose.
//!
//! Owns a P-256 key of the run's own and the putting together of header, claims and signature from any JSON, so that a
//! check can leave out, change or contradict whatever it likes. Knows nothing of what the tokens are for.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// A P-256 key that nobody else has.
pub struct Signer {
    pair: EcdsaKeyPair,
}

impl Signer {
    /// A new key.
    pub fn generate() -> Signer {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING);
        Signer { pair: pair.expect("a machine without randomness would not have come this far") }
    }

    /// The public key (RFC 7517, RFC 7518 §6.2).
    pub fn jwk(&self) -> Value {
        // An uncompressed point: 4, then both coordinates.
        let point = self.pair.public_key().as_ref();
        let (x, y) = point[1..].split_at(32);
        json!({"kty": "EC", "crv": "P-256", "x": encoded(x), "y": encoded(y)})
    }

    /// The thumbprint of the public key (RFC 7638): members in lexicographic order, no blanks.
    pub fn thumbprint(&self) -> String {
        let jwk = self.jwk();
        let text = |member: &str| jwk[member].as_str().unwrap_or_default().to_owned();
        digest(&format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, text("x"), text("y")))
    }

    /// Header and claims with this key's ES256 signature, whatever the header says.
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let signed = halves(header, claims);
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes()).expect("a P-256 key always signs");
        format!("{signed}.{}", encoded(signature.as_ref()))
    }
}

/// Header and claims without a signature: what `alg: none` looks like.
pub fn unsigned(header: &Value, claims: &Value) -> String {
    format!("{}.", halves(header, claims))
}

/// Header and claims with an HMAC-SHA-256 under a secret, whatever the header says.
pub fn with_hmac(header: &Value, claims: &Value, secret: &[u8]) -> String {
    let signed = halves(header, claims);
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret);
    format!("{signed}.{}", encoded(aws_lc_rs::hmac::sign(&key, signed.as_bytes()).as_ref()))
}

/// SHA-256 in base64url without padding.
pub fn digest(text: &str) -> String {
    encoded(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes()).as_ref())
}

fn halves(header: &Value, claims: &Value) -> String {
    format!("{}.{}", encoded(header.to_string().as_bytes()), encoded(claims.to_string().as_bytes()))
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
