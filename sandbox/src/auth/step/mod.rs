//! The rules of the authorization server, one per file, in the order each endpoint applies them.
//!
//! A *reading* step takes something out of the request that later steps need; a *rule* only refuses, so a scenario may
//! switch it off by name to simulate a lenient bank. The tables below are the whole policy: each row says which profiles
//! the step belongs to, and [`PROFILES`] says what else a profile fixes.

mod allowed_grant;
mod assertion_audience;
mod assertion_audience_issuer;
mod assertion_header;
mod assertion_jti;
mod assertion_key;
mod assertion_signature;
mod assertion_subject;
mod assertion_times;
mod authorization_details;
mod awaiting_consent;
mod backchannel_client;
mod backchannel_request_object;
mod binding_message;
mod bound_certificate;
mod bound_key;
mod certificate_name;
mod client_assertion;
mod client_certificate;
mod client_secret;
mod code_key;
mod code_of_client;
mod code_response;
mod code_verifier;
mod confidential_client;
mod consent_in_force;
mod decided_request;
mod device_client;
mod dpop_jkt;
mod flat_push;
mod form_post;
mod fresh_code;
mod fresh_pushed_request;
mod fresh_refresh_token;
mod https_redirect_uri;
mod hybrid_response;
mod intent_named;
mod known_client;
mod known_code;
mod known_grant_type;
mod known_polled_request;
mod known_refresh_token;
mod legal_redirect_uris;
mod logout_hint;
mod logout_parameters;
mod narrower_scope;
mod no_push;
mod no_remote_request;
mod nonce_sent;
mod notification_token;
mod object_audience;
mod object_client;
mod object_flat;
mod object_header;
mod object_signature;
mod object_times;
mod offered_metadata;
mod offered_scope;
mod one_authentication;
mod one_hint;
mod openid_scope;
mod own_scope;
mod pkce_s256;
mod pkce_sent;
mod polled_request_of_client;
mod polled_scope;
mod polling_pace;
mod profile_method;
mod prompt;
mod proof_header;
mod proof_jti;
mod proof_key;
mod proof_method;
mod proof_nonce;
mod proof_public_key;
mod proof_signature;
mod proof_times;
mod proof_token;
mod proof_url;
mod pushed_key;
mod pushed_only;
mod pushed_request;
mod pushed_request_of_client;
mod reachable_level;
mod readable_assertion;
mod readable_parameters;
mod readable_proof;
mod readable_request_object;
mod redirect_uri;
mod refresh_key;
mod refresh_token_of_client;
mod registered_client;
mod registered_logout_uri;
mod registered_method;
mod registered_redirect_uri;
mod registration_certificate;
mod registration_claims;
mod registration_organisation;
mod registration_readable;
mod registration_signature;
mod registration_token;
mod remote_keys;
mod request_object_sent;
mod requested_claims;
mod requested_expiry;
mod response_mode;
mod same_redirect_uri;
mod secure_redirect_uris;
mod sender_key;
mod sender_proof;
mod signed_backchannel_request;
mod signed_response;
mod single_parameters;
mod software_statement_issuer;
mod software_statement_readable;
mod software_statement_sent;
mod software_statement_signature;
mod software_statement_times;
mod stated_keys;
mod stated_redirect_uris;
mod token_sent;
mod trusted_redirect;
mod unchosen_client_id;
mod unused_code;
mod unused_pushed_request;
mod unused_refresh_token;
mod usable_keys;

pub(crate) use usable_keys::PRIVATE as PRIVATE_MEMBERS;

use crate::auth::assertion::AssertionStage;
use crate::auth::bearer::ResourceStage;
use crate::auth::endpoint::authorize::FrontStage;
use crate::auth::endpoint::back_channel::BackStage;
use crate::auth::endpoint::end_session::LogoutStage;
use crate::auth::endpoint::register::{ManageStage, RegisterStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::proof::ProofStage;
use crate::auth::security::{PROFILES, Profiles, SecurityProfile};
use crate::auth::settings::AuthSettings;

/// What a list of steps works on.
pub(crate) trait Stage {
    /// What the steps read and fill in.
    type Context<'a>;

    /// Which profile the bank follows, and which rules it does not enforce.
    fn settings<'a>(context: &'a Self::Context<'_>) -> &'a AuthSettings;
}

/// One step of an endpoint.
pub(crate) struct Step<S: Stage> {
    /// Its name in scenarios and reports.
    pub(crate) slug: &'static str,
    /// Whether it can be left out.
    pub(crate) kind: Kind,
    /// Where it is demanded.
    pub(crate) source: &'static str,
    /// What it refuses with.
    pub(crate) errors: &'static [ErrorCode],
    /// Refuses, or fills the context in.
    pub(crate) run: for<'a> fn(&mut S::Context<'a>) -> Result<(), OAuthError>,
}

/// Whether a step can be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// No: later steps need what it reads.
    Reads,
    /// Yes: it only refuses.
    Rule,
}

/// A step and the profiles it belongs to.
pub(crate) struct Placed<S: Stage>(Step<S>, Profiles);

/// Runs the steps of the bank's profile in order, leaving out the rules the bank does not enforce.
pub(crate) fn run<S: Stage>(steps: &[Placed<S>], context: &mut S::Context<'_>) -> Result<(), OAuthError> {
    for Placed(step, profiles) in steps {
        let settings = S::settings(context);
        let applies = profiles.contains(settings.security.profile);
        if applies && (step.kind == Kind::Reads || settings.lenient.enforces(step.slug)) {
            (step.run)(context).inspect_err(|refusal| {
                debug_assert!(step.errors.contains(&refusal.code), "{} refuses with {:?}", step.slug, refusal.code);
            })?;
        }
    }
    Ok(())
}

// The columns.
const PLAIN: Profiles = SecurityProfile::Plain.only();
const FAPI1: Profiles = SecurityProfile::Fapi1Advanced.only();
const FAPI2: Profiles = SecurityProfile::Fapi2Security.only().and(SecurityProfile::Fapi2MessageSigning.only());
const SIGNED: Profiles = SecurityProfile::Fapi2MessageSigning.only();
const CIBA: Profiles = SecurityProfile::FapiCiba.only();
const ALONE: Profiles = SecurityProfile::ClientCredentials.only();
/// Every profile of FAPI.
const FAPI: Profiles = FAPI1.and(FAPI2).and(CIBA);
/// Every profile that sends account holders to pages.
const CODE: Profiles = PLAIN.and(FAPI1).and(FAPI2);
/// Every profile with refresh tokens.
const HOLDER: Profiles = CODE.and(CIBA);
/// Every profile with a token endpoint.
const ALL: Profiles = HOLDER.and(ALONE);

/// `GET` and `POST /oauth/authorize`, before [`REQUEST`].
pub(crate) const AUTHORIZE: &[Placed<FrontStage>] = &[
    Placed(readable_parameters::STEP, CODE),
    Placed(single_parameters::FRONT, CODE),
    Placed(known_client::STEP, CODE),
    Placed(pushed_request::STEP, CODE),
    Placed(pushed_request_of_client::STEP, CODE),
    Placed(fresh_pushed_request::STEP, CODE),
    Placed(unused_pushed_request::STEP, CODE),
    Placed(pushed_only::STEP, FAPI2),
];

/// An authorization request, pushed or not.
pub(crate) const REQUEST: &[Placed<FrontStage>] = &[
    Placed(readable_request_object::STEP, CODE),
    Placed(request_object_sent::STEP, FAPI1.and(SIGNED)),
    Placed(redirect_uri::STEP, CODE),
    Placed(registered_redirect_uri::STEP, CODE),
    Placed(https_redirect_uri::STEP, FAPI1.and(FAPI2)),
    // From here on errors go to the client by redirect.
    Placed(trusted_redirect::STEP, CODE),
    Placed(response_mode::STEP, CODE),
    Placed(object_header::STEP, CODE),
    Placed(object_signature::STEP, CODE),
    Placed(object_client::STEP, CODE),
    Placed(object_audience::STEP, CODE),
    Placed(object_times::STEP, CODE),
    Placed(object_flat::STEP, CODE),
    Placed(no_remote_request::STEP, CODE),
    Placed(code_response::STEP, PLAIN.and(FAPI2)),
    Placed(hybrid_response::STEP, FAPI1),
    Placed(signed_response::STEP, SIGNED),
    Placed(allowed_grant::FRONT, CODE),
    Placed(offered_scope::STEP, CODE),
    Placed(authorization_details::STEP, CODE),
    Placed(nonce_sent::STEP, FAPI1),
    Placed(pkce_sent::STEP, PLAIN.and(FAPI2)),
    Placed(pkce_sent::PUSHED, FAPI1),
    Placed(pkce_s256::STEP, CODE),
    Placed(dpop_jkt::STEP, CODE),
    Placed(prompt::STEP, CODE),
    Placed(requested_claims::STEP, CODE),
    Placed(reachable_level::STEP, CODE),
    Placed(intent_named::STEP, FAPI1),
    Placed(awaiting_consent::STEP, CODE),
];

/// `POST /oauth/par`, after [`CLIENT`] and before [`REQUEST`].
pub(crate) const PUSH: &[Placed<BackStage>] =
    &[Placed(flat_push::STEP, CODE), Placed(sender_key::STEP, CODE), Placed(pushed_key::STEP, CODE)];

/// What every endpoint that clients call directly begins with.
pub(crate) const CLIENT: &[Placed<BackStage>] = &[
    Placed(form_post::STEP, ALL),
    Placed(single_parameters::BACK, ALL),
    Placed(one_authentication::STEP, ALL),
    Placed(registered_client::STEP, ALL),
    Placed(registered_method::STEP, ALL),
    Placed(profile_method::STEP, FAPI),
    Placed(client_secret::STEP, ALL),
    Placed(client_certificate::STEP, ALL),
    Placed(client_assertion::STEP, ALL),
];

/// `POST /oauth/token`, after [`CLIENT`].
pub(crate) const TOKEN: &[Placed<BackStage>] = &[
    Placed(known_grant_type::STEP, ALL),
    Placed(allowed_grant::BACK, ALL),
    Placed(sender_key::STEP, ALL),
    Placed(sender_proof::STEP, ALL),
];

/// The authorization code grant, after [`TOKEN`].
pub(crate) const CODE_GRANT: &[Placed<BackStage>] = &[
    Placed(known_code::STEP, CODE),
    Placed(code_of_client::STEP, CODE),
    Placed(unused_code::STEP, CODE),
    Placed(fresh_code::STEP, CODE),
    Placed(same_redirect_uri::STEP, CODE),
    Placed(code_verifier::STEP, CODE),
    Placed(code_key::STEP, CODE),
    Placed(consent_in_force::CODE, CODE),
];

/// The refresh token grant, after [`TOKEN`].
pub(crate) const REFRESH_GRANT: &[Placed<BackStage>] = &[
    Placed(known_refresh_token::STEP, HOLDER),
    Placed(refresh_token_of_client::STEP, HOLDER),
    Placed(refresh_key::STEP, HOLDER),
    Placed(unused_refresh_token::STEP, HOLDER),
    Placed(fresh_refresh_token::STEP, HOLDER),
    Placed(narrower_scope::STEP, HOLDER),
    Placed(consent_in_force::REFRESH, HOLDER),
];

/// The client credentials grant, after [`TOKEN`].
pub(crate) const CLIENT_CREDENTIALS_GRANT: &[Placed<BackStage>] = &[Placed(own_scope::STEP, ALL)];

/// `POST /oauth/revoke`, after [`CLIENT`].
pub(crate) const REVOKE: &[Placed<BackStage>] = &[Placed(token_sent::STEP, ALL)];

/// `POST /oauth/introspect`, after [`CLIENT`].
pub(crate) const INTROSPECT: &[Placed<BackStage>] =
    &[Placed(confidential_client::STEP, ALL), Placed(token_sent::STEP, ALL)];

/// `POST /oauth/device_authorization`, after [`CLIENT`].
pub(crate) const DEVICE: &[Placed<BackStage>] =
    &[Placed(device_client::STEP, PLAIN), Placed(polled_scope::STEP, PLAIN)];

/// `POST /oauth/bc-authorize`, after [`CLIENT`].
pub(crate) const BACKCHANNEL: &[Placed<BackStage>] = &[
    Placed(backchannel_client::STEP, PLAIN.and(CIBA)),
    Placed(confidential_client::STEP, PLAIN.and(CIBA)),
    Placed(signed_backchannel_request::STEP, CIBA),
    Placed(backchannel_request_object::STEP, PLAIN.and(CIBA)),
    Placed(polled_scope::STEP, PLAIN.and(CIBA)),
    Placed(openid_scope::STEP, PLAIN.and(CIBA)),
    Placed(one_hint::STEP, PLAIN.and(CIBA)),
    Placed(binding_message::STEP, PLAIN.and(CIBA)),
    Placed(requested_expiry::STEP, PLAIN.and(CIBA)),
    Placed(notification_token::STEP, PLAIN.and(CIBA)),
];

/// The device and the backchannel grant, after [`TOKEN`].
pub(crate) const POLLED_GRANT: &[Placed<BackStage>] = &[
    Placed(known_polled_request::STEP, PLAIN.and(CIBA)),
    Placed(polled_request_of_client::STEP, PLAIN.and(CIBA)),
    Placed(polling_pace::STEP, PLAIN.and(CIBA)),
    Placed(decided_request::STEP, PLAIN.and(CIBA)),
];

/// `POST /oauth/register`, and `PUT` of a registration after [`MANAGE`].
pub(crate) const REGISTER: &[Placed<RegisterStage>] = &[
    Placed(registration_readable::STEP, ALL),
    Placed(software_statement_readable::STEP, ALL),
    Placed(software_statement_sent::STEP, FAPI),
    Placed(software_statement_issuer::STEP, ALL),
    Placed(software_statement_signature::STEP, ALL),
    Placed(software_statement_times::STEP, ALL),
    Placed(registration_certificate::STEP, FAPI),
    Placed(registration_organisation::STEP, FAPI),
    // UK Open Banking alone.
    Placed(registration_signature::STEP, FAPI1),
    Placed(registration_claims::STEP, FAPI1),
    Placed(unchosen_client_id::STEP, ALL),
    Placed(offered_metadata::STEP, ALL),
    Placed(no_push::STEP, ALL),
    Placed(legal_redirect_uris::STEP, ALL),
    Placed(secure_redirect_uris::STEP, FAPI),
    Placed(stated_redirect_uris::STEP, ALL),
    Placed(remote_keys::STEP, ALL),
    Placed(stated_keys::STEP, FAPI1),
    Placed(usable_keys::STEP, ALL),
    Placed(certificate_name::STEP, ALL),
];

/// `GET`, `PUT` and `DELETE` of a registration.
pub(crate) const MANAGE: &[Placed<ManageStage>] = &[Placed(registration_token::STEP, ALL)];

/// `GET` and `POST /oauth/logout`.
pub(crate) const LOGOUT: &[Placed<LogoutStage>] = &[
    Placed(logout_parameters::STEP, CODE),
    Placed(logout_hint::STEP, CODE),
    Placed(registered_logout_uri::STEP, CODE),
];

/// A signed client assertion, inside [`CLIENT`].
pub(crate) const ASSERTION: &[Placed<AssertionStage>] = &[
    Placed(readable_assertion::STEP, ALL),
    Placed(assertion_header::STEP, ALL),
    Placed(assertion_key::STEP, ALL),
    // Before the claims: who has no key learns nothing from the answer.
    Placed(assertion_signature::STEP, ALL),
    Placed(assertion_subject::STEP, ALL),
    Placed(assertion_audience::STEP, PLAIN.and(FAPI1).and(CIBA).and(ALONE)),
    Placed(assertion_audience_issuer::STEP, FAPI2),
    Placed(assertion_times::STEP, ALL),
    Placed(assertion_jti::STEP, ALL),
];

/// A DPoP proof, inside [`TOKEN`] and at resources.
pub(crate) const PROOF: &[Placed<ProofStage>] = &[
    Placed(readable_proof::STEP, ALL),
    Placed(proof_header::STEP, ALL),
    Placed(proof_key::STEP, ALL),
    Placed(proof_public_key::STEP, ALL),
    Placed(proof_signature::STEP, ALL),
    Placed(proof_method::STEP, ALL),
    Placed(proof_url::STEP, ALL),
    Placed(proof_token::STEP, ALL),
    // Before everything that is used up by a good proof, and before its age, which the nonce vouches for.
    Placed(proof_nonce::STEP, ALL),
    Placed(proof_times::STEP, ALL),
    Placed(proof_jti::STEP, ALL),
];

/// An access token at a resource, once it is known.
pub(crate) const RESOURCE: &[Placed<ResourceStage>] =
    &[Placed(bound_key::STEP, ALL), Placed(bound_certificate::STEP, ALL)];

/// A row of the step × endpoint × profile table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The endpoint, and the grant or credential where it has several.
    pub endpoint: &'static str,
    /// Name of the step.
    pub slug: &'static str,
    /// Whether a scenario may switch it off.
    pub kind: Kind,
    /// Where it is demanded.
    pub source: &'static str,
    /// The `error` it refuses with: one of these.
    pub errors: Vec<&'static str>,
    /// The profiles it belongs to.
    pub profiles: Profiles,
}

/// Every step of every endpoint, in order.
pub fn rows() -> Vec<Row> {
    fn list<S: Stage>(endpoint: &'static str, steps: &'static [Placed<S>]) -> impl Iterator<Item = Row> {
        steps.iter().map(move |Placed(step, profiles)| Row {
            endpoint,
            slug: step.slug,
            kind: step.kind,
            source: step.source,
            errors: step.errors.iter().map(|code| code.name()).collect(),
            profiles: *profiles,
        })
    }
    list("authorize", AUTHORIZE)
        .chain(list("request", REQUEST))
        .chain(list("push", PUSH))
        .chain(list("client", CLIENT))
        .chain(list("assertion", ASSERTION))
        .chain(list("token", TOKEN))
        .chain(list("token: authorization_code", CODE_GRANT))
        .chain(list("token: refresh_token", REFRESH_GRANT))
        .chain(list("token: client_credentials", CLIENT_CREDENTIALS_GRANT))
        .chain(list("proof", PROOF))
        .chain(list("resource", RESOURCE))
        .chain(list("revoke", REVOKE))
        .chain(list("introspect", INTROSPECT))
        .chain(list("device_authorization", DEVICE))
        .chain(list("bc-authorize", BACKCHANNEL))
        .chain(list("token: device_code, ciba", POLLED_GRANT))
        .chain(list("register", REGISTER))
        .chain(list("registration", MANAGE))
        .chain(list("logout", LOGOUT))
        .collect()
}

/// The names of the rules a scenario may switch off, sorted.
pub fn rule_names() -> Vec<&'static str> {
    let mut names: Vec<_> = rows().iter().filter(|row| row.kind == Kind::Rule).map(|row| row.slug).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The table as `docs/authorization.md` shows it: a column for each profile with a token endpoint.
pub fn table() -> String {
    let columns: Vec<_> = PROFILES.iter().filter(|terms| !terms.grants.is_empty()).collect();
    let names = columns.iter().map(|terms| format!(" {} |", terms.slug)).collect::<String>();
    let mut text = format!(
        "| endpoint | step |{names} refuses with | source |\n|---|---|{}---|---|\n",
        "---|".repeat(columns.len())
    );
    for row in rows() {
        let mark = if row.kind == Kind::Rule { " ✓ |" } else { " · |" };
        let marks: String =
            columns.iter().map(|terms| if row.profiles.contains(terms.profile) { mark } else { " |" }).collect();
        text += &format!("| {} | `{}` |{marks} {} | {} |\n", row.endpoint, row.slug, row.errors.join(", "), row.source);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn the_table_of_steps() {
        insta::assert_snapshot!(table());
    }

    #[test]
    fn the_documentation_shows_the_table() {
        const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/authorization.md");
        let page = std::fs::read_to_string(PATH).expect("the page is part of the repository");
        let (before, after) = page.split_once(BEGIN).expect("the page marks where the table begins");
        let (_, rest) = after.split_once(END).expect("the page marks where the table ends");
        let right = format!("{before}{BEGIN}{}{END}{rest}", table());
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(PATH, &right).expect("the page can be written");
        } else {
            assert_eq!(page, right, "run this test with UPDATE_DOCS=1");
        }
    }

    const BEGIN: &str = "<!-- steps: generated -->\n\n";
    const END: &str = "\n<!-- steps: end -->";

    #[test]
    fn a_name_means_one_kind_of_step() {
        let mut kinds = BTreeMap::new();
        for row in rows() {
            assert_eq!(*kinds.entry(row.slug).or_insert(row.kind), row.kind, "{}", row.slug);
        }
    }
}
