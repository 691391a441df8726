//! OAuth 2 from the client's side: discovery, the authorization request, the login pages, the token endpoint.
//!
//! Owns the steps so that a check can take each one rightly or wrongly. Follows what RFC 6749, 7636, 7523, 8414 and 9207
//! say a client sends. Judges nothing.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::http::{Reply, Request};
use crate::json::Value;
use crate::probe::{BankProbe, Trouble};
use crate::target::bank::{ClientAuth, ConsentRoute, Registration};
use crate::verdict::Finding;

mod assertion;
mod authorize;
mod form;

pub use authorize::{Authorization, Landing};

/// What an authorization server says about itself (RFC 8414).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// `issuer`
    pub issuer: String,
    /// `authorization_endpoint`
    pub authorization_endpoint: String,
    /// `token_endpoint`
    pub token_endpoint: String,
    /// `revocation_endpoint`
    pub revocation_endpoint: Option<String>,
    /// `authorization_response_iss_parameter_supported` (RFC 9207)
    pub says_iss: bool,
}

/// What a token endpoint gave.
#[derive(Clone, PartialEq, Eq)]
pub struct Tokens {
    /// `access_token`
    pub access_token: String,
    /// `refresh_token`
    pub refresh_token: Option<String>,
    /// `scope`, as granted.
    pub scope: Option<String>,
}

impl Tokens {
    /// A token obtained elsewhere.
    pub fn ready(access_token: &str) -> Tokens {
        Tokens { access_token: access_token.to_owned(), refresh_token: None, scope: None }
    }

    /// The tokens of a token endpoint's answer.
    ///
    /// # Errors
    /// [`Trouble::Unobservable`] if it holds none.
    pub fn read(reply: &Reply) -> Result<Tokens, Trouble> {
        let document = reply.json().ok().filter(|_| reply.is_success());
        let member =
            |name: &str| -> Option<String> { document.as_ref()?.root().member(name)?.text().map(str::to_owned) };
        match member("access_token") {
            Some(access_token) => {
                Ok(Tokens { access_token, refresh_token: member("refresh_token"), scope: member("scope") })
            }
            None => Err(Trouble::Unobservable(format!("no access token came: {}", reply.exchange))),
        }
    }
}

impl std::fmt::Debug for Tokens {
    /// Never the tokens.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens").field("scope", &self.scope).finish_non_exhaustive()
    }
}

/// A proof key (RFC 7636): what is kept and what is shown.
#[derive(Clone, PartialEq, Eq)]
pub struct ProofKey {
    /// `code_verifier`
    pub verifier: String,
    /// `code_challenge`, S256
    pub challenge: String,
}

impl ProofKey {
    /// The proof key of a verifier.
    pub fn of(verifier: String) -> ProofKey {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, verifier.as_bytes());
        ProofKey { challenge: URL_SAFE_NO_PAD.encode(digest), verifier }
    }
}

/// Pairs of a form.
pub type Form = Vec<(&'static str, String)>;

impl BankProbe {
    /// Our registration.
    ///
    /// # Errors
    /// [`Trouble::Unobservable`] if the target has none.
    pub fn registration(&self) -> Result<&Registration, Trouble> {
        let missing = || Trouble::Unobservable("the target names no client registration".to_owned());
        self.target.client.as_ref().ok_or_else(missing)
    }

    /// Name and password of the account holder.
    ///
    /// # Errors
    /// [`Trouble::Unobservable`] if the target has a ready token instead.
    pub fn holder(&self) -> Result<(&str, &str), Trouble> {
        match &self.target.consent {
            ConsentRoute::Login { username, password } => Ok((username, password)),
            ConsentRoute::Ready { .. } => {
                Err(Trouble::Unobservable("the target has a ready token, so nobody can log in".to_owned()))
            }
        }
    }

    /// The server's metadata, read once.
    ///
    /// # Errors
    /// [`Trouble::Unobservable`] if there is none.
    pub async fn metadata(&self) -> Result<&Metadata, Trouble> {
        self.metadata
            .get_or_try_init(|| async {
                let url = format!("{}/.well-known/openid-configuration", self.target.issuer);
                let reply = self.send(Request::get(url)).await?;
                let document = crate::probe::needed_json(&reply)?;
                read_metadata(&document).map_err(|missing| {
                    Trouble::Unobservable(format!("the metadata lack `{missing}`: {}", reply.exchange))
                })
            })
            .await
    }

    /// Logs in and redeems the code: the whole code flow with PKCE.
    ///
    /// # Errors
    /// When any step does not go as it should.
    pub async fn log_in(&self, scope: &str) -> Result<Tokens, Trouble> {
        let authorization = self.authorization(scope).await?;
        let code = self.code(&authorization).await?;
        Tokens::read(&self.redeem(&authorization, &code).await?)
    }

    /// Lets the account holder approve an authorization request; the code.
    ///
    /// # Errors
    /// [`Trouble::Unobservable`] if no code comes.
    pub async fn code(&self, authorization: &Authorization) -> Result<String, Trouble> {
        let landing = self.authorize(authorization).await?;
        let missing = || Trouble::Unobservable(format!("no authorization code came: {}", landing.reply().exchange));
        landing.param("code").map(str::to_owned).ok_or_else(missing)
    }

    /// Redeems a code as its client should.
    ///
    /// # Errors
    /// When no whole answer came.
    pub async fn redeem(&self, authorization: &Authorization, code: &str) -> Result<Reply, Trouble> {
        self.token(authorization.redemption(code)).await
    }

    /// Sends a form to the token endpoint with our client authentication.
    ///
    /// # Errors
    /// When no whole answer came.
    pub async fn token(&self, form: Form) -> Result<Reply, Trouble> {
        let url = self.metadata().await?.token_endpoint.clone();
        self.authenticated(url, form).await
    }

    /// Sends a form to an endpoint of the server with our client authentication.
    ///
    /// # Errors
    /// When no whole answer came.
    pub async fn authenticated(&self, url: String, mut form: Form) -> Result<Reply, Trouble> {
        let client = self.registration()?;
        let mut request = Request::post(&url).header("accept", "application/json");
        match &client.auth {
            ClientAuth::SecretBasic(secret) => request = with_basic(request, &client.client_id, secret),
            ClientAuth::SecretPost(secret) => {
                form.push(("client_id", client.client_id.clone()));
                form.push(("client_secret", secret.clone()));
            }
            ClientAuth::PrivateKeyJwt(key) => {
                let audience = &self.metadata().await?.issuer;
                let id = self.fresh("assertion");
                let assertion = assertion::sign(key, &client.client_id, audience, &id).map_err(Trouble::Broken)?;
                form.push(("client_id", client.client_id.clone()));
                form.push(("client_assertion_type", assertion::TYPE.to_owned()));
                form.push(("client_assertion", assertion));
            }
            ClientAuth::None => form.push(("client_id", client.client_id.clone())),
        }
        self.send(request.form(form)).await
    }
}

/// A request with HTTP Basic client authentication: both parts form-encoded (RFC 6749 §2.3.1).
pub fn with_basic(request: Request, client_id: &str, secret: &str) -> Request {
    let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encode(client_id), encode(secret));
    request.header("authorization", format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair)))
}

/// Reads metadata; the name of the first member that must be there and is not.
pub(crate) fn read_metadata(document: &Value) -> Result<Metadata, &'static str> {
    let root = document.root();
    let text = |name: &'static str| root.member(name).and_then(|at| at.text().map(str::to_owned));
    Ok(Metadata {
        issuer: text("issuer").ok_or("issuer")?,
        authorization_endpoint: text("authorization_endpoint").ok_or("authorization_endpoint")?,
        token_endpoint: text("token_endpoint").ok_or("token_endpoint")?,
        revocation_endpoint: text("revocation_endpoint"),
        says_iss: root
            .member("authorization_response_iss_parameter_supported")
            .is_some_and(|at| *at.value == Value::Bool(true)),
    })
}

/// A finding unless the answer is an OAuth error with one of these statuses and one of these codes.
pub fn expect_oauth_error(reply: &Reply, statuses: &[u16], codes: &[&str], what: &str) -> Option<Finding> {
    let document = reply.json().ok();
    let code = document.as_ref().and_then(|d| d.root().member("error")).and_then(|at| at.text().map(str::to_owned));
    let code_fits = code.as_deref().is_some_and(|code| codes.contains(&code));
    if statuses.contains(&reply.status()) && code_fits {
        return None;
    }
    let due = format!(
        "{} with error {} is due",
        statuses.iter().map(u16::to_string).collect::<Vec<_>>().join(" or "),
        codes.join(" or ")
    );
    let said = code.map_or("no `error`".to_owned(), |code| format!("error `{code}`"));
    Some(Finding::new(format!("{what} was answered {} with {said}; {due}", reply.status())).with(reply.evidence()))
}
