//! The authorization server as the rest of the sandbox holds it.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bank_fixtures::seed::Seed;
use jiff::Timestamp;
use parking_lot::RwLock;

use crate::auth::approval::{Approvals, Standing};
use crate::auth::client::{Client, Clients, GrantType, NewClient, RegistrationError};
use crate::auth::directory::{self, Directory, Software};
use crate::auth::grant::{Grant, GrantLogin, Grants, Issuing, Refreshing, TokenPolicy};
use crate::auth::key::{SigningAlgorithm, SigningKey};
use crate::auth::mint::Mint;
use crate::auth::nonce::Nonces;
use crate::auth::orders::{Order, Orders, TooManyOrders};
use crate::auth::polling::{Notice, Pollings};
use crate::auth::pushed::PushedRequests;
use crate::auth::registration::Registrations;
use crate::auth::remote_keys::RemoteKeys;
use crate::auth::replay::Replays;
use crate::auth::rs256::Rs256;
use crate::auth::scope::ScopeSet;
use crate::auth::security::Need;
use crate::auth::session::Sessions;
use crate::auth::settings::AuthSettings;
use crate::auth::standing_access::StandingAccess;
use crate::certificate::Certifies;
use crate::operation::Operation;

/// The authorization server of one bank in one world. To reset it, make a new one.
#[derive(Debug)]
pub struct AuthServer {
    pub(crate) settings: AuthSettings,
    pub(crate) mint: Mint,
    pub(crate) clients: Clients,
    pub(crate) grants: Grants,
    pub(crate) sessions: Sessions,
    pub(crate) approvals: Approvals,
    pub(crate) orders: Orders,
    /// Client assertions that were used.
    pub(crate) assertions: Replays,
    /// DPoP proofs that were used.
    pub(crate) proofs: Replays,
    pub(crate) nonces: Nonces,
    pub(crate) pushed: PushedRequests,
    pub(crate) pollings: Pollings,
    pub(crate) registrations: Registrations,
    pub(crate) directory: Directory,
    pub(crate) rs256: Rs256,
    pub(crate) remote_keys: RemoteKeys,
    /// Who makes certificates for its keys, behind TLS.
    pub(crate) authority: Option<Arc<dyn Certifies>>,
    /// Whose accounts calls are about where nobody logs in.
    pub(crate) standing_access: OnceLock<StandingAccess>,
    keys: RwLock<Keys>,
}

/// What signs, and how often it was replaced.
#[derive(Debug, Clone, Default)]
struct Keys {
    rotations: u32,
    /// What it signs with instead of the algorithm of its profile.
    switched: Option<SigningAlgorithm>,
    /// The one that signs, those it replaced, newest first, and last the one that comes next; empty until somebody needs one.
    published: Vec<Arc<SigningKey>>,
}

/// Most keys published at a time that sign or have signed.
const KEYS_PUBLISHED: usize = 3;

/// Tokens for a consent that was approved without a login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadyTokens {
    /// Access token, in clear.
    pub access_token: String,
    /// Refresh token, in clear; empty if the bank gives none.
    pub refresh_token: String,
    /// Life of the access token.
    pub expires_in: Duration,
}

impl AuthServer {
    /// A server that has issued nothing yet. Everything secret in it follows from the seed.
    ///
    /// # Errors
    /// One of the clients in the settings cannot be registered.
    pub fn new(mut settings: AuthSettings, seed: Seed) -> Result<AuthServer, RegistrationError> {
        let mint = Mint::new(seed.of("auth"));
        let clients = Clients::default();
        for client in std::mem::take(&mut settings.clients) {
            clients.register(client, &mint)?;
        }
        let policy = TokenPolicy {
            access: settings.access_token_lifetime,
            refresh: settings.refresh_token_lifetime,
            rotation: settings.security.refresh,
        };
        Ok(AuthServer {
            mint,
            clients,
            grants: Grants::new(policy),
            sessions: Sessions::new(),
            approvals: Approvals::new(),
            orders: Orders::default(),
            assertions: Replays::default(),
            proofs: Replays::default(),
            nonces: Nonces::default(),
            pushed: PushedRequests::new(),
            pollings: Pollings::new(),
            registrations: Registrations::default(),
            directory: Directory::new(seed),
            rs256: Rs256::default(),
            remote_keys: RemoteKeys::default(),
            authority: None,
            standing_access: OnceLock::new(),
            keys: RwLock::default(),
            settings,
        })
    }

    /// A server of its own that has issued the same. Its signing keys are the same too.
    #[must_use]
    pub fn fork(&self) -> AuthServer {
        AuthServer {
            settings: self.settings.clone(),
            mint: self.mint.fork(),
            clients: self.clients.fork(),
            grants: self.grants.fork(),
            sessions: self.sessions.fork(),
            approvals: self.approvals.fork(),
            orders: self.orders.fork(),
            assertions: self.assertions.fork(),
            proofs: self.proofs.fork(),
            nonces: self.nonces.fork(),
            pushed: self.pushed.fork(),
            pollings: self.pollings.fork(),
            registrations: self.registrations.fork(),
            directory: self.directory.clone(),
            rs256: self.rs256.clone(),
            remote_keys: self.remote_keys.fork(),
            authority: self.authority.clone(),
            standing_access: self.standing_access.clone(),
            keys: RwLock::new(self.keys.read().clone()),
        }
    }

    /// How far a request that is decided away from its browser is; `None` if there never was one of this id, or long ago.
    pub fn standing(&self, id: &str, now: Timestamp) -> Option<Standing> {
        self.approvals.standing(id, now)
    }

    /// Waits with an order for the request it fits.
    ///
    /// # Errors
    /// Too many wait already.
    pub fn order(&self, order: Order) -> Result<(), TooManyOrders> {
        self.orders.give(order)
    }

    /// Every order that waits, oldest first.
    pub fn orders(&self) -> Vec<Order> {
        self.orders.all()
    }

    /// Forgets every order that waits.
    pub fn forget_orders(&self) {
        self.orders.clear();
    }

    /// The same, trusting the directory of this seed: a world has one.
    #[must_use]
    pub fn with_directory(mut self, seed: Seed) -> AuthServer {
        self.directory = Directory::new(seed);
        self
    }

    /// What the directory says of software: a statement to register with (RFC 7591 2.3).
    pub fn software_statement(&self, software: &Software, now: Timestamp) -> String {
        self.directory.state(software, now)
    }

    /// `true` if a client waits to be told that a request is decided.
    pub(crate) fn has_notices(&self) -> bool {
        self.pollings.has_notices()
    }

    /// Takes what clients are to be told now: which request of theirs is decided.
    pub(crate) fn due_notices(&self, now: Timestamp) -> Vec<(String, Notice)> {
        let waiting = |approval: &str| self.approvals.standing(approval, now) == Some(Standing::Waiting);
        self.pollings.notices(now, |polled| !waiting(&polled.approval))
    }

    /// The claims of a JWT this server signed itself, with a key that is still published; whether it has expired is not
    /// looked at.
    pub(crate) fn own_claims(&self, jwt: &str) -> Option<serde_json::Map<String, serde_json::Value>> {
        let keys: Vec<_> = self.public_keys().iter().filter_map(|key| key.public().as_jwk()).collect();
        directory::claims(jwt).filter(|_| directory::verified_by_issuer(jwt, &keys))
    }

    /// Registers a client.
    ///
    /// # Errors
    /// Its id is taken, or something it asks for is not legal.
    pub fn register(&self, client: NewClient) -> Result<Arc<Client>, RegistrationError> {
        self.clients.register(client, &self.mint)
    }

    /// `true` if the bank's profile has this call at all. One that it has not answers like a path nobody serves.
    pub fn serves(&self, operation: Operation) -> bool {
        use Operation as O;
        let security = &self.settings.security;
        match operation {
            O::DeviceAuthorize | O::DevicePage => security.terms().grants.contains(&GrantType::DeviceCode),
            O::BackchannelAuthorize => security.terms().grants.contains(&GrantType::Ciba),
            O::SessionEnd => security.asks_account_holders(),
            O::ClientsRegister | O::ClientsRead | O::ClientsUpdate | O::ClientsDelete | O::DirectoryKeys => {
                security.issues_tokens()
            }
            O::RequestPush => security.terms().pushed != Need::Never,
            O::AuthorizeStart
            | O::AuthorizeLogin
            | O::AuthorizeCode
            | O::AuthorizeAccounts
            | O::AuthorizeWait
            | O::AuthorizeDecide => security.asks_account_holders(),
            O::Userinfo | O::HomeShow | O::HomeLogin | O::HomeDecide => security.knows_account_holders(),
            O::TokenIssue | O::TokenRefresh | O::TokenRevoke | O::TokenIntrospect | O::Discovery | O::Jwks => {
                security.issues_tokens()
            }
            _ => true,
        }
    }

    /// Every registered client, by id.
    pub fn clients(&self) -> Vec<Arc<Client>> {
        self.clients.all()
    }

    /// One client.
    pub fn client(&self, client_id: &str) -> Option<Arc<Client>> {
        self.clients.find(client_id)
    }

    /// Tokens for a consent that `user` has approved. Words that are no scope of this bank are left out.
    pub fn issue_for_consent(
        &self,
        client_id: &str,
        user: &str,
        consent_id: &str,
        scopes: &[String],
        now: Timestamp,
    ) -> ReadyTokens {
        let scopes = scopes.iter().filter_map(|word| ScopeSet::parse(word).ok()).flat_map(|set| set.words().to_vec());
        let grant = Grant {
            client_id: client_id.to_owned(),
            user: Some(user.to_owned()),
            consent_id: Some(consent_id.to_owned()),
            scopes: ScopeSet::from_words(scopes).unwrap_or_default(),
            login: Some(GrantLogin { at: now, acr: None }),
            details: None,
        };
        // Without a request there is nothing to bind them to, and no issuer for a JWT to name.
        let refreshing = Refreshing::Open;
        let issuing = Issuing { mint: &self.mint, now, binding: None, access_token: None, refreshing };
        let issued = self.grants.issue(grant, issuing);
        ReadyTokens {
            access_token: issued.access_token,
            refresh_token: issued.refresh_token.unwrap_or_default(),
            expires_in: issued.expires_in,
        }
    }

    /// Ends the life of one access token now; `false` if no live token has this id.
    pub fn expire_access_token(&self, token_id: &str, now: Timestamp) -> bool {
        self.grants.expire_access(token_id, now)
    }

    /// Ends every token issued under a consent; the consent itself is the ledger's.
    pub fn revoke_consent_tokens(&self, consent_id: &str) {
        self.grants.revoke_consent(consent_id);
    }

    /// The key that signs id_tokens, made when first needed.
    pub(crate) fn signing_key(&self) -> Arc<SigningKey> {
        self.published_keys().swap_remove(0)
    }

    /// The keys that are published: the one that signs, those it replaced, newest first, and the one that comes next, so
    /// that clients know it before it is used.
    pub(crate) fn published_keys(&self) -> Vec<Arc<SigningKey>> {
        let keys = self.keys.read();
        if !keys.published.is_empty() {
            return keys.published.clone();
        }
        drop(keys);
        let mut keys = self.keys.write();
        if keys.published.is_empty() {
            keys.published = [keys.rotations, keys.rotations + 1].map(|number| self.derived_key(number)).to_vec();
        }
        keys.published.clone()
    }

    /// Signs with the next key from now on. The old one stays published, so that what it signed still verifies; keys
    /// replaced long ago go, and another is announced.
    pub fn rotate_signing_key(&self) {
        // The keys to be moved are there even if nobody has asked for them yet.
        self.published_keys();
        let mut keys = self.keys.write();
        keys.rotations += 1;
        let algorithm = keys.switched.unwrap_or(self.settings.security.signing);
        let announced = self.key_of(algorithm, keys.rotations + 1);
        let Some(next) = keys.published.pop() else { return };
        keys.published.insert(0, next);
        keys.published.truncate(KEYS_PUBLISHED);
        keys.published.push(announced);
    }

    /// Signs from now on with a key that nobody could have read before; the ones before are gone, and another is
    /// announced.
    pub fn replace_signing_key(&self) {
        self.rotate_signing_key();
        self.rotate_signing_key();
        let mut keys = self.keys.write();
        let announced = keys.published.pop();
        keys.published.truncate(1);
        keys.published.extend(announced);
    }

    /// Signs with a new key of another algorithm from now on, which nobody was told of. The old keys stay published.
    pub fn switch_signing_algorithm(&self, algorithm: SigningAlgorithm) {
        self.published_keys();
        let mut keys = self.keys.write();
        keys.switched = Some(algorithm);
        keys.rotations += 1;
        let [next, announced] = [keys.rotations, keys.rotations + 1].map(|number| self.key_of(algorithm, number));
        keys.published.pop();
        keys.published.insert(0, next);
        keys.published.truncate(KEYS_PUBLISHED);
        keys.published.push(announced);
    }

    fn key_of(&self, algorithm: SigningAlgorithm, rotations: u32) -> Arc<SigningKey> {
        Arc::new(SigningKey::make(algorithm, &self.mint, "issuer", rotations as usize))
    }

    fn derived_key(&self, rotations: u32) -> Arc<SigningKey> {
        self.key_of(self.settings.security.signing, rotations)
    }
}
