//! Token introspection (RFC 7662): a client learns about its own tokens, and nothing about others'.

use axum::http::StatusCode;
use bank_fixtures::record::ConsentStatus;
use serde::Serialize;

use crate::auth::endpoint::back_channel::BackChannel;
use crate::auth::error::json;
use crate::auth::holder::Holder;
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
    consent_id: Option<String>,
}

pub(super) fn introspect(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    Ok(BackChannel::serve(bank, call, |back| {
        step::run(step::INTROSPECT, back)?;
        Ok(json(StatusCode::OK, &describe(back).unwrap_or_default()))
    }))
}

/// What the client may know; `None` if the token is not active, or not its own.
fn describe(back: &BackChannel<'_>) -> Option<Introspection> {
    let (bank, now) = (back.bank, back.call.now);
    let own = |owner: &str| owner == back.client().client_id;
    if let Some(token) = bank.auth.grants.refresh(&back.token) {
        let grant = &token.family.grant;
        let live = token.is_live(now) && own(&grant.client_id) && in_force(back, grant.consent_id.as_deref());
        return live.then(|| Introspection {
            active: true,
            scope: Some(grant.scopes.to_string()),
            client_id: Some(grant.client_id.clone()),
            iss: Some(back.call.request.base_url.clone()),
            sub: subject(back, grant.user.as_deref()),
            exp: Some(token.expires_at.as_second()),
            consent_id: grant.consent_id.clone(),
            ..Introspection::default()
        });
    }
    let token = bank.auth.grants.access(&back.token, now).ok().filter(|token| own(&token.access.client_id))?;
    let access = &token.access;
    in_force(back, access.consent_id.as_deref()).then(|| Introspection {
        active: true,
        scope: Some(access.scopes.join(" ")),
        client_id: Some(access.client_id.clone()),
        token_type: Some("Bearer"),
        iss: Some(back.call.request.base_url.clone()),
        sub: subject(back, access.user.as_deref()),
        iat: Some(token.issued_at.as_second()),
        exp: Some(token.expires_at.as_second()),
        consent_id: access.consent_id.clone(),
    })
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
