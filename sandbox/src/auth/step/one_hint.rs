//! The client names the account holder in exactly one way, and the bank knows whom it means.

use serde_json::Value;

use crate::auth::directory;
use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::holder::Holder;
use crate::auth::outcome::Outcome;
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<BackStage> = Step {
    slug: "one-hint",
    kind: Kind::Reads,
    source: "OpenID CIBA 7.1, 7.2, 13",
    errors: &[ErrorCode::InvalidRequest, ErrorCode::UnknownUserId, ErrorCode::ExpiredLoginHintToken],
    run,
};

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    let hints = ["login_hint", "id_token_hint", "login_hint_token"];
    let sent: Vec<&str> = hints.into_iter().filter(|name| back.form.get(name).is_some()).collect();
    let [hint] = sent[..] else {
        let why = "send exactly one of login_hint, id_token_hint and login_hint_token";
        return Err(OAuthError::new(ErrorCode::InvalidRequest, why));
    };
    let value = back.form.get(hint).unwrap_or_default();
    let unknown = || OAuthError::new(ErrorCode::UnknownUserId, "the hint names no account holder of this bank");
    back.asked.user = match hint {
        "login_hint" => {
            let user = Outcome::of_user(value).0;
            Holder::find(&back.bank.ledger, user).ok_or_else(unknown)?;
            value.to_owned()
        }
        "id_token_hint" => {
            let claims = back.bank.auth.own_claims(value).ok_or_else(|| {
                OAuthError::new(ErrorCode::InvalidRequest, "id_token_hint is not an id_token of this bank")
            })?;
            let subject = claims.get("sub").and_then(Value::as_str).unwrap_or_default();
            Holder::of_subject(&back.bank.ledger, subject).ok_or_else(unknown)?.username
        }
        _ => {
            let bad =
                || OAuthError::new(ErrorCode::InvalidRequest, "login_hint_token is not a JWT signed by the client");
            let claims = directory::claims(value).filter(|_| directory::verified(value, back.client().keys.public()));
            let claims = claims.ok_or_else(bad)?;
            let now = back.call.now.as_second() as f64;
            if claims.get("exp").and_then(Value::as_f64).is_some_and(|exp| exp <= now) {
                return Err(OAuthError::new(ErrorCode::ExpiredLoginHintToken, "login_hint_token has expired"));
            }
            let user = claims.get("login_hint").and_then(Value::as_str).unwrap_or_default();
            Holder::find(&back.bank.ledger, user).ok_or_else(unknown)?.username
        }
    };
    Ok(())
}
