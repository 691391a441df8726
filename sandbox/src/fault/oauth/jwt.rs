//! Signed tokens taken apart, changed and signed again, wherever an answer carries them.

use std::fmt;

use aws_lc_rs::hmac;
use axum::http::HeaderValue;
use axum::http::header::LOCATION;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::lie::Told;
use crate::auth::Mishap;

/// The keys a bank signs with, and one it does not.
pub trait Forge: fmt::Debug {
    /// The signature of the published key of this name, or of the one in use.
    fn sign(&self, kid: Option<&str>, message: &[u8]) -> Vec<u8>;

    /// A signature of the same kind that no published key has made.
    fn sign_falsely(&self, message: &[u8]) -> Vec<u8>;

    /// The published key of this name, or the one in use, as a JWK.
    fn public(&self, kid: Option<&str>) -> Value;

    /// Another key of the same kind under this name.
    fn decoy(&self, kid: &str) -> Value;

    /// Lets something befall the notice that a client waits for (OpenID CIBA 10.2).
    fn befall_ping(&self, auth_req_id: &str, mishap: Mishap);

    /// Takes another text for an access token from now on, too.
    fn also_known_as(&self, token: &str, alias: &str);
}

/// Nobody's keys: for answers of banks that sign nothing.
#[cfg(test)]
#[derive(Debug)]
pub(in crate::fault) struct NoKeys;

#[cfg(test)]
impl Forge for NoKeys {
    fn sign(&self, _: Option<&str>, _: &[u8]) -> Vec<u8> {
        vec![1; 64]
    }

    fn sign_falsely(&self, _: &[u8]) -> Vec<u8> {
        vec![2; 64]
    }

    fn public(&self, _: Option<&str>) -> Value {
        serde_json::json!({"kty": "EC", "kid": "k", "alg": "ES256"})
    }

    fn decoy(&self, kid: &str) -> Value {
        serde_json::json!({"kty": "EC", "kid": kid, "x": "decoy"})
    }

    fn befall_ping(&self, _: &str, _: Mishap) {}

    fn also_known_as(&self, _: &str, _: &str) {}
}

/// A token in its parts.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Jwt {
    pub(super) header: Map<String, Value>,
    pub(super) claims: Map<String, Value>,
}

/// Who signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signer {
    /// The bank, with the key the header names.
    Bank,
    /// A key that is not the bank's.
    Decoy,
    /// Nobody: the signature is empty.
    Nobody,
    /// Whoever has the public key, taken for a shared secret.
    PublicKeyAsSecret,
    /// The bank, and then a bit of the signature changed.
    Damaged,
    /// The bank, in DER instead of r and s side by side.
    Der,
}

impl Jwt {
    pub(super) fn parse(text: &str) -> Option<Jwt> {
        let mut parts = text.split('.');
        let (header, claims, _signature) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let part = |text: &str| match serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()? {
            Value::Object(members) => Some(members),
            _ => None,
        };
        Some(Jwt { header: part(header)?, claims: part(claims)? })
    }

    /// The token, signed by the bank.
    pub(super) fn signed(&self, keys: &dyn Forge) -> String {
        self.signed_by(Signer::Bank, keys)
    }

    pub(super) fn signed_by(&self, signer: Signer, keys: &dyn Forge) -> String {
        let part = |members: &Map<String, Value>| URL_SAFE_NO_PAD.encode(Value::Object(members.clone()).to_string());
        let message = format!("{}.{}", part(&self.header), part(&self.claims));
        let kid = self.header.get("kid").and_then(Value::as_str);
        let bytes = message.as_bytes();
        let signature = match signer {
            Signer::Bank => keys.sign(kid, bytes),
            Signer::Decoy => keys.sign_falsely(bytes),
            Signer::Nobody => Vec::new(),
            Signer::PublicKeyAsSecret => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, keys.public(None).to_string().as_bytes());
                hmac::sign(&key, bytes).as_ref().to_vec()
            }
            Signer::Damaged => {
                let mut signature = keys.sign(kid, bytes);
                if let Some(last) = signature.last_mut() {
                    *last ^= 1;
                }
                signature
            }
            Signer::Der => der(&keys.sign(kid, bytes)),
        };
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// r and s as a DER sequence of two integers (RFC 3279 2.2.3): what RFC 7518 3.4 does not want.
fn der(signature: &[u8]) -> Vec<u8> {
    let integer = |bytes: &[u8]| {
        let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len().saturating_sub(1));
        let bytes = &bytes[start..];
        let sign = bytes.first().is_some_and(|byte| byte & 0x80 != 0);
        let length = bytes.len() + usize::from(sign);
        let mut encoded = vec![2, u8::try_from(length).unwrap_or(u8::MAX)];
        encoded.extend(sign.then_some(0));
        encoded.extend_from_slice(bytes);
        encoded
    };
    let (r, s) = signature.split_at(signature.len() / 2);
    let inner = [integer(r), integer(s)].concat();
    let mut encoded = vec![0x30, u8::try_from(inner.len()).unwrap_or(u8::MAX)];
    encoded.extend(inner);
    encoded
}

/// Changes every signed token of an answer that comes under one of these names: in a JSON body, in a redirect, or in a
/// form that a browser sends on; an empty name stands for a body that is a token itself.
pub(super) fn edit(told: &mut Told<'_, '_>, names: &[&str], change: impl Fn(&mut Jwt, &Told<'_, '_>) -> Signer) {
    let body = String::from_utf8_lossy(&told.reply.body).into_owned();
    let location =
        told.reply.headers.get(LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let mut changed = Vec::new();
    for name in names {
        for found in tokens(name, &body, &location) {
            if let Some(mut token) = Jwt::parse(&found) {
                let signer = change(&mut token, told);
                changed.push((found, token.signed_by(signer, told.scene.keys)));
            }
        }
    }
    if changed.is_empty() {
        return;
    }
    let (mut body, mut location) = (body, location);
    for (before, after) in &changed {
        (body, location) = (body.replace(before, after), location.replace(before, after));
    }
    told.reply.body = body.into();
    if let Some(value) = HeaderValue::from_str(&location).ok().filter(|_| !location.is_empty()) {
        told.reply.headers.insert(LOCATION, value);
    }
}

/// The texts under a name.
fn tokens(name: &str, body: &str, location: &str) -> Vec<String> {
    if name.is_empty() {
        return vec![body.trim().to_owned()];
    }
    let mut found = Vec::new();
    if let Ok(Value::Object(members)) = serde_json::from_str(body) {
        found.extend(members.get(name).and_then(Value::as_str).map(str::to_owned));
    }
    let field = format!("name=\"{name}\" value=\"");
    let input = body.split_once(&field).and_then(|(_, rest)| rest.split_once('"'));
    found.extend(input.map(|(value, _)| value.to_owned()));
    let parameters = location.split_once(['?', '#']).map_or("", |(_, rest)| rest);
    let pairs = parameters.split(['&', '?', '#']).filter_map(|pair| pair.split_once('='));
    found.extend(pairs.filter(|pair| pair.0 == name).map(|pair| pair.1.to_owned()));
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_token_survives_being_taken_apart() {
        let (Value::Object(header), Value::Object(claims)) = (json!({"alg": "ES256"}), json!({"sub": "x"})) else {
            panic!("objects")
        };
        let token = Jwt { header, claims };
        let text = token.signed(&NoKeys);
        assert_eq!(Jwt::parse(&text), Some(token.clone()));
        assert!(token.signed_by(Signer::Nobody, &NoKeys).ends_with('.'));
        for wrong in ["", "a.b", "a.b.c", "e30.e30.x.y", "W10.e30.x"] {
            assert_eq!(Jwt::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn der_is_the_form_of_the_certificate_standards() {
        let mut signature = vec![0; 64];
        (signature[0], signature[31], signature[63]) = (0x80, 1, 5);
        let encoded = der(&signature);
        assert_eq!(&encoded[..4], [0x30, 0x26, 2, 33]);
        assert_eq!(encoded[4], 0, "an integer is not negative");
        assert_eq!(&encoded[encoded.len() - 3..], [2, 1, 5]);
    }
}
