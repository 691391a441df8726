//! Clients send a form in the body: nothing in the URL, where logs would keep it, and no JSON.

use axum::http::StatusCode;

use crate::auth::endpoint::back_channel::{BackChannel, BackStage, is_form};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::form::Form;
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<BackStage> =
    Step { slug: "form-post", kind: Kind::Reads, source: "RFC 6749 3.2", errors: &[ErrorCode::InvalidRequest], run };

const MAX_BODY_BYTES: usize = 64 * 1024;

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    let request = back.call.request;
    let refuse = |why: String| OAuthError::new(ErrorCode::InvalidRequest, why);
    if request.body.len() > MAX_BODY_BYTES {
        let status = StatusCode::PAYLOAD_TOO_LARGE;
        return Err(refuse(format!("the body is longer than {MAX_BODY_BYTES} bytes")).status(status));
    }
    if !is_form(request) {
        return Err(refuse("send the parameters as application/x-www-form-urlencoded".to_owned()));
    }
    if !request.query.is_empty() {
        return Err(refuse("send the parameters in the body, not in the URL".to_owned()));
    }
    back.form = Form::parse(&request.body).map_err(|why| refuse(why.to_string()))?;
    Ok(())
}
