//! Lies in the answer to a pushed authorization request (RFC 9126 2.2).

use super::json::{edit, set};
use super::lie::{Kind, Lie, Takes};

/// What can be said here.
pub(super) const LIES: &[Lie] = &[
    Lie {
        point: "par",
        name: "without-request-uri",
        takes: Takes::Nothing,
        about: "201, and no `request_uri`",
        client: "stops with an error of its own",
        kind: Kind::Edit(|told| {
            edit(told, "request_uri", |members, _| {
                members.remove("request_uri");
            })
        }),
    },
    Lie {
        point: "par",
        name: "expires-at-once",
        takes: Takes::Nothing,
        about: "`expires_in` is 1",
        client: "sends the account holder at once, or pushes again",
        kind: Kind::Edit(|told| edit(told, "request_uri", |members, _| set(members, "expires_in", 1))),
    },
    Lie {
        point: "par",
        name: "unknown-request-uri",
        takes: Takes::Nothing,
        about: "the `request_uri` is none the bank knows",
        client: "shows the error; pushes anew, does not repeat it",
        kind: Kind::Edit(|told| {
            edit(told, "request_uri", |members, _| {
                set(members, "request_uri", format!("urn:ietf:params:oauth:request_uri:{}", "0".repeat(43)))
            })
        }),
    },
    Lie {
        point: "par",
        name: "http-request-uri",
        takes: Takes::Nothing,
        about: "the `request_uri` is an address on the web",
        client: "passes it on as it is, and fetches nothing",
        kind: Kind::Edit(|told| {
            edit(told, "request_uri", |members, _| set(members, "request_uri", "http://bank.invalid/request"))
        }),
    },
];
