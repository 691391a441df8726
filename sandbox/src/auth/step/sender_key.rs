//! The key or certificate the client shows; a DPoP proof goes through the steps of its own table.

use crate::auth::client_auth::Credentials;
use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::grant::Binding;
use crate::auth::proof;
use crate::auth::security::Sender;
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<BackStage> = Step {
    slug: "sender-key",
    kind: Kind::Reads,
    source: "RFC 9449 5, RFC 8705 3",
    errors: &[ErrorCode::InvalidDpopProof, ErrorCode::UseDpopNonce],
    run,
};

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    let sender = back.bank.auth.settings.security.sender;
    let key = match sender.reads_proofs() {
        true => proof::shown(&back.bank.auth, back.call.request, None, back.call.now)?,
        false => None,
    };
    back.binding = key.map(Binding::Key);
    let by_method = matches!(back.credentials(), Credentials::Certificate { .. });
    let wanted = sender != Sender::Optional || by_method || back.client().binds_to_certificate;
    if back.binding.is_none() && sender.reads_certificates() && wanted {
        let certificate = back.call.request.certificate.as_ref();
        back.binding = certificate.map(|certificate| Binding::Certificate(certificate.thumbprint()));
    }
    Ok(())
}
