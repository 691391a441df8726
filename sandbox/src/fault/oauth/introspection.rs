//! Lies about tokens (RFC 7662 2.2, RFC 9701).

use serde_json::{Value, json};

use super::json::{edit, set};
use super::lie::{Kind, Lie, Takes, Told};

/// What can be said here.
pub(super) const LIES: &[Lie] = &[
    Lie {
        point: "introspection",
        name: "stale-active",
        takes: Takes::Nothing,
        about: "a token that is over is active",
        client: "trusts the bank's resources, not this",
        kind: Kind::Edit(stale),
    },
    Lie {
        point: "introspection",
        name: "inactive-early",
        takes: Takes::Nothing,
        about: "a token that is good is not active",
        client: "asks for a new token",
        kind: Kind::Edit(|told| {
            edit(told, "active", |members, _| {
                members.clear();
                set(members, "active", false);
            })
        }),
    },
    Lie {
        point: "introspection",
        name: "without-cnf",
        takes: Takes::Nothing,
        about: "`cnf` is missing",
        client: "does not take a bound token for an unbound one",
        kind: Kind::Edit(|told| {
            edit(told, "active", |members, _| {
                members.remove("cnf");
            })
        }),
    },
    Lie {
        point: "introspection",
        name: "other-cnf",
        takes: Takes::Nothing,
        about: "the token is bound to another key",
        client: "refuses the token",
        kind: Kind::Edit(|told| {
            edit(told, "active", |members, _| {
                set(members, "cnf", json!({"jkt": "A".repeat(43), "x5t#S256": "A".repeat(43)}))
            })
        }),
    },
    Lie {
        point: "introspection",
        name: "other-client",
        takes: Takes::Nothing,
        about: "the token is another client's",
        client: "refuses the token",
        kind: Kind::Edit(|told| edit(told, "active", |members, _| set(members, "client_id", "somebody-else"))),
    },
    Lie {
        point: "introspection",
        name: "wrong-aud",
        takes: Takes::Nothing,
        about: "the token is for another audience",
        client: "refuses the token",
        kind: Kind::Edit(|told| edit(told, "active", |members, _| set(members, "aud", "https://other.invalid"))),
    },
];

fn stale(told: &mut Told<'_, '_>) {
    edit(told, "active", |members, _| {
        if members.get("active").and_then(Value::as_bool) == Some(false) {
            set(members, "active", true);
            set(members, "token_type", "Bearer");
            set(members, "scope", "openid accounts");
        }
    });
}
