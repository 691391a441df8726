//! What goes wrong with the notice that a decision has been made (OpenID CIBA 10.2).
//!
//! Told with the answer that begins such a request: what was decided by then has been told already.

use std::time::Duration;

use serde_json::Value;

use super::json::edit;
use super::lie::{Kind, Lie, Takes, Told};
use crate::auth::Mishap;

/// What can be said here.
pub(super) const LIES: &[Lie] = &[
    Lie {
        point: "ping",
        name: "late",
        takes: Takes::Shift,
        about: "it comes so long after the decision, when somebody next calls the bank",
        client: "polls at its pace all the same",
        kind: Kind::Edit(|told| {
            let by = Duration::from_secs(u64::try_from(told.with.seconds()).unwrap_or_default());
            befall(told, Mishap::Late(by));
        }),
    },
    Lie {
        point: "ping",
        name: "twice",
        takes: Takes::Nothing,
        about: "it comes twice",
        client: "redeems once",
        kind: Kind::Edit(|told| befall(told, Mishap::Twice)),
    },
    Lie {
        point: "ping",
        name: "wrong-bearer",
        takes: Takes::Nothing,
        about: "its bearer token is not the one the client gave",
        client: "answers 401 and asks nothing of the bank",
        kind: Kind::Edit(|told| befall(told, Mishap::Stranger)),
    },
    Lie {
        point: "ping",
        name: "never",
        takes: Takes::Nothing,
        about: "it never comes",
        client: "polls at its pace, and gives up when the request has expired",
        kind: Kind::Edit(|told| befall(told, Mishap::Lost)),
    },
];

fn befall(told: &mut Told<'_, '_>, mishap: Mishap) {
    edit(told, "auth_req_id", |members, told| {
        if let Some(secret) = members.get("auth_req_id").and_then(Value::as_str) {
            told.scene.keys.befall_ping(secret, mishap);
        }
    });
}
