//! The message for both devices is short and of characters every screen has.

use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<BackStage> = Step {
    slug: "binding-message",
    kind: Kind::Rule,
    source: "OpenID CIBA 7.1, 13",
    errors: &[ErrorCode::InvalidBindingMessage],
    run,
};

const LONGEST: usize = 60;

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    let Some(message) = back.form.get("binding_message") else { return Ok(()) };
    let legal = |c: char| c.is_alphanumeric() || " .,:;!?-+/#()'".contains(c);
    if message.chars().count() <= LONGEST && message.chars().all(legal) {
        return Ok(());
    }
    let why = format!("binding_message must be at most {LONGEST} letters, digits, blanks and plain punctuation");
    Err(OAuthError::new(ErrorCode::InvalidBindingMessage, why))
}
