//! Members of a JSON answer, or of the claims of one that is signed.

use axum::http::header::CONTENT_TYPE;
use serde_json::{Map, Value, json};

use super::jwt;
use super::lie::Told;

/// Where a signed introspection answer holds the answer.
const INNER: &str = "token_introspection";

/// Changes the members of a successful answer that has one of this name.
pub(super) fn edit(told: &mut Told<'_, '_>, having: &str, change: impl Fn(&mut Map<String, Value>, &Told<'_, '_>)) {
    if !told.reply.status.is_success() {
        return;
    }
    let kind = told.reply.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kind.contains("jwt") {
        let Ok(text) = std::str::from_utf8(&told.reply.body) else { return };
        let Some(mut token) = jwt::Jwt::parse(text.trim()) else { return };
        // Signed introspection answers hold the answer in a member of its own (RFC 9701 5).
        let inner = token.claims.get(INNER).and_then(Value::as_object).is_some_and(|inner| inner.contains_key(having));
        let claims =
            if inner { token.claims.get_mut(INNER).and_then(Value::as_object_mut) } else { Some(&mut token.claims) };
        match claims.filter(|claims| claims.contains_key(having)) {
            Some(claims) => change(claims, told),
            None => return,
        }
        told.reply.body = token.signed(told.scene.keys).into();
        return;
    }
    let Ok(Value::Object(mut members)) = serde_json::from_slice(&told.reply.body) else { return };
    if members.contains_key(having) {
        change(&mut members, told);
        told.reply.body = Value::Object(members).to_string().into();
    }
}

/// Sets a member.
pub(super) fn set(members: &mut Map<String, Value>, name: &str, value: impl Into<Value>) {
    members.insert(name.to_owned(), value.into());
}

/// A text of this many bytes.
pub(super) fn padding(bytes: usize) -> Value {
    json!("x".repeat(bytes))
}
