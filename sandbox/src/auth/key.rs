//! P-256 keys derived from the world's seed: made when first asked for, the same in every run.

use aws_lc_rs::agreement::{ECDH_P256, PrivateKey};
use aws_lc_rs::encoding::{AsDer, EcPrivateKeyRfc5915Der};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;

use crate::auth::mint::{Kind, Mint, sha256};

/// A private P-256 key with its public half.
pub(crate) struct SigningKey {
    pkcs8: Vec<u8>,
    encoding: EncodingKey,
    public: PublicJwk,
}

/// The public half as a JSON Web Key (RFC 7517, RFC 7518 6.2.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct PublicJwk {
    kty: &'static str,
    #[serde(rename = "use")]
    usage: &'static str,
    alg: &'static str,
    kid: String,
    crv: &'static str,
    x: String,
    y: String,
}

impl SigningKey {
    /// The key of this owner.
    pub(crate) fn derive(mint: &Mint, owner: &str) -> SigningKey {
        // A 256-bit number is a P-256 scalar with overwhelming probability; the next is asked for if it is not.
        let der = (0..)
            .find_map(|attempt| {
                let scalar = mint.bytes(Kind::SigningKey, owner, attempt);
                let key = PrivateKey::from_private_key(&ECDH_P256, &scalar).ok()?;
                AsDer::<EcPrivateKeyRfc5915Der<'_>>::as_der(&key).ok()
            })
            .expect("almost every number is a scalar");
        let pair = EcdsaKeyPair::from_private_key_der(&ECDSA_P256_SHA256_FIXED_SIGNING, der.as_ref())
            .expect("the key was just written in this form");
        let pkcs8 = pair.to_pkcs8v1().expect("a P-256 key has a PKCS#8 form").as_ref().to_vec();
        let encoding = EncodingKey::from_ec_der(&pkcs8);
        SigningKey { public: PublicJwk::of_point(pair.public_key().as_ref()), pkcs8, encoding }
    }

    /// The public half.
    pub(crate) fn public(&self) -> &PublicJwk {
        &self.public
    }

    /// The private half as PKCS#8 PEM, for handing to a demo client.
    pub(crate) fn private_pem(&self) -> String {
        let text = STANDARD.encode(&self.pkcs8);
        let lines: Vec<&str> = text.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
        format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"))
    }

    /// A signed JWT with these claims.
    pub(crate) fn sign<T: Serialize>(&self, claims: &T) -> String {
        let header = Header { kid: Some(self.public.kid.clone()), ..Header::new(Algorithm::ES256) };
        jsonwebtoken::encode(&header, claims, &self.encoding).expect("a P-256 key signs ES256")
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.public.kid).finish_non_exhaustive()
    }
}

impl PublicJwk {
    /// The key at an uncompressed point; its `kid` is its thumbprint (RFC 7638).
    fn of_point(point: &[u8]) -> PublicJwk {
        let (x, y) = point[1..].split_at(32);
        let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
        let thumbprint = sha256(format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#).as_bytes());
        PublicJwk { kty: "EC", usage: "sig", alg: "ES256", kid: URL_SAFE_NO_PAD.encode(thumbprint), crv: "P-256", x, y }
    }
}

#[cfg(test)]
mod tests {
    use bank_fixtures::seed::Seed;
    use jsonwebtoken::jwk::Jwk;
    use jsonwebtoken::{DecodingKey, Validation, decode};
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_a_derived_key_signs_its_public_half_verifies() {
        let key = SigningKey::derive(&Mint::new(Seed::new(1)), "bank");
        assert_eq!(key.public(), SigningKey::derive(&Mint::new(Seed::new(1)), "bank").public());
        assert_ne!(key.public(), SigningKey::derive(&Mint::new(Seed::new(1)), "other").public());

        let jwk: Jwk = serde_json::from_value(json!(key.public())).expect("a JWK");
        assert_eq!(jwk.thumbprint(jsonwebtoken::jwk::ThumbprintHash::SHA256).ok(), Some(key.public().kid.clone()));
        let mut validation = Validation::new(Algorithm::ES256);
        validation.validate_exp = false;
        validation.required_spec_claims.clear();
        let verifier = DecodingKey::from_jwk(&jwk).expect("a verification key");
        let token = decode::<Value>(key.sign(&json!({"sub": "x"})), &verifier, &validation).expect("verifies");
        assert_eq!(token.claims["sub"], "x");
        EncodingKey::from_ec_pem(key.private_pem().as_bytes()).expect("a PEM that others read");
    }
}
