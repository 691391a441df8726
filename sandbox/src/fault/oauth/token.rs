//! Lies in the token response (RFC 6749 5.1) and in access tokens that are JWTs (RFC 9068).

use axum::http::{HeaderName, HeaderValue};
use serde_json::{Value, json};

use super::json::{edit, set};
use super::jwt::{self, Jwt, Signer};
use super::lie::{Kind, Lie, Takes, Told};

/// What can be said here.
pub(super) const LIES: &[Lie] = &[
    Lie {
        point: "token",
        name: "without-token-type",
        takes: Takes::Nothing,
        about: "`token_type` is missing",
        client: "refuses the answer",
        kind: Kind::Edit(|told| remove(told, "token_type")),
    },
    Lie {
        point: "token",
        name: "token-type",
        takes: Takes::Text("MAC"),
        about: "`token_type` is this",
        client: "refuses a type it does not know; does not send a DPoP token as Bearer",
        kind: Kind::Edit(|told| {
            edit(told, "access_token", |members, told| set(members, "token_type", told.with.text()))
        }),
    },
    Lie {
        point: "token",
        name: "without-access-token",
        takes: Takes::Nothing,
        about: "`access_token` is missing",
        client: "refuses the answer",
        kind: Kind::Edit(|told| remove(told, "access_token")),
    },
    Lie {
        point: "token",
        name: "without-refresh-token",
        takes: Takes::Nothing,
        about: "`refresh_token` is missing",
        client: "works until the token ends, then asks for a new consent",
        kind: Kind::Edit(|told| remove(told, "refresh_token")),
    },
    Lie {
        point: "token",
        name: "without-id-token",
        takes: Takes::Nothing,
        about: "`id_token` is missing",
        client: "refuses a login that it asked `openid` for",
        kind: Kind::Edit(|told| remove(told, "id_token")),
    },
    Lie {
        point: "token",
        name: "narrowed-scope",
        takes: Takes::Nothing,
        about: "`scope` is smaller than asked for",
        client: "goes on with what it has, and says what is missing",
        kind: Kind::Edit(narrowed),
    },
    Lie {
        point: "token",
        name: "widened-scope",
        takes: Takes::Nothing,
        about: "`scope` is larger than asked for",
        client: "goes on with what it asked for",
        kind: Kind::Edit(widened),
    },
    Lie {
        point: "token",
        name: "without-scope",
        takes: Takes::Nothing,
        about: "`scope` is missing",
        client: "takes it to be what it asked for (RFC 6749 5.1)",
        kind: Kind::Edit(|told| remove(told, "scope")),
    },
    Lie {
        point: "token",
        name: "expires_in",
        takes: Takes::Any("-1"),
        about: "`expires_in` is this: a text, 0, negative, huge",
        client: "takes no nonsense: treats the token as good until it is refused, or refuses the answer",
        kind: Kind::Edit(|told| {
            edit(told, "access_token", |members, told| set(members, "expires_in", told.with.any()))
        }),
    },
    Lie {
        point: "token",
        name: "error-with-200",
        takes: Takes::Text("invalid_grant"),
        about: "200, and the body is this error",
        client: "takes it for the error",
        kind: Kind::Edit(error_with_200),
    },
    Lie {
        point: "token",
        name: "dpop-nonce",
        takes: Takes::Nothing,
        about: "a new `DPoP-Nonce` comes with the answer",
        client: "uses it for its next proof",
        kind: Kind::Edit(dpop_nonce),
    },
    Lie {
        point: "token",
        name: "without-details",
        takes: Takes::Nothing,
        about: "`authorization_details` is missing",
        client: "does not take what it asked for to be granted",
        kind: Kind::Edit(|told| remove(told, "authorization_details")),
    },
    Lie {
        point: "token",
        name: "reduced-details",
        takes: Takes::Nothing,
        about: "`authorization_details` grants less than asked for",
        client: "goes by what was granted",
        kind: Kind::Edit(reduced),
    },
    Lie {
        point: "token",
        name: "enriched-details",
        takes: Takes::Nothing,
        about: "`authorization_details` has members nobody asked for",
        client: "keeps to what it understands",
        kind: Kind::Edit(enriched),
    },
    Lie {
        point: "token",
        name: "padded-access-token",
        takes: Takes::Size,
        about: "the access token is longer by so many bytes, and still good",
        client: "stores and sends it whole",
        kind: Kind::Edit(padded),
    },
    Lie {
        point: "access_token",
        name: "wrong-typ",
        takes: Takes::Nothing,
        about: "the header says another `typ`",
        client: "passes it on: access tokens are not for clients to read",
        kind: Kind::Edit(|told| access(told, |token| set(&mut token.header, "typ", "JWT"))),
    },
    Lie {
        point: "access_token",
        name: "wrong-aud",
        takes: Takes::Nothing,
        about: "it is for another audience",
        client: "meets 401, refreshes once, then stops",
        kind: Kind::Edit(|told| access(told, |token| set(&mut token.claims, "aud", "https://other.invalid"))),
    },
    Lie {
        point: "access_token",
        name: "alg-none",
        takes: Takes::Nothing,
        about: "it is not signed",
        client: "meets 401, refreshes once, then stops",
        kind: Kind::Edit(unsigned),
    },
];

fn remove(told: &mut Told<'_, '_>, name: &str) {
    edit(told, "access_token", |members, _| {
        members.remove(name);
    });
}

fn scope(told: &mut Told<'_, '_>, change: impl Fn(&str) -> String) {
    edit(told, "access_token", |members, _| {
        if let Some(scope) = members.get("scope").and_then(Value::as_str).map(&change) {
            set(members, "scope", scope);
        }
    });
}

fn narrowed(told: &mut Told<'_, '_>) {
    scope(told, |scope| scope.rsplit_once(' ').map_or_else(String::new, |(rest, _)| rest.to_owned()));
}

fn widened(told: &mut Told<'_, '_>) {
    scope(told, |scope| format!("{scope} everything").trim().to_owned());
}

fn error_with_200(told: &mut Told<'_, '_>) {
    edit(told, "access_token", |members, told| {
        members.clear();
        set(members, "error", told.with.text());
    });
}

fn dpop_nonce(told: &mut Told<'_, '_>) {
    let nonce = nonce(told.chance, told.n);
    if let Ok(value) = HeaderValue::from_str(&nonce) {
        told.reply.headers.insert(HeaderName::from_static("dpop-nonce"), value);
    }
}

/// Another nonce each time.
pub(super) fn nonce(chance: bank_fixtures::seed::Seed, n: u64) -> String {
    chance.of("nonce").at(n).hex(24)
}

fn reduced(told: &mut Told<'_, '_>) {
    edit(told, "access_token", |members, _| {
        if let Some(details) = members.get_mut("authorization_details").and_then(Value::as_array_mut) {
            details.truncate(1);
            details
                .iter_mut()
                .filter_map(Value::as_object_mut)
                .for_each(|detail| detail.retain(|name, _| name == "type"));
        }
    });
}

fn enriched(told: &mut Told<'_, '_>) {
    edit(told, "access_token", |members, _| {
        let details = members.get_mut("authorization_details").and_then(Value::as_array_mut);
        for detail in details.into_iter().flatten().filter_map(Value::as_object_mut) {
            set(detail, "granted_until", json!("2099-12-31"));
        }
    });
}

fn padded(told: &mut Told<'_, '_>) {
    edit(told, "access_token", |members, told| {
        if let Some(token) = members.get("access_token").and_then(Value::as_str) {
            let longer = format!("{token}.{}", "x".repeat(told.with.size()));
            told.scene.keys.also_known_as(token, &longer);
            set(members, "access_token", longer);
        }
    });
    // A hash of the shorter one would be another lie.
    jwt::edit(told, &["id_token"], |token, _| {
        token.claims.remove("at_hash");
        Signer::Bank
    });
}

fn access(told: &mut Told<'_, '_>, change: impl Fn(&mut Jwt)) {
    jwt::edit(told, &["access_token"], |token, _| {
        change(token);
        Signer::Bank
    });
}

fn unsigned(told: &mut Told<'_, '_>) {
    jwt::edit(told, &["access_token"], |token, _| {
        set(&mut token.header, "alg", "none");
        Signer::Nobody
    });
}
