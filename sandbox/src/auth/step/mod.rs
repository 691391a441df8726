//! The rules of the authorization server, one per file, in the order each endpoint applies them.
//!
//! A *reading* step takes something out of the request that later steps need; a *rule* only refuses, so a scenario may
//! switch it off by name to simulate a lenient bank. The tables below are the whole policy of the profile `plain`.

mod allowed_grant;
mod assertion_audience;
mod assertion_header;
mod assertion_jti;
mod assertion_key;
mod assertion_signature;
mod assertion_subject;
mod assertion_times;
mod awaiting_consent;
mod client_assertion;
mod client_secret;
mod code_of_client;
mod code_response;
mod code_verifier;
mod confidential_client;
mod consent_in_force;
mod form_post;
mod fresh_code;
mod fresh_refresh_token;
mod known_client;
mod known_code;
mod known_grant_type;
mod known_refresh_token;
mod narrower_scope;
mod no_request_object;
mod offered_scope;
mod one_authentication;
mod own_scope;
mod pkce_s256;
mod pkce_sent;
mod prompt;
mod readable_assertion;
mod readable_parameters;
mod redirect_uri;
mod refresh_token_of_client;
mod registered_client;
mod registered_method;
mod registered_redirect_uri;
mod same_redirect_uri;
mod single_parameters;
mod token_sent;
mod trusted_redirect;
mod unused_code;
mod unused_refresh_token;

use crate::auth::assertion::AssertionStage;
use crate::auth::endpoint::authorize::FrontStage;
use crate::auth::endpoint::back_channel::BackStage;
use crate::auth::error::OAuthError;
use crate::auth::leniency::Leniency;

/// What a list of steps works on.
pub(crate) trait Stage {
    /// What the steps read and fill in.
    type Context<'a>;

    /// Which rules the bank does not enforce.
    fn leniency<'a>(context: &'a Self::Context<'_>) -> &'a Leniency;
}

/// One step of an endpoint.
pub(crate) struct Step<S: Stage> {
    /// Its name in scenarios and reports.
    pub(crate) slug: &'static str,
    /// Whether it can be left out.
    pub(crate) kind: Kind,
    /// Where it is demanded.
    pub(crate) source: &'static str,
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

/// Runs the steps in order, leaving out the rules the bank does not enforce.
pub(crate) fn run<S: Stage>(steps: &[Step<S>], context: &mut S::Context<'_>) -> Result<(), OAuthError> {
    for step in steps {
        if step.kind == Kind::Reads || S::leniency(context).enforces(step.slug) {
            (step.run)(context)?;
        }
    }
    Ok(())
}

/// `GET` and `POST /oauth/authorize`.
pub(crate) const AUTHORIZE: &[Step<FrontStage>] = &[
    readable_parameters::STEP,
    single_parameters::FRONT,
    known_client::STEP,
    redirect_uri::STEP,
    registered_redirect_uri::STEP,
    // From here on errors go to the client by redirect.
    trusted_redirect::STEP,
    no_request_object::STEP,
    code_response::STEP,
    allowed_grant::FRONT,
    offered_scope::STEP,
    pkce_sent::STEP,
    pkce_s256::STEP,
    prompt::STEP,
    awaiting_consent::STEP,
];

/// What every endpoint that clients call directly begins with.
pub(crate) const CLIENT: &[Step<BackStage>] = &[
    form_post::STEP,
    single_parameters::BACK,
    one_authentication::STEP,
    registered_client::STEP,
    registered_method::STEP,
    client_secret::STEP,
    client_assertion::STEP,
];

/// `POST /oauth/token`, after [`CLIENT`].
pub(crate) const TOKEN: &[Step<BackStage>] = &[known_grant_type::STEP, allowed_grant::BACK];

/// The authorization code grant, after [`TOKEN`].
pub(crate) const CODE_GRANT: &[Step<BackStage>] = &[
    known_code::STEP,
    code_of_client::STEP,
    unused_code::STEP,
    fresh_code::STEP,
    same_redirect_uri::STEP,
    code_verifier::STEP,
    consent_in_force::CODE,
];

/// The refresh token grant, after [`TOKEN`].
pub(crate) const REFRESH_GRANT: &[Step<BackStage>] = &[
    known_refresh_token::STEP,
    refresh_token_of_client::STEP,
    unused_refresh_token::STEP,
    fresh_refresh_token::STEP,
    narrower_scope::STEP,
    consent_in_force::REFRESH,
];

/// The client credentials grant, after [`TOKEN`].
pub(crate) const CLIENT_CREDENTIALS_GRANT: &[Step<BackStage>] = &[own_scope::STEP];

/// `POST /oauth/revoke`, after [`CLIENT`].
pub(crate) const REVOKE: &[Step<BackStage>] = &[token_sent::STEP];

/// `POST /oauth/introspect`, after [`CLIENT`].
pub(crate) const INTROSPECT: &[Step<BackStage>] = &[confidential_client::STEP, token_sent::STEP];

/// A signed client assertion, inside [`CLIENT`].
pub(crate) const ASSERTION: &[Step<AssertionStage>] = &[
    readable_assertion::STEP,
    assertion_header::STEP,
    assertion_key::STEP,
    // Before the claims: who has no key learns nothing from the answer.
    assertion_signature::STEP,
    assertion_subject::STEP,
    assertion_audience::STEP,
    assertion_times::STEP,
    assertion_jti::STEP,
];

/// A row of the step × endpoint table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The endpoint, and the grant or credential where it has several.
    pub endpoint: &'static str,
    /// Name of the step.
    pub slug: &'static str,
    /// Whether a scenario may switch it off.
    pub kind: Kind,
    /// Where it is demanded.
    pub source: &'static str,
}

/// Every step of every endpoint, in order.
pub fn rows() -> Vec<Row> {
    fn list<S: Stage>(endpoint: &'static str, steps: &'static [Step<S>]) -> impl Iterator<Item = Row> {
        steps.iter().map(move |step| Row { endpoint, slug: step.slug, kind: step.kind, source: step.source })
    }
    list("authorize", AUTHORIZE)
        .chain(list("client", CLIENT))
        .chain(list("assertion", ASSERTION))
        .chain(list("token", TOKEN))
        .chain(list("token: authorization_code", CODE_GRANT))
        .chain(list("token: refresh_token", REFRESH_GRANT))
        .chain(list("token: client_credentials", CLIENT_CREDENTIALS_GRANT))
        .chain(list("revoke", REVOKE))
        .chain(list("introspect", INTROSPECT))
        .collect()
}

/// The names of the rules a scenario may switch off, sorted.
pub fn rule_names() -> Vec<&'static str> {
    let mut names: Vec<_> = rows().iter().filter(|row| row.kind == Kind::Rule).map(|row| row.slug).collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fmt::Write;

    use super::*;

    /// The table as `docs/authorization.md` shows it.
    fn table() -> String {
        let mut text = String::from("| endpoint | step | | source |\n|---|---|---|---|\n");
        for row in rows() {
            let kind = if row.kind == Kind::Rule { "rule" } else { "" };
            writeln!(text, "| {} | `{}` | {kind} | {} |", row.endpoint, row.slug, row.source)
                .expect("writes to a string");
        }
        text
    }

    #[test]
    fn the_table_of_steps() {
        insta::assert_snapshot!(table());
    }

    #[test]
    fn the_documentation_shows_the_table() {
        let documentation = include_str!("../../../../docs/authorization.md");
        assert!(documentation.contains(&table()), "put this table into docs/authorization.md:\n{}", table());
    }

    #[test]
    fn a_name_means_one_kind_of_step() {
        let mut kinds = BTreeMap::new();
        for row in rows() {
            assert_eq!(*kinds.entry(row.slug).or_insert(row.kind), row.kind, "{}", row.slug);
        }
    }
}
