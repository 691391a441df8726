//! A software statement that comes can be read.

use serde_json::Value;

use crate::auth::directory;
use crate::auth::endpoint::register::{RegisterStage, Registering};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<RegisterStage> = Step {
    slug: "software-statement-readable",
    kind: Kind::Reads,
    source: "RFC 7591 2.3",
    errors: &[ErrorCode::InvalidSoftwareStatement],
    run,
};

fn run(registering: &mut Registering<'_>) -> Result<(), OAuthError> {
    let refuse = || OAuthError::new(ErrorCode::InvalidSoftwareStatement, "the software statement is not a signed JWT");
    let text = match registering.asked.get("software_statement") {
        None | Some(Value::Null) => return Ok(()),
        Some(Value::String(text)) => text.clone(),
        Some(_) => return Err(refuse()),
    };
    let claims = directory::claims(&text).ok_or_else(refuse)?;
    registering.statement = Some((claims, text));
    Ok(())
}
