//! Message signing: the detached signature beside the body of everything about payments.
//!
//! Owns the header of the signature. Versions from 3.1.4 on sign the body in base64url, so no `b64` is in it.

use axum::http::HeaderName;
use bank_fixtures::seed::Seed;
use jiff::Timestamp;

use super::json::{Json, object};
use crate::exchange::Reply;
use crate::world::BankInstance;

/// Name of the header that carries a signature.
pub(super) const JWS: HeaderName = HeaderName::from_static("x-jws-signature");

pub(super) const IAT: &str = "http://openbanking.org.uk/iat";
pub(super) const ISS: &str = "http://openbanking.org.uk/iss";
pub(super) const TAN: &str = "http://openbanking.org.uk/tan";
/// The trust anchor whose directory publishes the keys.
pub(super) const ANCHOR: &str = "openbanking.org.uk";

/// The same answer, signed by the bank.
pub(super) fn signed(bank: &BankInstance, reply: Reply, now: Timestamp) -> Reply {
    let key = bank.auth.signing_key();
    let header = object! {
        "alg": key.algorithm(),
        "kid": key.public().kid(),
        "typ": "JOSE",
        "cty": "application/json",
        "http://openbanking.org.uk/iat": u64::try_from(now.as_second()).unwrap_or_default(),
        "http://openbanking.org.uk/iss": organisation(bank),
        "http://openbanking.org.uk/tan": ANCHOR,
        "crit": Json::List([IAT, ISS, TAN].map(|name| Json::Text(name.to_owned())).to_vec()),
    };
    let signature = key.sign_detached(&header.written(), &reply.body);
    reply.header(JWS, &signature)
}

/// The bank's id in the directory: eighteen characters, invented.
pub(super) fn organisation(bank: &BankInstance) -> String {
    Seed::new(0).of("organisation").of(&bank.slug).hex(9).to_ascii_uppercase()
}
