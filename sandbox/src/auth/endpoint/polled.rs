//! Tokens for what an account holder decided elsewhere: the device and the backchannel grant.

use crate::auth::approval::Given;
use crate::auth::endpoint::back_channel::BackChannel;
use crate::auth::endpoint::token::{issuing, respond};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::grant::{Grant, GrantLogin, Issued};
use crate::auth::holder::Holder;
use crate::auth::id_token::IdTokenClaims;
use crate::auth::step;
use crate::exchange::Reply;

pub(super) fn polled(back: &mut BackChannel<'_>) -> Result<Reply, OAuthError> {
    step::run(step::POLLED_GRANT, back)?;
    let (Some(polled), Some(given)) = (back.polled.clone(), back.given.take()) else {
        return Err(OAuthError::new(ErrorCode::InvalidGrant, "the request is unknown"));
    };
    let auth = &back.bank.auth;
    if !auth.pollings.redeem(&back.token) {
        return Err(OAuthError::new(ErrorCode::InvalidGrant, "the request was redeemed before"));
    }
    let grant = Grant {
        client_id: polled.client_id,
        user: Some(given.user.clone()),
        consent_id: given.consent_id.clone(),
        scopes: polled.scopes,
        login: Some(GrantLogin { at: given.auth_time, acr: None }),
        details: None,
    };
    let issued = auth.grants.issue(grant.clone(), issuing(back, &grant, None));
    let id_token = id_token(back, &given, &issued);
    Ok(respond(back, &issued, &grant, id_token))
}

fn id_token(back: &BackChannel<'_>, given: &Given, issued: &Issued) -> Option<String> {
    let holder = Holder::find(&back.bank.ledger, &given.user).filter(|_| issued.scopes.contains("openid"))?;
    let client_id = back.client().client_id.as_str();
    let parties = (back.call.request.base_url.as_str(), holder.party.id.as_str(), client_id);
    let claims = IdTokenClaims::new(parties, given.auth_time, back.call.now).with_token(&issued.access_token);
    Some(claims.sign(&back.bank.auth.id_token_key(client_id)))
}
