//! The pushed authorization request endpoint (RFC 9126): a request is judged before the browser sets out with it.

use axum::http::StatusCode;
use serde::Serialize;

use crate::auth::endpoint::authorize::FrontChannel;
use crate::auth::endpoint::back_channel::BackChannel;
use crate::auth::error::{OAuthError, json};
use crate::auth::grant::{Binding, after};
use crate::auth::pushed::{LIFETIME, Pushed};
use crate::auth::step;
use crate::exchange::{Call, Problem, Reply};
use crate::world::BankInstance;

/// RFC 9126 2.2.
#[derive(Serialize)]
struct PushedResponse {
    request_uri: String,
    expires_in: u64,
}

/// Parameters that prove who the client is: they are no part of what it asks for.
const CREDENTIALS: &[&str] = &["client_secret", "client_assertion", "client_assertion_type"];

pub(super) fn push(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    Ok(BackChannel::serve(bank, call, |back| {
        step::run(step::PUSH, back)?;
        judged(back)
    }))
}

fn judged(back: &BackChannel<'_>) -> Result<Reply, OAuthError> {
    let (bank, call) = (back.bank, back.call);
    let key = match &back.binding {
        Some(Binding::Key(key)) => Some(key.clone()),
        _ => None,
    };
    let parameters = back.form.clone().without(CREDENTIALS);
    let client = back.client().clone();
    let mut front = FrontChannel::of_push(bank, call, (client, parameters, key));
    step::run(step::REQUEST, &mut front).map_err(|refusal| refusal.for_client())?;
    let pushed = Pushed {
        client_id: front.client().client_id.clone(),
        signed: front.object.is_some(),
        parameters: std::mem::take(&mut front.parameters).without(&["request"]),
        key: front.dpop_jkt.take(),
        expires_at: after(call.now, LIFETIME),
        used: false,
    };
    let request_uri = bank.auth.pushed.keep(pushed, &bank.auth.mint, call.now);
    Ok(json(StatusCode::CREATED, &PushedResponse { request_uri, expires_in: LIFETIME.as_secs() }).committed())
}
