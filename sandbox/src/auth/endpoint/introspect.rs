//! Token introspection (RFC 7662; signed, RFC 9701): a client learns about its own tokens, and nothing about others'.

use axum::http::StatusCode;
use axum::http::header::{ACCEPT, CACHE_CONTROL};
use bank_fixtures::record::ConsentStatus;
use serde::Serialize;
use serde_json::Value;

use crate::auth::access_token::Confirmation;
use crate::auth::endpoint::back_channel::BackChannel;
use crate::auth::error::json;
use crate::auth::grant::{Binding, token_type};
use crate::auth::holder::Holder;
use crate::auth::security::SecurityProfile;
use crate::auth::step;
use crate::exchange::{Call, Problem, Reply};
use crate::world::BankInstance;

/// RFC 7662 2.2; `consent_id` is the house's.
#[derive(Default, Serialize)]
struct Introspection {
    active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iat: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cnf: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization_details: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    consent_id: Option<String>,
}

/// RFC 9701 5.
#[derive(Serialize)]
struct SignedIntrospection<'a> {
    iss: &'a str,
    aud: &'a str,
    iat: i64,
    token_introspection: Introspection,
}

/// What a client asks for to get the answer signed, and its `typ`.
const MEDIA_TYPE: &str = "application/token-introspection+jwt";

pub(super) fn introspect(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    Ok(BackChannel::serve(bank, call, |back| {
        step::run(step::INTROSPECT, back)?;
        let token_introspection = describe(back).unwrap_or_default();
        let asked = call.header(ACCEPT.as_str()).is_some_and(|accept| accept.contains(MEDIA_TYPE));
        if !asked && bank.auth.settings.security.profile != SecurityProfile::Fapi2MessageSigning {
            return Ok(json(StatusCode::OK, &token_introspection));
        }
        let (iss, aud, iat) = (call.request.base_url.as_str(), back.client().client_id.as_str(), call.now.as_second());
        let claims = SignedIntrospection { iss, aud, iat, token_introspection };
        let jwt = bank.auth.signing_key().sign_as(Some("token-introspection+jwt"), &claims);
        Ok(Reply::new(StatusCode::OK, MEDIA_TYPE, jwt).header(CACHE_CONTROL, "no-store"))
    }))
}

/// What the client may know; `None` if the token is not active, or not its own.
fn describe(back: &BackChannel<'_>) -> Option<Introspection> {
    let (bank, now) = (back.bank, back.call.now);
    let own = |owner: &str| owner == back.client().client_id;
    if let Some(token) = bank.auth.grants.refresh(&back.token) {
        let grant = &token.family.grant;
        let live = token.is_live(bank.auth.grants.policy(), now)
            && own(&grant.client_id)
            && in_force(back, grant.consent_id.as_deref());
        return live.then(|| Introspection {
            active: true,
            scope: Some(grant.scopes.to_string()),
            client_id: Some(grant.client_id.clone()),
            iss: Some(back.call.request.base_url.clone()),
            sub: subject(back, grant.user.as_deref()),
            exp: Some(token.expires_at.as_second()),
            aud: Some(back.call.request.base_url.clone()),
            cnf: token.family.binding.as_ref().filter(|_| back.client().is_public()).map(confirmation),
            acr: grant.login.as_ref().and_then(|login| login.acr.clone()),
            auth_time: grant.login.as_ref().map(|login| login.at.as_second()),
            authorization_details: grant.details.clone(),
            consent_id: grant.consent_id.clone(),
            ..Introspection::default()
        });
    }
    let token = bank.auth.grants.access(&back.token, now).ok().filter(|token| own(&token.access.client_id))?;
    let (access, grant) = (&token.access, &token.family.grant);
    in_force(back, access.consent_id.as_deref()).then(|| Introspection {
        active: true,
        scope: Some(access.scopes.join(" ")),
        client_id: Some(access.client_id.clone()),
        token_type: Some(token_type(token.binding.as_ref())),
        iss: Some(back.call.request.base_url.clone()),
        sub: subject(back, access.user.as_deref()),
        iat: Some(token.issued_at.as_second()),
        exp: Some(token.expires_at.as_second()),
        aud: Some(back.call.request.base_url.clone()),
        cnf: token.binding.as_ref().map(confirmation),
        acr: grant.login.as_ref().and_then(|login| login.acr.clone()),
        auth_time: grant.login.as_ref().map(|login| login.at.as_second()),
        authorization_details: grant.details.clone(),
        consent_id: access.consent_id.clone(),
    })
}

fn confirmation(binding: &Binding) -> Value {
    serde_json::to_value(Confirmation::of(binding)).expect("a confirmation holds text only")
}

fn in_force(back: &BackChannel<'_>, consent_id: Option<&str>) -> bool {
    consent_id.is_none_or(|id| {
        let view = back.bank.ledger.consent(id, back.call.now);
        view.is_some_and(|view| view.consent.status == ConsentStatus::Active)
    })
}

fn subject(back: &BackChannel<'_>, user: Option<&str>) -> Option<String> {
    Holder::find(&back.bank.ledger, user?).map(|holder| holder.party.id)
}
