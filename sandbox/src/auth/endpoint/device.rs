//! Device authorization (RFC 8628): a device without a browser gets a code, and its user types it into one.

use std::time::Duration;

use axum::http::StatusCode;
use minijinja::context;
use serde::Serialize;

use crate::auth::approval::NewApproval;
use crate::auth::client::GrantType;
use crate::auth::endpoint::back_channel::{BackChannel, is_form};
use crate::auth::endpoint::decoupled::{self, Answer};
use crate::auth::error::{ErrorCode, OAuthError, json};
use crate::auth::form::Form;
use crate::auth::grant::after;
use crate::auth::holder::Holder;
use crate::auth::mint::Kind;
use crate::auth::outcome::Outcome;
use crate::auth::page;
use crate::auth::polling::{self, INTERVAL, Polled, Typed};
use crate::auth::step;
use crate::exchange::{Call, Problem, Reply};
use crate::world::BankInstance;

/// RFC 8628 3.2.
#[derive(Serialize)]
struct DeviceResponse {
    device_code: String,
    user_code: String,
    verification_uri: String,
    verification_uri_complete: String,
    expires_in: u64,
    interval: u64,
}

/// How long a code can be typed.
const LIFETIME: Duration = Duration::from_secs(600);

pub(super) fn authorize(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    Ok(BackChannel::serve(bank, call, |back| {
        step::run(step::DEVICE, back)?;
        Ok(begun(back))
    }))
}

fn begun(back: &BackChannel<'_>) -> Reply {
    let (bank, now) = (back.bank, back.call.now);
    let (auth, client) = (&bank.auth, back.client());
    let scopes = back.scopes.clone().unwrap_or_default();
    let user_code = polling::user_code(&auth.mint, &client.client_id);
    let asked = NewApproval {
        client_id: client.client_id.clone(),
        client_name: client.name.clone(),
        scopes: scopes.clone(),
        consent_id: None,
        user: None,
        message: Some(user_code.clone()),
        lifetime: LIFETIME,
    };
    let approval = decoupled::ask(bank, asked, now);
    let (device_code, expires_at) = (auth.mint.next(Kind::Polled, &client.client_id), after(now, LIFETIME));
    auth.pollings.name(&user_code, &approval, expires_at, now);
    let polled = Polled::new(approval, client.client_id.clone(), GrantType::DeviceCode, scopes);
    auth.pollings.keep(&device_code, polled, expires_at, now);
    let verification_uri = format!("{}/oauth/device", back.call.request.base_url);
    let response = DeviceResponse {
        verification_uri_complete: format!("{verification_uri}?user_code={user_code}"),
        verification_uri,
        device_code,
        user_code,
        expires_in: LIFETIME.as_secs(),
        interval: INTERVAL.as_secs(),
    };
    json(StatusCode::OK, &response).committed()
}

/// The page where people type the code. A code in the address is only filled in: they have to look at both devices
/// (RFC 8628 5.4).
pub(super) fn page(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    let code = call.query("user_code").unwrap_or_default();
    Ok(asked(bank, StatusCode::OK, (&code, ""), None))
}

/// What came of the form. It carries the password itself, so that no other page can send it for somebody.
pub(super) fn decide(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    let form = is_form(call.request).then(|| Form::parse(&call.request.body).ok()).flatten();
    let Some(form) = form else {
        let refusal = OAuthError::new(ErrorCode::InvalidRequest, "this address takes the bank's own form");
        return Ok(page::error(&refusal));
    };
    let field = |name| form.get(name).unwrap_or_default().trim();
    let (code, username) = (field("user_code"), field("username"));
    let again = |status, why| Ok(asked(bank, status, (code, username), Some(why)));
    let approval = match bank.auth.pollings.typed(code, call.now) {
        Typed::Known(approval) => approval,
        Typed::Unknown => {
            return again(
                StatusCode::OK,
                "There is no such code, or its time is over. Please look at your device again.",
            );
        }
        Typed::TooMany => {
            let why = "Too many codes were wrong. Please wait a minute.";
            let reply = asked(bank, StatusCode::TOO_MANY_REQUESTS, (code, username), Some(why));
            return Ok(reply.header(axum::http::header::RETRY_AFTER, "60"));
        }
    };
    let (user, magic) = Outcome::of_user(username);
    let Some(holder) = Holder::authenticate(&bank.ledger, user, form.get("password").unwrap_or_default()) else {
        return again(StatusCode::OK, "That user name and password do not match. Please try again.");
    };
    let approves = field("decision") == "approve";
    let outcome = if approves { magic.unwrap_or(Outcome::Approve) } else { Outcome::Deny };
    let answer = Answer { user: holder.username, outcome, accounts: None };
    if decoupled::answer(bank, &approval, answer, call.now).is_err() {
        return again(StatusCode::OK, "This request is over already. Please begin again on your device.");
    }
    let notice = if approves { "Your device has access now." } else { "Your device has no access." };
    Ok(page::notice(bank, "Done", notice).committed())
}

fn asked(bank: &BankInstance, status: StatusCode, (code, username): (&str, &str), alert: Option<&str>) -> Reply {
    let page = context! { code => code, username => username, alert => alert.unwrap_or_default() };
    page::of_bank(bank, status, "device.html", page)
}
