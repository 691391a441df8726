//! Signing keys of issuers and demo clients: P-256 and Ed25519 follow from the world's seed, RSA is made by the process.
//!
//! An RSA key takes a tenth of a second to make and cannot be computed from a seed with the library at hand, so the
//! process makes each once, when somebody first needs it, and all worlds share them. What follows from the seed is the
//! same in every run; the `kid` of an RSA key, like every signature but EdDSA's, is not.

use std::sync::Arc;

use aws_lc_rs::agreement::{ECDH_P256, PrivateKey};
use aws_lc_rs::encoding::{AsDer, EcPrivateKeyRfc5915Der, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
    RsaKeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::Algorithm;
use parking_lot::Mutex;
use serde::Serialize;

use crate::auth::mint::{Kind, Mint, sha256};

/// What a JWT may be signed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SigningAlgorithm {
    /// ECDSA on P-256 (RFC 7518 3.4).
    Es256,
    /// RSA-PSS, 2048 bits (RFC 7518 3.5).
    Ps256,
    /// Ed25519 (RFC 8037).
    EdDsa,
    /// RSA PKCS#1 v1.5 (RFC 7518 3.3): what OpenID Connect asks of everybody and FAPI forbids.
    Rs256,
}

/// A private key with its public half.
pub(crate) struct SigningKey {
    algorithm: SigningAlgorithm,
    pair: Pair,
    public: PublicJwk,
}

enum Pair {
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
    Rsa(Arc<RsaKeyPair>),
}

/// The public half as a JSON Web Key (RFC 7517, RFC 7518 6, RFC 8037 2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct PublicJwk {
    kty: &'static str,
    #[serde(rename = "use")]
    usage: &'static str,
    alg: &'static str,
    kid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    crv: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    y: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    e: Option<String>,
}

/// The header of a JWS in compact form (RFC 7515 4).
#[derive(Serialize)]
struct JoseHeader<'a> {
    alg: &'a str,
    kid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    typ: Option<&'a str>,
}

impl SigningAlgorithm {
    /// Every algorithm with its registered name.
    pub const ALL: &'static [(&'static str, SigningAlgorithm)] = &[
        ("ES256", SigningAlgorithm::Es256),
        ("PS256", SigningAlgorithm::Ps256),
        ("EdDSA", SigningAlgorithm::EdDsa),
        ("RS256", SigningAlgorithm::Rs256),
    ];

    /// The registered name.
    pub fn name(self) -> &'static str {
        let row = Self::ALL.iter().find(|row| row.1 == self);
        row.expect("the table has a row for every algorithm").0
    }

    /// The algorithm as the library that verifies knows it.
    pub(crate) fn jose(self) -> Algorithm {
        match self {
            SigningAlgorithm::Es256 => Algorithm::ES256,
            SigningAlgorithm::Ps256 => Algorithm::PS256,
            SigningAlgorithm::EdDsa => Algorithm::EdDSA,
            SigningAlgorithm::Rs256 => Algorithm::RS256,
        }
    }

    /// The algorithm of this registered name.
    pub(crate) fn named(name: &str) -> Option<SigningAlgorithm> {
        Self::ALL.iter().find(|row| row.0 == name).map(|row| row.1)
    }
}

impl SigningKey {
    /// The P-256 key of this owner: what demo clients sign with.
    pub(crate) fn derive(mint: &Mint, owner: &str) -> SigningKey {
        SigningKey::of_pair(SigningAlgorithm::Es256, Pair::Ec(p256(mint, owner)))
    }

    /// The `number`th key of this owner for an algorithm. RSA keys are the process's: owners share them.
    pub(crate) fn make(algorithm: SigningAlgorithm, mint: &Mint, owner: &str, number: usize) -> SigningKey {
        let owner = if number == 0 { owner.to_owned() } else { format!("{owner} {number}") };
        let pair = match algorithm {
            SigningAlgorithm::Es256 => Pair::Ec(p256(mint, &owner)),
            SigningAlgorithm::EdDsa => {
                let seed = mint.bytes(Kind::SigningKey, &owner, 0);
                Pair::Ed(Ed25519KeyPair::from_seed_unchecked(&seed).expect("every 32 bytes are a seed"))
            }
            SigningAlgorithm::Ps256 | SigningAlgorithm::Rs256 => Pair::Rsa(rsa(algorithm, number)),
        };
        SigningKey::of_pair(algorithm, pair)
    }

    fn of_pair(algorithm: SigningAlgorithm, pair: Pair) -> SigningKey {
        let public = match &pair {
            Pair::Ec(pair) => PublicJwk::of_point(pair.public_key().as_ref()),
            Pair::Ed(pair) => PublicJwk::of_ed25519(pair.public_key().as_ref()),
            Pair::Rsa(pair) => PublicJwk::of_rsa(pair.public_key().as_ref(), algorithm),
        };
        SigningKey { algorithm, pair, public }
    }

    /// The public half.
    pub(crate) fn public(&self) -> &PublicJwk {
        &self.public
    }

    /// The private half as PKCS#8.
    pub(crate) fn pkcs8(&self) -> Vec<u8> {
        let der = match &self.pair {
            Pair::Ec(pair) => pair.to_pkcs8v1().map(|document| document.as_ref().to_vec()),
            Pair::Ed(pair) => pair.to_pkcs8v1().map(|document| document.as_ref().to_vec()),
            Pair::Rsa(pair) => AsDer::<Pkcs8V1Der<'_>>::as_der(&**pair).map(|document| document.as_ref().to_vec()),
        };
        der.expect("a key pair has a PKCS#8 form")
    }

    /// The private half as PKCS#8 PEM, for handing to a demo client.
    pub(crate) fn private_pem(&self) -> String {
        let text = STANDARD.encode(self.pkcs8());
        let lines: Vec<&str> = text.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
        format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"))
    }

    /// A signed JWT with these claims, without a `typ`.
    pub(crate) fn sign<T: Serialize>(&self, claims: &T) -> String {
        self.sign_as(None, claims)
    }

    /// A JWT with this very header, whatever it says.
    #[cfg(test)]
    pub(crate) fn sign_with<H: Serialize, T: Serialize>(&self, header: &H, claims: &T) -> String {
        self.compact(header, claims)
    }

    /// A signed JWT of this `typ`, without the prefix `application/`.
    pub(crate) fn sign_as<T: Serialize>(&self, typ: Option<&str>, claims: &T) -> String {
        self.compact(&JoseHeader { alg: self.algorithm.name(), kid: self.public.kid(), typ }, claims)
    }

    fn compact<H: Serialize, T: Serialize>(&self, header: &H, claims: &T) -> String {
        let part = |bytes: Vec<u8>| URL_SAFE_NO_PAD.encode(bytes);
        let header = serde_json::to_vec(header).expect("a header holds text only");
        let claims = serde_json::to_vec(claims).expect("claims hold text, numbers, lists and maps");
        let signed = format!("{}.{}", part(header), part(claims));
        let signature = part(self.signature(signed.as_bytes()));
        format!("{signed}.{signature}")
    }

    /// The name of what it signs with.
    pub(crate) fn algorithm(&self) -> &'static str {
        self.algorithm.name()
    }

    /// The signature of a message that travels beside it: a compact JWS with nothing in its middle (RFC 7515 appendix F).
    pub(crate) fn sign_detached(&self, header: &[u8], message: &[u8]) -> String {
        let header = URL_SAFE_NO_PAD.encode(header);
        let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(message));
        format!("{header}..{}", URL_SAFE_NO_PAD.encode(self.signature(signed.as_bytes())))
    }

    /// The signature of this key over a message.
    pub(crate) fn signature(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Ec(pair) => pair.sign(&random, message).expect("a P-256 key signs").as_ref().to_vec(),
            Pair::Ed(pair) => pair.sign(message).as_ref().to_vec(),
            Pair::Rsa(pair) => {
                let padding =
                    if self.algorithm == SigningAlgorithm::Rs256 { &RSA_PKCS1_SHA256 } else { &RSA_PSS_SHA256 };
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(padding, &random, message, &mut signature).expect("the buffer is as long as the modulus");
                signature
            }
        }
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.public.kid()).finish_non_exhaustive()
    }
}

/// The P-256 key of an owner.
fn p256(mint: &Mint, owner: &str) -> EcdsaKeyPair {
    // A 256-bit number is a P-256 scalar with overwhelming probability; the next is asked for if it is not.
    let der = (0..)
        .find_map(|attempt| {
            let scalar = mint.bytes(Kind::SigningKey, owner, attempt);
            let key = PrivateKey::from_private_key(&ECDH_P256, &scalar).ok()?;
            AsDer::<EcPrivateKeyRfc5915Der<'_>>::as_der(&key).ok()
        })
        .expect("almost every number is a scalar");
    EcdsaKeyPair::from_private_key_der(&ECDSA_P256_SHA256_FIXED_SIGNING, der.as_ref())
        .expect("the key was just written in this form")
}

/// The `number`th RSA key of this process for an algorithm: a key signs with one, and its name stands for one.
fn rsa(algorithm: SigningAlgorithm, number: usize) -> Arc<RsaKeyPair> {
    static MADE: [Mutex<Vec<Arc<RsaKeyPair>>>; 2] = [Mutex::new(Vec::new()), Mutex::new(Vec::new())];
    let mut made = MADE[usize::from(algorithm == SigningAlgorithm::Rs256)].lock();
    while made.len() <= number {
        made.push(Arc::new(RsaKeyPair::generate(KeySize::Rsa2048).expect("the system has random numbers")));
    }
    Arc::clone(&made[number])
}

impl PublicJwk {
    /// Its name: the thumbprint (RFC 7638).
    pub(crate) fn kid(&self) -> &str {
        &self.kid
    }

    /// The same as the library that verifies knows it.
    pub(crate) fn as_jwk(&self) -> Option<jsonwebtoken::jwk::Jwk> {
        serde_json::to_value(self).and_then(serde_json::from_value).ok()
    }

    fn new(kty: &'static str, alg: &'static str, members: &str) -> PublicJwk {
        let kid = URL_SAFE_NO_PAD.encode(sha256(members.as_bytes()));
        PublicJwk { kty, usage: "sig", alg, kid, crv: None, x: None, y: None, n: None, e: None }
    }

    /// The key at an uncompressed point of P-256.
    fn of_point(point: &[u8]) -> PublicJwk {
        let (x, y) = point[1..].split_at(32);
        let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
        let key = PublicJwk::new("EC", "ES256", &format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#));
        PublicJwk { crv: Some("P-256"), x: Some(x), y: Some(y), ..key }
    }

    fn of_ed25519(point: &[u8]) -> PublicJwk {
        let x = URL_SAFE_NO_PAD.encode(point);
        let key = PublicJwk::new("OKP", "EdDSA", &format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#));
        PublicJwk { crv: Some("Ed25519"), x: Some(x), ..key }
    }

    /// The key of an `RSAPublicKey` (RFC 8017 A.1.1).
    fn of_rsa(der: &[u8], algorithm: SigningAlgorithm) -> PublicJwk {
        let (_, sequence, _) = element(der);
        let (_, modulus, rest) = element(sequence);
        let (_, exponent, _) = element(rest);
        let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes.strip_prefix(&[0]).unwrap_or(bytes));
        let (n, e) = (number(modulus), number(exponent));
        let key = PublicJwk::new("RSA", algorithm.name(), &format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#));
        PublicJwk { n: Some(n), e: Some(e), ..key }
    }
}

/// Tag, content and what follows of a DER element that our own library wrote.
fn element(der: &[u8]) -> (u8, &[u8], &[u8]) {
    let (tag, first) = (der[0], usize::from(der[1]));
    let (length, from) = match first {
        short if short < 0x80 => (short, 2),
        long => {
            let octets = long & 0x7f;
            (der[2..2 + octets].iter().fold(0, |length, octet| length << 8 | usize::from(*octet)), 2 + octets)
        }
    };
    (tag, &der[from..from + length], &der[from + length..])
}

#[cfg(test)]
mod tests {
    use bank_fixtures::seed::Seed;
    use jsonwebtoken::jwk::Jwk;
    use jsonwebtoken::{DecodingKey, EncodingKey, Validation, decode};
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_a_derived_key_signs_its_public_half_verifies() {
        let key = SigningKey::derive(&Mint::new(Seed::new(1)), "bank");
        assert_eq!(key.public(), SigningKey::derive(&Mint::new(Seed::new(1)), "bank").public());
        assert_ne!(key.public(), SigningKey::derive(&Mint::new(Seed::new(1)), "other").public());
        EncodingKey::from_ec_pem(key.private_pem().as_bytes()).expect("a PEM that others read");
    }

    #[test]
    fn every_algorithm_signs_what_others_verify() {
        let mint = Mint::new(Seed::new(1));
        for (name, algorithm) in SigningAlgorithm::ALL {
            let key = SigningKey::make(*algorithm, &mint, "issuer", 0);
            let again = SigningKey::make(*algorithm, &mint, "issuer", 0);
            assert_eq!(key.public(), again.public(), "{name}");
            assert_ne!(key.public(), SigningKey::make(*algorithm, &mint, "issuer", 1).public(), "{name}");
            let jwk: Jwk = serde_json::from_value(json!(key.public())).expect("a JWK");
            let thumbprint = jwk.thumbprint(jsonwebtoken::jwk::ThumbprintHash::SHA256).ok();
            assert_eq!(thumbprint.as_deref(), Some(key.public().kid()), "{name}");
            let mut validation = Validation::new(algorithm.jose());
            validation.validate_exp = false;
            validation.required_spec_claims.clear();
            let verifier = DecodingKey::from_jwk(&jwk).expect("a verification key");
            let signed = key.sign_as(Some("x+jwt"), &json!({"sub": "x"}));
            let token = decode::<Value>(&signed, &verifier, &validation).expect("verifies");
            assert_eq!((token.claims["sub"].as_str(), token.header.typ.as_deref()), (Some("x"), Some("x+jwt")));
        }
    }

    #[test]
    fn only_what_follows_from_the_seed_repeats() {
        let mint = Mint::new(Seed::new(1));
        let signed = |algorithm| SigningKey::make(algorithm, &mint, "issuer", 0).sign(&json!({"sub": "x"}));
        assert_eq!(signed(SigningAlgorithm::EdDsa), signed(SigningAlgorithm::EdDsa));
        assert_ne!(signed(SigningAlgorithm::Es256), signed(SigningAlgorithm::Es256), "ECDSA draws a number");
    }
}
