//! Refusals that come instead of the bank's answer: OAuth errors and challenges.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use serde_json::json;

use super::lie::{Kind, Lie, Takes};
use super::token::nonce;
use crate::exchange::{Problem, ProblemKind};
use crate::fault::Moment;
use crate::fault::plan::Ending;
use crate::fault::rewrite::Rewrite;

/// The challenge that asks for a proof with a nonce (RFC 9449 9).
const DPOP: &str = "DPoP error=\"use_dpop_nonce\", algs=\"ES256 PS256 EdDSA\"";

/// An error in the place of an answer (RFC 6749 5.2 and its kin), which says its own name.
macro_rules! error_lie {
    ($name:literal, $status:literal, $client:literal) => {
        Lie {
            point: "error",
            name: $name,
            takes: Takes::Nothing,
            about: concat!($status, " `", $name, "`"),
            client: $client,
            kind: Kind::Answer(|_, _| error($name, $status)),
        }
    };
}

/// What can be said here.
pub(super) const LIES: &[Lie] = &[
    Lie {
        point: "challenge",
        name: "invalid-token",
        takes: Takes::Nothing,
        about: "401 `invalid_token`, long before the token ends",
        client: "refreshes once; does not loop",
        kind: Kind::Answer(|_, _| refused(ProblemKind::InvalidToken, "Bearer error=\"invalid_token\"")),
    },
    Lie {
        point: "challenge",
        name: "insufficient-scope",
        takes: Takes::Nothing,
        about: "403 `insufficient_scope`",
        client: "asks the account holder for more; does not refresh",
        kind: Kind::Answer(|_, _| {
            refused(ProblemKind::InsufficientScope, "Bearer error=\"insufficient_scope\", scope=\"accounts\"")
        }),
    },
    Lie {
        point: "challenge",
        name: "without-challenge",
        takes: Takes::Nothing,
        about: "401 without `WWW-Authenticate`",
        client: "takes it for a bad token all the same",
        kind: Kind::Answer(|_, _| refused(ProblemKind::InvalidToken, "")),
    },
    Lie {
        point: "challenge",
        name: "wrong-scheme",
        takes: Takes::Nothing,
        about: "401, and the scheme is Negotiate",
        client: "takes it for a bad token; answers no other challenge",
        kind: Kind::Answer(|_, _| refused(ProblemKind::InvalidToken, "Negotiate")),
    },
    Lie {
        point: "challenge",
        name: "realm-noise",
        takes: Takes::Nothing,
        about: "401 with a realm, several schemes and members nobody knows",
        client: "finds its own scheme in the list",
        kind: Kind::Answer(|_, _| {
            refused(
                ProblemKind::InvalidToken,
                "Basic realm=\"a, \\\"b\\\"\", Bearer realm=\"bank\", x=1, error=\"invalid_token\"",
            )
        }),
    },
    Lie {
        point: "challenge",
        name: "step-up",
        takes: Takes::Nothing,
        about: "401 `insufficient_user_authentication` with `acr_values` and `max_age` (RFC 9470)",
        client: "asks the account holder to log in anew with them, once",
        kind: Kind::Answer(|_, _| {
            refused(
                ProblemKind::InvalidToken,
                "Bearer error=\"insufficient_user_authentication\", acr_values=\"urn:openbanking:psd2:sca\", max_age=\"5\"",
            )
        }),
    },
    Lie {
        point: "challenge",
        name: "use-dpop-nonce",
        takes: Takes::Nothing,
        about: "401 `use_dpop_nonce`, with another nonce each time",
        client: "repeats the call with the nonce, twice at most",
        kind: Kind::Answer(|_, moment| {
            let (ending, mut rewrites) = refused(ProblemKind::InvalidToken, DPOP);
            rewrites.extend(nonce_header(moment));
            (ending, rewrites)
        }),
    },
    Lie {
        point: "challenge",
        name: "use-dpop-nonce-without-nonce",
        takes: Takes::Nothing,
        about: "401 `use_dpop_nonce`, and no nonce",
        client: "stops: there is nothing to repeat the call with",
        kind: Kind::Answer(|_, _| refused(ProblemKind::InvalidToken, DPOP)),
    },
    Lie {
        point: "challenge",
        name: "invalid-dpop-proof",
        takes: Takes::Nothing,
        about: "401 `invalid_dpop_proof`",
        client: "makes a new proof, once",
        kind: Kind::Answer(|_, _| {
            refused(ProblemKind::InvalidToken, "DPoP error=\"invalid_dpop_proof\", algs=\"ES256 PS256 EdDSA\"")
        }),
    },
    Lie {
        point: "error",
        name: "use_dpop_nonce",
        takes: Takes::Nothing,
        about: "400 `use_dpop_nonce`, with another nonce each time",
        client: "repeats the call with the nonce, twice at most, with the same code",
        kind: Kind::Answer(|_, moment| {
            let (ending, mut rewrites) = error("use_dpop_nonce", 400);
            rewrites.extend(nonce_header(moment));
            (ending, rewrites)
        }),
    },
    Lie {
        point: "error",
        name: "use_dpop_nonce-without-nonce",
        takes: Takes::Nothing,
        about: "400 `use_dpop_nonce`, and no nonce",
        client: "stops: there is nothing to repeat the call with",
        kind: Kind::Answer(|_, _| error("use_dpop_nonce", 400)),
    },
    error_lie!("invalid_request", 400, "stops, and reports the defect"),
    error_lie!("invalid_client", 401, "stops, and reports that its credentials are not taken"),
    error_lie!("invalid_grant", 400, "asks the account holder again; does not repeat the exchange"),
    error_lie!("unauthorized_client", 400, "stops"),
    error_lie!("unsupported_grant_type", 400, "stops"),
    error_lie!("invalid_scope", 400, "stops"),
    error_lie!("access_denied", 403, "shows that the account holder said no"),
    error_lie!("server_error", 500, "tries again later, a bounded number of times; never a code"),
    error_lie!("temporarily_unavailable", 503, "tries again later, and honours Retry-After"),
    error_lie!("unsupported_token_type", 400, "forgets the token all the same"),
    error_lie!("invalid_target", 400, "stops"),
    error_lie!("invalid_request_object", 400, "stops"),
    error_lie!("invalid_request_uri", 400, "pushes its request anew, once"),
    error_lie!("request_not_supported", 400, "stops"),
    error_lie!("request_uri_not_supported", 400, "stops"),
    error_lie!("invalid_authorization_details", 400, "stops"),
    error_lie!("invalid_dpop_proof", 400, "makes a new proof, once"),
    error_lie!("authorization_pending", 400, "asks again after the interval"),
    error_lie!("slow_down", 400, "asks again, five seconds more slowly"),
    error_lie!("expired_token", 400, "begins anew"),
    error_lie!("unknown_user_id", 400, "asks for another name"),
    error_lie!("invalid_binding_message", 400, "stops"),
    error_lie!("missing_user_code", 400, "asks the account holder for it"),
    error_lie!("invalid_user_code", 400, "asks the account holder for it, once"),
    error_lie!("invalid_client_metadata", 400, "stops"),
    error_lie!("invalid_redirect_uri", 400, "stops"),
    error_lie!("invalid_software_statement", 400, "stops"),
    error_lie!("unapproved_software_statement", 400, "stops"),
    error_lie!("invalid_token", 401, "refreshes once, then stops"),
    error_lie!("invalid_grant_id", 400, "begins without a grant"),
];

/// An error in OAuth's own envelope (RFC 6749 5.2).
fn error(code: &'static str, status: u16) -> (Ending, Vec<Rewrite>) {
    let body = json!({"error": code, "error_description": format!("{code}, as the scenario says")}).to_string();
    let headers = vec![
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    (Ending::Fixed { status, headers, body: Some(body.into()) }, Vec::new())
}

/// A refusal as the dialect writes it, with this challenge; without any for an empty one.
fn refused(kind: ProblemKind, challenge: &'static str) -> (Ending, Vec<Rewrite>) {
    let value = Some(challenge).filter(|text| !text.is_empty()).map(HeaderValue::from_static);
    let problem = Problem::new(kind, format!("{}, as the scenario says", kind.about()));
    (Ending::Problem(problem), vec![Rewrite::Header(WWW_AUTHENTICATE, value)])
}

fn nonce_header(moment: &Moment<'_>) -> Option<Rewrite> {
    let value = HeaderValue::from_str(&nonce(moment.chance.of("oauth"), moment.n)).ok()?;
    Some(Rewrite::Header(HeaderName::from_static("dpop-nonce"), Some(value)))
}
