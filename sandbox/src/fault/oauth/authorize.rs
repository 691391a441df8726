//! Lies in the redirect back to the client (RFC 6749 4.1.2, RFC 9207, JARM).
//!
//! Answers that a browser posts are left alone.

use axum::http::HeaderValue;
use axum::http::header::LOCATION;
use url::form_urlencoded::{self, Serializer};

use super::discovery::OTHER;
use super::jwt::Jwt;
use super::lie::{Kind, Lie, Takes, Told};

/// A code that no bank of this simulator issues.
const FOREIGN_CODE: &str = "SplxlOBeZQQYbYS6WxSbIAnotOurs";

/// Parameters of a redirect.
type Pairs = Vec<(String, String)>;

/// What can be said here.
pub(super) const LIES: &[Lie] = &[
    Lie {
        point: "authorize",
        name: "without-state",
        takes: Takes::Nothing,
        about: "`state` does not come back",
        client: "refuses the answer",
        kind: Kind::Edit(|told| redirect(told, |pairs, _| pairs.retain(|pair| pair.0 != "state"))),
    },
    Lie {
        point: "authorize",
        name: "altered-state",
        takes: Takes::Nothing,
        about: "`state` comes back changed",
        client: "refuses the answer",
        kind: Kind::Edit(|told| redirect(told, |pairs, _| set(pairs, "state", "altered"))),
    },
    Lie {
        point: "authorize",
        name: "doubled-state",
        takes: Takes::Nothing,
        about: "`state` comes twice, with different values",
        client: "refuses the answer",
        kind: Kind::Edit(|told| redirect(told, |pairs, _| pairs.insert(0, pair("state", "altered")))),
    },
    Lie {
        point: "authorize",
        name: "without-iss",
        takes: Takes::Nothing,
        about: "`iss` is missing",
        client: "refuses the answer of an issuer that promises `iss`",
        kind: Kind::Edit(|told| redirect(told, |pairs, _| pairs.retain(|pair| pair.0 != "iss"))),
    },
    Lie {
        point: "authorize",
        name: "wrong-iss",
        takes: Takes::Nothing,
        about: "`iss` is another issuer",
        client: "refuses the answer",
        kind: Kind::Edit(|told| redirect(told, |pairs, _| set(pairs, "iss", OTHER))),
    },
    Lie {
        point: "authorize",
        name: "near-miss-iss",
        takes: Takes::Nothing,
        about: "`iss` has a slash too many",
        client: "compares byte for byte and refuses the answer",
        kind: Kind::Edit(near_miss),
    },
    Lie {
        point: "authorize",
        name: "doubled-iss",
        takes: Takes::Nothing,
        about: "`iss` comes twice, with different values",
        client: "refuses the answer",
        kind: Kind::Edit(|told| redirect(told, |pairs, _| pairs.insert(0, pair("iss", OTHER)))),
    },
    Lie {
        point: "authorize",
        name: "doubled-code",
        takes: Takes::Nothing,
        about: "`code` comes twice, with different values",
        client: "refuses the answer",
        kind: Kind::Edit(|told| redirect(told, |pairs, _| pairs.insert(0, pair("code", FOREIGN_CODE)))),
    },
    Lie {
        point: "authorize",
        name: "foreign-code",
        takes: Takes::Nothing,
        about: "`code` is one of another issuer",
        client: "hears `invalid_grant` and begins again; does not try it elsewhere",
        kind: Kind::Edit(|told| redirect(told, |pairs, _| set(pairs, "code", FOREIGN_CODE))),
    },
    Lie {
        point: "authorize",
        name: "code-and-error",
        takes: Takes::Nothing,
        about: "`code` and `error` come together",
        client: "refuses the answer; does not redeem the code",
        kind: Kind::Edit(|told| redirect(told, |pairs, _| set(pairs, "error", "access_denied"))),
    },
    Lie {
        point: "authorize",
        name: "without-code",
        takes: Takes::Nothing,
        about: "neither `code` nor `error`",
        client: "refuses the answer",
        kind: Kind::Edit(|told| redirect(told, |pairs, _| pairs.retain(|pair| pair.0 != "code"))),
    },
    Lie {
        point: "authorize",
        name: "error",
        takes: Takes::Text("temporarily_unavailable"),
        about: "this error comes instead of the code",
        client: "shows it; retries `temporarily_unavailable` and `server_error` later, others never",
        kind: Kind::Edit(error),
    },
    Lie {
        point: "authorize",
        name: "in-fragment",
        takes: Takes::Nothing,
        about: "the parameters are behind `#` instead of `?`",
        client: "refuses an answer that is not where it asked for it",
        kind: Kind::Edit(in_fragment),
    },
    Lie {
        point: "authorize",
        name: "plain-instead-of-jarm",
        takes: Takes::Nothing,
        about: "the claims of the signed response come as plain parameters",
        client: "refuses an unsigned answer where it asked for a signed one",
        kind: Kind::Edit(plain),
    },
];

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// Sets a parameter that is there, or adds it.
fn set(pairs: &mut Pairs, name: &str, value: &str) {
    match pairs.iter_mut().find(|pair| pair.0 == name) {
        Some(found) => value.clone_into(&mut found.1),
        None => pairs.push(pair(name, value)),
    }
}

/// Changes the parameters of a redirect that answers an authorization request.
fn redirect(told: &mut Told<'_, '_>, change: impl Fn(&mut Pairs, &Told<'_, '_>)) {
    let Some((base, joint, mut pairs)) = taken_apart(told) else { return };
    change(&mut pairs, told);
    put_together(told, &base, joint, &pairs);
}

fn taken_apart(told: &Told<'_, '_>) -> Option<(String, char, Pairs)> {
    let location = told.reply.headers.get(LOCATION)?.to_str().ok()?;
    let joint = if location.contains('#') { '#' } else { '?' };
    let (base, parameters) = location.split_once(joint)?;
    let pairs: Pairs = form_urlencoded::parse(parameters.as_bytes()).into_owned().collect();
    let answers = |name: &str| matches!(name, "code" | "error" | "response" | "id_token");
    let is_answer = pairs.iter().any(|pair| answers(&pair.0));
    is_answer.then(|| (base.to_owned(), joint, pairs))
}

fn put_together(told: &mut Told<'_, '_>, base: &str, joint: char, pairs: &Pairs) {
    let parameters = Serializer::new(String::new()).extend_pairs(pairs).finish();
    if let Ok(value) = HeaderValue::from_str(&format!("{base}{joint}{parameters}")) {
        told.reply.headers.insert(LOCATION, value);
    }
}

fn near_miss(told: &mut Told<'_, '_>) {
    redirect(told, |pairs, _| {
        if let Some(found) = pairs.iter_mut().find(|pair| pair.0 == "iss") {
            found.1.push('/');
        }
    });
}

fn error(told: &mut Told<'_, '_>) {
    redirect(told, |pairs, told| {
        pairs.retain(|pair| !matches!(pair.0.as_str(), "code" | "id_token" | "error_description"));
        set(pairs, "error", told.with.text());
    });
}

fn in_fragment(told: &mut Told<'_, '_>) {
    if let Some((base, _, pairs)) = taken_apart(told) {
        put_together(told, &base, '#', &pairs);
    }
}

fn plain(told: &mut Told<'_, '_>) {
    redirect(told, |pairs, _| {
        let signed = pairs.iter().position(|pair| pair.0 == "response").map(|at| pairs.remove(at).1);
        let claims = signed.and_then(|text| Jwt::parse(&text)).map(|token| token.claims).unwrap_or_default();
        for (name, value) in claims.iter().filter(|claim| !matches!(claim.0.as_str(), "aud" | "exp" | "iat")) {
            set(pairs, name, value.as_str().unwrap_or_default());
        }
    });
}
