//! Lies in the answer to a registration (RFC 7591 3.2.1).

use serde_json::{Value, json};

use super::json::{edit, set};
use super::lie::{Kind, Lie, Takes, Told};

/// What can be said here.
pub(super) const LIES: &[Lie] = &[
    Lie {
        point: "registration",
        name: "changed-metadata",
        takes: Takes::Nothing,
        about: "the bank registered other redirect URIs and another method than asked for",
        client: "compares what came back with what it asked for",
        kind: Kind::Edit(changed),
    },
    Lie {
        point: "registration",
        name: "secret-expires",
        takes: Takes::Nothing,
        about: "the secret ends an hour after the registration",
        client: "registers anew, or reads its registration, before it ends",
        kind: Kind::Edit(expires),
    },
    Lie {
        point: "registration",
        name: "without-client-id",
        takes: Takes::Nothing,
        about: "`client_id` is missing",
        client: "refuses the answer",
        kind: Kind::Edit(|told| {
            edit(told, "client_id", |members, _| {
                members.remove("client_id");
            })
        }),
    },
];

fn changed(told: &mut Told<'_, '_>) {
    edit(told, "client_id", |members, _| {
        set(members, "redirect_uris", json!(["https://changed.invalid/callback"]));
        set(members, "token_endpoint_auth_method", "client_secret_post");
    });
}

fn expires(told: &mut Told<'_, '_>) {
    edit(told, "client_id", |members, _| {
        let issued = members.get("client_id_issued_at").and_then(Value::as_i64).unwrap_or_default();
        set(members, "client_secret_expires_at", issued + 3600);
    });
}
