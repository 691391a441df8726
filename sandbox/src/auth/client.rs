//! Registered clients: who may ask for tokens, and how they prove who they are.

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::Arc;

use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, JwkSet};
use parking_lot::RwLock;

use crate::auth::client_keys::ClientKeys;
use crate::auth::mint::{Kind, Mint};
use crate::auth::redirect::{BadRedirectUri, RedirectUri};
use crate::auth::security::Security;
use crate::certificate::CertificateName;

/// A client as the bank knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Its id.
    pub client_id: String,
    /// The name an account holder reads.
    pub name: String,
    /// Its secret, for the two secret methods.
    pub secret: Option<String>,
    /// Where browsers may be sent.
    pub redirect_uris: Vec<RedirectUri>,
    /// How it may prove who it is.
    pub auth_methods: Vec<AuthMethod>,
    /// What it may exchange for tokens.
    pub grants: Vec<GrantType>,
    /// Its keys.
    pub keys: ClientKeys,
    /// What its certificate says, for `tls_client_auth`.
    pub certificate: Option<CertificateName>,
    /// `true` if its tokens are bound to its certificate wherever the profile leaves that to clients (RFC 8705 3.4).
    pub binds_to_certificate: bool,
}

/// What is needed to register a client.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewClient {
    /// Its id; made up if absent.
    pub client_id: Option<String>,
    /// The name an account holder reads; the id if absent.
    pub name: Option<String>,
    /// Its secret; made up if absent and needed.
    pub secret: Option<String>,
    /// Where browsers may be sent; `/callback` on every loopback port if empty.
    pub redirect_uris: Vec<String>,
    /// How it may prove who it is; the two secret methods if empty.
    pub auth_methods: Vec<AuthMethod>,
    /// Its public keys as the JSON of a JWK set; for `private_key_jwt` the bank makes a pair if absent.
    pub jwks: Option<String>,
    /// What its certificate says, for `tls_client_auth`.
    pub certificate: Option<CertificateName>,
    /// `true` if its tokens are bound to its certificate wherever the profile leaves that to clients.
    pub binds_to_certificate: bool,
}

/// How a client proves who it is at the token endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuthMethod {
    /// HTTP Basic (RFC 6749 2.3.1).
    SecretBasic,
    /// Secret in the body (RFC 6749 2.3.1).
    SecretPost,
    /// Signed assertion (RFC 7523, OpenID Connect Core 9).
    PrivateKeyJwt,
    /// A certificate of a trusted authority with the registered subject (RFC 8705 2.1).
    TlsClientAuth,
    /// A registered certificate, whoever issued it (RFC 8705 2.2).
    SelfSignedTlsClientAuth,
    /// Not at all: a public client.
    None,
}

/// Every method with its registered name.
pub const AUTH_METHODS: &[(AuthMethod, &str)] = &[
    (AuthMethod::SecretBasic, "client_secret_basic"),
    (AuthMethod::SecretPost, "client_secret_post"),
    (AuthMethod::PrivateKeyJwt, "private_key_jwt"),
    (AuthMethod::TlsClientAuth, "tls_client_auth"),
    (AuthMethod::SelfSignedTlsClientAuth, "self_signed_tls_client_auth"),
    (AuthMethod::None, "none"),
];

/// What a client exchanges for tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GrantType {
    /// RFC 6749 4.1.
    AuthorizationCode,
    /// RFC 6749 6.
    RefreshToken,
    /// RFC 6749 4.4.
    ClientCredentials,
    /// RFC 8628 3.4.
    DeviceCode,
    /// OpenID CIBA 10.1.
    Ciba,
}

/// Every grant type with its registered name.
pub const GRANT_TYPES: &[(GrantType, &str)] = &[
    (GrantType::AuthorizationCode, "authorization_code"),
    (GrantType::RefreshToken, "refresh_token"),
    (GrantType::ClientCredentials, "client_credentials"),
    (GrantType::DeviceCode, "urn:ietf:params:oauth:grant-type:device_code"),
    (GrantType::Ciba, "urn:openid:params:grant-type:ciba"),
];

/// Why a client could not be registered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistrationError {
    /// The id is in use.
    #[error("client_id {0:?} is registered already")]
    Taken(String),
    /// The id or name cannot go into a header or page.
    #[error("client_id {0:?} is not legal: 1 to 128 visible ASCII characters other than a colon")]
    BadId(String),
    /// A redirect URI is not legal.
    #[error(transparent)]
    BadRedirectUri(#[from] BadRedirectUri),
    /// The keys are not a JWK set of public signature keys.
    #[error("jwks is not a set of public keys for ES256, PS256 or EdDSA")]
    BadKeys,
}

/// A text that names no authentication method.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is not a client authentication method; legal are {}", method_names(), name = .0)]
pub struct UnknownAuthMethod(pub String);

fn method_names() -> String {
    AUTH_METHODS.iter().map(|row| row.1).collect::<Vec<_>>().join(", ")
}

/// The clients of one bank.
#[derive(Debug, Default)]
pub(crate) struct Clients {
    by_id: RwLock<HashMap<String, Arc<Client>>>,
}

impl Clients {
    pub(crate) fn find(&self, client_id: &str) -> Option<Arc<Client>> {
        self.by_id.read().get(client_id).cloned()
    }

    /// A register of its own with the same clients.
    pub(crate) fn fork(&self) -> Clients {
        Clients { by_id: RwLock::new(self.by_id.read().clone()) }
    }

    /// Every client, by id.
    pub(crate) fn all(&self) -> Vec<Arc<Client>> {
        let mut all: Vec<_> = self.by_id.read().values().cloned().collect();
        all.sort_by(|left, right| left.client_id.cmp(&right.client_id));
        all
    }

    /// Puts a client in the place of what there was under its id.
    pub(crate) fn put(&self, client: Client) -> Arc<Client> {
        let client = Arc::new(client);
        self.by_id.write().insert(client.client_id.clone(), Arc::clone(&client));
        client
    }

    pub(crate) fn remove(&self, client_id: &str) {
        self.by_id.write().remove(client_id);
    }

    pub(crate) fn register(&self, asked: NewClient, mint: &Mint) -> Result<Arc<Client>, RegistrationError> {
        let client = Arc::new(Client::resolve(asked, mint)?);
        let mut by_id = self.by_id.write();
        if by_id.contains_key(&client.client_id) {
            return Err(RegistrationError::Taken(client.client_id.clone()));
        }
        by_id.insert(client.client_id.clone(), Arc::clone(&client));
        Ok(client)
    }
}

impl NewClient {
    /// The clients every bank knows unless its file says otherwise.
    pub fn demo(security: &Security) -> Vec<NewClient> {
        let named = |id: &str, name: &str, auth_methods: &[AuthMethod]| NewClient {
            client_id: Some(id.to_owned()),
            name: Some(name.to_owned()),
            auth_methods: auth_methods.to_vec(),
            ..NewClient::default()
        };
        let mut demo = named("demo", "Demo App", &[AuthMethod::SecretBasic, AuthMethod::SecretPost]);
        demo.secret = Some("demo-secret".to_owned());
        let mut clients = vec![
            demo,
            named("demo-jwt", "Demo App with a key", &[AuthMethod::PrivateKeyJwt]),
            named("demo-public", "Demo App without a secret", &[AuthMethod::None]),
        ];
        if security.is_fapi() {
            // Certification suites test with two clients.
            clients.push(named("demo-jwt-2", "Other App with a key", &[AuthMethod::PrivateKeyJwt]));
        }
        // A client that could never prove who it is would only mislead. A key in a header is its secret.
        let methods = security.terms().auth_methods;
        clients
            .retain(|client| methods.is_empty() || client.auth_methods.iter().any(|method| methods.contains(method)));
        clients
    }
}

impl Client {
    /// The client that what was asked for makes, with everything filled in that was left out.
    ///
    /// # Errors
    /// Something asked for is not legal.
    pub(crate) fn resolve(asked: NewClient, mint: &Mint) -> Result<Client, RegistrationError> {
        let client_id =
            asked.client_id.unwrap_or_else(|| format!("client-{}", &mint.next(Kind::ClientSecret, "")[..12]));
        let legal = |byte: u8| byte.is_ascii_graphic() && byte != b':';
        if !(1..=128).contains(&client_id.len()) || !client_id.bytes().all(legal) {
            return Err(RegistrationError::BadId(client_id));
        }
        let auth_methods = match asked.auth_methods {
            none if none.is_empty() => vec![AuthMethod::SecretBasic, AuthMethod::SecretPost],
            methods => methods,
        };
        let uses = |method| auth_methods.contains(&method);
        let secret = (uses(AuthMethod::SecretBasic) || uses(AuthMethod::SecretPost))
            .then(|| asked.secret.unwrap_or_else(|| mint.next(Kind::ClientSecret, &client_id)));
        let keys = match asked.jwks {
            Some(text) => ClientKeys::brought(public_keys(&text)?),
            None if uses(AuthMethod::PrivateKeyJwt) => ClientKeys::made(mint, &client_id),
            None => ClientKeys::default(),
        };
        let loopback = || ["127.0.0.1", "localhost", "[::1]"].map(|host| format!("http://{host}/callback")).to_vec();
        let uris = if asked.redirect_uris.is_empty() { loopback() } else { asked.redirect_uris };
        Ok(Client {
            name: asked.name.unwrap_or_else(|| client_id.clone()),
            client_id,
            secret,
            redirect_uris: uris.iter().map(|uri| RedirectUri::parse(uri)).collect::<Result<_, _>>()?,
            grants: GrantType::open_to(&auth_methods),
            auth_methods,
            keys,
            certificate: asked.certificate,
            binds_to_certificate: asked.binds_to_certificate,
        })
    }

    /// `true` for a client that cannot keep a secret.
    pub fn is_public(&self) -> bool {
        self.auth_methods.iter().all(|method| *method == AuthMethod::None)
    }
}

fn public_keys(text: &str) -> Result<Vec<Jwk>, RegistrationError> {
    let set: JwkSet = serde_json::from_str(text).map_err(|_| RegistrationError::BadKeys)?;
    let asymmetric =
        |jwk: &Jwk| !matches!(jwk.algorithm, AlgorithmParameters::OctetKey(_) | AlgorithmParameters::Other(_));
    let good = !set.keys.is_empty() && set.keys.iter().all(asymmetric);
    if good { Ok(set.keys) } else { Err(RegistrationError::BadKeys) }
}

impl AuthMethod {
    /// The registered name.
    pub fn name(self) -> &'static str {
        let row = AUTH_METHODS.iter().find(|row| row.0 == self);
        row.expect("the table has a row for every method").1
    }
}

impl FromStr for AuthMethod {
    type Err = UnknownAuthMethod;

    fn from_str(text: &str) -> Result<AuthMethod, UnknownAuthMethod> {
        let found = AUTH_METHODS.iter().find(|row| row.1 == text);
        found.map(|row| row.0).ok_or_else(|| UnknownAuthMethod(text.to_owned()))
    }
}

impl GrantType {
    /// The registered name.
    pub fn name(self) -> &'static str {
        let row = GRANT_TYPES.iter().find(|row| row.0 == self);
        row.expect("the table has a row for every grant type").1
    }

    /// The grant type of this name.
    pub(crate) fn named(name: &str) -> Option<GrantType> {
        GRANT_TYPES.iter().find(|row| row.1 == name).map(|row| row.0)
    }

    /// Client credentials and the backchannel need a client that has credentials (RFC 6749 4.4, OpenID CIBA 7.1).
    fn open_to(methods: &[AuthMethod]) -> Vec<GrantType> {
        let public = methods.contains(&AuthMethod::None);
        let open = |grant: &GrantType| !(public && matches!(grant, GrantType::ClientCredentials | GrantType::Ciba));
        GRANT_TYPES.iter().map(|row| row.0).filter(open).collect()
    }
}

#[cfg(test)]
mod tests {
    use bank_fixtures::seed::Seed;

    use super::*;

    fn register(asked: NewClient) -> Result<Arc<Client>, RegistrationError> {
        Clients::default().register(asked, &Mint::new(Seed::new(1)))
    }

    #[test]
    fn what_is_left_out_is_filled_in() {
        let client = register(NewClient::default()).expect("nothing is needed");
        assert!(client.client_id.starts_with("client-"));
        assert!(client.secret.is_some());
        assert_eq!(client.redirect_uris.len(), 3);
        let keyed = NewClient { auth_methods: vec![AuthMethod::PrivateKeyJwt], ..NewClient::default() };
        let client = register(keyed).expect("a key is made");
        assert!(client.keys.private_pem().is_some() && client.secret.is_none());
    }

    #[test]
    fn what_is_wrong_is_refused() {
        let id = |id: &str| NewClient { client_id: Some(id.to_owned()), ..NewClient::default() };
        for bad in ["", "a:b", "a b", "ä", &"x".repeat(129)] {
            assert_eq!(register(id(bad)), Err(RegistrationError::BadId(bad.to_owned())));
        }
        let uri = NewClient { redirect_uris: vec!["/cb".to_owned()], ..NewClient::default() };
        assert!(matches!(register(uri), Err(RegistrationError::BadRedirectUri(_))));
        for keys in ["", "{}", r#"{"keys":[]}"#, r#"{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}"#] {
            let asked = NewClient { jwks: Some(keys.to_owned()), ..NewClient::default() };
            assert_eq!(register(asked), Err(RegistrationError::BadKeys), "{keys}");
        }
        let (clients, mint) = (Clients::default(), Mint::new(Seed::new(1)));
        clients.register(id("twice"), &mint).expect("the first is free");
        assert_eq!(clients.register(id("twice"), &mint), Err(RegistrationError::Taken("twice".to_owned())));
    }
}
