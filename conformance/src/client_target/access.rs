//! What a client is entrusted with in one world.
//!
//! Owns the way from a world to a consent that is ready to use, and the names under which the client is told.

use super::case::CaseError;
use super::control::{Control, ReadyConsent, World};
use super::evidence::Secret;
use super::target_file::ClientTarget;
use super::template::Values;

/// What the client is entrusted with.
pub(crate) struct Access {
    /// Address of the bank, without a trailing slash.
    pub(crate) base_url: String,
    client: (String, String),
    /// The consent.
    pub(crate) consent: ReadyConsent,
}

impl Access {
    /// A consent of the target's user (or the bank's first) for a client of the bank that has a secret.
    ///
    /// # Errors
    /// The sandbox refused, or the world lacks the bank, a user or a client.
    pub(crate) async fn obtain(control: &Control, world: &World, target: &ClientTarget) -> Result<Access, CaseError> {
        let lacks = |what: String| CaseError::Lacks(what);
        let bank = world.banks.iter().find(|bank| bank.slug == target.bank);
        let bank = bank.ok_or_else(|| lacks(format!("bank `{}`", target.bank)))?;
        let username = match &target.user {
            Some(user) => user.clone(),
            None => {
                let users = control.users(&world.name, &bank.slug).await?;
                users.into_iter().next().ok_or_else(|| lacks("test user".to_owned()))?.username
            }
        };
        let clients = control.clients(&world.name, &bank.slug).await?;
        let client = clients.into_iter().find_map(|client| Some((client.client_id, client.client_secret?)));
        let client = client.ok_or_else(|| lacks("client with a secret".to_owned()))?;
        let consent = control.consent(&world.name, &bank.slug, &client.0, &username).await?;
        Ok(Access { base_url: bank.base_url.trim_end_matches('/').to_owned(), client, consent })
    }

    /// What the client is told.
    pub(crate) fn values(&self) -> Values {
        let mut values = Values::default();
        values.set("BANK_BASE_URL", &self.base_url);
        values.set("BANK_TOKEN_URL", format!("{}/oauth/token", self.base_url));
        values.set("BANK_ACCESS_TOKEN", &self.consent.access_token);
        values.set("BANK_REFRESH_TOKEN", self.consent.refresh_token.as_deref().unwrap_or_default());
        values.set("BANK_CLIENT_ID", &self.client.0);
        values.set("BANK_CLIENT_SECRET", &self.client.1);
        values.set("BANK_CONSENT_ID", &self.consent.consent_id);
        values.set("BANK_ACCOUNT", self.consent.account_ids.first().map_or("", String::as_str));
        values
    }

    /// What must not show up where others can read it.
    pub(crate) fn secrets(&self) -> Vec<Secret> {
        let refresh = self.consent.refresh_token.iter();
        let refresh = refresh.map(|value| Secret { name: "refresh token", value: value.clone() });
        [("access token", &self.consent.access_token), ("client secret", &self.client.1)]
            .into_iter()
            .map(|(name, value)| Secret { name, value: value.clone() })
            .chain(refresh)
            .collect()
    }
}
