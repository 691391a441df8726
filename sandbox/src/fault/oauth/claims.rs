//! Lies in the claims of id_tokens and of signed authorization responses (OpenID Connect Core 2, 3.1.3.7; JARM 2.4).
//!
//! The signature is right: whoever checks nothing else believes them.

use serde_json::{Map, Value, json};

use super::discovery::OTHER;
use super::json::set;
use super::jwt::{self, Signer};
use super::lie::{Kind, Lie, Takes, Told};

/// Half of a hash of nothing the client has.
const WRONG_HASH: &str = "AAAAAAAAAAAAAAAAAAAAAA";

/// What can be said here.
pub(super) const LIES: &[Lie] = &[
    Lie {
        point: "id_token",
        name: "wrong-nonce",
        takes: Takes::Nothing,
        about: "`nonce` is another",
        client: "refuses the login",
        kind: Kind::Edit(|told| change(told, |claims, _| set(claims, "nonce", "wrong"))),
    },
    Lie {
        point: "id_token",
        name: "without-nonce",
        takes: Takes::Nothing,
        about: "`nonce` is missing",
        client: "refuses the login",
        kind: Kind::Edit(|told| {
            change(told, |claims, _| {
                claims.remove("nonce");
            })
        }),
    },
    Lie {
        point: "id_token",
        name: "wrong-iss",
        takes: Takes::Nothing,
        about: "`iss` is another issuer",
        client: "refuses the token",
        kind: Kind::Edit(|told| change(told, |claims, _| set(claims, "iss", OTHER))),
    },
    Lie {
        point: "id_token",
        name: "near-miss-iss",
        takes: Takes::Nothing,
        about: "`iss` has a slash too many",
        client: "compares byte for byte and refuses the token",
        kind: Kind::Edit(near_miss),
    },
    Lie {
        point: "id_token",
        name: "wrong-aud",
        takes: Takes::Nothing,
        about: "`aud` is another client",
        client: "refuses the token",
        kind: Kind::Edit(|told| change(told, |claims, _| set(claims, "aud", "somebody-else"))),
    },
    Lie {
        point: "id_token",
        name: "several-aud",
        takes: Takes::Nothing,
        about: "`aud` is a list with a stranger, and there is no `azp`",
        client: "refuses the token",
        kind: Kind::Edit(several),
    },
    Lie {
        point: "id_token",
        name: "wrong-azp",
        takes: Takes::Nothing,
        about: "`azp` is another client",
        client: "refuses the token",
        kind: Kind::Edit(|told| change(told, |claims, _| set(claims, "azp", "somebody-else"))),
    },
    Lie {
        point: "id_token",
        name: "without-sub",
        takes: Takes::Nothing,
        about: "`sub` is missing",
        client: "refuses the token",
        kind: Kind::Edit(|told| {
            change(told, |claims, _| {
                claims.remove("sub");
            })
        }),
    },
    Lie {
        point: "id_token",
        name: "other-sub",
        takes: Takes::Nothing,
        about: "`sub` is another person",
        client: "refuses it where it knew the person; never joins the two",
        kind: Kind::Edit(|told| change(told, |claims, _| set(claims, "sub", "somebody-else"))),
    },
    Lie {
        point: "id_token",
        name: "expired",
        takes: Takes::Nothing,
        about: "`exp` was an hour ago",
        client: "refuses the token",
        kind: Kind::Edit(|told| times(told, "exp", -3600)),
    },
    Lie {
        point: "id_token",
        name: "from-the-future",
        takes: Takes::Nothing,
        about: "`iat` is an hour ahead",
        client: "refuses the token",
        kind: Kind::Edit(|told| times(told, "iat", 3600)),
    },
    Lie {
        point: "id_token",
        name: "without-exp",
        takes: Takes::Nothing,
        about: "`exp` is missing",
        client: "refuses the token",
        kind: Kind::Edit(|told| {
            change(told, |claims, _| {
                claims.remove("exp");
            })
        }),
    },
    Lie {
        point: "id_token",
        name: "without-iat",
        takes: Takes::Nothing,
        about: "`iat` is missing",
        client: "refuses the token",
        kind: Kind::Edit(|told| {
            change(told, |claims, _| {
                claims.remove("iat");
            })
        }),
    },
    Lie {
        point: "id_token",
        name: "old-auth-time",
        takes: Takes::Nothing,
        about: "`auth_time` was a day ago",
        client: "refuses it where it asked for `max_age`",
        kind: Kind::Edit(|told| times(told, "auth_time", -86_400)),
    },
    Lie {
        point: "id_token",
        name: "wrong-at-hash",
        takes: Takes::Nothing,
        about: "`at_hash` is of another token",
        client: "refuses the pair",
        kind: Kind::Edit(|told| change(told, |claims, _| set(claims, "at_hash", WRONG_HASH))),
    },
    Lie {
        point: "id_token",
        name: "wrong-c-hash",
        takes: Takes::Nothing,
        about: "`c_hash` is of another code",
        client: "refuses the answer",
        kind: Kind::Edit(|told| change(told, |claims, _| set(claims, "c_hash", WRONG_HASH))),
    },
    Lie {
        point: "id_token",
        name: "wrong-s-hash",
        takes: Takes::Nothing,
        about: "`s_hash` is of another state",
        client: "refuses the answer",
        kind: Kind::Edit(|told| change(told, |claims, _| set(claims, "s_hash", WRONG_HASH))),
    },
    Lie {
        point: "id_token",
        name: "wrong-acr",
        takes: Takes::Nothing,
        about: "`acr` is not what was asked for",
        client: "refuses the login, or asks once more: not for ever",
        kind: Kind::Edit(|told| change(told, |claims, _| set(claims, "acr", "urn:example:weak"))),
    },
    Lie {
        point: "id_token",
        name: "without-acr",
        takes: Takes::Nothing,
        about: "`acr` is missing",
        client: "refuses the login where it asked for one",
        kind: Kind::Edit(|told| {
            change(told, |claims, _| {
                claims.remove("acr");
            })
        }),
    },
    Lie {
        point: "id_token",
        name: "unknown-claims",
        takes: Takes::Nothing,
        about: "there are claims nobody asked for",
        client: "ignores them",
        kind: Kind::Edit(|told| change(told, |claims, _| set(claims, "shoe_size", 44))),
    },
];

fn change(told: &mut Told<'_, '_>, change: impl Fn(&mut Map<String, Value>, &Told<'_, '_>)) {
    jwt::edit(told, &["id_token", "response"], |token, told| {
        change(&mut token.claims, told);
        Signer::Bank
    });
}

fn near_miss(told: &mut Told<'_, '_>) {
    change(told, |claims, _| {
        let issuer = format!("{}/", claims.get("iss").and_then(Value::as_str).unwrap_or_default());
        set(claims, "iss", issuer);
    });
}

fn several(told: &mut Told<'_, '_>) {
    change(told, |claims, _| {
        let own = claims.get("aud").cloned().unwrap_or_default();
        set(claims, "aud", json!([own, "somebody-else"]));
        claims.remove("azp");
    });
}

/// Moves one time by so many seconds.
fn times(told: &mut Told<'_, '_>, name: &str, by: i64) {
    change(told, |claims, _| {
        // Whatever a token lives, an hour before its beginning it is over.
        let from = claims.get("iat").and_then(Value::as_i64).filter(|_| by < 0);
        if let Some(time) = from.or_else(|| claims.get(name).and_then(Value::as_i64)) {
            set(claims, name, time.saturating_add(by));
        }
    });
}
