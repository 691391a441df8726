//! Lies in the claims about the account holder (OpenID Connect Core 5.3).

use super::json::{edit, set};
use super::lie::{Kind, Lie, Takes};

/// What can be said here.
pub(super) const LIES: &[Lie] = &[
    Lie {
        point: "userinfo",
        name: "other-sub",
        takes: Takes::Nothing,
        about: "`sub` is not that of the id_token",
        client: "refuses the claims (OpenID Connect Core 5.3.2)",
        kind: Kind::Edit(|told| edit(told, "sub", |members, _| set(members, "sub", "somebody-else"))),
    },
    Lie {
        point: "userinfo",
        name: "without-sub",
        takes: Takes::Nothing,
        about: "`sub` is missing",
        client: "refuses the claims",
        kind: Kind::Edit(|told| {
            edit(told, "sub", |members, _| {
                members.remove("sub");
            })
        }),
    },
    Lie {
        point: "userinfo",
        name: "without-claims",
        takes: Takes::Nothing,
        about: "nothing but `sub` is there",
        client: "goes on without them",
        kind: Kind::Edit(|told| edit(told, "sub", |members, _| members.retain(|name, _| name == "sub"))),
    },
];
