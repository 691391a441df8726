//! What goes wrong at authorization servers, specification by specification, and the scenario that shows each.

use super::lie::{POINTS, Takes, all};

/// A documented fault.
pub(crate) struct Row {
    spec: &'static str,
    fault: &'static str,
    shown: Shown,
}

/// Where it is seen.
enum Shown {
    /// In this shipped scenario, by these words of it.
    In(&'static str, &'static str),
    /// Nowhere, for this reason.
    Not(&'static str),
}

use Shown::{In, Not};

/// Every documented fault.
pub(crate) const ROWS: &[Row] = &[
    Row {
        spec: "RFC 6749",
        fault: "`invalid_grant` on first exchange",
        shown: In("token-errors", "error: invalid_grant"),
    },
    Row { spec: "RFC 6749", fault: "code expires in 1 s", shown: In("codes-end-at-once", "code: 1s") },
    Row { spec: "RFC 6749", fault: "code accepted twice", shown: In("a-careless-server", "unused-code") },
    Row {
        spec: "RFC 6749",
        fault: "`temporarily_unavailable`, `server_error` on redirect",
        shown: In("redirect-errors", "error: temporarily_unavailable"),
    },
    Row { spec: "RFC 6749", fault: "scope narrowed or widened", shown: In("token-response-lies", "narrowed-scope") },
    Row { spec: "RFC 6749", fault: "token_type odd", shown: In("token-response-lies", "token-type: MAC") },
    Row { spec: "RFC 6749", fault: "state dropped or altered", shown: In("redirect-lies", "without-state") },
    Row { spec: "RFC 6749", fault: "error with 200", shown: In("token-response-lies", "error-with-200") },
    Row {
        spec: "RFC 6749",
        fault: "error and code together, parameters twice",
        shown: In("redirect-lies", "code-and-error"),
    },
    Row { spec: "RFC 6749", fault: "code redeemed by somebody else", shown: In("every-decision", "replayed-code") },
    Row { spec: "RFC 6749", fault: "500 once, then good", shown: In("token-endpoint-down", "status: 500") },
    Row {
        spec: "RFC 6749",
        fault: "reset after the code is consumed",
        shown: In("token-endpoint-down", "stage: send, reset"),
    },
    Row {
        spec: "RFC 6749",
        fault: "HTML instead of JSON, body cut, slow",
        shown: In("token-endpoint-down", "html:gateway"),
    },
    Row {
        spec: "RFC 6749",
        fault: "`expires_in` text, 0, negative, huge",
        shown: In("token-response-lies", "expires_in: -1"),
    },
    Row { spec: "RFC 6749", fault: "no refresh token", shown: In("token-response-lies", "without-refresh-token") },
    Row {
        spec: "RFC 6750",
        fault: "401 without challenge",
        shown: In("challenges-of-every-kind", "challenge: without-challenge"),
    },
    Row { spec: "RFC 6750", fault: "wrong scheme", shown: In("challenges-of-every-kind", "challenge: wrong-scheme") },
    Row {
        spec: "RFC 6750",
        fault: "`insufficient_scope`",
        shown: In("challenges-of-every-kind", "challenge: insufficient-scope"),
    },
    Row { spec: "RFC 6750", fault: "realm noise", shown: In("challenges-of-every-kind", "challenge: realm-noise") },
    Row {
        spec: "RFC 6750",
        fault: "401 before the token ends",
        shown: In("challenges-of-every-kind", "challenge: invalid-token"),
    },
    Row {
        spec: "RFC 7009",
        fault: "503 with Retry-After",
        shown: In("revocation-in-vain", "status: 503, retry_after"),
    },
    Row {
        spec: "RFC 7009",
        fault: "`unsupported_token_type`",
        shown: In("revocation-in-vain", "unsupported_token_type"),
    },
    Row {
        spec: "RFC 7009",
        fault: "says 200 and stays active",
        shown: In("revocation-in-vain", "stage: bank, status: 200"),
    },
    Row { spec: "RFC 7636", fault: "verifier ignored", shown: In("a-careless-server", "code-verifier") },
    Row {
        spec: "RFC 7636",
        fault: "`invalid_grant` although right",
        shown: In("token-errors", "error: invalid_grant"),
    },
    Row {
        spec: "RFC 7591, 7592",
        fault: "`invalid_client_metadata`, `invalid_redirect_uri`, `invalid_software_statement`, `unapproved_software_statement`",
        shown: In("registration-lies", "unapproved_software_statement"),
    },
    Row {
        spec: "RFC 7591, 7592",
        fault: "metadata silently changed",
        shown: In("registration-lies", "changed-metadata"),
    },
    Row { spec: "RFC 7591, 7592", fault: "secret expires", shown: In("registration-lies", "secret-expires") },
    Row { spec: "RFC 7591, 7592", fault: "401 on management", shown: In("registration-lies", "status: 401") },
    Row { spec: "RFC 7591, 7592", fault: "client deleted", shown: In("token-errors", "error: invalid_client") },
    Row {
        spec: "RFC 7662, 9701",
        fault: "stale `active: true` after revocation",
        shown: In("introspection-lies", "stale-active"),
    },
    Row { spec: "RFC 7662, 9701", fault: "`active: false` early", shown: In("introspection-lies", "inactive-early") },
    Row { spec: "RFC 7662, 9701", fault: "401", shown: In("introspection-lies", "status: 401") },
    Row { spec: "RFC 7662, 9701", fault: "slow", shown: In("introspection-lies", "delay: 2s") },
    Row { spec: "RFC 7662, 9701", fault: "other binding", shown: In("introspection-lies", "other-cnf") },
    Row { spec: "RFC 8414, OIDC Discovery", fault: "issuer mismatch", shown: In("metadata-lies", "near-miss-issuer") },
    Row {
        spec: "RFC 8414, OIDC Discovery",
        fault: "endpoint moved",
        shown: In("metadata-lies", "moved: token_endpoint"),
    },
    Row {
        spec: "RFC 8414, OIDC Discovery",
        fault: "endpoint missing",
        shown: In("metadata-lies", "without: token_endpoint"),
    },
    Row { spec: "RFC 8414, OIDC Discovery", fault: "old cache", shown: In("metadata-lies", "discovery: stale") },
    Row {
        spec: "RFC 8414, OIDC Discovery",
        fault: "signed_metadata broken",
        shown: In("metadata-lies", "broken-signed-metadata"),
    },
    Row {
        spec: "RFC 8414, OIDC Discovery",
        fault: "endpoints without TLS, at other hosts",
        shown: In("metadata-lies", "foreign: token_endpoint"),
    },
    Row { spec: "RFC 8414, OIDC Discovery", fault: "10 MB body", shown: In("metadata-lies", "huge: 10MiB") },
    Row {
        spec: "RFC 8414, OIDC Discovery",
        fault: "404, 500, HTML, redirects, wrong content type",
        shown: In("metadata-unavailable", "redirect: foreign"),
    },
    Row {
        spec: "RFC 8705",
        fault: "certificate rejected as expired, unknown",
        shown: In("tls-trouble", "certificate"),
    },
    Row {
        spec: "RFC 8705",
        fault: "certificate dropped by a proxy",
        shown: In("certificate-lost", "certificate: dropped"),
    },
    Row { spec: "RFC 8705", fault: "binding to another thumbprint", shown: In("introspection-lies", "other-cnf") },
    Row { spec: "RFC 8705", fault: "handshake stall", shown: In("accept-delay", "accept_delay") },
    Row {
        spec: "RFC 9101",
        fault: "`request_not_supported`, `request_uri_not_supported`",
        shown: In("redirect-errors", "error: request_uri_not_supported"),
    },
    Row {
        spec: "RFC 9101",
        fault: "`invalid_request_object`",
        shown: In("redirect-errors", "error: invalid_request_object"),
    },
    Row {
        spec: "RFC 9101",
        fault: "refused at the token endpoint",
        shown: In("token-errors", "error: request_not_supported"),
    },
    Row { spec: "RFC 9126", fault: "lifetime 1 s", shown: In("pushed-request-lies", "expires-at-once") },
    Row { spec: "RFC 9126", fault: "unknown request_uri", shown: In("pushed-request-lies", "unknown-request-uri") },
    Row { spec: "RFC 9126", fault: "http request_uri", shown: In("pushed-request-lies", "http-request-uri") },
    Row { spec: "RFC 9126", fault: "consumed at load", shown: In("pushed-request-lies", "error: invalid_request_uri") },
    Row { spec: "RFC 9126", fault: "200 instead of 201", shown: In("pushed-request-lies", "status: 200") },
    Row { spec: "RFC 9126", fault: "no request_uri", shown: In("pushed-request-lies", "without-request-uri") },
    Row { spec: "RFC 9126", fault: "413", shown: In("pushed-request-lies", "payload_too_large") },
    Row { spec: "RFC 9126", fault: "429", shown: In("pushed-request-lies", "rate_limited") },
    Row { spec: "RFC 9126", fault: "405", shown: In("pushed-request-lies", "status: 405") },
    Row { spec: "RFC 9207", fault: "wrong `iss`", shown: In("redirect-lies", "wrong-iss") },
    Row { spec: "RFC 9207", fault: "missing `iss`", shown: In("redirect-lies", "without-iss") },
    Row { spec: "RFC 9207", fault: "doubled `iss`", shown: In("redirect-lies", "doubled-iss") },
    Row {
        spec: "RFC 9396",
        fault: "`invalid_authorization_details`",
        shown: In("pushed-request-lies", "invalid_authorization_details"),
    },
    Row {
        spec: "RFC 9396",
        fault: "enriched, reduced or missing details",
        shown: In("token-response-lies", "enriched-details"),
    },
    Row { spec: "RFC 9449", fault: "nonce on every answer", shown: In("token-response-lies", "token: dpop-nonce") },
    Row {
        spec: "RFC 9449",
        fault: "nonce error for ever, with and without a nonce",
        shown: In("dpop-nonce-loop", "error: use_dpop_nonce"),
    },
    Row {
        spec: "RFC 9449",
        fault: "nonce of resources",
        shown: In("challenges-of-every-kind", "challenge: use-dpop-nonce"),
    },
    Row {
        spec: "RFC 9449",
        fault: "`invalid_dpop_proof`",
        shown: In("challenges-of-every-kind", "challenge: invalid-dpop-proof"),
    },
    Row {
        spec: "RFC 9449",
        fault: "bearer downgrade in token_type",
        shown: In("token-response-lies", "token-type: Bearer"),
    },
    Row { spec: "RFC 9449", fault: "nonces that are good once", shown: In("dpop-nonce-loop", "nonces: single-use") },
    Row { spec: "RFC 9449", fault: "a proof is taken twice", shown: In("a-careless-server", "proof-jti") },
    Row { spec: "RFC 9700", fault: "defences off by name", shown: In("a-careless-server", "lenient:") },
    Row { spec: "RFC 9700", fault: "307 instead of 303", shown: In("redirect-lies", "status: 307") },
    Row { spec: "RFC 9700", fault: "code of another issuer", shown: In("redirect-lies", "foreign-code") },
    Row {
        spec: "RFC 8628, CIBA",
        fault: "`authorization_pending` for a while",
        shown: In("backchannel-errors", "authorization_pending"),
    },
    Row {
        spec: "RFC 8628, CIBA",
        fault: "`authorization_pending` for ever",
        shown: In("never-decided", "authorization_pending"),
    },
    Row { spec: "RFC 8628, CIBA", fault: "`slow_down`", shown: In("backchannel-errors", "slow_down") },
    Row { spec: "RFC 8628, CIBA", fault: "`expired_token`", shown: In("backchannel-errors", "expired_token") },
    Row { spec: "RFC 8628, CIBA", fault: "`access_denied`", shown: In("backchannel-errors", "access_denied") },
    Row {
        spec: "CIBA",
        fault: "`unknown_user_id`, `invalid_binding_message`, `missing_user_code`, 503",
        shown: In("backchannel-errors", "missing_user_code"),
    },
    Row {
        spec: "CIBA",
        fault: "ping late, twice, with another bearer, never",
        shown: In("pings-go-wrong", "ping: twice"),
    },
    Row {
        spec: "RFC 8693, 8707",
        fault: "`unsupported_grant_type`, `invalid_target`",
        shown: In("token-errors", "error: invalid_target"),
    },
    Row {
        spec: "RFC 9068",
        fault: "JWT with wrong typ, aud, alg",
        shown: In("access-token-lies", "access_token: wrong-aud"),
    },
    Row {
        spec: "RFC 9068",
        fault: "opaque token longer than 4 KiB",
        shown: In("token-response-lies", "padded-access-token"),
    },
    Row {
        spec: "RFC 9470",
        fault: "challenge loop, acr never satisfied",
        shown: In("step-up-for-ever", "challenge: step-up"),
    },
    Row {
        spec: "OIDC Core",
        fault: "claims of the id_token",
        shown: In("id-token-claims-lie", "id_token: wrong-nonce"),
    },
    Row { spec: "OIDC Core", fault: "header and signature", shown: In("signature-lies", "jose: alg-none") },
    Row {
        spec: "OIDC Core",
        fault: "`login_required`, `consent_required`, `interaction_required`, `account_selection_required`",
        shown: In("redirect-errors", "error: login_required"),
    },
    Row { spec: "OIDC Core", fault: "userinfo of somebody else", shown: In("userinfo-lies", "userinfo: other-sub") },
    Row {
        spec: "OIDC Core",
        fault: "new `sub` at refresh",
        shown: Not("no id_token comes with a refresh: the first one counts"),
    },
    Row { spec: "JWKS", fault: "rotate in mid-flow", shown: In("keys-rotated-mid-flow", "keys: rotate") },
    Row { spec: "JWKS", fault: "same kid, decoys", shown: In("key-set-lies", "jwks: same-kid") },
    Row { spec: "JWKS", fault: "empty, missing, oct, enc", shown: In("key-set-lies", "jwks: oct-key") },
    Row { spec: "JWKS", fault: "huge", shown: In("key-set-lies", "huge: 10MiB") },
    Row { spec: "JWKS", fault: "503, slow", shown: In("key-set-unavailable", "status: 503") },
    Row { spec: "JARM", fault: "plain answer instead of JARM", shown: In("redirect-lies", "plain-instead-of-jarm") },
    Row {
        spec: "JARM",
        fault: "claims and signature of the response",
        shown: In("id-token-claims-lie", "id_token: wrong-aud"),
    },
    Row { spec: "JARM", fault: "encrypted when nobody asked for it", shown: Not("nothing is encrypted here") },
    Row { spec: "Grant management", fault: "`invalid_grant_id`", shown: In("token-errors", "invalid_grant_id") },
    Row {
        spec: "Grant management",
        fault: "merge of two grants at once",
        shown: Not("the draft is not spoken: a grant is a consent"),
    },
    Row {
        spec: "Grant management",
        fault: "grant revoked elsewhere",
        shown: In("consent-ends-in-every-way", "consent.status: revoked"),
    },
    Row {
        spec: "Open banking",
        fault: "consent ends between login and call",
        shown: In("consent-ends-in-every-way", "consent.status"),
    },
    Row {
        spec: "Open banking",
        fault: "interaction id missing or different",
        shown: In("interaction-id-missing", "x-fapi-interaction-id: ~"),
    },
    Row {
        spec: "Open banking",
        fault: "403 and 401 mixed",
        shown: In("challenges-of-every-kind", "challenge: insufficient-scope"),
    },
    Row {
        spec: "Open banking",
        fault: "consent revoked while paging",
        shown: In("consent-revoked-while-paging", "consent.status: revoked"),
    },
    Row { spec: "Open banking", fault: "second approver", shown: In("second-approver", "second") },
    Row {
        spec: "Lifetimes",
        fault: "early and late expiry",
        shown: In("good-tokens-look-old", "clock: { server: +1d"),
    },
    Row { spec: "Lifetimes", fault: "clock of the signer", shown: In("clocks-apart", "clock: { signer: +5m") },
    Row { spec: "Lifetimes", fault: "Date skewed", shown: In("clocks-apart", "date: +1d") },
    Row {
        spec: "Refresh",
        fault: "answer lost after rotation",
        shown: In("refresh-answer-lost", "reset: before-headers"),
    },
    Row { spec: "Refresh", fault: "refused for good", shown: In("refresh-answer-lost", "error: invalid_grant") },
    Row {
        spec: "Refresh",
        fault: "good once, without a successor",
        shown: In("refresh-token-good-once", "refresh: one-time"),
    },
    Row {
        spec: "Refresh",
        fault: "reuse within the minute of grace",
        shown: In("refresh-answer-lost", "rotate-with-grace"),
    },
    Row {
        spec: "FAPI",
        fault: "stricter than the standard: one algorithm, no skew",
        shown: Not("a bank file chooses profile, binding and algorithm; the skew is the standard's"),
    },
    Row { spec: "Refresh", fault: "reuse accepted", shown: In("a-careless-server", "unused-refresh-token") },
];

/// The page `docs/authorization-faults.md`. A test keeps the committed one equal to it.
pub fn handbook() -> String {
    let mut text = String::from(
        "# What authorization servers get wrong\n\n\
         `do: {oauth: {POINT: LIE}}` makes the authorization server lie at a named point. This page is made from the tables of the \
         simulator; [scenarios.md](scenarios.md) says how rules give faults to calls, and [faults.md](faults.md) what else `do` can do: \
         delays, resets, statuses and bodies work at these endpoints as at any other.\n\n\
         ## Specification by specification\n\n| specification | fault | shown by |\n|---|---|---|\n",
    );
    for Row { spec, fault, shown } in ROWS {
        text += &match shown {
            In(scenario, words) => {
                format!("| {spec} | {fault} | `{words}` in [{scenario}](../scenarios/faults/{scenario}.yaml) |\n")
            }
            Not(reason) => format!("| {spec} | {fault} | not simulated: {reason} |\n"),
        };
    }
    for (point, about) in POINTS {
        text += &format!(
            "\n## `{point}`: {about}\n\n| lie | what the client sees | what a correct client does |\n|---|---|---|\n"
        );
        for lie in all().filter(|lie| lie.point == *point) {
            let name = match lie.takes {
                Takes::Nothing => lie.name.to_owned(),
                takes => format!("{{{}: {}}}", lie.name, takes.example()),
            };
            text += &format!("| `{name}` | {} | {} |\n", lie.about, lie.client);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use bank_fixtures::library;

    use super::*;

    #[test]
    fn every_row_has_a_scenario_and_every_lie_its_place() {
        for Row { spec, fault, shown } in ROWS {
            let In(scenario, words) = shown else { continue };
            let text = library::find("faults", scenario).map(|file| file.text).unwrap_or_default();
            assert!(text.contains(words), "{spec}, {fault}: {scenario} does not say `{words}`");
        }
        for (index, lie) in all().enumerate() {
            assert!(POINTS.iter().any(|row| row.0 == lie.point), "{lie:?}");
            assert!(lie.about.len() > 3 && lie.client.len() > 3, "{lie:?}");
            assert!(all().take(index).all(|other| (other.point, other.name) != (lie.point, lie.name)), "{lie:?} twice");
        }
        assert!(POINTS.iter().all(|(point, _)| all().any(|lie| lie.point == *point)));
    }

    #[test]
    fn the_page_is_made_from_the_tables() {
        let made = handbook();
        if std::env::var_os("UPDATE_DOCS").is_some() {
            let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/authorization-faults.md");
            std::fs::write(page, &made).expect("the page can be written");
        } else {
            let page = include_str!("../../../../docs/authorization-faults.md");
            assert_eq!(made, page, "run this test with UPDATE_DOCS=1");
        }
    }
}
