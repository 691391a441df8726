//! What a login makes up and must see again: state, nonce, verifier.

use aws_lc_rs::digest;
use aws_lc_rs::rand;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Secrets of one login.
pub(super) struct Secrets {
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
    /// `code_challenge`, S256.
    pub(super) challenge: String,
}

impl Secrets {
    /// New ones, which nobody can guess.
    pub(super) fn fresh() -> Secrets {
        let text = || {
            let mut bytes = [0; 32];
            rand::fill(&mut bytes).expect("a machine without randomness would not have come this far");
            URL_SAFE_NO_PAD.encode(bytes)
        };
        let verifier = text();
        Secrets { state: text(), nonce: text(), challenge: sha256(&verifier), verifier }
    }
}

/// SHA-256 in base64url without padding.
fn sha256(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, text.as_bytes()))
}

/// The left half of the SHA-256 (OpenID Connect Core §3.1.3.6).
pub(super) fn half_hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(&digest::digest(&digest::SHA256, text.as_bytes()).as_ref()[..16])
}
