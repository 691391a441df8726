//! Redirect URIs are safe to send a browser to, and there are some where the grant needs them.

use crate::auth::client::GrantType;
use crate::auth::endpoint::register::{RegisterStage, Registering};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::redirect::RedirectUri;
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<RegisterStage> = Step {
    slug: "legal-redirect-uris",
    kind: Kind::Reads,
    source: "RFC 7591 2, RFC 6749 3.1.2",
    errors: &[ErrorCode::InvalidRedirectUri, ErrorCode::InvalidClientMetadata],
    run,
};

const MOST: usize = 100;

fn run(registering: &mut Registering<'_>) -> Result<(), OAuthError> {
    let refuse = |why: String| Err(OAuthError::new(ErrorCode::InvalidRedirectUri, why));
    let stated = || {
        let list = registering.stated("software_redirect_uris")?.as_array()?;
        Some(list.iter().filter_map(|uri| uri.as_str().map(str::to_owned)).collect::<Vec<_>>())
    };
    let uris = match registering.texts("redirect_uris")? {
        Some(uris) => uris,
        None => stated().unwrap_or_default(),
    };
    if uris.len() > MOST {
        return refuse(format!("there are more than {MOST} redirect URIs"));
    }
    if let Some(bad) = uris.iter().find_map(|uri| RedirectUri::parse(uri).err()) {
        return refuse(bad.to_string());
    }
    if uris.is_empty() && registering.grants.contains(&GrantType::AuthorizationCode) {
        return refuse("the authorization code grant needs redirect_uris".to_owned());
    }
    registering.redirect_uris = uris;
    Ok(())
}
