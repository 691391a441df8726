//! The token endpoint (RFC 6749 3.2): codes, refresh tokens and client credentials become tokens.

use axum::http::StatusCode;
use serde::Serialize;

use crate::auth::access_token;
use crate::auth::client::GrantType;
use crate::auth::endpoint::back_channel::BackChannel;
use crate::auth::endpoint::polled::polled;
use crate::auth::error::{ErrorCode, OAuthError, json};
use crate::auth::grant::{Grant, Issued, Issuing, Refreshing, Reuse, Worthless, after};
use crate::auth::holder::Holder;
use crate::auth::id_token::IdTokenClaims;
use crate::auth::mint::Kind;
use crate::auth::scope::ScopeSet;
use crate::auth::security::TokenFormat;
use crate::auth::step;
use crate::exchange::{Call, Problem, Reply};
use crate::world::BankInstance;

/// RFC 6749 5.1, OpenID Connect Core 3.1.3.3, RFC 9396 7; `consent_id` is the house's.
#[derive(Serialize)]
struct TokenResponse<'a> {
    access_token: &'a str,
    token_type: &'static str,
    expires_in: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization_details: Option<&'a serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    consent_id: Option<&'a str>,
}

pub(super) fn token(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    Ok(BackChannel::serve(bank, call, |back| {
        step::run(step::TOKEN, back)?;
        match back.grant_type() {
            GrantType::AuthorizationCode => code(back),
            GrantType::RefreshToken => refresh(back),
            GrantType::ClientCredentials => client_credentials(back),
            GrantType::DeviceCode | GrantType::Ciba => polled(back),
        }
    }))
}

fn code(back: &mut BackChannel<'_>) -> Result<Reply, OAuthError> {
    step::run(step::CODE_GRANT, back)?;
    let auth = &back.bank.auth;
    let secret = back.form.get("code").unwrap_or_default();
    let issuing = issuing(back, &back.code().grant, None);
    let issued = auth.grants.redeem(secret, reuse(back, "unused-code"), issuing);
    let issued = issued.map_err(|why| worthless("code", why))?;
    let id_token = id_token(back, &issued);
    Ok(respond(back, &issued, &back.code().grant, id_token))
}

fn refresh(back: &mut BackChannel<'_>) -> Result<Reply, OAuthError> {
    step::run(step::REFRESH_GRANT, back)?;
    let auth = &back.bank.auth;
    let secret = back.form.get("refresh_token").unwrap_or_default();
    let reuse = reuse(back, "unused-refresh-token");
    let issuing = issuing(back, &back.refresh().family.grant, back.scopes.as_ref());
    let issued = auth.grants.rotate(secret, back.scopes.clone(), reuse, issuing);
    let issued = issued.map_err(|why| worthless("refresh token", why))?;
    Ok(respond(back, &issued, &back.refresh().family.grant, None))
}

fn client_credentials(back: &mut BackChannel<'_>) -> Result<Reply, OAuthError> {
    step::run(step::CLIENT_CREDENTIALS_GRANT, back)?;
    let auth = &back.bank.auth;
    let scopes = back.scopes.clone().unwrap_or_default();
    let client_id = back.client().client_id.clone();
    // Where nobody logs in, the client sees what the bank shows everybody.
    let standing = auth.standing_access.get();
    let user = standing.map(|standing| standing.user.clone());
    let consent_id = standing.map(|standing| standing.consent_id.clone());
    let grant = Grant { client_id, user, consent_id, scopes, login: None, details: None };
    let issued = auth.grants.issue(grant.clone(), issuing(back, &grant, None));
    Ok(respond(back, &issued, &grant, None))
}

/// The id_token of a login that asked for one.
fn id_token(back: &BackChannel<'_>, issued: &Issued) -> Option<String> {
    let code = back.code();
    let user = code.grant.user.as_deref().filter(|_| issued.scopes.contains("openid"))?;
    let holder = Holder::find(&back.bank.ledger, user)?;
    let parties = (back.call.request.base_url.as_str(), holder.party.id.as_str(), code.grant.client_id.as_str());
    let login = code.grant.login.as_ref()?;
    let mut claims = IdTokenClaims::new(parties, login.at, back.call.now).with_token(&issued.access_token);
    claims.nonce = code.nonce.as_deref();
    claims.acr = login.acr.as_deref();
    claims.openbanking_intent_id = code.intent.as_deref();
    Some(claims.sign(&back.bank.auth.id_token_key(&code.grant.client_id)))
}

/// How tokens for this call are made: bound to what the client showed, and a JWT where the bank's tokens are.
pub(super) fn issuing<'a>(back: &'a BackChannel<'_>, grant: &Grant, narrowed: Option<&ScopeSet>) -> Issuing<'a> {
    let (auth, now) = (&back.bank.auth, back.call.now);
    let signed = || {
        let jti = auth.mint.next(Kind::Access, &grant.client_id);
        let holder = grant.user.as_deref().and_then(|user| Holder::find(&back.bank.ledger, user));
        let sub = holder.as_ref().map_or(grant.client_id.as_str(), |holder| holder.party.id.as_str());
        let parties = (back.call.request.base_url.as_str(), sub, jti.as_str());
        let expires_at = after(now, auth.grants.policy().access);
        let times = (now.as_second(), expires_at.as_second());
        let granted = (grant, narrowed.unwrap_or(&grant.scopes));
        access_token::sign(&auth.signing_key(), parties, granted, back.binding.as_ref(), times)
    };
    let access_token = (auth.settings.security.access_tokens == TokenFormat::Jwt).then(signed);
    let refreshing = Refreshing::of(back.client());
    Issuing { mint: &auth.mint, now, binding: back.binding.clone(), access_token, refreshing }
}

/// The answer with these tokens; it says for whom they are, too.
pub(super) fn respond(back: &BackChannel<'_>, issued: &Issued, grant: &Grant, id_token: Option<String>) -> Reply {
    let response = TokenResponse {
        access_token: &issued.access_token,
        token_type: issued.token_type(),
        expires_in: issued.expires_in.as_secs(),
        refresh_token: issued.refresh_token.as_deref(),
        id_token,
        scope: issued.scopes.to_string(),
        authorization_details: grant.details.as_ref(),
        consent_id: grant.consent_id.as_deref(),
    };
    let issued = back.bank.auth.access_of(&issued.access_token, back.call.now);
    Reply { issued, ..json(StatusCode::OK, &response).committed() }
}

fn reuse(back: &BackChannel<'_>, rule: &str) -> Reuse {
    if back.bank.auth.settings.lenient.enforces(rule) { Reuse::Revokes } else { Reuse::Allowed }
}

/// The steps found nothing wrong, yet somebody else was faster.
fn worthless(what: &str, why: Worthless) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidGrant, format!("the {what} is {why}"))
}
