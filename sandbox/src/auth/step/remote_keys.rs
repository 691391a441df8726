//! Keys that the client publishes itself are where the bank may fetch them: on this machine, or on a host it was allowed.

use serde_json::Value;
use url::Url;

use crate::auth::endpoint::register::{RegisterStage, Registering, bad_metadata};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::remote_keys::MEMBER;
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<RegisterStage> = Step {
    slug: "remote-keys",
    kind: Kind::Reads,
    source: "RFC 7591 2; house: the sandbox calls this machine alone unless it is told otherwise",
    errors: &[ErrorCode::InvalidClientMetadata],
    run,
};

const LONGEST_CHARS: usize = 500;

fn run(registering: &mut Registering<'_>) -> Result<(), OAuthError> {
    let Some(text) = registering.text(MEMBER)? else { return Ok(()) };
    if registering.asked.get("jwks").is_some_and(|set| *set != Value::Null) {
        return Err(bad_metadata("send jwks or jwks_uri, not both"));
    }
    let url = Url::parse(text).ok().filter(|url| url.scheme() == "http" && text.len() <= LONGEST_CHARS);
    let url = url.filter(|url| url.username().is_empty() && url.password().is_none() && url.fragment().is_none());
    let Some(url) = url else {
        return Err(bad_metadata("jwks_uri must be an http address: http://HOST:PORT/PATH"));
    };
    if !registering.bank.webhooks.may_tell(&url) {
        let why =
            "jwks_uri is on another machine: start the sandbox with --webhook-allow HOST to have its keys fetched";
        return Err(bad_metadata(why));
    }
    registering.jwks_uri = Some(url.to_string());
    Ok(())
}
