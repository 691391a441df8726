//! Dynamic client registration (RFC 7591) and its management (RFC 7592).

use std::sync::Arc;

use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use jsonwebtoken::jwk::Jwk;
use serde_json::{Map, Value, json};

use crate::auth::client::{AuthMethod, Client, GrantType, NewClient};
use crate::auth::client_keys::ClientKeys;
use crate::auth::error::{ErrorCode, OAuthError, json as answer};
use crate::auth::mint::{Kind, sha256};
use crate::auth::registration::Registration;
use crate::auth::remote_keys;
use crate::auth::settings::AuthSettings;
use crate::auth::step::{self, Stage};
use crate::certificate::CertificateName;
use crate::exchange::{Call, Problem, Reply};
use crate::world::BankInstance;

/// The steps of a registration.
pub(crate) struct RegisterStage;

/// A registration on its way through the steps.
pub(crate) struct Registering<'a> {
    pub(crate) bank: &'a BankInstance,
    pub(crate) call: &'a Call<'a>,
    /// The client whose registration is replaced; `None` for a new one.
    pub(crate) existing: Option<Arc<Client>>,
    /// What was asked for.
    pub(crate) asked: Map<String, Value>,
    /// The request as a JWT, where it came as one.
    pub(crate) jwt: Option<String>,
    /// What the software statement says, and the statement.
    pub(crate) statement: Option<(Map<String, Value>, String)>,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) auth_method: AuthMethod,
    pub(crate) grants: Vec<GrantType>,
    pub(crate) response_types: Vec<String>,
    pub(crate) jwks: Option<Value>,
    /// Where the client publishes its keys, if it does.
    pub(crate) jwks_uri: Option<String>,
    pub(crate) certificate: Option<CertificateName>,
}

impl Stage for RegisterStage {
    type Context<'a> = Registering<'a>;

    fn settings<'a>(context: &'a Registering<'_>) -> &'a AuthSettings {
        &context.bank.auth.settings
    }
}

/// The steps of a call about a registration there is.
pub(crate) struct ManageStage;

/// Such a call on its way through the steps.
pub(crate) struct Managing<'a> {
    pub(crate) bank: &'a BankInstance,
    pub(crate) call: &'a Call<'a>,
    pub(crate) registration: Option<Registration>,
}

impl Stage for ManageStage {
    type Context<'a> = Managing<'a>;

    fn settings<'a>(context: &'a Managing<'_>) -> &'a AuthSettings {
        &context.bank.auth.settings
    }
}

/// Members that are kept as they were asked for: they decide nothing here, or are read where they do.
const KEPT: &[(&str, Form)] = &[
    ("application_type", Form::Text),
    ("client_uri", Form::Text),
    ("logo_uri", Form::Text),
    ("tos_uri", Form::Text),
    ("policy_uri", Form::Text),
    ("contacts", Form::Texts),
    ("scope", Form::Text),
    ("software_id", Form::Text),
    ("software_version", Form::Text),
    ("subject_type", Form::Text),
    ("post_logout_redirect_uris", Form::Texts),
    ("id_token_signed_response_alg", Form::Text),
    ("authorization_signed_response_alg", Form::Text),
    ("request_object_signing_alg", Form::Text),
    ("token_endpoint_auth_signing_alg", Form::Text),
    ("tls_client_certificate_bound_access_tokens", Form::Flag),
    ("use_mtls_endpoint_aliases", Form::Flag),
    ("dpop_bound_access_tokens", Form::Flag),
    ("require_pushed_authorization_requests", Form::Flag),
    ("require_signed_request_object", Form::Flag),
    ("default_acr_values", Form::Texts),
    ("backchannel_token_delivery_mode", Form::Text),
    ("backchannel_client_notification_endpoint", Form::Text),
    ("backchannel_authentication_request_signing_alg", Form::Text),
    ("backchannel_user_code_parameter", Form::Flag),
];

/// What a member holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    Texts,
    Flag,
}

impl Form {
    fn fits(self, value: &Value) -> bool {
        match self {
            Form::Text => value.is_string(),
            Form::Texts => value.as_array().is_some_and(|list| list.iter().all(Value::is_string)),
            Form::Flag => value.is_boolean(),
        }
    }

    fn legal(self) -> &'static str {
        match self {
            Form::Text => "a text",
            Form::Texts => "a list of texts",
            Form::Flag => "true or false",
        }
    }
}

pub(super) fn register(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    let mut registering = Registering::new(bank, call, None);
    let served = step::run(step::REGISTER, &mut registering).and_then(|()| registering.create());
    Ok(served.unwrap_or_else(|refusal| refusal.reply()))
}

pub(super) fn read(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    Ok(managed(bank, call, |client, registration| {
        Ok(shown(bank, call, StatusCode::OK, (&client, &registration), None))
    }))
}

pub(super) fn update(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    Ok(managed(bank, call, |client, registration| {
        let mut registering = Registering::new(bank, call, Some(client));
        step::run(step::REGISTER, &mut registering)?;
        registering.replace(&registration)
    }))
}

pub(super) fn delete(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    Ok(managed(bank, call, |client, _| {
        let auth = &bank.auth;
        auth.registrations.forget(&client.client_id);
        auth.clients.remove(&client.client_id);
        auth.grants.revoke_client(&client.client_id);
        Ok(Reply::empty(StatusCode::NO_CONTENT).header(axum::http::header::CACHE_CONTROL, "no-store").committed())
    }))
}

/// Runs `serve` for whoever holds the registration's token.
fn managed(
    bank: &BankInstance,
    call: &Call<'_>,
    serve: impl FnOnce(Arc<Client>, Registration) -> Result<Reply, OAuthError>,
) -> Reply {
    let mut managing = Managing { bank, call, registration: None };
    let served = step::run(step::MANAGE, &mut managing).and_then(|()| {
        let client = bank.auth.clients.find(call.param("client_id"));
        let found = client.zip(managing.registration.take());
        let (client, registration) = found.ok_or_else(unknown_registration)?;
        serve(client, registration)
    });
    served.unwrap_or_else(|refusal| refusal.reply())
}

/// The one answer to a token that opens nothing, whatever the reason (RFC 7592 2.1).
pub(crate) fn unknown_registration() -> OAuthError {
    let description = "the registration access token is not the one of this client, or no longer";
    OAuthError::new(ErrorCode::InvalidToken, description).challenge("Bearer error=\"invalid_token\"")
}

/// The bearer token of a request.
pub(crate) fn bearer<'a>(call: &'a Call<'_>) -> Option<&'a str> {
    let header = call.request.headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_matches(' '))
}

/// A refusal about a member.
pub(crate) fn bad_metadata(why: impl AsRef<str>) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidClientMetadata, why)
}

impl<'a> Registering<'a> {
    fn new(bank: &'a BankInstance, call: &'a Call<'a>, existing: Option<Arc<Client>>) -> Registering<'a> {
        Registering {
            bank,
            call,
            existing,
            asked: Map::new(),
            jwt: None,
            statement: None,
            redirect_uris: Vec::new(),
            auth_method: AuthMethod::SecretBasic,
            grants: Vec::new(),
            response_types: Vec::new(),
            jwks: None,
            jwks_uri: None,
            certificate: None,
        }
    }

    /// A member that is a text.
    pub(crate) fn text(&self, member: &str) -> Result<Option<&str>, OAuthError> {
        match self.asked.get(member) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(bad_metadata(format!("{member} must be a text"))),
        }
    }

    /// A member that is a list of texts.
    pub(crate) fn texts(&self, member: &str) -> Result<Option<Vec<String>>, OAuthError> {
        let bad = || bad_metadata(format!("{member} must be a list of texts"));
        match self.asked.get(member) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Array(list)) => {
                let texts = list.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>();
                texts.map(Some).ok_or_else(bad)
            }
            Some(_) => Err(bad()),
        }
    }

    /// A claim of the software statement.
    pub(crate) fn stated(&self, claim: &str) -> Option<&Value> {
        self.statement.as_ref()?.0.get(claim)
    }

    /// Registers what passed the steps.
    fn create(self) -> Result<Reply, OAuthError> {
        let (bank, call) = (self.bank, self.call);
        let auth = &bank.auth;
        if !auth.registrations.has_room() {
            let why = "no more clients can register here until some are deleted";
            return Err(OAuthError::new(ErrorCode::TemporarilyUnavailable, why));
        }
        // An id of the bank's making, with a beginning no account holder's name has: nobody can call themselves what an
        // account holder is called.
        let own = format!("dcr-{}", &auth.mint.next(Kind::ClientSecret, "registered")[..22]);
        // Only a bank that has forgotten the rule gets here with one that was chosen.
        let chosen = self.text("client_id")?.filter(|id| auth.clients.find(id).is_none());
        let client_id = chosen.map_or(own, str::to_owned);
        let client = self.client(client_id)?;
        let token = auth.mint.next(Kind::Registration, &client.client_id);
        let metadata = self.metadata()?;
        let registration = Registration { issued_at: call.now, metadata, token: sha256(token.as_bytes()) };
        let client = auth.clients.put(client);
        auth.registrations.keep(&client.client_id, registration.clone());
        auth.announce_id_token_key(&client.client_id);
        Ok(shown(bank, call, StatusCode::CREATED, (&client, &registration), Some(&token)).committed())
    }

    /// Puts what passed the steps in the place of what was registered, and gives a new token: the old one opens nothing
    /// any more.
    fn replace(self, old: &Registration) -> Result<Reply, OAuthError> {
        let (bank, call) = (self.bank, self.call);
        let auth = &bank.auth;
        let Some(existing) = self.existing.clone() else { return Err(unknown_registration()) };
        let mut client = self.client(existing.client_id.clone())?;
        if client.secret.is_some() && existing.secret.is_some() {
            client.secret.clone_from(&existing.secret);
        }
        let token = auth.mint.next(Kind::Registration, &client.client_id);
        let metadata = self.metadata()?;
        let registration = Registration { issued_at: old.issued_at, metadata, token: sha256(token.as_bytes()) };
        let client = auth.clients.put(client);
        auth.registrations.keep(&client.client_id, registration.clone());
        auth.announce_id_token_key(&client.client_id);
        Ok(shown(bank, call, StatusCode::OK, (&client, &registration), Some(&token)).committed())
    }

    fn client(&self, client_id: String) -> Result<Client, OAuthError> {
        let asked = NewClient {
            client_id: Some(client_id),
            name: self.name()?,
            redirect_uris: self.redirect_uris.clone(),
            auth_methods: vec![self.auth_method],
            jwks: self.jwks.as_ref().map(Value::to_string),
            certificate: self.certificate.clone(),
            binds_to_certificate: self
                .asked
                .get("tls_client_certificate_bound_access_tokens")
                .and_then(Value::as_bool)
                .unwrap_or(false),
            ..NewClient::default()
        };
        let client = Client::resolve(asked, &self.bank.auth.mint).map_err(|why| bad_metadata(why.to_string()))?;
        let grants = self.grants.clone();
        // Published keys are fetched when they are needed; the bank makes none for this client.
        Ok(match self.jwks_uri {
            Some(_) => Client { grants, keys: ClientKeys::default(), ..client },
            None => Client { grants, ..client },
        })
    }

    /// The name account holders read: the directory's word goes before the client's (RFC 7591 3.1.1).
    fn name(&self) -> Result<Option<String>, OAuthError> {
        let stated = self.stated("software_client_name").and_then(Value::as_str).map(str::to_owned);
        let name = match stated {
            Some(name) => Some(name),
            None => self.text("client_name")?.map(str::to_owned),
        };
        match &name {
            Some(name) if name.chars().count() > 200 || name.chars().any(char::is_control) => {
                Err(bad_metadata("client_name has more than 200 characters, or control characters"))
            }
            _ => Ok(name),
        }
    }

    /// What is registered, in the members of the request.
    fn metadata(&self) -> Result<Map<String, Value>, OAuthError> {
        let mut metadata = Map::new();
        for (member, form) in KEPT {
            match self.asked.get(*member).or_else(|| self.stated(member)) {
                None | Some(Value::Null) => {}
                Some(value) if form.fits(value) => {
                    metadata.insert((*member).to_owned(), value.clone());
                }
                Some(_) => return Err(bad_metadata(format!("{member} must be {}", form.legal()))),
            }
        }
        if let Some(name) = self.name()? {
            metadata.insert("client_name".to_owned(), name.into());
        }
        metadata.insert("redirect_uris".to_owned(), self.redirect_uris.clone().into());
        metadata.insert("token_endpoint_auth_method".to_owned(), self.auth_method.name().into());
        let grants: Vec<&str> = self.grants.iter().map(|grant| grant.name()).collect();
        metadata.insert("grant_types".to_owned(), grants.into());
        metadata.insert("response_types".to_owned(), self.response_types.clone().into());
        if let Some(jwks) = &self.jwks {
            metadata.insert("jwks".to_owned(), jwks.clone());
        }
        if let Some(uri) = &self.jwks_uri {
            metadata.insert(remote_keys::MEMBER.to_owned(), uri.clone().into());
        }
        if let Some(name) = &self.certificate {
            metadata.insert(name.member().to_owned(), name.to_string().into());
        }
        if let Some((_, text)) = &self.statement {
            metadata.insert("software_statement".to_owned(), text.clone().into());
        }
        Ok(metadata)
    }
}

/// RFC 7591 3.2.1: everything that is registered. A token that is not new is not known any more: only its hash is kept.
fn shown(
    bank: &BankInstance,
    call: &Call<'_>,
    status: StatusCode,
    (client, registration): (&Client, &Registration),
    token: Option<&str>,
) -> Reply {
    let mut body = registration.metadata.clone();
    let mut set = |member: &str, value: Value| body.insert(member.to_owned(), value);
    set("client_id", client.client_id.clone().into());
    set("client_id_issued_at", registration.issued_at.as_second().into());
    if let Some(secret) = &client.secret {
        set("client_secret", secret.clone().into());
        set("client_secret_expires_at", 0.into());
    }
    set("registration_client_uri", format!("{}/oauth/register/{}", call.request.base_url, client.client_id).into());
    let token = token.map(str::to_owned).or_else(|| bearer(call).map(str::to_owned));
    if let Some(token) = token {
        set("registration_access_token", token.into());
    }
    debug_assert!(bank.auth.clients.find(&client.client_id).is_some(), "it was just registered");
    answer(status, &Value::Object(body))
}

/// The keys the directory published: who wants to check a software statement reads them here.
pub(super) fn directory_keys(bank: &BankInstance, _: &Call<'_>) -> Result<Reply, Problem> {
    let keys = json!({ "keys": [bank.auth.directory.public()] });
    Ok(Reply::new(StatusCode::OK, "application/json", keys.to_string()))
}

/// Keys of a JWK set in JSON.
pub(crate) fn keys_of(set: &Value) -> Vec<Jwk> {
    let keys = set["keys"].as_array().into_iter().flatten();
    keys.filter_map(|key| serde_json::from_value(key.clone()).ok()).collect()
}
