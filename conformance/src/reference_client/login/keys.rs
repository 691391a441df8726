//! The bank's keys, and what they have signed (RFC 7515 §5.2, RFC 7517, RFC 8725).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, crypto};
use serde_json::{Map, Value};

use super::care::{Care, Look};
use super::metadata::Metadata;
use super::{Login, doubt, object};
use crate::reference_client::failure::Failure;

/// The published keys, as they came.
pub(super) struct Keys(Vec<Map<String, Value>>);

/// A compact signed token, taken apart and not believed yet.
pub(super) struct Signed<'a> {
    header: Map<String, Value>,
    claims: Map<String, Value>,
    message: &'a str,
    signature: &'a str,
}

impl Login<'_> {
    /// The bank's key set.
    pub(super) async fn keys(&self, metadata: &Metadata) -> Result<Keys, Failure> {
        let answer = self.get(metadata.jwks_uri.clone(), None).await?;
        let members = object(&answer, &[200])?;
        let keys = members.get("keys").and_then(Value::as_array).ok_or_else(|| doubt("the key set has no keys"))?;
        Ok(Keys(keys.iter().filter_map(Value::as_object).cloned().collect()))
    }
}

impl Keys {
    /// The keys that may have signed something with this algorithm under this name. Without a name every key that fits.
    fn fitting(&self, algorithm: &str, kid: Option<&str>) -> impl Iterator<Item = &Map<String, Value>> {
        let text = |key: &Map<String, Value>, name: &str| key.get(name).and_then(Value::as_str).map(str::to_owned);
        let is_public = |kind: Option<String>| matches!(kind.as_deref(), Some("EC" | "RSA" | "OKP"));
        let (algorithm, kid) = (algorithm.to_owned(), kid.map(str::to_owned));
        self.0.iter().filter(move |key| {
            let named = text(key, "kid");
            is_public(text(key, "kty"))
                && text(key, "use").is_none_or(|purpose| purpose == "sig")
                && text(key, "alg").is_none_or(|own| own == algorithm)
                && (kid.is_none() || named.is_none() || named == kid)
        })
    }
}

impl<'a> Signed<'a> {
    /// Takes a token apart.
    ///
    /// # Errors
    /// It is none.
    pub(super) fn parse(text: &'a str) -> Result<Signed<'a>, String> {
        let none = || "the id_token is not a signed token".to_owned();
        let (message, signature) = text.rsplit_once('.').ok_or_else(none)?;
        let (header, claims) = message.split_once('.').ok_or_else(none)?;
        let part = |part: &str| -> Option<Map<String, Value>> {
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
        };
        let (header, claims) = part(header).zip(part(claims)).ok_or_else(none)?;
        Ok(Signed { header, claims, message, signature })
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.header.get(name).and_then(Value::as_str)
    }

    /// `true` if no key of the set could have signed it.
    pub(super) fn is_of_unknown_key(&self, keys: &Keys) -> bool {
        keys.fitting(self.text("alg").unwrap_or_default(), self.text("kid")).next().is_none()
    }

    /// The claims, if one of the bank's keys signed them with an algorithm the bank said it uses.
    ///
    /// # Errors
    /// Why they are not believed.
    pub(super) fn verified(
        &self,
        care: &Care,
        keys: &Keys,
        metadata: &Metadata,
    ) -> Result<&Map<String, Value>, String> {
        if care.leaves_out(Look::Signature) {
            return Ok(&self.claims);
        }
        let name = self.text("alg").unwrap_or_default();
        let algorithm = metadata.algorithms.iter().copied().find(|known| format!("{known:?}") == name);
        let algorithm = algorithm.ok_or_else(|| format!("the id_token is signed with {name:?}"))?;
        if self.header.contains_key("crit") {
            return Err("the id_token has critical members this client does not know".to_owned());
        }
        let brought = self.header.get("jwk").and_then(Value::as_object).filter(|_| care.leaves_out(Look::KeySource));
        let mut candidates = keys.fitting(name, self.text("kid")).chain(brought);
        match candidates.any(|key| self.is_signed_by(key, algorithm)) {
            true => Ok(&self.claims),
            false => Err("none of the bank's keys signed the id_token".to_owned()),
        }
    }

    fn is_signed_by(&self, key: &Map<String, Value>, algorithm: Algorithm) -> bool {
        let jwk = serde_json::from_value::<Jwk>(Value::Object(key.clone())).ok();
        let key = jwk.and_then(|jwk| DecodingKey::from_jwk(&jwk).ok());
        key.is_some_and(|key| crypto::verify(self.signature, self.message.as_bytes(), &key, algorithm).unwrap_or(false))
    }
}
