//! How much the account holder is to be asked: `prompt` and `max_age`.

use std::time::Duration;

use crate::auth::endpoint::authorize::{FrontChannel, FrontStage, Prompt};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<FrontStage> = Step {
    slug: "prompt",
    kind: Kind::Reads,
    source: "OpenID Connect Core 3.1.2.1",
    errors: &[ErrorCode::InvalidRequest],
    run,
};

fn run(front: &mut FrontChannel<'_>) -> Result<(), OAuthError> {
    let refuse = |description| OAuthError::new(ErrorCode::InvalidRequest, description);
    let words: Vec<&str> = front.parameters.get("prompt").unwrap_or_default().split_whitespace().collect();
    front.prompt = match words.as_slice() {
        ["none"] => Prompt::Never,
        words if words.contains(&"none") => return Err(refuse("prompt none stands alone")),
        words if !words.iter().all(|word| matches!(*word, "login" | "consent" | "select_account")) => {
            return Err(refuse("prompt must be none, or of login, consent and select_account"));
        }
        words if words.contains(&"login") => Prompt::Login,
        _ => Prompt::IfNeeded,
    };
    front.max_age = match front.parameters.get("max_age").map(str::parse::<u32>) {
        None => None,
        Some(Ok(seconds)) => Some(Duration::from_secs(u64::from(seconds))),
        Some(Err(_)) => return Err(refuse("max_age must be a whole number of seconds")),
    };
    Ok(())
}
