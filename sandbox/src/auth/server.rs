//! The authorization server as the rest of the sandbox holds it.

use std::sync::Arc;
use std::time::Duration;

use bank_fixtures::seed::Seed;
use jiff::Timestamp;
use parking_lot::RwLock;

use crate::auth::approval::{Approvals, Standing};
use crate::auth::client::{Client, Clients, NewClient, RegistrationError};
use crate::auth::grant::{Grant, Grants, Lifetimes};
use crate::auth::key::SigningKey;
use crate::auth::mint::Mint;
use crate::auth::orders::{Order, Orders, TooManyOrders};
use crate::auth::scope::ScopeSet;
use crate::auth::session::Sessions;
use crate::auth::settings::AuthSettings;
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
    pub(crate) assertions: crate::auth::assertion::SeenAssertions,
    keys: RwLock<Keys>,
}

/// What signs, and how often it was replaced.
#[derive(Debug, Clone, Default)]
struct Keys {
    rotations: u32,
    /// Newest first; empty until somebody needs one.
    published: Vec<Arc<SigningKey>>,
}

/// Most keys published at a time.
const KEYS_PUBLISHED: usize = 3;

/// Tokens for a consent that was approved without a login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadyTokens {
    /// Access token, in clear.
    pub access_token: String,
    /// Refresh token, in clear.
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
        let lifetimes = Lifetimes { access: settings.access_token_lifetime, refresh: settings.refresh_token_lifetime };
        Ok(AuthServer {
            mint,
            clients,
            grants: Grants::new(lifetimes),
            sessions: Sessions::new(),
            approvals: Approvals::new(),
            orders: Orders::default(),
            assertions: Default::default(),
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
            O::AuthorizeStart | O::AuthorizeLogin | O::AuthorizeDecide | O::Userinfo => security.asks_account_holders(),
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
        };
        let issued = self.grants.issue(grant, &self.mint, now);
        ReadyTokens {
            access_token: issued.access_token,
            refresh_token: issued.refresh_token.expect("a grant of an account holder has a refresh token"),
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

    /// The keys that are published: the one that signs, then those it replaced, newest first.
    pub(crate) fn published_keys(&self) -> Vec<Arc<SigningKey>> {
        let keys = self.keys.read();
        if !keys.published.is_empty() {
            return keys.published.clone();
        }
        drop(keys);
        let mut keys = self.keys.write();
        if keys.published.is_empty() {
            let key = self.derived_key(keys.rotations);
            keys.published.push(key);
        }
        keys.published.clone()
    }

    /// Signs with a new key from now on. The old one stays published, so that what it signed still verifies; keys
    /// replaced long ago go.
    pub fn rotate_signing_key(&self) {
        // The key to be replaced is published even if nobody has asked for it yet.
        let old = self.published_keys();
        let mut keys = self.keys.write();
        keys.rotations += 1;
        let new = self.derived_key(keys.rotations);
        keys.published = std::iter::once(new).chain(old).take(KEYS_PUBLISHED).collect();
    }

    fn derived_key(&self, rotations: u32) -> Arc<SigningKey> {
        let algorithm = self.settings.security.signing;
        Arc::new(SigningKey::make(algorithm, &self.mint, "issuer", rotations as usize))
    }
}
