//! What goes wrong at authorization servers, specification by specification, and the scenario that shows each.

use super::lie::{POINTS, Takes, all};

/// Where it is seen.
enum Shown {
    /// In this shipped scenario, by these words of it.
    In(&'static str, &'static str),
    /// Nowhere, for this reason.
    Not(&'static str),
}

use Shown::{In, Not};

/// Every documented fault, specification by specification.
const DOCUMENTED: &[(&str, &[(&str, Shown)])] = &[
    (
        "RFC 6749",
        &[
            ("`invalid_grant` on first exchange", In("token-errors", "error: invalid_grant")),
            ("code expires in 1 s", In("codes-end-at-once", "code: 1s")),
            ("code accepted twice", In("a-careless-server", "unused-code")),
            (
                "`temporarily_unavailable`, `server_error` on redirect",
                In("redirect-errors", "error: temporarily_unavailable"),
            ),
            ("scope narrowed or widened", In("token-response-lies", "narrowed-scope")),
            ("token_type odd", In("token-response-lies", "token-type: MAC")),
            ("state dropped or altered", In("redirect-lies", "without-state")),
            ("error with 200", In("token-response-lies", "error-with-200")),
            ("error and code together, parameters twice", In("redirect-lies", "code-and-error")),
            ("code redeemed by somebody else", In("every-decision", "replayed-code")),
            ("500 once, then good", In("token-endpoint-down", "status: 500")),
            ("reset after the code is consumed", In("token-endpoint-down", "stage: send, reset")),
            ("HTML instead of JSON, body cut, slow", In("token-endpoint-down", "html:gateway")),
            ("`expires_in` text, 0, negative, huge", In("token-response-lies", "expires_in: -1")),
            ("no refresh token", In("token-response-lies", "without-refresh-token")),
        ],
    ),
    (
        "RFC 6750",
        &[
            ("401 without challenge", In("challenges-of-every-kind", "challenge: without-challenge")),
            ("wrong scheme", In("challenges-of-every-kind", "challenge: wrong-scheme")),
            ("`insufficient_scope`", In("challenges-of-every-kind", "challenge: insufficient-scope")),
            ("realm noise", In("challenges-of-every-kind", "challenge: realm-noise")),
            ("401 before the token ends", In("challenges-of-every-kind", "challenge: invalid-token")),
        ],
    ),
    (
        "RFC 7009",
        &[
            ("503 with Retry-After", In("revocation-in-vain", "status: 503, retry_after")),
            ("`unsupported_token_type`", In("revocation-in-vain", "unsupported_token_type")),
            ("says 200 and stays active", In("revocation-in-vain", "stage: bank, status: 200")),
        ],
    ),
    (
        "RFC 7636",
        &[
            ("verifier ignored", In("a-careless-server", "code-verifier")),
            ("`invalid_grant` although right", In("token-errors", "error: invalid_grant")),
        ],
    ),
    (
        "RFC 7591, 7592",
        &[
            (
                "`invalid_client_metadata`, `invalid_redirect_uri`, `invalid_software_statement`, `unapproved_software_statement`",
                In("registration-lies", "unapproved_software_statement"),
            ),
            ("metadata silently changed", In("registration-lies", "changed-metadata")),
            ("secret expires", In("registration-lies", "secret-expires")),
            ("401 on management", In("registration-lies", "status: 401")),
            ("client deleted", In("token-errors", "error: invalid_client")),
        ],
    ),
    (
        "RFC 7662, 9701",
        &[
            ("stale `active: true` after revocation", In("introspection-lies", "stale-active")),
            ("`active: false` early", In("introspection-lies", "inactive-early")),
            ("401", In("introspection-lies", "status: 401")),
            ("slow", In("introspection-lies", "delay: 2s")),
            ("other binding", In("introspection-lies", "other-cnf")),
        ],
    ),
    (
        "RFC 8414, OIDC Discovery",
        &[
            ("issuer mismatch", In("metadata-lies", "near-miss-issuer")),
            ("endpoint moved", In("metadata-lies", "moved: token_endpoint")),
            ("endpoint missing", In("metadata-lies", "without: token_endpoint")),
            ("old cache", In("metadata-lies", "discovery: stale")),
            ("signed_metadata broken", In("metadata-lies", "broken-signed-metadata")),
            ("endpoints without TLS, at other hosts", In("metadata-lies", "foreign: token_endpoint")),
            ("10 MB body", In("metadata-lies", "huge: 10MiB")),
            ("404, 500, HTML, redirects, wrong content type", In("metadata-unavailable", "redirect: foreign")),
        ],
    ),
    (
        "RFC 8705",
        &[
            ("certificate rejected as expired, unknown", In("tls-trouble", "certificate")),
            ("certificate dropped by a proxy", In("certificate-lost", "certificate: dropped")),
            ("binding to another thumbprint", In("introspection-lies", "other-cnf")),
            ("handshake stall", In("accept-delay", "accept_delay")),
        ],
    ),
    (
        "RFC 9101",
        &[
            (
                "`request_not_supported`, `request_uri_not_supported`",
                In("redirect-errors", "error: request_uri_not_supported"),
            ),
            ("`invalid_request_object`", In("redirect-errors", "error: invalid_request_object")),
            ("refused at the token endpoint", In("token-errors", "error: request_not_supported")),
        ],
    ),
    (
        "RFC 9126",
        &[
            ("lifetime 1 s", In("pushed-request-lies", "expires-at-once")),
            ("unknown request_uri", In("pushed-request-lies", "unknown-request-uri")),
            ("http request_uri", In("pushed-request-lies", "http-request-uri")),
            ("consumed at load", In("pushed-request-lies", "error: invalid_request_uri")),
            ("200 instead of 201", In("pushed-request-lies", "status: 200")),
            ("no request_uri", In("pushed-request-lies", "without-request-uri")),
            ("413", In("pushed-request-lies", "payload_too_large")),
            ("429", In("pushed-request-lies", "rate_limited")),
            ("405", In("pushed-request-lies", "status: 405")),
        ],
    ),
    (
        "RFC 9207",
        &[
            ("wrong `iss`", In("redirect-lies", "wrong-iss")),
            ("missing `iss`", In("redirect-lies", "without-iss")),
            ("doubled `iss`", In("redirect-lies", "doubled-iss")),
        ],
    ),
    (
        "RFC 9396",
        &[
            ("`invalid_authorization_details`", In("pushed-request-lies", "invalid_authorization_details")),
            ("enriched, reduced or missing details", In("token-response-lies", "enriched-details")),
        ],
    ),
    (
        "RFC 9449",
        &[
            ("nonce on every answer", In("token-response-lies", "token: dpop-nonce")),
            ("nonce error for ever, with and without a nonce", In("dpop-nonce-loop", "error: use_dpop_nonce")),
            ("nonce of resources", In("challenges-of-every-kind", "challenge: use-dpop-nonce")),
            ("`invalid_dpop_proof`", In("challenges-of-every-kind", "challenge: invalid-dpop-proof")),
            ("bearer downgrade in token_type", In("token-response-lies", "token-type: Bearer")),
            ("nonces that are good once", In("dpop-nonce-loop", "nonces: single-use")),
            ("a proof is taken twice", In("a-careless-server", "proof-jti")),
        ],
    ),
    (
        "RFC 9700",
        &[
            ("defences off by name", In("a-careless-server", "lenient:")),
            ("307 instead of 303", In("redirect-lies", "status: 307")),
            ("code of another issuer", In("redirect-lies", "foreign-code")),
        ],
    ),
    (
        "RFC 8628, CIBA",
        &[
            ("`authorization_pending` for a while", In("backchannel-errors", "authorization_pending")),
            ("`authorization_pending` for ever", In("never-decided", "authorization_pending")),
            ("`slow_down`", In("backchannel-errors", "slow_down")),
            ("`expired_token`", In("backchannel-errors", "expired_token")),
            ("`access_denied`", In("backchannel-errors", "access_denied")),
        ],
    ),
    (
        "CIBA",
        &[
            (
                "`unknown_user_id`, `invalid_binding_message`, `missing_user_code`, 503",
                In("backchannel-errors", "missing_user_code"),
            ),
            ("ping late, twice, with another bearer, never", In("pings-go-wrong", "ping: twice")),
        ],
    ),
    ("RFC 8693, 8707", &[("`unsupported_grant_type`, `invalid_target`", In("token-errors", "error: invalid_target"))]),
    (
        "RFC 9068",
        &[
            ("JWT with wrong typ, aud, alg", In("access-token-lies", "access_token: wrong-aud")),
            ("opaque token longer than 4 KiB", In("token-response-lies", "padded-access-token")),
        ],
    ),
    ("RFC 9470", &[("challenge loop, acr never satisfied", In("step-up-for-ever", "challenge: step-up"))]),
    (
        "OIDC Core",
        &[
            ("claims of the id_token", In("id-token-claims-lie", "id_token: wrong-nonce")),
            ("header and signature", In("signature-lies", "jose: alg-none")),
            (
                "`login_required`, `consent_required`, `interaction_required`, `account_selection_required`",
                In("redirect-errors", "error: login_required"),
            ),
            ("userinfo of somebody else", In("userinfo-lies", "userinfo: other-sub")),
            ("new `sub` at refresh", Not("no id_token comes with a refresh: the first one counts")),
        ],
    ),
    (
        "JWKS",
        &[
            ("rotate in mid-flow", In("keys-rotated-mid-flow", "keys: rotate")),
            ("same kid, decoys", In("key-set-lies", "jwks: same-kid")),
            ("empty, missing, oct, enc", In("key-set-lies", "jwks: oct-key")),
            ("huge", In("key-set-lies", "huge: 10MiB")),
            ("503, slow", In("key-set-unavailable", "status: 503")),
        ],
    ),
    (
        "JARM",
        &[
            ("plain answer instead of JARM", In("redirect-lies", "plain-instead-of-jarm")),
            ("claims and signature of the response", In("id-token-claims-lie", "id_token: wrong-aud")),
            ("encrypted when nobody asked for it", Not("nothing is encrypted here")),
        ],
    ),
    (
        "Grant management",
        &[
            ("`invalid_grant_id`", In("token-errors", "invalid_grant_id")),
            ("merge of two grants at once", Not("the draft is not spoken: a grant is a consent")),
            ("grant revoked elsewhere", In("consent-ends-in-every-way", "consent.status: revoked")),
        ],
    ),
    (
        "Open banking",
        &[
            ("consent ends between login and call", In("consent-ends-in-every-way", "consent.status")),
            ("interaction id missing or different", In("interaction-id-missing", "x-fapi-interaction-id: ~")),
            ("403 and 401 mixed", In("challenges-of-every-kind", "challenge: insufficient-scope")),
            ("consent revoked while paging", In("consent-revoked-while-paging", "consent.status: revoked")),
            ("second approver", In("second-approver", "second")),
        ],
    ),
    (
        "Lifetimes",
        &[
            ("early and late expiry", In("good-tokens-look-old", "clock: { server: +1d")),
            ("clock of the signer", In("clocks-apart", "clock: { signer: +5m")),
            ("Date skewed", In("clocks-apart", "date: +1d")),
        ],
    ),
    (
        "Refresh",
        &[
            ("answer lost after rotation", In("refresh-answer-lost", "reset: before-headers")),
            ("refused for good", In("refresh-answer-lost", "error: invalid_grant")),
            ("good once, without a successor", In("refresh-token-good-once", "refresh: one-time")),
            ("reuse within the minute of grace", In("refresh-answer-lost", "rotate-with-grace")),
        ],
    ),
    (
        "FAPI",
        &[(
            "stricter than the standard: one algorithm, no skew",
            Not("a bank file chooses profile, binding and algorithm; the skew is the standard's"),
        )],
    ),
    ("Refresh", &[("reuse accepted", In("a-careless-server", "unused-refresh-token"))]),
];

fn faults() -> impl Iterator<Item = (&'static str, &'static str, &'static Shown)> {
    DOCUMENTED.iter().flat_map(|(spec, faults)| faults.iter().map(move |(fault, shown)| (*spec, *fault, shown)))
}

/// The page `docs/authorization-faults.md`. A test keeps the committed one equal to it.
pub fn handbook() -> String {
    let mut text = String::from(
        "# What authorization servers get wrong\n\n\
         `do: {oauth: {POINT: LIE}}` makes the authorization server lie at a named point. This page is made from the tables of the \
         simulator; [scenarios.md](scenarios.md) says how rules give faults to calls, and [faults.md](faults.md) what else `do` can do: \
         delays, resets, statuses and bodies work at these endpoints as at any other.\n\n\
         ## Specification by specification\n\n| specification | fault | shown by |\n|---|---|---|\n",
    );
    for (spec, fault, shown) in faults() {
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
        for (spec, fault, shown) in faults() {
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
