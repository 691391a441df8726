//! Events: what a client is told of consents and orders without asking again and again.
//!
//! Owns subscriptions of both generations, the messages a client fetches, and the signed token an event is (RFC 8417). When a
//! message goes out and how often is the world's business.

mod poll;
mod subscription;
mod token;

pub(super) use poll::poll;
pub(super) use subscription::{CALLBACKS, SUBSCRIPTIONS, change, create, end, list};
pub(super) use token::notice;

/// Kinds of event a client can subscribe to, with the message of the bank that carries each.
const TYPES: &[(&str, &str)] = &[
    ("UK.OBIE.Resource-Update", "payment.status"),
    ("UK.OBIE.Consent-Authorization-Revoked", "consent.status"),
    ("UK.OBIE.Consent-Access-Revoked", "consent.status"),
    ("UK.OBIE.Account-Access-Consent-Linked-Account-Update", "consent.status"),
];

/// Under what the subscription of a client is kept.
fn kept_of(kind: &str, client_id: &str) -> String {
    format!("{kind} of {client_id}")
}
