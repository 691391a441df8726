//! One request as it goes to an endpoint: method, headers, body, signature.

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use bytes::Bytes;

use super::signature::{self, sign};
use super::{Delivery, Signature};

pub(super) const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");
const ID: HeaderName = HeaderName::from_static("webhook-id");
const ATTEMPT: HeaderName = HeaderName::from_static("webhook-attempt");

/// What is sent.
#[derive(Debug, Clone)]
pub(crate) struct Letter {
    pub(crate) method: Method,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// What an attempt sends.
pub(crate) fn letter(delivery: &Delivery) -> Letter {
    let message = &delivery.message;
    let mut headers = HeaderMap::from_iter([
        (header::USER_AGENT, HeaderValue::from_static("bank-sandbox")),
        (ID, value(&message.id)),
        (ATTEMPT, HeaderValue::from(delivery.attempt)),
    ]);
    headers.extend(message.headers.clone());
    let mut letter = Letter { method: Method::POST, headers, body: message.body.clone() };
    let secret = match delivery.signature {
        Signature::Good => message.endpoint.secret.clone(),
        Signature::Bad => signature::of_somebody_else(&message.endpoint.secret),
    };
    let signed = sign(&secret, delivery.due, &letter.body);
    letter.sign_as(&signed);
    if let Some(forgery) = delivery.forgery {
        (forgery.forge)(&mut letter, delivery);
    }
    letter
}

impl Letter {
    /// Puts this signature in the place of the one there is.
    pub(super) fn sign_as(&mut self, signature: &str) {
        self.headers.insert(SIGNATURE, value(signature));
    }
}

fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("ids and signatures are ASCII")
}
