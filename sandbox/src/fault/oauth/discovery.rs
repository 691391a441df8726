//! Lies in the metadata document (RFC 8414, OpenID Connect Discovery).

use axum::http::HeaderValue;
use axum::http::header::{AGE, CACHE_CONTROL};
use serde_json::{Value, json};

use super::json::{edit, padding, set};
use super::jwt::{Jwt, Signer};
use super::lie::{Kind, Lie, Takes, Told};
use crate::fault::redirect::elsewhere;

/// An issuer that is not this one.
pub(super) const OTHER: &str = "https://bank.invalid";

/// What can be said here.
pub(super) const LIES: &[Lie] = &[
    Lie {
        point: "discovery",
        name: "near-miss-issuer",
        takes: Takes::Nothing,
        about: "`issuer` has a slash too many",
        client: "compares the issuer byte for byte and stops",
        kind: Kind::Edit(near_miss),
    },
    Lie {
        point: "discovery",
        name: "other-issuer",
        takes: Takes::Nothing,
        about: "`issuer` is another bank",
        client: "stops: the document is not this issuer's",
        kind: Kind::Edit(|told| set_text(told, "issuer", OTHER)),
    },
    Lie {
        point: "discovery",
        name: "without",
        takes: Takes::Text("token_endpoint"),
        about: "a member is missing",
        client: "stops if it needs the member, and says which",
        kind: Kind::Edit(without),
    },
    Lie {
        point: "discovery",
        name: "moved",
        takes: Takes::Text("token_endpoint"),
        about: "an endpoint is at a path that does not exist",
        client: "fails with the endpoint's 404, reads the document again once",
        kind: Kind::Edit(moved),
    },
    Lie {
        point: "discovery",
        name: "foreign",
        takes: Takes::Text("token_endpoint"),
        about: "an endpoint is at another host",
        client: "sends no credentials there: the endpoint does not belong to the issuer it configured",
        kind: Kind::Edit(foreign),
    },
    Lie {
        point: "discovery",
        name: "http-endpoints",
        takes: Takes::Nothing,
        about: "every address has lost its TLS",
        client: "refuses endpoints without TLS",
        kind: Kind::Edit(plain_http),
    },
    Lie {
        point: "discovery",
        name: "without-pkce",
        takes: Takes::Nothing,
        about: "S256 is not among the challenge methods",
        client: "sends its challenge all the same, or stops; never goes without",
        kind: Kind::Edit(|told| remove(told, "code_challenge_methods_supported")),
    },
    Lie {
        point: "discovery",
        name: "broken-signed-metadata",
        takes: Takes::Nothing,
        about: "`signed_metadata` is there, and its signature is not right",
        client: "ignores it, or stops; does not believe it",
        kind: Kind::Edit(signed),
    },
    Lie {
        point: "discovery",
        name: "stale",
        takes: Takes::Nothing,
        about: "the headers say that the document may be kept for a year and is ten days old",
        client: "reads it again when something does not fit",
        kind: Kind::Edit(stale),
    },
    Lie {
        point: "discovery",
        name: "huge",
        takes: Takes::Size,
        about: "the document has a member of this size",
        client: "stops reading at a bound",
        kind: Kind::Edit(huge),
    },
];

fn near_miss(told: &mut Told<'_, '_>) {
    edit(told, "issuer", |members, _| {
        let issuer = format!("{}/", members["issuer"].as_str().unwrap_or_default());
        set(members, "issuer", issuer);
    });
}

fn set_text(told: &mut Told<'_, '_>, name: &str, text: &str) {
    edit(told, "issuer", |members, _| set(members, name, text));
}

fn remove(told: &mut Told<'_, '_>, name: &str) {
    edit(told, "issuer", |members, _| {
        members.remove(name);
    });
}

fn without(told: &mut Told<'_, '_>) {
    edit(told, "issuer", |members, told| {
        members.remove(told.with.text());
    });
}

fn moved(told: &mut Told<'_, '_>) {
    edit(told, "issuer", |members, told| {
        let name = told.with.text();
        if let Some(address) = members.get(name).and_then(Value::as_str).map(|address| format!("{address}/moved")) {
            set(members, name, address);
        }
    });
}

fn foreign(told: &mut Told<'_, '_>) {
    edit(told, "issuer", |members, told| {
        let name = told.with.text();
        if let Some(address) = members.get(name).and_then(Value::as_str).and_then(elsewhere) {
            set(members, name, address);
        }
    });
}

fn plain_http(told: &mut Told<'_, '_>) {
    edit(told, "issuer", |members, _| {
        for (name, value) in members.iter_mut().filter(|(name, _)| name.as_str() != "issuer") {
            let bare = value.as_str().and_then(|text| text.strip_prefix("https://"));
            if let Some(bare) = bare.filter(|_| name.ends_with("_endpoint") || name.ends_with("_uri")) {
                *value = json!(format!("http://{bare}"));
            }
        }
    });
}

fn signed(told: &mut Told<'_, '_>) {
    edit(told, "issuer", |members, told| {
        let (Value::Object(header), claims) = (json!({"alg": "ES256", "typ": "JWT"}), members.clone()) else { return };
        set(members, "signed_metadata", Jwt { header, claims }.signed_by(Signer::Damaged, told.scene.keys));
    });
}

fn stale(told: &mut Told<'_, '_>) {
    told.reply.headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000"));
    told.reply.headers.insert(AGE, HeaderValue::from_static("864000"));
}

fn huge(told: &mut Told<'_, '_>) {
    edit(told, "issuer", |members, told| set(members, "service_documentation", padding(told.with.size())));
}
