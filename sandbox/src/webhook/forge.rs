//! Forgeries: requests at an endpoint that are not, or not quite, what the bank says.
//!
//! Owns the table of what somebody between the bank and the client, somebody else altogether, or a bank that is wrong can
//! send. Each is made from one message of the bank, so that everything but one thing about it is right. Some are the
//! bank's own and rightly signed, though what they say is not to be relied on: a good endpoint accepts these.

use std::time::Duration;

use aws_lc_rs::digest;
use axum::http::{HeaderValue, Method, header};
use bytes::Bytes;
use serde_json::{Map, Value};

use super::letter::{Letter, SIGNATURE};
use super::signature::{hex, of_somebody_else, sign, sign_twice, signed_text};
use super::{Delivery, Signature};

/// One way to be wrong.
pub(crate) struct Forgery {
    /// Name in files, kebab-case.
    pub(crate) name: &'static str,
    /// What is wrong with it, in one line.
    pub(crate) about: &'static str,
    pub(super) forge: fn(&mut Letter, &Delivery),
}

/// How old a stale message is: twice what payment APIs tolerate.
const STALE: Duration = Duration::from_secs(600);
/// How large a huge body is.
const HUGE_BYTES: usize = 5 << 20;

/// Every forgery.
pub(crate) static FORGERIES: &[Forgery] = &[
    Forgery {
        name: "tampered-body",
        about: "the status is another, the signature that of the true body",
        forge: |letter, _| letter.body = with_status(&letter.body, other_status),
    },
    Forgery {
        name: "reordered-body",
        about: "the same members in another order, the signature that of the true body",
        forge: |letter, _| letter.body = reordered(&letter.body),
    },
    Forgery {
        name: "other-body",
        about: "the body of another event, under this one's signature",
        forge: |letter, delivery| letter.body = about_another(&letter.body, &delivery.message.entity),
    },
    Forgery {
        name: "unsigned",
        about: "no signature at all",
        forge: |letter, _| drop(letter.headers.remove(SIGNATURE)),
    },
    Forgery {
        name: "stale",
        about: "rightly signed ten minutes ago",
        forge: |letter, delivery| {
            let then = delivery.due.saturating_sub(STALE).unwrap_or(delivery.due);
            letter.sign_as(&sign(&delivery.message.endpoint.secret, then, &letter.body));
        },
    },
    Forgery {
        name: "empty-signature",
        about: "a signature without a value, as `alg: none` would have it",
        forge: |letter, delivery| letter.sign_as(&format!("t={},v1=", delivery.due.as_second())),
    },
    Forgery {
        name: "unkeyed-hash",
        about: "a SHA-256 of what is signed, which everybody can compute",
        forge: |letter, delivery| {
            let hash = digest::digest(&digest::SHA256, &signed_text(delivery.due, &letter.body));
            letter.sign_as(&format!("t={},v1={}", delivery.due.as_second(), hex(hash.as_ref())));
        },
    },
    Forgery {
        name: "empty-key",
        about: "signed with an empty secret",
        forge: |letter, delivery| letter.sign_as(&sign("", delivery.due, &letter.body)),
    },
    Forgery {
        name: "retired-key",
        about: "signed with a secret that is no longer in use",
        forge: |letter, delivery| {
            let old = of_somebody_else(&delivery.message.endpoint.secret);
            letter.sign_as(&sign(&old, delivery.due, &letter.body));
        },
    },
    Forgery {
        name: "two-signatures",
        about: "the bank's own, while its secret is exchanged: the old signature, then the right one",
        forge: |letter, delivery| {
            let secret = &delivery.message.endpoint.secret;
            letter.sign_as(&sign_twice([&of_somebody_else(secret), secret], delivery.due, &letter.body));
        },
    },
    Forgery {
        name: "lying-status",
        about: "the bank's own, rightly signed, with a status that is not so",
        forge: |letter, delivery| rightly_signed(letter, delivery, |body| with_status(body, other_status)),
    },
    Forgery {
        name: "without-status",
        about: "the bank's own, rightly signed, naming the entity only",
        forge: |letter, delivery| rightly_signed(letter, delivery, |body| with_status(body, |_| None)),
    },
    Forgery {
        name: "huge-body",
        about: "rightly signed, of five megabytes",
        forge: |letter, delivery| rightly_signed(letter, delivery, padded),
    },
    Forgery {
        name: "wrong-content-type",
        about: "rightly signed, said to be plain text",
        forge: |letter, _| {
            letter.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
        },
    },
    Forgery {
        name: "get-request",
        about: "a GET, without a body and a signature",
        forge: |letter, _| {
            letter.method = Method::GET;
            letter.body = Bytes::new();
            letter.headers.remove(SIGNATURE);
            letter.headers.remove(header::CONTENT_TYPE);
        },
    },
];

impl Forgery {
    /// The forgery of this name.
    pub(crate) fn find(name: &str) -> Option<&'static Forgery> {
        FORGERIES.iter().find(|forgery| forgery.name == name)
    }

    /// What it makes of a delivery; sent once, whatever comes of it.
    pub(crate) fn of(&'static self, delivery: &Delivery) -> Delivery {
        let retry = super::Retry { attempts: 1, ..delivery.retry };
        Delivery { forgery: Some(self), signature: Signature::Good, retry, ..delivery.clone() }
    }
}

impl std::fmt::Debug for Forgery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Forgery").field(&self.name).finish()
    }
}

fn rightly_signed(letter: &mut Letter, delivery: &Delivery, change: impl Fn(&Bytes) -> Bytes) {
    letter.body = change(&letter.body);
    letter.sign_as(&sign(&delivery.message.endpoint.secret, delivery.due, &letter.body));
}

/// A status a payment can have, and this one has not; one that would matter.
fn other_status(status: &str) -> Option<&'static str> {
    Some(if status == "rejected" { "debited" } else { "rejected" })
}

/// The body with another status, or none. A status that is made up comes as a later change than the true one: a client
/// that only compares versions would take it.
fn with_status(body: &Bytes, status: impl Fn(&str) -> Option<&'static str>) -> Bytes {
    changed(body, |members| {
        let Some(told) = members.get("status").and_then(Value::as_str).map(str::to_owned) else { return };
        match status(&told) {
            None => drop(members.remove("status")),
            Some(other) => {
                members.insert("status".to_owned(), other.into());
                if let Some(version) = members.get("version").and_then(Value::as_u64) {
                    members.insert("version".to_owned(), (version + 1).into());
                }
            }
        }
    })
}

fn about_another(body: &Bytes, entity: &str) -> Bytes {
    let other: String = entity.chars().rev().collect();
    changed(body, |members| {
        for value in members.values_mut().filter(|value| value.as_str() == Some(entity)) {
            *value = other.clone().into();
        }
    })
}

fn padded(body: &Bytes) -> Bytes {
    changed(body, |members| drop(members.insert("padding".to_owned(), "x".repeat(HUGE_BYTES).into())))
}

/// The members sorted the other way round.
fn reordered(body: &Bytes) -> Bytes {
    let Ok(members) = serde_json::from_slice::<Map<String, Value>>(body) else { return broken(body) };
    let text = |(name, value): (&String, &Value)| format!("{}:{value}", Value::from(name.as_str()));
    let mut members: Vec<String> = members.iter().map(text).collect();
    members.sort_by(|a, b| b.cmp(a));
    format!("{{{}}}", members.join(",")).into()
}

fn changed(body: &Bytes, change: impl Fn(&mut Map<String, Value>)) -> Bytes {
    let Ok(mut members) = serde_json::from_slice::<Map<String, Value>>(body) else { return broken(body) };
    change(&mut members);
    let text = Value::Object(members).to_string();
    // Where there is nothing to change, a blank is change enough for a signature.
    if text.as_bytes() == body { format!("{text} ").into() } else { text.into() }
}

/// A body that is no JSON object, with one byte of it changed.
fn broken(body: &Bytes) -> Bytes {
    let mut bytes = body.to_vec();
    match bytes.last_mut() {
        Some(last) => *last ^= 1,
        None => bytes.push(b' '),
    }
    bytes.into()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_found() {
        let names: BTreeSet<&str> = FORGERIES.iter().map(|forgery| forgery.name).collect();
        assert_eq!(names.len(), FORGERIES.len());
        assert!(names.iter().all(|name| Forgery::find(name).is_some()) && Forgery::find("forged").is_none());
    }

    #[test]
    fn bodies_are_changed_in_one_thing() {
        let body = Bytes::from_static(
            br#"{"id":"evt_1","type":"payment.status","payment_id":"pay_1","status":"debited","version":4}"#,
        );
        let text = |bytes: Bytes| String::from_utf8(bytes.to_vec()).unwrap();
        let lied: Value = serde_json::from_slice(&with_status(&body, other_status)).unwrap();
        assert_eq!((&lied["status"], &lied["version"]), (&"rejected".into(), &5.into()));
        let silent: Value = serde_json::from_slice(&with_status(&body, |_| None)).unwrap();
        assert!(silent.get("status").is_none() && silent["payment_id"] == "pay_1");
        assert_eq!(
            text(reordered(&body)),
            r#"{"version":4,"type":"payment.status","status":"debited","payment_id":"pay_1","id":"evt_1"}"#
        );
        assert!(text(about_another(&body, "pay_1")).contains(r#""payment_id":"1_yap""#));
        assert!(padded(&body).len() > HUGE_BYTES);
        assert_ne!(broken(&Bytes::from_static(b"<xml/>")), "<xml/>");
    }
}
