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
    Lie {
        point: "error",
        name: "invalid_request",
        takes: Takes::Nothing,
        about: "400 `invalid_request`",
        client: "stops, and reports the defect",
        kind: Kind::Answer(|_, _| error("invalid_request", 400)),
    },
    Lie {
        point: "error",
        name: "invalid_client",
        takes: Takes::Nothing,
        about: "401 `invalid_client`",
        client: "stops, and reports that its credentials are not taken",
        kind: Kind::Answer(|_, _| error("invalid_client", 401)),
    },
    Lie {
        point: "error",
        name: "invalid_grant",
        takes: Takes::Nothing,
        about: "400 `invalid_grant`",
        client: "asks the account holder again; does not repeat the exchange",
        kind: Kind::Answer(|_, _| error("invalid_grant", 400)),
    },
    Lie {
        point: "error",
        name: "unauthorized_client",
        takes: Takes::Nothing,
        about: "400 `unauthorized_client`",
        client: "stops",
        kind: Kind::Answer(|_, _| error("unauthorized_client", 400)),
    },
    Lie {
        point: "error",
        name: "unsupported_grant_type",
        takes: Takes::Nothing,
        about: "400 `unsupported_grant_type`",
        client: "stops",
        kind: Kind::Answer(|_, _| error("unsupported_grant_type", 400)),
    },
    Lie {
        point: "error",
        name: "invalid_scope",
        takes: Takes::Nothing,
        about: "400 `invalid_scope`",
        client: "stops",
        kind: Kind::Answer(|_, _| error("invalid_scope", 400)),
    },
    Lie {
        point: "error",
        name: "access_denied",
        takes: Takes::Nothing,
        about: "403 `access_denied`",
        client: "shows that the account holder said no",
        kind: Kind::Answer(|_, _| error("access_denied", 403)),
    },
    Lie {
        point: "error",
        name: "server_error",
        takes: Takes::Nothing,
        about: "500 `server_error`",
        client: "tries again later, a bounded number of times; never a code",
        kind: Kind::Answer(|_, _| error("server_error", 500)),
    },
    Lie {
        point: "error",
        name: "temporarily_unavailable",
        takes: Takes::Nothing,
        about: "503 `temporarily_unavailable`",
        client: "tries again later, and honours Retry-After",
        kind: Kind::Answer(|_, _| error("temporarily_unavailable", 503)),
    },
    Lie {
        point: "error",
        name: "unsupported_token_type",
        takes: Takes::Nothing,
        about: "400 `unsupported_token_type`",
        client: "forgets the token all the same",
        kind: Kind::Answer(|_, _| error("unsupported_token_type", 400)),
    },
    Lie {
        point: "error",
        name: "invalid_target",
        takes: Takes::Nothing,
        about: "400 `invalid_target`",
        client: "stops",
        kind: Kind::Answer(|_, _| error("invalid_target", 400)),
    },
    Lie {
        point: "error",
        name: "invalid_request_object",
        takes: Takes::Nothing,
        about: "400 `invalid_request_object`",
        client: "stops",
        kind: Kind::Answer(|_, _| error("invalid_request_object", 400)),
    },
    Lie {
        point: "error",
        name: "invalid_request_uri",
        takes: Takes::Nothing,
        about: "400 `invalid_request_uri`",
        client: "pushes its request anew, once",
        kind: Kind::Answer(|_, _| error("invalid_request_uri", 400)),
    },
    Lie {
        point: "error",
        name: "request_not_supported",
        takes: Takes::Nothing,
        about: "400 `request_not_supported`",
        client: "stops",
        kind: Kind::Answer(|_, _| error("request_not_supported", 400)),
    },
    Lie {
        point: "error",
        name: "request_uri_not_supported",
        takes: Takes::Nothing,
        about: "400 `request_uri_not_supported`",
        client: "stops",
        kind: Kind::Answer(|_, _| error("request_uri_not_supported", 400)),
    },
    Lie {
        point: "error",
        name: "invalid_authorization_details",
        takes: Takes::Nothing,
        about: "400 `invalid_authorization_details`",
        client: "stops",
        kind: Kind::Answer(|_, _| error("invalid_authorization_details", 400)),
    },
    Lie {
        point: "error",
        name: "invalid_dpop_proof",
        takes: Takes::Nothing,
        about: "400 `invalid_dpop_proof`",
        client: "makes a new proof, once",
        kind: Kind::Answer(|_, _| error("invalid_dpop_proof", 400)),
    },
    Lie {
        point: "error",
        name: "authorization_pending",
        takes: Takes::Nothing,
        about: "400 `authorization_pending`",
        client: "asks again after the interval",
        kind: Kind::Answer(|_, _| error("authorization_pending", 400)),
    },
    Lie {
        point: "error",
        name: "slow_down",
        takes: Takes::Nothing,
        about: "400 `slow_down`",
        client: "asks again, five seconds more slowly",
        kind: Kind::Answer(|_, _| error("slow_down", 400)),
    },
    Lie {
        point: "error",
        name: "expired_token",
        takes: Takes::Nothing,
        about: "400 `expired_token`",
        client: "begins anew",
        kind: Kind::Answer(|_, _| error("expired_token", 400)),
    },
    Lie {
        point: "error",
        name: "unknown_user_id",
        takes: Takes::Nothing,
        about: "400 `unknown_user_id`",
        client: "asks for another name",
        kind: Kind::Answer(|_, _| error("unknown_user_id", 400)),
    },
    Lie {
        point: "error",
        name: "invalid_binding_message",
        takes: Takes::Nothing,
        about: "400 `invalid_binding_message`",
        client: "stops",
        kind: Kind::Answer(|_, _| error("invalid_binding_message", 400)),
    },
    Lie {
        point: "error",
        name: "missing_user_code",
        takes: Takes::Nothing,
        about: "400 `missing_user_code`",
        client: "asks the account holder for it",
        kind: Kind::Answer(|_, _| error("missing_user_code", 400)),
    },
    Lie {
        point: "error",
        name: "invalid_user_code",
        takes: Takes::Nothing,
        about: "400 `invalid_user_code`",
        client: "asks the account holder for it, once",
        kind: Kind::Answer(|_, _| error("invalid_user_code", 400)),
    },
    Lie {
        point: "error",
        name: "invalid_client_metadata",
        takes: Takes::Nothing,
        about: "400 `invalid_client_metadata`",
        client: "stops",
        kind: Kind::Answer(|_, _| error("invalid_client_metadata", 400)),
    },
    Lie {
        point: "error",
        name: "invalid_redirect_uri",
        takes: Takes::Nothing,
        about: "400 `invalid_redirect_uri`",
        client: "stops",
        kind: Kind::Answer(|_, _| error("invalid_redirect_uri", 400)),
    },
    Lie {
        point: "error",
        name: "invalid_software_statement",
        takes: Takes::Nothing,
        about: "400 `invalid_software_statement`",
        client: "stops",
        kind: Kind::Answer(|_, _| error("invalid_software_statement", 400)),
    },
    Lie {
        point: "error",
        name: "unapproved_software_statement",
        takes: Takes::Nothing,
        about: "400 `unapproved_software_statement`",
        client: "stops",
        kind: Kind::Answer(|_, _| error("unapproved_software_statement", 400)),
    },
    Lie {
        point: "error",
        name: "invalid_token",
        takes: Takes::Nothing,
        about: "401 `invalid_token`",
        client: "refreshes once, then stops",
        kind: Kind::Answer(|_, _| error("invalid_token", 401)),
    },
    Lie {
        point: "error",
        name: "invalid_grant_id",
        takes: Takes::Nothing,
        about: "400 `invalid_grant_id`",
        client: "begins without a grant",
        kind: Kind::Answer(|_, _| error("invalid_grant_id", 400)),
    },
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
