//! Backchannel authentication (OpenID CIBA Core, FAPI-CIBA): the client names an account holder, and the bank asks them.

use std::time::Duration;

use axum::http::StatusCode;
use serde::Serialize;

use crate::auth::approval::NewApproval;
use crate::auth::client::GrantType;
use crate::auth::endpoint::back_channel::BackChannel;
use crate::auth::endpoint::decoupled;
use crate::auth::error::json;
use crate::auth::grant::after;
use crate::auth::mint::Kind;
use crate::auth::polling::{INTERVAL, Notice, Polled};
use crate::auth::step;
use crate::exchange::{Call, Problem, Reply};
use crate::world::BankInstance;

/// CIBA 7.3.
#[derive(Serialize)]
struct BackchannelResponse {
    auth_req_id: String,
    expires_in: u64,
    interval: u64,
}

/// What a backchannel request asks for, beside its scopes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    /// User name, maybe with an outcome (`alice:deny`).
    pub(crate) user: String,
    pub(crate) lifetime: Option<Duration>,
    pub(crate) notice: Option<(String, String)>,
}

/// How long a request waits unless the client says otherwise.
const LIFETIME: Duration = Duration::from_secs(300);

pub(super) fn authorize(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    Ok(BackChannel::serve(bank, call, |back| {
        step::run(step::BACKCHANNEL, back)?;
        Ok(begun(back))
    }))
}

fn begun(back: &BackChannel<'_>) -> Reply {
    let (bank, now) = (back.bank, back.call.now);
    let (auth, client, asked) = (&bank.auth, back.client(), back.asked.clone());
    let scopes = back.scopes.clone().unwrap_or_default();
    let lifetime = asked.lifetime.unwrap_or(LIFETIME);
    let approval = NewApproval {
        client_id: client.client_id.clone(),
        client_name: client.name.clone(),
        scopes: scopes.clone(),
        consent_id: back.form.get("consent_id").map(str::to_owned),
        user: Some(asked.user),
        message: back.form.get("binding_message").map(str::to_owned),
        lifetime,
    };
    let approval = decoupled::ask(bank, approval, now);
    let auth_req_id = auth.mint.next(Kind::Polled, &client.client_id);
    let mut polled = Polled::new(approval, client.client_id.clone(), GrantType::Ciba, scopes);
    let notice = |(endpoint, token)| Notice { endpoint, token, auth_req_id: auth_req_id.clone(), mishap: None };
    polled.notice = asked.notice.map(notice);
    auth.pollings.keep(&auth_req_id, polled, after(now, lifetime), now);
    let response = BackchannelResponse { auth_req_id, expires_in: lifetime.as_secs(), interval: INTERVAL.as_secs() };
    json(StatusCode::OK, &response).committed()
}
