//! Who the client is at the bank, and what it asks for.

use std::path::PathBuf;

use reqwest::Url;

use super::nonces::Secrets;

/// Scopes of a login that reads accounts.
const SCOPE: &str = "openid accounts";

/// The client's registration, as it is told from outside.
pub(super) struct Registration {
    /// The bank's address, which is its issuer.
    pub(super) issuer: Url,
    /// Client id and secret.
    pub(super) client: (String, String),
    /// Where the account holder comes back to.
    pub(super) redirect_uri: String,
    username: String,
    /// Folder in which the client keeps what outlives its process.
    pub(super) work_dir: PathBuf,
}

impl Registration {
    /// Reads the settings.
    ///
    /// # Errors
    /// Everything that is missing or wrong.
    pub(super) fn read(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Registration, Vec<String>> {
        let mut missing = Vec::new();
        let mut required = |name: &str, about: &str| {
            let value = lookup(name).filter(|value| !value.is_empty());
            if value.is_none() {
                missing.push(format!("{name} is not set: {about}"));
            }
            value.unwrap_or_default()
        };
        let base = required("BANK_BASE_URL", "the address of the bank, such as http://127.0.0.1:8080/plain");
        let client = (
            required("BANK_CLIENT_ID", "the id of the client"),
            required("BANK_CLIENT_SECRET", "the secret of the client"),
        );
        let redirect_uri = required("BANK_REDIRECT_URI", "where the account holder comes back to");
        let username = required("BANK_USERNAME", "who logs in");
        let work_dir = lookup("WORK_DIR").map_or_else(|| PathBuf::from("."), PathBuf::from);
        match Url::parse(base.trim_end_matches('/')) {
            Ok(issuer) if issuer.has_host() && missing.is_empty() => {
                Ok(Registration { issuer, client, redirect_uri, username, work_dir })
            }
            Ok(_) if !missing.is_empty() => Err(missing),
            _ if base.is_empty() => Err(missing),
            _ => {
                missing.push(format!("BANK_BASE_URL is `{base}`, which is not an http or https address"));
                Err(missing)
            }
        }
    }

    /// The issuer as text, byte for byte.
    pub(super) fn issuer(&self) -> &str {
        self.issuer.as_str().trim_end_matches('/')
    }

    /// The parameters of the authorization request.
    pub(super) fn request<'a>(&'a self, secrets: &'a Secrets) -> Vec<(&'static str, &'a str)> {
        vec![
            ("response_type", "code"),
            ("client_id", &self.client.0),
            ("redirect_uri", &self.redirect_uri),
            ("scope", SCOPE),
            ("state", &secrets.state),
            ("nonce", &secrets.nonce),
            ("code_challenge", &secrets.challenge),
            ("code_challenge_method", "S256"),
            ("login_hint", &self.username),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_missing_is_named_at_once() {
        assert_eq!(Registration::read(&|_| None).err().map(|missing| missing.len()), Some(5));
        let wrong = Registration::read(&|name| Some(if name == "BANK_BASE_URL" { "bank" } else { "x" }.to_owned()));
        assert_eq!(wrong.err().map(|missing| missing.len()), Some(1));
        let right = Registration::read(&|name| {
            Some(if name == "BANK_BASE_URL" { "http://127.0.0.1:8080/plain/" } else { "x" }.to_owned())
        });
        assert_eq!(right.map(|right| right.issuer().to_owned()).ok().as_deref(), Some("http://127.0.0.1:8080/plain"));
    }
}
