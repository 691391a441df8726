//! No parameter comes twice: two readers of one request could otherwise believe different values.

use crate::auth::endpoint::authorize::{FrontChannel, FrontStage};
use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::form::Form;
use crate::auth::step::{Kind, Step};

pub(crate) const FRONT: Step<FrontStage> = Step {
    slug: "single-parameters",
    kind: Kind::Rule,
    source: "RFC 6749 3.1",
    errors: &[ErrorCode::InvalidRequest],
    run: front,
};

pub(crate) const BACK: Step<BackStage> = Step {
    slug: "single-parameters",
    kind: Kind::Rule,
    source: "RFC 6749 3.2",
    errors: &[ErrorCode::InvalidRequest],
    run: back,
};

fn front(front: &mut FrontChannel<'_>) -> Result<(), OAuthError> {
    check(&front.parameters)
}

fn back(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    check(&back.form)
}

fn check(form: &Form) -> Result<(), OAuthError> {
    form.refuse_duplicates().map_err(|why| OAuthError::new(ErrorCode::InvalidRequest, why.to_string()))
}
