//! The authorization request is a query string or a form body, in UTF-8 and of bounded size.

use axum::http::Method;

use crate::auth::endpoint::authorize::{FrontChannel, FrontStage};
use crate::auth::endpoint::back_channel::is_form;
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::form::Form;
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<FrontStage> = Step {
    slug: "readable-parameters",
    kind: Kind::Reads,
    source: "OpenID Connect Core 3.1.2.1",
    errors: &[ErrorCode::InvalidRequest],
    run,
};

fn run(front: &mut FrontChannel<'_>) -> Result<(), OAuthError> {
    let request = front.call.request;
    let refuse = |why: String| OAuthError::new(ErrorCode::InvalidRequest, why);
    let text = if request.method == Method::POST {
        if !is_form(request) {
            return Err(refuse("send the parameters as application/x-www-form-urlencoded".to_owned()));
        }
        request.body.as_ref()
    } else {
        request.query.as_bytes()
    };
    front.parameters = Form::parse(text).map_err(|why| refuse(why.to_string()))?;
    Ok(())
}
