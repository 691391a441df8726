//! Keys of certificates as JSON Web Keys (RFC 7517, RFC 7518 6).

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value};
use yasna::ASN1Result;

use super::der;

/// The public key of a SubjectPublicKeyInfo (P-256 or RSA) that signs, with its thumbprint (RFC 7638) as `kid` and the
/// certificate it is in as `x5c`; `None` for a key of another kind.
pub(crate) fn public(spki: &[u8], certificate: Option<&[u8]>) -> Option<Map<String, Value>> {
    let (kind, key) = der::public_key(spki).ok()?;
    let mut jwk = Map::new();
    let mut set = |name: &str, value: String| jwk.insert(name.to_owned(), value.into());
    let canonical = match kind.as_str() {
        der::EC if key.len() == 65 => {
            let (x, y) = (encoded(&key[1..33]), encoded(&key[33..]));
            for (name, value) in [("kty", "EC"), ("crv", "P-256"), ("x", &x), ("y", &y), ("alg", "ES256")] {
                set(name, value.to_owned());
            }
            format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#)
        }
        der::RSA => {
            let (n, e) = der::rsa_key(&key).ok()?;
            let (n, e) = (encoded(&n), encoded(&e));
            for (name, value) in [("kty", "RSA"), ("n", &n), ("e", &e), ("alg", "PS256")] {
                set(name, value.to_owned());
            }
            format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#)
        }
        _ => return None,
    };
    set("use", "sig".to_owned());
    set("kid", encoded(digest::digest(&digest::SHA256, canonical.as_bytes()).as_ref()));
    if let Some(certificate) = certificate {
        set("x5t#S256", encoded(digest::digest(&digest::SHA256, certificate).as_ref()));
        jwk.insert("x5c".to_owned(), vec![STANDARD.encode(certificate)].into());
    }
    Some(jwk)
}

/// The same with the private half, from PKCS#8; `None` if the two do not belong to one kind of key.
pub(crate) fn private(pkcs8: &[u8], public: &Map<String, Value>) -> Option<Map<String, Value>> {
    let inner = inner_key(pkcs8).ok()?;
    let names: &[&str] = if public["kty"] == "RSA" { &["d", "p", "q", "dp", "dq", "qi"] } else { &["d"] };
    let values = if public["kty"] == "RSA" { rsa_secrets(&inner).ok()? } else { vec![ec_secret(&inner).ok()?] };
    let mut jwk = public.clone();
    names.iter().zip(values).for_each(|(name, value)| {
        jwk.insert((*name).to_owned(), encoded(&value).into());
    });
    Some(jwk)
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The algorithm's own key inside PKCS#8 (RFC 5958 2).
fn inner_key(pkcs8: &[u8]) -> ASN1Result<Vec<u8>> {
    yasna::parse_der(pkcs8, |reader| {
        reader.read_sequence(|reader| {
            reader.next().read_u8()?;
            reader.next().read_der()?;
            let key = reader.next().read_bytes()?;
            // Attributes, and the public key once more.
            while reader.read_optional(|reader| reader.read_der())?.is_some() {}
            Ok(key)
        })
    })
}

/// RFC 5915 3.
fn ec_secret(key: &[u8]) -> ASN1Result<Vec<u8>> {
    yasna::parse_der(key, |reader| {
        reader.read_sequence(|reader| {
            reader.next().read_u8()?;
            let secret = reader.next().read_bytes()?;
            while reader.read_optional(|reader| reader.read_der())?.is_some() {}
            Ok(secret)
        })
    })
}

/// Exponent, primes, their exponents and the coefficient (RFC 8017 A.1.2).
fn rsa_secrets(key: &[u8]) -> ASN1Result<Vec<Vec<u8>>> {
    yasna::parse_der(key, |reader| {
        reader.read_sequence(|reader| {
            reader.next().read_u8()?;
            for _modulus_and_exponent in 0..2 {
                reader.next().read_der()?;
            }
            (0..6).map(|_| reader.next().read_bigint_bytes().map(|(number, _)| der::unpadded(number))).collect()
        })
    })
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
    use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ED25519, PKCS_RSA_SHA256, PublicKeyData};

    use super::*;

    #[test]
    fn both_halves_are_told() {
        for (algorithm, private_members) in [(&PKCS_ECDSA_P256_SHA256, 1), (&PKCS_RSA_SHA256, 6)] {
            let key = KeyPair::generate_for(algorithm).unwrap();
            let public = public(&key.subject_public_key_info(), Some(b"certificate")).unwrap();
            let read: Jwk = serde_json::from_value(public.clone().into()).unwrap();
            assert_eq!(read.thumbprint(ThumbprintHash::SHA256).unwrap(), public["kid"].as_str().unwrap());
            assert_eq!(public["x5c"][0], STANDARD.encode(b"certificate"));
            let private = private(key.serialized_der(), &public).unwrap();
            assert_eq!(private.len(), public.len() + private_members);
            assert!(private["d"].as_str().unwrap().len() >= 43);
        }
        let other = KeyPair::generate_for(&PKCS_ED25519).unwrap();
        assert_eq!(public(&other.subject_public_key_info(), None), None);
    }
}
