//! OAuth 2 from the client's side: discovery, the authorization request, the login pages, the token endpoint.
//!
//! Owns the steps so that a check can take each one rightly or wrongly. Follows what RFC 6749, 7636, 7523, 8414 and 9207
//! say a client sends. Judges nothing.

use base64::Engine;

use crate::http::{Reply, Request};
use crate::json::Value;
use crate::probe::{BankProbe, Trouble};
use crate::target::bank::{ClientAuth, ConsentRoute, Registration, Sender};
use crate::verdict::Finding;

pub mod assertion;
mod authorize;
pub mod dpop;
mod form;
pub mod jose;
mod lodging;
pub mod message;
mod request_object;

pub use authorize::{Authorization, Landing, Visit};
pub use lodging::Lodging;

/// What an authorization server says about itself (RFC 8414).
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "RFC 8414 and OpenID Connect Discovery name these members")]
pub struct Metadata {
    /// `issuer`
    pub issuer: String,
    /// `authorization_endpoint`
    pub authorization_endpoint: String,
    /// `token_endpoint`
    pub token_endpoint: String,
    /// `mtls_endpoint_aliases.token_endpoint` (RFC 8705 §5)
    pub mutual_token_endpoint: Option<String>,
    /// `revocation_endpoint`
    pub revocation_endpoint: Option<String>,
    /// `introspection_endpoint`
    pub introspection_endpoint: Option<String>,
    /// `pushed_authorization_request_endpoint` (RFC 9126)
    pub push_endpoint: Option<String>,
    /// `require_pushed_authorization_requests` (RFC 9126)
    pub requires_push: bool,
    /// `require_signed_request_object` (RFC 9101)
    pub requires_signed_request: bool,
    /// `response_types_supported`; empty if the server does not say.
    pub response_types: Vec<String>,
    /// `dpop_signing_alg_values_supported` (RFC 9449) is not empty.
    pub takes_dpop: bool,
    /// `token_endpoint_auth_methods_supported`; empty if the server does not say.
    pub auth_methods: Vec<String>,
    /// `require_signed_request_object` (RFC 9101)
    pub requires_signed_requests: bool,
    /// `request_parameter_supported` (OpenID Connect Discovery)
    pub takes_request_objects: bool,
    /// `claims_parameter_supported` (OpenID Connect Discovery)
    pub takes_claims: bool,
    /// `authorization_details_types_supported` (RFC 9396)
    pub detail_types: Vec<String>,
    /// Everything it names `…_endpoint`, with its address.
    pub endpoints: Vec<(String, String)>,
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
    /// `id_token`
    pub id_token: Option<String>,
}

impl Tokens {
    /// A token obtained elsewhere.
    pub fn ready(access_token: &str) -> Tokens {
        Tokens { access_token: access_token.to_owned(), refresh_token: None, scope: None, id_token: None }
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
            Some(access_token) => Ok(Tokens {
                access_token,
                refresh_token: member("refresh_token"),
                scope: member("scope"),
                id_token: member("id_token"),
            }),
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
        ProofKey { challenge: jose::digest(&verifier), verifier }
    }
}

/// Pairs of a form.
pub type Form = Vec<(&'static str, String)>;

impl Metadata {
    /// The address of an endpoint: `end_session_endpoint`.
    pub fn endpoint(&self, name: &str) -> Option<&str> {
        self.endpoints.iter().find(|(known, _)| known == name).map(|(_, address)| address.as_str())
    }
}

impl BankProbe {
    /// The address of an endpoint that not every server has.
    ///
    /// # Errors
    /// [`Trouble::Unobservable`] if this one has not.
    pub async fn endpoint(&self, name: &str) -> Result<String, Trouble> {
        let missing = || Trouble::Unobservable(format!("the server names no `{name}`"));
        self.metadata().await?.endpoint(name).map(str::to_owned).ok_or_else(missing)
    }

    /// Our registration.
    ///
    /// # Errors
    /// [`Trouble::Unobservable`] if the target has none.
    pub fn registration(&self) -> Result<&Registration, Trouble> {
        let missing = || Trouble::Unobservable("the target names no client registration".to_owned());
        self.target.client.as_ref().ok_or_else(missing)
    }

    /// Our second registration.
    ///
    /// # Errors
    /// [`Trouble::Unobservable`] if the target has none.
    pub fn other_registration(&self) -> Result<&Registration, Trouble> {
        let missing = || Trouble::Unobservable("the target names no second client (`other_client`)".to_owned());
        self.target.other_client.as_ref().ok_or_else(missing)
    }

    /// The endpoint for pushed authorization requests.
    ///
    /// # Errors
    /// [`Trouble::Unobservable`] if the server has none.
    pub async fn push_endpoint(&self) -> Result<String, Trouble> {
        let missing = || Trouble::Unobservable("the server takes no pushed authorization requests".to_owned());
        self.metadata().await?.push_endpoint.clone().ok_or_else(missing)
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
        let metadata = self.metadata().await?;
        let shown = self.registration()?.certificate.is_some();
        let mutual = metadata.mutual_token_endpoint.clone().filter(|_| shown);
        let url = mutual.unwrap_or_else(|| metadata.token_endpoint.clone());
        self.authenticated(url, form).await
    }

    /// Sends a form to an endpoint of the server with our client authentication, and with proof of possession where our
    /// tokens are bound to a key. A server that asks for a nonce gets one, once.
    ///
    /// # Errors
    /// When no whole answer came.
    pub async fn authenticated(&self, url: String, form: Form) -> Result<Reply, Trouble> {
        self.authenticated_as(self.registration()?, url, form).await
    }

    /// As [`BankProbe::authenticated`], for any client.
    ///
    /// # Errors
    /// When no whole answer came.
    pub async fn authenticated_as(&self, client: &Registration, url: String, form: Form) -> Result<Reply, Trouble> {
        let reply = self.send(self.form_of(client, &url, form.clone()).await?).await?;
        if !self.heed_nonce(&url, &reply) {
            return Ok(reply);
        }
        self.send(self.form_of(client, &url, form).await?).await
    }

    /// A form with a client's authentication and proof.
    async fn form_of(&self, client: &Registration, url: &str, mut form: Form) -> Result<Request, Trouble> {
        let mut request = Request::post(url).header("accept", "application/json");
        match &client.auth {
            ClientAuth::SecretBasic(secret) => request = with_basic(request, &client.client_id, secret),
            ClientAuth::SecretPost(secret) => {
                form.push(("client_id", client.client_id.clone()));
                form.push(("client_secret", secret.clone()));
            }
            ClientAuth::PrivateKeyJwt(key) => {
                let claims = self.assertion(&client.client_id).await?;
                form.push(("client_id", client.client_id.clone()));
                form.push(("client_assertion_type", assertion::TYPE.to_owned()));
                form.push(("client_assertion", assertion::sign(key, &claims).map_err(Trouble::Broken)?));
            }
            ClientAuth::None => form.push(("client_id", client.client_id.clone())),
        }
        if client.sender == Sender::Dpop {
            request = request.header("dpop", self.signed(&self.proof("POST", url, None)));
        }
        Ok(request.form(form))
    }

    /// The claims of a right client assertion: the issuer is its audience, the only one every profile takes.
    ///
    /// # Errors
    /// [`Trouble::Unobservable`] if there are no metadata.
    pub async fn assertion(&self, client_id: &str) -> Result<serde_json::Value, Trouble> {
        let issuer = self.metadata().await?.issuer.clone();
        Ok(assertion::claims(client_id, &issuer, &self.fresh("assertion"), self.bank_now()))
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
    let says = |name: &str| root.member(name).is_some_and(|at| *at.value == Value::Bool(true));
    let words = |name: &str| -> Vec<String> {
        let list = root.member(name);
        list.iter().flat_map(|at| at.items()).filter_map(|at| at.text().map(str::to_owned)).collect()
    };
    Ok(Metadata {
        issuer: text("issuer").ok_or("issuer")?,
        authorization_endpoint: text("authorization_endpoint").ok_or("authorization_endpoint")?,
        token_endpoint: text("token_endpoint").ok_or("token_endpoint")?,
        mutual_token_endpoint: root
            .member("mtls_endpoint_aliases")
            .and_then(|aliases| aliases.member("token_endpoint")?.text().map(str::to_owned)),
        revocation_endpoint: text("revocation_endpoint"),
        introspection_endpoint: text("introspection_endpoint"),
        push_endpoint: text("pushed_authorization_request_endpoint"),
        requires_push: says("require_pushed_authorization_requests"),
        requires_signed_request: says("require_signed_request_object"),
        response_types: words("response_types_supported"),
        takes_dpop: !words("dpop_signing_alg_values_supported").is_empty(),
        auth_methods: words("token_endpoint_auth_methods_supported"),
        endpoints: root
            .members()
            .filter(|(name, _)| name.ends_with("_endpoint"))
            .filter_map(|(name, at)| Some((name.to_owned(), at.text()?.to_owned())))
            .collect(),
        requires_signed_requests: says("require_signed_request_object"),
        takes_request_objects: says("request_parameter_supported"),
        takes_claims: says("claims_parameter_supported"),
        detail_types: words("authorization_details_types_supported"),
        says_iss: says("authorization_response_iss_parameter_supported"),
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
