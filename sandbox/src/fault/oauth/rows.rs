//! What goes wrong at authorization servers, specification by specification, and the scenario that shows each.

use super::lie::{POINTS, Takes, all};

/// Every documented fault: specification, fault, and the shipped scenario in which it happens.
pub(crate) const ROWS: &[(&str, &str, &str)] = &[
    ("RFC 6749", "`invalid_grant` on first exchange", "token-errors"),
    ("RFC 6749", "code expires in 1 s", "codes-end-at-once"),
    ("RFC 6749", "code accepted twice", "a-careless-server"),
    ("RFC 6749", "`temporarily_unavailable`, `server_error` on redirect", "redirect-errors"),
    ("RFC 6749", "scope narrowed or widened", "token-response-lies"),
    ("RFC 6749", "token_type odd", "token-response-lies"),
    ("RFC 6749", "state dropped or altered", "redirect-lies"),
    ("RFC 6749", "error with 200", "token-response-lies"),
    ("RFC 6749", "error and code together, parameters twice", "redirect-lies"),
    ("RFC 6749", "code redeemed by somebody else", "every-decision"),
    ("RFC 6749", "500 once, then good", "token-endpoint-down"),
    ("RFC 6749", "reset after the code is consumed", "token-endpoint-down"),
    ("RFC 6749", "HTML instead of JSON, body cut, slow", "token-endpoint-down"),
    ("RFC 6749", "`expires_in` text, 0, negative, huge", "token-response-lies"),
    ("RFC 6749", "no refresh token", "token-response-lies"),
    ("RFC 6750", "401 without challenge", "challenges-of-every-kind"),
    ("RFC 6750", "wrong scheme", "challenges-of-every-kind"),
    ("RFC 6750", "`insufficient_scope`", "challenges-of-every-kind"),
    ("RFC 6750", "realm noise", "challenges-of-every-kind"),
    ("RFC 6750", "401 before the token ends", "challenges-of-every-kind"),
    ("RFC 7009", "503 with Retry-After", "revocation-in-vain"),
    ("RFC 7009", "`unsupported_token_type`", "revocation-in-vain"),
    ("RFC 7009", "says 200 and stays active", "revocation-in-vain"),
    ("RFC 7636", "verifier ignored", "a-careless-server"),
    ("RFC 7636", "`invalid_grant` although right", "token-errors"),
    (
        "RFC 7591, 7592",
        "`invalid_client_metadata`, `invalid_redirect_uri`, `invalid_software_statement`, `unapproved_software_statement`",
        "registration-lies",
    ),
    ("RFC 7591, 7592", "metadata silently changed", "registration-lies"),
    ("RFC 7591, 7592", "secret expires", "registration-lies"),
    ("RFC 7591, 7592", "401 on management", "registration-lies"),
    ("RFC 7662, 9701", "stale `active: true` after revocation", "introspection-lies"),
    ("RFC 7662, 9701", "`active: false` early", "introspection-lies"),
    ("RFC 7662, 9701", "401", "introspection-lies"),
    ("RFC 7662, 9701", "slow", "introspection-lies"),
    ("RFC 7662, 9701", "other binding", "introspection-lies"),
    ("RFC 8414, OIDC Discovery", "issuer mismatch", "metadata-lies"),
    ("RFC 8414, OIDC Discovery", "endpoint moved", "metadata-lies"),
    ("RFC 8414, OIDC Discovery", "endpoint missing", "metadata-lies"),
    ("RFC 8414, OIDC Discovery", "old cache", "metadata-lies"),
    ("RFC 8414, OIDC Discovery", "signed_metadata broken", "metadata-lies"),
    ("RFC 8414, OIDC Discovery", "endpoints without TLS, at other hosts", "metadata-lies"),
    ("RFC 8414, OIDC Discovery", "10 MB body", "metadata-lies"),
    ("RFC 8414, OIDC Discovery", "404, 500, HTML, redirects, wrong content type", "metadata-unavailable"),
    ("RFC 8705", "certificate rejected as expired, unknown", "tls-trouble"),
    ("RFC 8705", "certificate dropped by a proxy", "certificate-lost"),
    ("RFC 8705", "binding to another thumbprint", "introspection-lies"),
    ("RFC 8705", "handshake stall", "accept-delay"),
    ("RFC 9101", "`request_not_supported`, `request_uri_not_supported`", "redirect-errors"),
    ("RFC 9101", "`invalid_request_object`", "redirect-errors"),
    ("RFC 9101", "refused at the token endpoint", "token-errors"),
    ("RFC 9126", "lifetime 1 s", "pushed-request-lies"),
    ("RFC 9126", "unknown request_uri", "pushed-request-lies"),
    ("RFC 9126", "http request_uri", "pushed-request-lies"),
    ("RFC 9126", "consumed at load", "pushed-request-lies"),
    ("RFC 9126", "200 instead of 201", "pushed-request-lies"),
    ("RFC 9126", "no request_uri", "pushed-request-lies"),
    ("RFC 9126", "413", "pushed-request-lies"),
    ("RFC 9126", "429", "pushed-request-lies"),
    ("RFC 9207", "wrong `iss`", "redirect-lies"),
    ("RFC 9207", "missing `iss`", "redirect-lies"),
    ("RFC 9207", "doubled `iss`", "redirect-lies"),
    ("RFC 9396", "`invalid_authorization_details`", "pushed-request-lies"),
    ("RFC 9396", "enriched, reduced or missing details", "token-response-lies"),
    ("RFC 9449", "nonce on every answer", "token-response-lies"),
    ("RFC 9449", "nonce error for ever, with and without a nonce", "dpop-nonce-loop"),
    ("RFC 9449", "nonce of resources", "challenges-of-every-kind"),
    ("RFC 9449", "`invalid_dpop_proof`", "challenges-of-every-kind"),
    ("RFC 9449", "bearer downgrade in token_type", "token-response-lies"),
    ("RFC 9700", "defences off by name", "a-careless-server"),
    ("RFC 9700", "307 instead of 303", "redirect-lies"),
    ("RFC 9700", "code of another issuer", "redirect-lies"),
    ("RFC 8628, CIBA", "`authorization_pending` for a while", "backchannel-errors"),
    ("RFC 8628, CIBA", "`slow_down`", "backchannel-errors"),
    ("RFC 8628, CIBA", "`expired_token`", "backchannel-errors"),
    ("RFC 8628, CIBA", "`access_denied`", "backchannel-errors"),
    ("CIBA", "`unknown_user_id`, `invalid_binding_message`, `missing_user_code`, 503", "backchannel-errors"),
    ("RFC 8693, 8707", "`unsupported_grant_type`, `invalid_target`", "token-errors"),
    ("RFC 9068", "JWT with wrong typ, aud, alg", "access-token-lies"),
    ("RFC 9068", "opaque token longer than 4 KiB", "token-response-lies"),
    ("RFC 9470", "challenge loop, acr never satisfied", "step-up-for-ever"),
    ("OIDC Core", "claims of the id_token", "id-token-claims-lie"),
    ("OIDC Core", "header and signature", "signature-lies"),
    (
        "OIDC Core",
        "`login_required`, `consent_required`, `interaction_required`, `account_selection_required`",
        "redirect-errors",
    ),
    ("OIDC Core", "userinfo of somebody else", "userinfo-lies"),
    ("OIDC Core", "new `sub` at refresh", "refresh-answer-lost"),
    ("JWKS", "rotate in mid-flow", "keys-rotated-mid-flow"),
    ("JWKS", "same kid, decoys", "key-set-lies"),
    ("JWKS", "empty, missing, oct, enc", "key-set-lies"),
    ("JWKS", "huge", "key-set-lies"),
    ("JWKS", "503, slow", "key-set-unavailable"),
    ("JARM", "plain answer instead of JARM", "redirect-lies"),
    ("JARM", "claims and signature of the response", "id-token-claims-lie"),
    ("Grant management", "`invalid_grant_id`", "token-errors"),
    ("Grant management", "grant revoked elsewhere", "consent-ends-in-every-way"),
    ("Open banking", "consent ends between login and call", "consent-ends-in-every-way"),
    ("Open banking", "interaction id missing or different", "interaction-id-missing"),
    ("Open banking", "403 and 401 mixed", "challenges-of-every-kind"),
    ("Open banking", "consent revoked while paging", "consent-revoked-while-paging"),
    ("Open banking", "second approver", "second-approver"),
    ("Lifetimes", "early and late expiry", "clocks-apart"),
    ("Lifetimes", "clock of the signer", "clocks-apart"),
    ("Lifetimes", "Date skewed", "clocks-apart"),
    ("Refresh", "answer lost after rotation", "refresh-answer-lost"),
    ("Refresh", "refused for good", "refresh-answer-lost"),
    ("Refresh", "reuse accepted", "a-careless-server"),
];

/// The page `docs/authorization-faults.md`. A test keeps the committed one equal to it.
pub fn handbook() -> String {
    let mut text = String::from(
        "# What authorization servers get wrong\n\n\
         `do: {oauth: {POINT: LIE}}` makes the authorization server lie at a named point. This page is made from the tables of the \
         simulator; [scenarios.md](scenarios.md) says how rules give faults to calls, and [faults.md](faults.md) what else `do` can do: \
         delays, resets, statuses and bodies work at these endpoints as at any other.\n\n\
         ## Specification by specification\n\n| specification | fault | scenario |\n|---|---|---|\n",
    );
    for (specification, fault, scenario) in ROWS {
        text += &format!("| {specification} | {fault} | [{scenario}](../scenarios/faults/{scenario}.yaml) |\n");
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
    use std::collections::BTreeSet;

    use bank_fixtures::library;

    use super::*;

    #[test]
    fn every_row_has_a_scenario_and_every_lie_its_place() {
        let shipped: BTreeSet<&str> = library::files("faults").iter().map(|file| file.name()).collect();
        let missing: Vec<_> = ROWS.iter().filter(|row| !shipped.contains(row.2)).collect();
        assert!(missing.is_empty(), "no such scenario: {missing:?}");
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
