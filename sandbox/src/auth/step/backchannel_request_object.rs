//! A request object that comes is the client's, for this bank, fresh, and holds every parameter.

use serde_json::{Map, Value};

use crate::auth::directory;
use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::form::Form;
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<BackStage> = Step {
    slug: "backchannel-request-object",
    kind: Kind::Reads,
    source: "OpenID CIBA 7.1.1, FAPI-CIBA 5.2.2",
    errors: &[ErrorCode::InvalidRequest],
    run,
};

/// Seconds a request object may hold, and a client's clock be ahead (FAPI-CIBA 5.2.2).
const LONGEST: f64 = 3600.0;
const SKEW: f64 = 30.0;
/// Parameters that stay outside: they prove who the client is.
const OUTSIDE: &[&str] = &["client_id", "client_secret", "client_assertion", "client_assertion_type", "request"];

/// Claims of a JWT that are no parameters.
const JWT_CLAIMS: &[&str] = &["iss", "sub", "aud", "exp", "iat", "nbf", "jti"];

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    let refuse = |why: &str| OAuthError::new(ErrorCode::InvalidRequest, format!("the request object {why}"));
    let Some(jwt) = back.form.get("request") else { return Ok(()) };
    let claims = directory::claims(jwt).ok_or_else(|| refuse("is not a signed JWT"))?;
    let client = back.client();
    if !directory::verified(jwt, client.keys.public()) {
        return Err(refuse("is not signed with a key the client registered, by an algorithm the bank takes"));
    }
    if claims.get("iss").and_then(Value::as_str) != Some(client.client_id.as_str()) {
        return Err(refuse("must have the client_id as iss"));
    }
    if !is_for(&claims, &back.call.request.base_url) {
        return Err(refuse("must have the issuer as aud"));
    }
    times(&claims, back.call.now.as_second() as f64).map_err(refuse)?;
    let jti = claims.get("jti").and_then(Value::as_str).filter(|jti| !jti.is_empty());
    let jti = jti.ok_or_else(|| refuse("must have a jti"))?;
    let exp = claims.get("exp").and_then(Value::as_f64).unwrap_or_default();
    let own = format!("request {jti}");
    let forget_at = jiff::Timestamp::from_second(exp.ceil() as i64).unwrap_or(back.call.now);
    if !back.bank.auth.assertions.first_time(&client.client_id, &own, forget_at, back.call.now) {
        return Err(refuse("was used before"));
    }
    // Only what is signed counts (OpenID CIBA 7.1.1).
    let sent = || url::form_urlencoded::parse(&back.call.request.body);
    if sent().any(|(name, _)| !OUTSIDE.contains(&name.as_ref())) {
        return Err(refuse("must hold every parameter: none may stand beside it"));
    }
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let signed = claims.iter().filter(|(name, _)| !JWT_CLAIMS.contains(&name.as_str()));
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    pairs.extend_pairs(sent().filter(|(name, _)| name != "request"));
    pairs.extend_pairs(signed.map(|(name, value)| (name, text(value))));
    let form = Form::parse(pairs.finish().as_bytes()).map_err(|why| refuse(&format!("cannot be read: {why}")))?;
    form.refuse_duplicates().map_err(|why| refuse(&format!("cannot be read: {why}")))?;
    back.form = form;
    Ok(())
}

fn is_for(claims: &Map<String, Value>, issuer: &str) -> bool {
    match claims.get("aud") {
        Some(Value::String(one)) => one == issuer,
        Some(Value::Array(many)) => many.iter().any(|one| one == issuer),
        _ => false,
    }
}

fn times(claims: &Map<String, Value>, now: f64) -> Result<(), &'static str> {
    let second = |claim: &str| claims.get(claim).and_then(Value::as_f64);
    let (Some(exp), Some(nbf), Some(iat)) = (second("exp"), second("nbf"), second("iat")) else {
        return Err("must have exp, nbf and iat");
    };
    if exp <= now {
        return Err("has expired");
    }
    if nbf > now + SKEW || iat > now + SKEW {
        return Err("is of the future");
    }
    if exp - nbf > LONGEST || now - nbf > LONGEST {
        return Err("holds for more than an hour");
    }
    Ok(())
}
