//! Parameters of an OAuth request: a query string or an `application/x-www-form-urlencoded` body.
//!
//! Stricter than a browser's parser: broken percent-encoding and text that is not UTF-8 are errors, because a security
//! decision must not be made on a guess.

use serde_json::{Map, Value};

/// The parameters of one request, in the order they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Form {
    pairs: Vec<(String, String)>,
}

/// Why a text is not a list of parameters.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FormError {
    #[error("a parameter is not percent-encoded UTF-8")]
    Encoding,
    #[error("more than {MAX_PARAMETERS} parameters")]
    TooMany,
    #[error("parameter {0} is longer than {MAX_VALUE_BYTES} bytes")]
    TooLong(String),
    #[error("parameter {0} is repeated")]
    Duplicate(String),
}

/// Claims of a JWT that are no parameters.
const JWT_CLAIMS: &[&str] = &["iss", "sub", "aud", "exp", "iat", "nbf", "jti"];
const MAX_PARAMETERS: usize = 64;
/// Long enough for a signed assertion with a certificate chain, short enough to refuse a bomb quickly.
const MAX_VALUE_BYTES: usize = 16 * 1024;

impl Form {
    /// Reads `name=value&…`.
    pub(crate) fn parse(text: &[u8]) -> Result<Form, FormError> {
        let mut pairs = Vec::new();
        for pair in text.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            if pairs.len() == MAX_PARAMETERS {
                return Err(FormError::TooMany);
            }
            let middle = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
            let name = decode(&pair[..middle])?;
            let value = decode(pair.get(middle + 1..).unwrap_or_default())?;
            if value.len() > MAX_VALUE_BYTES {
                return Err(FormError::TooLong(name));
            }
            pairs.push((name, value));
        }
        Ok(Form { pairs })
    }

    /// The parameters that a request object holds: what is no text there is JSON here, and what only concerns the JWT is
    /// left out.
    pub(crate) fn of_claims(claims: &Map<String, Value>) -> Result<Form, FormError> {
        let mut pairs = Vec::new();
        for (name, value) in claims.iter().filter(|(name, _)| !JWT_CLAIMS.contains(&name.as_str())) {
            let value = match value {
                Value::Null => continue,
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            if pairs.len() == MAX_PARAMETERS {
                return Err(FormError::TooMany);
            }
            if value.len() > MAX_VALUE_BYTES {
                return Err(FormError::TooLong(name.clone()));
            }
            pairs.push((name.clone(), value));
        }
        Ok(Form { pairs })
    }

    /// These parameters, and those of `other` that are not among them, but for a few.
    pub(crate) fn or(mut self, other: &Form, but: &[&str]) -> Form {
        let missing = |pair: &&(String, String)| !but.contains(&pair.0.as_str()) && self.get(&pair.0).is_none();
        let added: Vec<_> = other.pairs.iter().filter(missing).cloned().collect();
        self.pairs.extend(added);
        self
    }

    /// The parameters without these.
    pub(crate) fn without(mut self, names: &[&str]) -> Form {
        self.pairs.retain(|pair| !names.contains(&pair.0.as_str()));
        self
    }

    /// Refuses a parameter that came twice (RFC 6749 3.1, 3.2).
    pub(crate) fn refuse_duplicates(&self) -> Result<(), FormError> {
        let repeated = |(index, pair): &(usize, &(String, String))| self.pairs[..*index].iter().any(|p| p.0 == pair.0);
        match self.pairs.iter().enumerate().find(repeated) {
            Some((_, (name, _))) => Err(FormError::Duplicate(name.clone())),
            None => Ok(()),
        }
    }

    /// The first value of a parameter; one without a value counts as absent (RFC 6749 3.1).
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let named = self.pairs.iter().find(|pair| pair.0 == name && !pair.1.is_empty());
        named.map(|pair| pair.1.as_str())
    }

    /// Every value of a parameter.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.pairs.iter().filter(move |pair| pair.0 == name);
        named.map(|pair| pair.1.as_str()).filter(|value| !value.is_empty())
    }
}

fn decode(text: &[u8]) -> Result<String, FormError> {
    let digit = |at: usize| text.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let mut bytes = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let (high, low) = digit(at + 1).zip(digit(at + 2)).ok_or(FormError::Encoding)?;
                bytes.push((high * 16 + low) as u8);
                at += 2;
            }
            byte => bytes.push(*byte),
        }
        at += 1;
    }
    String::from_utf8(bytes).map_err(|_| FormError::Encoding)
}

/// One component of an `application/x-www-form-urlencoded` text, as Basic credentials carry them (RFC 6749 2.3.1).
pub(crate) fn decode_component(text: &[u8]) -> Option<String> {
    decode(text).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parameters_are_decoded_and_empty_ones_are_absent() {
        let form = Form::parse(b"scope=openid+accounts&state=a%20b%26&empty=&flag").expect("well formed");
        assert_eq!(form.get("scope"), Some("openid accounts"));
        assert_eq!(form.get("state"), Some("a b&"));
        assert_eq!(form.get("empty"), None);
        assert_eq!(form.get("flag"), None);
    }

    #[test]
    fn what_is_not_a_form_is_refused() {
        assert_eq!(Form::parse(b"a=%4"), Err(FormError::Encoding));
        assert_eq!(Form::parse(b"a=%zz"), Err(FormError::Encoding));
        assert_eq!(Form::parse(b"a=%ff"), Err(FormError::Encoding));
        assert_eq!(Form::parse("a=1&".repeat(65).as_bytes()), Err(FormError::TooMany));
        assert!(matches!(Form::parse(format!("a={}", "x".repeat(20_000)).as_bytes()), Err(FormError::TooLong(_))));
        let twice = Form::parse(b"a=1&b=2&a=").expect("well formed");
        assert_eq!(twice.refuse_duplicates(), Err(FormError::Duplicate("a".to_owned())));
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_form_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            if let Ok(form) = Form::parse(&bytes) {
                let _ = form.refuse_duplicates();
            }
        }

        #[test]
        fn a_written_form_reads_back(pairs in proptest::collection::vec(("[a-z]{1,8}", "\\PC{1,20}"), 1..10)) {
            let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
            let form = Form::parse(text.as_bytes()).expect("well formed");
            prop_assert_eq!(form.pairs, pairs);
        }
    }
}
