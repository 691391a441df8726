//! The client's certificate is the registered one: by name and a trusted authority, or by its very key.

use crate::auth::client::AuthMethod;
use crate::auth::client_auth::{Credentials, failed};
use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::step::{Kind, Step};
use crate::clock;

pub(crate) const STEP: Step<BackStage> = Step {
    slug: "client-certificate",
    kind: Kind::Rule,
    source: "RFC 8705 2.1, 2.2",
    errors: &[ErrorCode::InvalidClient],
    run,
};

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    let Credentials::Certificate { method, .. } = back.credentials() else { return Ok(()) };
    let client = back.client();
    let registered = back.call.request.certificate.as_ref().is_some_and(|shown| match method {
        AuthMethod::TlsClientAuth => {
            let named = client.certificate.as_ref().is_some_and(|name| shown.is_of(name));
            named && shown.is_trusted(clock::wall())
        }
        _ => shown.is_registered(client.keys.public()),
    });
    if registered { Ok(()) } else { Err(failed(back.call.request)) }
}
