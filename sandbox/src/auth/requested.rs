//! What a client asks to hear about a login, and how certain it wants to be: `claims` and `acr_values` (OpenID Connect Core
//! 5.5, 3.1.2.1), with UK Open Banking's intent.

use serde_json::Value;

/// The levels of authentication the bank knows, best first.
pub(crate) const LEVELS: &[&str] = &["urn:openbanking:psd2:sca", "urn:openbanking:psd2:ca", "phr", "phrh"];

/// The claim by which UK Open Banking names the consent a request is about.
pub(crate) const INTENT: &str = "openbanking_intent_id";

/// What was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Requested {
    /// The consent the request is about.
    pub(crate) intent: Option<String>,
    /// Levels of authentication, the preferred first.
    pub(crate) levels: Vec<String>,
    /// `true` if one of them has to be reached.
    pub(crate) level_is_essential: bool,
}

/// Why a `claims` parameter cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadClaims {
    #[error("claims must be a JSON object with the members id_token and userinfo")]
    NoObject,
    #[error("claims.id_token.{INTENT} must be an object with the member value, a text")]
    NoIntent,
}

impl Requested {
    /// Reads both parameters; what is essential in `claims` goes before what `acr_values` would like.
    pub(crate) fn read(claims: Option<&str>, acr_values: Option<&str>) -> Result<Requested, BadClaims> {
        let wishes = || acr_values.unwrap_or_default().split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let Some(text) = claims else { return Ok(Requested { levels: wishes(), ..Requested::default() }) };
        let claims: Value = serde_json::from_str(text).map_err(|_| BadClaims::NoObject)?;
        let claims = claims.as_object().ok_or(BadClaims::NoObject)?;
        if claims.iter().any(|(name, value)| matches!(name.as_str(), "id_token" | "userinfo") && !value.is_object()) {
            return Err(BadClaims::NoObject);
        }
        let of = |place: &str, name: &str| claims.get(place).and_then(|place| place.get(name)).cloned();
        let intent = match of("id_token", INTENT).or_else(|| of("userinfo", INTENT)) {
            None => None,
            Some(asked) => Some(asked["value"].as_str().ok_or(BadClaims::NoIntent)?.to_owned()),
        };
        let acr = of("id_token", "acr").unwrap_or_default();
        let one = acr["value"].as_str().map(|value| vec![value.to_owned()]);
        let many = acr["values"]
            .as_array()
            .map(|values| values.iter().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>());
        let asked = one.or(many);
        let level_is_essential = asked.is_some() && acr["essential"] == true;
        Ok(Requested { intent, levels: asked.unwrap_or_else(wishes), level_is_essential })
    }

    /// The level that will be reached: the first asked for that the bank knows.
    pub(crate) fn level(&self) -> Option<&str> {
        self.levels.iter().map(String::as_str).find(|level| LEVELS.contains(level))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_asked_for_is_read() {
        let claims = r#"{"id_token":{"openbanking_intent_id":{"value":"c1","essential":true},
            "acr":{"essential":true,"values":["urn:x","urn:openbanking:psd2:sca"]}}}"#;
        let read = Requested::read(Some(claims), Some("phr")).expect("legal");
        assert_eq!(
            (read.intent.as_deref(), read.level(), read.level_is_essential),
            (Some("c1"), Some(LEVELS[0]), true)
        );
        let wished = Requested::read(None, Some("urn:x phr")).expect("legal");
        assert_eq!((wished.level(), wished.level_is_essential), (Some("phr"), false));
        assert_eq!(Requested::read(Some("[]"), None), Err(BadClaims::NoObject));
        assert_eq!(Requested::read(Some(r#"{"id_token":5}"#), None), Err(BadClaims::NoObject));
        let empty = r#"{"id_token":{"openbanking_intent_id":{}}}"#;
        assert_eq!(Requested::read(Some(empty), None), Err(BadClaims::NoIntent));
    }

    proptest! {
        #[test]
        fn any_text_is_claims_or_not(text in "\\PC{0,80}") {
            let _ = Requested::read(Some(&text), Some(&text)).map(|read| read.level().map(str::to_owned));
        }
    }
}
