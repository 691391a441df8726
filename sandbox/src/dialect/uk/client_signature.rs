//! Signatures of clients beside the bodies of their messages: read, judged, believed or not.
//!
//! Owns what a detached JWS has to look like in both eras of `b64` (Read/Write specification, Message Signing). Up to 3.1.3 the
//! body was signed as it is; since 3.1.4 it is signed in base64url and `b64` has no place, so that version 4 refuses it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::{Map, Value};

use super::error::{Code, Refused};
use super::signature::{ANCHOR, IAT, ISS, JWS, TAN};
use super::version::Era;
use super::visit::Visit;
use crate::profile::ClientSignatures;

/// Judges the signature of a call whose messages are signed.
///
/// # Errors
/// There is none where there has to be, or one where none is taken; or it is not a good one.
pub(super) fn judge(visit: &Visit<'_>) -> Result<(), Refused> {
    let refuse = |code, message: &str| Err(Refused::mistake(code, JWS.as_str(), message));
    let policy = visit.bank.profile.messages.client_signatures;
    let has_body = !visit.call.request.body.is_empty();
    let mut values = visit.call.request.headers.get_all(&JWS).iter();
    let signature = match (policy, values.next()) {
        (ClientSignatures::Ignored, _) | (ClientSignatures::Optional | ClientSignatures::Unsupported, None) => {
            return Ok(());
        }
        (ClientSignatures::Unsupported, Some(_)) => {
            return refuse(Code::SignatureUnexpected, "this bank takes no signatures");
        }
        (ClientSignatures::Required, None) if has_body => {
            return refuse(Code::SignatureMissing, "sign the body: a detached JWS (PS256) in x-jws-signature");
        }
        (ClientSignatures::Required, None) => return Ok(()),
        (ClientSignatures::Required | ClientSignatures::Optional, Some(value)) => value,
    };
    let text = signature.to_str().ok().filter(|_| values.next().is_none());
    let Some(read) = text.and_then(Detached::read) else {
        return refuse(Code::SignatureMalformed, "write one compact JWS with nothing between its two dots");
    };
    let payload = read.payload(visit.version.era, visit.call.now.as_second());
    let payload = payload.map_err(|(code, message)| Refused::mistake(code, JWS.as_str(), message))?;
    let client = visit.bank.auth.client(&visit.access.client_id);
    let keys = client.as_ref().map(|client| client.keys.public()).unwrap_or_default();
    if read.is_of(keys, payload, &visit.call.request.body) {
        return Ok(());
    }
    refuse(Code::SignatureInvalid, "no key of the client with the kid of the signature signed this body")
}

/// A detached JWS (RFC 7515 appendix F), read and not verified.
struct Detached<'a> {
    header: &'a str,
    members: Map<String, Value>,
    signature: &'a str,
}

/// How the body went into the signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Payload {
    /// As it is (RFC 7797).
    Plain,
    /// In base64url.
    Encoded,
}

/// Seconds that a client's clock may be ahead.
const SKEW_SECONDS: i64 = 10;

impl<'a> Detached<'a> {
    fn read(text: &'a str) -> Option<Detached<'a>> {
        let (header, signature) = text.split_once("..").filter(|(_, rest)| !rest.is_empty() && !rest.contains('.'))?;
        let members = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
        URL_SAFE_NO_PAD.decode(signature).ok()?;
        Some(Detached { header, members, signature })
    }

    /// How the body was signed, if everything beside the signature is right.
    fn payload(&self, era: Era, now: i64) -> Result<Payload, (Code, String)> {
        let missing =
            |name: &str| Err((Code::SignatureMissingClaim, format!("the header of the signature lacks {name}")));
        let wrong = |name: &str, legal: &str| Err((Code::SignatureInvalidClaim, format!("{name}: {legal}")));
        let text = |name: &str| self.members.get(name).and_then(Value::as_str);
        for name in ["alg", "kid", IAT, ISS, TAN, "crit"] {
            if !self.members.contains_key(name) {
                return missing(name);
            }
        }
        if text("alg") != Some("PS256") {
            return wrong("alg", "sign with PS256");
        }
        if self.members.contains_key("typ") && text("typ") != Some("JOSE") {
            return wrong("typ", "write JOSE, or leave it out");
        }
        let content = text("cty").map(|cty| cty.strip_prefix("application/").unwrap_or(cty));
        if self.members.contains_key("cty") && content != Some("json") {
            return wrong("cty", "write application/json, or leave it out");
        }
        if text(ISS).is_none_or(str::is_empty) {
            return wrong(
                ISS,
                "write who signs: organisation and software statement, or the subject of the certificate",
            );
        }
        if text(TAN) != Some(ANCHOR) {
            return wrong(TAN, "write the trust anchor: openbanking.org.uk");
        }
        if self.members.get(IAT).and_then(Value::as_i64).is_none_or(|at| at > now.saturating_add(SKEW_SECONDS)) {
            return wrong(IAT, "write when it was signed, in seconds since 1970: not an instant to come");
        }
        let critical: Option<Vec<&str>> =
            self.members["crit"].as_array().map(|names| names.iter().filter_map(Value::as_str).collect());
        let Some(critical) = critical else { return wrong("crit", "write a list of names") };
        if let Some(name) = [IAT, ISS, TAN].into_iter().find(|name| !critical.contains(name)) {
            return wrong("crit", &format!("{name} has to be in it"));
        }
        if let Some(name) = critical.iter().find(|name| ![IAT, ISS, TAN, "b64"].contains(name)) {
            return wrong("crit", &format!("this bank does not understand {name}"));
        }
        match (self.members.get("b64"), critical.contains(&"b64"), era) {
            (None, false, _) => Ok(Payload::Encoded),
            (Some(Value::Bool(false)), true, Era::Three) => Ok(Payload::Plain),
            (_, _, Era::Three) => wrong("b64", "write false and name it in crit, or leave it out"),
            (_, _, Era::Four) => wrong("b64", "it has no place since 3.1.4: leave it out"),
        }
    }

    /// `true` if one of these keys made the signature.
    fn is_of(&self, keys: &[Jwk], payload: Payload, body: &[u8]) -> bool {
        let kid = self.members.get("kid").and_then(Value::as_str);
        let mut message = format!("{}.", self.header).into_bytes();
        match payload {
            Payload::Plain => message.extend_from_slice(body),
            Payload::Encoded => message.extend_from_slice(URL_SAFE_NO_PAD.encode(body).as_bytes()),
        }
        let named = keys.iter().filter(|key| key.common.key_id.as_deref() == kid);
        named
            .filter_map(|key| DecodingKey::from_jwk(key).ok())
            .any(|key| jsonwebtoken::crypto::verify(self.signature, &message, &key, Algorithm::PS256).unwrap_or(false))
    }
}
