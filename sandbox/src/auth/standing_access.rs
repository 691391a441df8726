//! Access without a login, where nobody logs in: behind an API key, behind a client's own credentials, or behind nothing.
//!
//! Owns whose accounts such calls are about: those of the dataset's first account holder, under a consent made when the
//! bank was. Tokens that the control API hands out are looked at before this, and it knows none.

use std::sync::Arc;

use jiff::Timestamp;

use crate::auth::AuthServer;
use crate::auth::holder::Holder;
use crate::auth::mint::same_secret;
use crate::auth::scope::{OFFERED, ScopeSet};
use crate::auth::security::SecurityProfile;
use crate::bank::{Ledger, NewConsent, Refusal, Second};
use crate::exchange::{Access, Problem, ProblemKind, Request};

/// The header an API key comes in.
const HEADER: &str = "x-api-key";
/// The client that calls without credentials count as.
const NOBODY: &str = "demo";
/// What the journal shows where no token was.
const NO_TOKEN: &str = "0000000000000000";

/// Whose accounts are shown, and by which consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StandingAccess {
    pub(crate) user: String,
    pub(crate) consent_id: String,
}

impl AuthServer {
    /// Makes the consent behind such calls, where the bank's profile has them. It ends as any other: with the bank's
    /// `consents: {valid_for: …}`, or when it is revoked.
    ///
    /// # Errors
    /// The ledger refuses it.
    pub fn grant_standing_access(&self, ledger: &Ledger, now: Timestamp) -> Result<(), Refusal> {
        use SecurityProfile as P;
        let profile = self.settings.security.profile;
        if !matches!(profile, P::ApiKey | P::Open | P::ClientCredentials) || self.standing_access.get().is_some() {
            return Ok(());
        }
        // Only now: whoever lives at a bank is worked out when somebody asks.
        let Some(holder) = Holder::first(ledger) else { return Ok(()) };
        let scopes = every_scope().covers();
        let asked = NewConsent { client_id: NOBODY.to_owned(), scopes, account_ids: None, expires_at: None };
        let consent_id = ledger.create_consent(asked, now).id;
        let accounts = holder.accounts(ledger).into_iter().map(|account| account.id).collect();
        ledger.approve_consent_with(&consent_id, &holder.username, accounts, Second::NotNeeded, now)?;
        // It was always there: nobody is told.
        drop(ledger.take_news());
        let _ = self.standing_access.set(StandingAccess { user: holder.username, consent_id });
        Ok(())
    }

    /// Who asks without an access token: everybody where there is no security, the client whose key it is where keys rule.
    /// `None` where tokens do, or without a key.
    ///
    /// # Errors
    /// `InvalidToken` for a key that is no client's.
    pub(crate) fn access_without_token(&self, request: &Request) -> Result<Option<Arc<Access>>, Problem> {
        let client_id = match self.settings.security.profile {
            SecurityProfile::Open => NOBODY.to_owned(),
            SecurityProfile::ApiKey => match self.key_owner(request)? {
                Some(client_id) => client_id,
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        let access = self.standing_access.get().map(|standing| Access {
            client_id,
            user: Some(standing.user.clone()),
            consent_id: Some(standing.consent_id.clone()),
            scopes: every_scope().words().to_vec(),
            token_id: NO_TOKEN.to_owned(),
        });
        Ok(access.map(Arc::new))
    }

    /// Whether a call may do without the token that was looked for in its `Authorization` header: where tokens do not rule,
    /// and what stands there is none the control API handed out.
    pub(crate) fn needs_no_token<T>(&self, found: &Result<Option<T>, Problem>) -> bool {
        let profile = self.settings.security.profile;
        matches!(profile, SecurityProfile::ApiKey | SecurityProfile::Open) && !matches!(found, Ok(Some(_)))
    }

    /// A refusal in the words of a bank that asks for keys; any other bank's stays as it is.
    pub(crate) fn asking_for_a_key(&self, problem: Problem) -> Problem {
        if self.settings.security.profile != SecurityProfile::ApiKey || problem.kind != ProblemKind::InvalidToken {
            return problem;
        }
        let detail = match &problem.field {
            Some(field) if field.as_str() == "header.X-API-Key" => problem.detail.clone(),
            _ => "send the key of a client: X-API-Key: KEY".to_owned(),
        };
        // No scheme is registered for keys in a header; RFC 9110 11.6.1 wants a challenge all the same.
        Problem { detail, ..problem.at("header.X-API-Key").challenge("ApiKey header=\"X-API-Key\"") }
    }

    /// The client whose key a request shows; `None` if it shows none.
    fn key_owner(&self, request: &Request) -> Result<Option<String>, Problem> {
        let mut keys = request.headers.get_all(HEADER).iter();
        let Some(key) = keys.next() else { return Ok(None) };
        let at_fault = |kind, detail: &str| Problem::new(kind, detail).at("header.X-API-Key");
        if keys.next().is_some() {
            return Err(at_fault(ProblemKind::InvalidParameter, "send one X-API-Key header, not several"));
        }
        let key = key.to_str().unwrap_or_default();
        let owns = |secret: &String| same_secret(secret, key);
        let client = self.clients().into_iter().find(|client| client.secret.as_ref().is_some_and(owns));
        let client = client.ok_or_else(|| at_fault(ProblemKind::InvalidToken, "the API key is unknown"))?;
        Ok(Some(client.client_id.clone()))
    }
}

fn every_scope() -> ScopeSet {
    ScopeSet::from_words(OFFERED.iter().map(|scope| scope.name)).unwrap_or_default()
}
