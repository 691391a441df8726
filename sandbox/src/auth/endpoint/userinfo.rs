//! Claims about the account holder (OpenID Connect Core 5.3). Contact details come with the scope `customers`.

use axum::http::StatusCode;
use axum::http::header::{ACCEPT, CACHE_CONTROL};
use bank_fixtures::record::Address;
use serde::Serialize;

use crate::auth::error::json;
use crate::auth::holder::Holder;
use crate::exchange::{Call, Problem, ProblemKind, Reply};
use crate::world::BankInstance;

#[derive(Serialize)]
struct Claims<'a> {
    /// Only where the answer is signed (OpenID Connect Core 5.3.2), with `aud`.
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<&'a str>,
    sub: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<AddressClaim<'a>>,
}

/// OpenID Connect Core 5.1.1.
#[derive(Serialize)]
struct AddressClaim<'a> {
    street_address: String,
    locality: &'a str,
    postal_code: &'a str,
    country: &'a str,
}

/// What a client asks for to get the claims signed.
const MEDIA_TYPE: &str = "application/jwt";

pub(super) fn userinfo(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    let nobody = || Problem::new(ProblemKind::InvalidToken, "the token is not of an account holder");
    let access = call.access.as_ref().ok_or_else(nobody)?;
    let holder = access.user.as_deref().and_then(|user| Holder::find(&bank.ledger, user)).ok_or_else(nobody)?;
    let party = &holder.party;
    let shown = access.scopes.iter().any(|scope| scope == "customers");
    let asked = call.header(ACCEPT.as_str()).is_some_and(|accept| accept.contains(MEDIA_TYPE));
    let signed = |text| Some(text).filter(|_| asked);
    let claims = Claims {
        iss: signed(call.request.base_url.as_str()),
        aud: signed(access.client_id.as_str()),
        sub: &party.id,
        name: Some(party.name.as_str()).filter(|_| shown),
        email: party.emails.first().map(String::as_str).filter(|_| shown),
        phone_number: party.phones.first().map(String::as_str).filter(|_| shown),
        address: party.address.as_ref().filter(|_| shown).map(address),
    };
    if asked {
        let jwt = bank.auth.signing_key().sign(&claims);
        return Ok(Reply::new(StatusCode::OK, MEDIA_TYPE, jwt).header(CACHE_CONTROL, "no-store"));
    }
    Ok(json(StatusCode::OK, &claims))
}

fn address(address: &Address) -> AddressClaim<'_> {
    AddressClaim {
        street_address: address.lines.join("\n"),
        locality: &address.city,
        postal_code: &address.postcode,
        country: &address.country,
    }
}
