//! Signed JWTs that others made, before anybody believes them (RFC 7515, RFC 7519).
//!
//! Reads header and claims as they are, within bounds, and verifies with a key that somebody else chose. Nothing a header
//! says is followed.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::Jwk;
use serde_json::{Map, Value};

use crate::auth::key::SigningAlgorithm;

/// A JWT in three parts, read and not verified.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Jws {
    pub(crate) header: Map<String, Value>,
    pub(crate) claims: Map<String, Value>,
    /// Header and claims as they were signed.
    signed: String,
    /// The signature, in base64url.
    signature: String,
}

/// Why a text is no such JWT.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadJws {
    #[error("longer than {MAX_BYTES} bytes")]
    TooLong,
    #[error("not three parts of base64url")]
    Shape,
    #[error("encrypted, which this bank does not read")]
    Encrypted,
    #[error("without a JSON object as header and claims")]
    Content,
}

const MAX_BYTES: usize = 16 * 1024;

impl Jws {
    /// Reads the compact form.
    pub(crate) fn parse(text: &str) -> Result<Jws, BadJws> {
        if text.len() > MAX_BYTES {
            return Err(BadJws::TooLong);
        }
        let parts: Vec<&str> = text.split('.').collect();
        let [header, claims, signature] = parts[..] else {
            return Err(if parts.len() == 5 { BadJws::Encrypted } else { BadJws::Shape });
        };
        let object = |part: &str| {
            let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| BadJws::Shape)?;
            serde_json::from_slice::<Map<String, Value>>(&bytes).map_err(|_| BadJws::Content)
        };
        let (signed, signature) = (format!("{header}.{claims}"), signature.to_owned());
        Ok(Jws { header: object(header)?, claims: object(claims)?, signed, signature })
    }

    /// A member of the header, if it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.header.get(name)?.as_str()
    }

    /// A claim, if it is text.
    pub(crate) fn claim(&self, name: &str) -> Option<&str> {
        self.claims.get(name)?.as_str()
    }

    /// A claim in seconds since 1970, if it is a number.
    pub(crate) fn seconds(&self, name: &str) -> Option<f64> {
        self.claims.get(name)?.as_f64()
    }

    /// The algorithm the header names, if it is one this program verifies.
    pub(crate) fn algorithm(&self) -> Option<SigningAlgorithm> {
        match self.header("alg")? {
            // RFC 9864 gives Ed25519 a name of its own.
            "Ed25519" => Some(SigningAlgorithm::EdDsa),
            name => SigningAlgorithm::named(name),
        }
    }

    /// `true` if the header says that nobody signed.
    pub(crate) fn is_unsigned(&self) -> bool {
        self.header("alg") == Some("none") && self.signature.is_empty()
    }

    /// `true` if the audience is this text, alone or in a list.
    pub(crate) fn is_for(&self, audience: &str) -> bool {
        match self.claims.get("aud") {
            Some(Value::String(one)) => one == audience,
            Some(Value::Array(many)) => many.iter().any(|one| one == audience),
            _ => false,
        }
    }

    /// `true` if the holder of this key signed it, with the algorithm that the header names.
    pub(crate) fn is_signed_by(&self, key: &Jwk) -> bool {
        let Some(algorithm) = self.algorithm() else { return false };
        let Ok(key) = DecodingKey::from_jwk(key) else { return false };
        jsonwebtoken::crypto::verify(&self.signature, self.signed.as_bytes(), &key, algorithm.jose()).unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use bank_fixtures::seed::Seed;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::auth::key::SigningKey;
    use crate::auth::mint::Mint;

    fn public(key: &SigningKey) -> Jwk {
        serde_json::from_value(json!(key.public())).expect("a JWK")
    }

    #[test]
    fn a_signature_is_good_for_one_key_and_one_text() {
        let mint = Mint::new(Seed::new(1));
        for (name, algorithm) in SigningAlgorithm::ALL {
            let (key, other) =
                (SigningKey::make(*algorithm, &mint, "one", 0), SigningKey::make(*algorithm, &mint, "two", 1));
            let text = key.sign_as(Some("dpop+jwt"), &json!({"aud": ["a", "b"], "iat": 5}));
            let jws = Jws::parse(&text).expect("our own");
            assert_eq!(
                (jws.header("typ"), jws.seconds("iat"), jws.algorithm()),
                (Some("dpop+jwt"), Some(5.0), Some(*algorithm))
            );
            assert!(jws.is_for("b") && !jws.is_for("c"));
            assert!(jws.is_signed_by(&public(&key)) && !jws.is_signed_by(&public(&other)), "{name}");
            let tampered = Jws { signed: jws.signed.replace('.', "A."), ..jws };
            assert!(!tampered.is_signed_by(&public(&key)), "{name}");
        }
    }

    #[test]
    fn what_is_no_jwt_is_told_apart() {
        for (text, why) in [
            ("a.b", BadJws::Shape),
            ("a.b.c.d.e", BadJws::Encrypted),
            ("!.e30.", BadJws::Shape),
            ("W10.e30.", BadJws::Content),
            (&"a".repeat(20_000), BadJws::TooLong),
        ] {
            assert_eq!(Jws::parse(text), Err(why), "{text}");
        }
        let unsigned = Jws::parse("eyJhbGciOiJub25lIn0.e30.").expect("three parts");
        assert!(unsigned.is_unsigned() && unsigned.algorithm().is_none());
    }

    proptest! {
        #[test]
        fn any_text_is_a_jwt_or_not(text in "\\PC{0,120}", header in "\\PC{0,60}", claims in "\\PC{0,60}") {
            let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
            let _ = Jws::parse(&text);
            if let Ok(jws) = Jws::parse(&format!("{}.{}.x", part(&header), part(&claims))) {
                let _ = (jws.algorithm(), jws.is_for("x"), jws.is_unsigned());
            }
        }
    }
}
