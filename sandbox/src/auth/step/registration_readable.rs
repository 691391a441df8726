//! The registration is JSON, or a JWT that holds it.

use axum::http::header::CONTENT_TYPE;

use crate::auth::directory;
use crate::auth::endpoint::register::{RegisterStage, Registering, bad_metadata};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<RegisterStage> = Step {
    slug: "registration-readable",
    kind: Kind::Reads,
    source: "RFC 7591 3.1",
    errors: &[ErrorCode::InvalidClientMetadata],
    run,
};

fn run(registering: &mut Registering<'_>) -> Result<(), OAuthError> {
    let request = registering.call.request;
    let declared = request.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let text = std::str::from_utf8(&request.body).map_err(|_| bad_metadata("the body is not UTF-8"))?;
    registering.asked = match media_type.as_str() {
        "application/json" => serde_json::from_str(text)
            .map_err(|_| bad_metadata("the body is not a JSON object with client metadata"))?,
        "application/jwt" | "application/jose" => {
            let read = directory::claims(text.trim());
            registering.jwt = Some(text.trim().to_owned());
            read.ok_or_else(|| bad_metadata("the body is not a JWT with client metadata"))?
        }
        _ => {
            let why = "send the metadata as application/json, or as a JWT in application/jwt";
            return Err(bad_metadata(why));
        }
    };
    Ok(())
}
