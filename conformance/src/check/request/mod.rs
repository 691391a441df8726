//! Checks of signed authorization requests (RFC 9101). They need a registration that signs, and a server that takes pushed
//! requests: the answer to a push says what the browser would only be shown.

use serde_json::{Value, json};

use super::Check;
use crate::check::assertion::key_of_client;
use crate::flow::jose;
use crate::flow::{Authorization, assertion};
use crate::http::Reply;
use crate::probe::{BankProbe, Trouble};

mod remote_request_refused;
mod request_object_checked;
mod request_object_of_client;
mod request_object_required;

/// Every check of this kind, in the order in which they run.
pub(super) static CHECKS: &[&Check] = &[
    &request_object_required::CHECK,
    &request_object_checked::CHECK,
    &request_object_of_client::CHECK,
    &remote_request_refused::CHECK,
];

/// How long a request object is good for.
const LIFETIME_SECONDS: i64 = 300;

/// The claims of a right request object for a login.
async fn right(bank: &BankProbe) -> Result<Value, Trouble> {
    let (client, _) = key_of_client(bank)?;
    let metadata = bank.metadata().await?;
    if !metadata.requires_signed_requests && !metadata.takes_request_objects {
        return Err(Trouble::Unobservable("the server takes no request objects".to_owned()));
    }
    let Authorization { params, .. } = bank.authorization(bank.scopes()).await?;
    let now = bank.bank_now().as_second();
    let mut claims = json!({
        "iss": client.client_id,
        "aud": metadata.issuer,
        "iat": now,
        "nbf": now,
        "exp": now + LIFETIME_SECONDS,
        "jti": bank.fresh("request"),
    });
    for (name, value) in params {
        claims[name] = value.into();
    }
    if metadata.requires_signed_requests {
        // Where requests are signed, answers are.
        claims["response_mode"] = "jwt".into();
    }
    Ok(claims)
}

/// The same with some claims changed; `null` leaves one out.
fn with(claims: &Value, changes: &[(&str, Value)]) -> Value {
    let mut claims = claims.clone();
    for (name, value) in changes {
        match value {
            Value::Null => drop(claims.as_object_mut().and_then(|claims| claims.remove(*name))),
            value => claims[*name] = value.clone(),
        }
    }
    claims
}

/// A request object with our client's signature.
fn signed(bank: &BankProbe, claims: &Value) -> Result<String, Trouble> {
    let (_, key) = key_of_client(bank)?;
    assertion::sign(key, claims).map_err(Trouble::Broken)
}

/// A request object that is not signed.
fn unsigned(claims: &Value) -> String {
    jose::unsigned(&json!({"alg": "none", "typ": "oauth-authz-req+jwt"}), claims)
}

/// What the server says to a push of a request object.
async fn pushing(bank: &BankProbe, object: &str) -> Result<Reply, Trouble> {
    let endpoint = bank.push_endpoint().await?;
    bank.authenticated(endpoint, vec![("request", object.to_owned())]).await
}
