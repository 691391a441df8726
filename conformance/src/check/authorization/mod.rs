//! Checks of a bank's authorization server and of what its tokens open: mostly negative tests, each of which sends one
//! thing that is wrong and looks whether it is refused.

use super::Check;
use crate::flow::{Form, Landing};
use crate::verdict::Finding;

mod certificate_header_ignored;
mod code_bound_to_client;
mod code_bound_to_redirect;
mod code_bound_to_session;
mod code_expires;
mod code_reuse_revokes_tokens;
mod code_single_use;
mod consent_of_client;
mod denial_reported;
mod details_checked;
mod duplicate_parameter_refused;
mod essential_level_met;
mod introspection_own_tokens;
mod issuer_in_response;
mod logout_redirect_registered;
mod metadata_issuer;
mod one_authentication;
mod pages_bound_to_session;
mod pages_not_framed;
mod pkce_required;
mod redirect_matched_exactly;
mod redirect_required;
mod redirects_with_303;
mod refresh_bound_to_client;
mod refresh_retry_harmless;
mod refresh_reuse_revokes_family;
mod refresh_rotates;
mod refresh_scope_not_widened;
mod revoked_token_refused;
mod scope_enforced;
mod silent_prompt;
mod state_carried_safely;
mod tampered_token_refused;
mod token_answers_not_stored;
mod token_endpoint_post_only;
mod token_in_query_refused;
mod token_required;
mod unknown_client_indistinct;
mod unknown_client_refused;
mod unregistered_redirect_refused;
mod unsupported_grant_refused;
mod unsupported_response_type_refused;
mod wrong_client_secret_refused;
mod wrong_verifier_refused;

/// Every authorization check, in the order in which they run.
pub(super) static CHECKS: &[&Check] = &[
    &metadata_issuer::CHECK,
    &unregistered_redirect_refused::CHECK,
    &redirect_matched_exactly::CHECK,
    &unknown_client_refused::CHECK,
    &pkce_required::CHECK,
    &unsupported_response_type_refused::CHECK,
    &issuer_in_response::CHECK,
    &wrong_verifier_refused::CHECK,
    &code_single_use::CHECK,
    &code_reuse_revokes_tokens::CHECK,
    &code_bound_to_redirect::CHECK,
    &wrong_client_secret_refused::CHECK,
    &unsupported_grant_refused::CHECK,
    &token_endpoint_post_only::CHECK,
    &duplicate_parameter_refused::CHECK,
    &refresh_rotates::CHECK,
    &refresh_reuse_revokes_family::CHECK,
    &refresh_scope_not_widened::CHECK,
    &token_answers_not_stored::CHECK,
    &token_required::CHECK,
    &tampered_token_refused::CHECK,
    &token_in_query_refused::CHECK,
    &scope_enforced::CHECK,
    &revoked_token_refused::CHECK,
    &one_authentication::CHECK,
    &unknown_client_indistinct::CHECK,
    &code_bound_to_client::CHECK,
    &refresh_bound_to_client::CHECK,
    &introspection_own_tokens::CHECK,
    &state_carried_safely::CHECK,
    &pages_not_framed::CHECK,
    &redirects_with_303::CHECK,
    &denial_reported::CHECK,
    &silent_prompt::CHECK,
    &redirect_required::CHECK,
    &code_expires::CHECK,
    &code_bound_to_session::CHECK,
    &certificate_header_ignored::CHECK,
    &refresh_retry_harmless::CHECK,
    &consent_of_client::CHECK,
    &essential_level_met::CHECK,
    &details_checked::CHECK,
    &pages_bound_to_session::CHECK,
    &logout_redirect_registered::CHECK,
];

/// The form that uses a refresh token.
fn refreshing(refresh_token: &str) -> Form {
    vec![("grant_type", "refresh_token".to_owned()), ("refresh_token", refresh_token.to_owned())]
}

/// A finding unless the request ended on an error page of the bank.
pub(super) fn expect_page(landing: &Landing, what: &str) -> Option<Finding> {
    let message = match landing {
        Landing::Client { uri, .. } => format!("{what} was redirected to {uri}; an error page (400) is due"),
        Landing::Page(reply) if (400..500).contains(&reply.status()) => return None,
        Landing::Page(reply) => format!("{what} was answered {}; an error page (400) is due", reply.status()),
    };
    Some(Finding::new(message).with(landing.reply().evidence()))
}

/// A finding unless the request was refused: at the client with one of these codes, or on an error page.
pub(super) fn expect_error(landing: &Landing, codes: &[&str], what: &str) -> Option<Finding> {
    let due = codes.join(" or ");
    let message = match landing {
        Landing::Client { .. } if landing.param("code").is_some() => format!("{what} was granted; {due} is due"),
        Landing::Client { .. } => match landing.param("error") {
            Some(error) if codes.contains(&error) => return None,
            other => format!("{what} was refused with `{}`; {due} is due", other.unwrap_or("no error")),
        },
        Landing::Page(reply) if (400..500).contains(&reply.status()) => return None,
        Landing::Page(reply) => format!("{what} was answered {}; {due} is due", reply.status()),
    };
    Some(Finding::new(message).with(landing.reply().evidence()))
}
