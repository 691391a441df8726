//! What a client is entrusted with in one world.
//!
//! Owns the way from a world to a consent that is ready to use, and the names under which the client is told.

use std::path::Path;

use bank_fixtures::seed::Seed;

use super::case::CaseError;
use super::control::{Control, ReadyConsent, Registered, User, World};
use super::evidence::Secret;
use super::target_file::{ClientTarget, Connection, Credentials};
use super::template::Values;

/// What the client is entrusted with.
pub(crate) struct Access {
    /// Address of the bank, without a trailing slash.
    pub(crate) base_url: String,
    client: Registered,
    user: User,
    credentials: Credentials,
    /// What signs the webhooks the client gets.
    pub(crate) webhook_secret: String,
    /// A consent of the user: the client's own, unless it is to get one itself.
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
        let users = control.users(&world.name, &bank.slug).await?;
        let wanted = |user: &User| target.user.as_ref().is_none_or(|wanted| *wanted == user.username);
        let user = users.into_iter().find(wanted).ok_or_else(|| match &target.user {
            Some(user) => lacks(format!("test user `{user}`")),
            None => lacks("test user".to_owned()),
        })?;
        let clients = control.clients(&world.name, &bank.slug).await?;
        let client = clients.into_iter().find(|client| client.client_secret.is_some());
        let client = client.ok_or_else(|| lacks("client with a secret".to_owned()))?;
        let consent = control.consent(&world.name, &bank.slug, &client.client_id, &user.username).await?;
        let base_url = match target.connection {
            Connection::Plain => bank.base_url.clone(),
            secure => {
                let address = control.secure_address(&bank.base_url, secure);
                address.ok_or_else(|| lacks("listener for TLS".to_owned()))?
            }
        };
        Ok(Access {
            base_url: base_url.trim_end_matches('/').to_owned(),
            // Nobody guesses what derives from a token; and the same run has the same secret.
            webhook_secret: format!("whsec_{}", Seed::new(0).of("webhook").of(&consent.access_token).hex(24)),
            client,
            user,
            credentials: target.credentials,
            consent,
        })
    }

    /// Puts what TLS needs into the client's folder and tells it where.
    ///
    /// # Errors
    /// The sandbox makes no certificates, or the folder cannot be written.
    pub(crate) async fn equip(control: &Control, folder: &Path, values: &mut Values) -> Result<(), CaseError> {
        let made = control.certificates("client").await?;
        let files = [
            ("BANK_CA_FILE", "bank-ca.pem", made.ca_pem),
            ("BANK_CERTIFICATE_FILE", "client.pem", made.transport.certificate_pem),
            ("BANK_KEY_FILE", "client-key.pem", made.transport.private_key_pem),
        ];
        for (name, file, pem) in files {
            let path = folder.join(file);
            std::fs::write(&path, pem)?;
            values.set(name, path.display().to_string());
        }
        Ok(())
    }

    /// Id of the client at the bank.
    pub(crate) fn client_id(&self) -> &str {
        &self.client.client_id
    }

    /// What the client is told.
    pub(crate) fn values(&self) -> Values {
        let mut values = Values::default();
        values.set("BANK_BASE_URL", &self.base_url);
        values.set("BANK_TOKEN_URL", format!("{}/oauth/token", self.base_url));
        values.set("BANK_AUTHORIZE_URL", format!("{}/oauth/authorize", self.base_url));
        if self.credentials == Credentials::Ready {
            values.set("BANK_ACCESS_TOKEN", &self.consent.access_token);
            values.set("BANK_REFRESH_TOKEN", self.consent.refresh_token.as_deref().unwrap_or_default());
            values.set("BANK_CONSENT_ID", &self.consent.consent_id);
        }
        values.set("BANK_CLIENT_ID", &self.client.client_id);
        values.set("BANK_CLIENT_SECRET", self.client.client_secret.as_deref().unwrap_or_default());
        values.set("BANK_REDIRECT_URI", self.client.redirect_uris.first().map_or("", String::as_str));
        values.set("BANK_USERNAME", &self.user.username);
        values.set("BANK_PASSWORD", &self.user.password);
        values.set("BANK_ACCOUNT", self.consent.account_ids.first().map_or("", String::as_str));
        values
    }

    /// What must not show up where others can read it.
    pub(crate) fn secrets(&self) -> Vec<Secret> {
        let secret = |name, value: &Option<String>| value.clone().map(|value| Secret { name, value });
        let known = [
            Some(Secret { name: "access token", value: self.consent.access_token.clone() }),
            secret("client secret", &self.client.client_secret),
            secret("refresh token", &self.consent.refresh_token),
            Some(Secret { name: "webhook secret", value: self.webhook_secret.clone() }),
        ];
        known.into_iter().flatten().collect()
    }
}
