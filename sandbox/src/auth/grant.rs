//! Codes and tokens: what was granted, to whom, until when.
//!
//! Owns the life of authorization codes, access tokens and refresh tokens. Every change is one critical section, so of
//! two redemptions of one code exactly one wins. Keeps hashes, never the secrets. Knows no HTTP.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use parking_lot::RwLock;

use crate::auth::client::{Client, GrantType};
use crate::auth::mint::{Digest, Kind, Mint, sha256};
use crate::auth::scope::ScopeSet;
use crate::auth::security::RefreshPolicy;
use crate::auth::shelf::Shelf;
use crate::exchange::Access;

/// What an account holder, or a client for itself, was granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) client_id: String,
    /// User name; `None` for client credentials.
    pub(crate) user: Option<String>,
    pub(crate) consent_id: Option<String>,
    pub(crate) scopes: ScopeSet,
    /// How the account holder proved who they are; `None` for client credentials.
    pub(crate) login: Option<GrantLogin>,
    /// What exactly was granted (RFC 9396); `None` if the client did not ask in these terms.
    pub(crate) details: Option<serde_json::Value>,
}

/// A login as tokens tell of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GrantLogin {
    pub(crate) at: Timestamp,
    /// The level it reached, if the client asked for one.
    pub(crate) acr: Option<String>,
}

/// What an authorization code stands for.
#[derive(Debug, Clone)]
pub(crate) struct Code {
    pub(crate) grant: Grant,
    /// The redirect URI it was sent to, and whether the request named it.
    pub(crate) redirect_uri: String,
    pub(crate) redirect_uri_was_sent: bool,
    pub(crate) challenge: Option<Challenge>,
    pub(crate) nonce: Option<String>,
    /// The consent the client named by `openbanking_intent_id`.
    pub(crate) intent: Option<String>,
    /// Thumbprint of the DPoP key that has to redeem it (RFC 9449 10).
    pub(crate) key: Option<String>,
    pub(crate) expires_at: Timestamp,
    /// The tokens it was redeemed for; `None` while it is unused.
    pub(crate) family: Option<Arc<Family>>,
}

/// What a token is bound to: useless without it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Binding {
    /// A DPoP key, by its thumbprint (`cnf.jkt`, RFC 9449 6).
    Key(String),
    /// A certificate, by its thumbprint (`cnf.x5t#S256`, RFC 8705 3).
    Certificate(String),
}

/// A PKCE challenge (RFC 7636 4.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Challenge {
    /// SHA-256 of the verifier, in base64url.
    S256(String),
    /// The verifier itself: only a lenient bank takes one.
    Plain(String),
}

/// What a refresh token stands for.
#[derive(Debug, Clone)]
pub(crate) struct Refresh {
    pub(crate) family: Arc<Family>,
    pub(crate) expires_at: Timestamp,
    /// When it was first exchanged.
    spent_at: Option<Timestamp>,
}

/// All tokens that descend from one grant: they die together.
#[derive(Debug)]
pub(crate) struct Family {
    pub(crate) grant: Grant,
    /// What the first of them were bound to.
    pub(crate) binding: Option<Binding>,
    revoked: AtomicBool,
}

/// What an access token stands for.
#[derive(Debug, Clone)]
pub(crate) struct AccessToken {
    digest: Digest,
    pub(crate) access: Arc<Access>,
    pub(crate) issued_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) binding: Option<Binding>,
    pub(crate) family: Arc<Family>,
}

/// First 8 bytes of a token's SHA-256: names it without revealing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct TokenId(u64);

/// New tokens, in clear: the only moment they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Issued {
    pub(crate) access_token: String,
    pub(crate) expires_in: Duration,
    pub(crate) refresh_token: Option<String>,
    pub(crate) scopes: ScopeSet,
    pub(crate) binding: Option<Binding>,
}

/// How long tokens live, and what becomes of refresh tokens.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TokenPolicy {
    pub(crate) access: Duration,
    pub(crate) refresh: Duration,
    pub(crate) rotation: RefreshPolicy,
}

/// How tokens are made.
pub(crate) struct Issuing<'a> {
    pub(crate) mint: &'a Mint,
    pub(crate) now: Timestamp,
    /// What they are bound to.
    pub(crate) binding: Option<Binding>,
    /// The access token, where it is not a reference from the mint.
    pub(crate) access_token: Option<String>,
    /// Whether their client has a use for a refresh token.
    pub(crate) refreshing: Refreshing,
}

/// Whether a client may exchange refresh tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refreshing {
    /// It may.
    Open,
    /// It did not register for it: a refresh token would only be one more secret to lose.
    Closed,
}

impl Refreshing {
    /// As the client registered.
    pub(crate) fn of(client: &Client) -> Refreshing {
        if client.grants.contains(&GrantType::RefreshToken) { Refreshing::Open } else { Refreshing::Closed }
    }
}

/// What happens when a code or refresh token comes a second time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reuse {
    /// It is refused and everything that came of the first time dies (RFC 6749 4.1.2, RFC 9700 4.14.2).
    Revokes,
    /// It is taken again: what a lenient bank does.
    Allowed,
}

/// Why a secret buys nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Worthless {
    #[error("unknown")]
    Unknown,
    #[error("expired")]
    Expired,
    #[error("revoked")]
    Revoked,
    #[error("used before")]
    Used,
}

/// The grants of one bank.
#[derive(Debug)]
pub(crate) struct Grants {
    state: RwLock<State>,
    policy: TokenPolicy,
}

#[derive(Debug, Clone)]
struct State {
    codes: Shelf<Digest, Code>,
    refresh: Shelf<Digest, Refresh>,
    access: Shelf<TokenId, AccessToken>,
}

const MAX_CODES: usize = 50_000;
const MAX_TOKENS: usize = 1_000_000;
/// A code is remembered longer than it lives, so that its reuse is still noticed.
const CODE_MEMORY: Duration = Duration::from_secs(3600);
/// How long a refresh token is still taken after its use, where a lost answer may cost nothing.
const GRACE: Duration = Duration::from_secs(60);

impl Grants {
    pub(crate) fn new(policy: TokenPolicy) -> Grants {
        let state =
            State { codes: Shelf::new(MAX_CODES), refresh: Shelf::new(MAX_TOKENS), access: Shelf::new(MAX_TOKENS) };
        Grants { state: RwLock::new(state), policy }
    }

    /// Grants of their own in the same state: a family that is revoked in one lives on in the other.
    pub(crate) fn fork(&self) -> Grants {
        let mut state = self.state.read().clone();
        let mut copies: HashMap<*const Family, Arc<Family>> = HashMap::new();
        let mut copy = |family: &mut Arc<Family>| {
            let own = copies.entry(Arc::as_ptr(family)).or_insert_with(|| {
                let revoked = AtomicBool::new(family.is_revoked());
                Arc::new(Family { grant: family.grant.clone(), binding: family.binding.clone(), revoked })
            });
            *family = Arc::clone(own);
        };
        state.codes.values_mut().filter_map(|code| code.family.as_mut()).for_each(&mut copy);
        state.refresh.values_mut().for_each(|token| copy(&mut token.family));
        state.access.values_mut().for_each(|token| copy(&mut token.family));
        Grants { state: RwLock::new(state), policy: self.policy }
    }

    /// How long tokens live, and what becomes of refresh tokens.
    pub(crate) fn policy(&self) -> TokenPolicy {
        self.policy
    }

    /// The client a token was issued to, whether or not the token still lives.
    pub(crate) fn client_of_access(&self, secret: &str) -> Option<String> {
        let digest = sha256(secret.as_bytes());
        let state = self.state.read();
        let token = state.access.get(&TokenId::of(&digest)).filter(|token| token.digest == digest)?;
        Some(token.access.client_id.clone())
    }

    /// Keeps a code and returns it in clear.
    pub(crate) fn issue_code(&self, code: Code, mint: &Mint, now: Timestamp) -> String {
        let mut state = self.state.write();
        let secret = mint.next(Kind::Code, &code.grant.client_id);
        let forget_at = after(code.expires_at, CODE_MEMORY);
        state.codes.insert(sha256(secret.as_bytes()), code, forget_at, now);
        secret
    }

    /// What a code stands for, used or not.
    pub(crate) fn code(&self, secret: &str) -> Option<Code> {
        self.state.read().codes.get(&sha256(secret.as_bytes())).cloned()
    }

    /// Exchanges a code for tokens, once.
    pub(crate) fn redeem(&self, secret: &str, reuse: Reuse, issuing: Issuing<'_>) -> Result<Issued, Worthless> {
        let mut state = self.state.write();
        let code = state.codes.get_mut(&sha256(secret.as_bytes())).ok_or(Worthless::Unknown)?;
        if let (Some(family), Reuse::Revokes) = (&code.family, reuse) {
            family.revoke();
            return Err(Worthless::Used);
        }
        let family = Family::of(code.grant.clone(), issuing.binding.clone());
        code.family = Some(Arc::clone(&family));
        Ok(state.issue(family, None, self.first_refresh_token(issuing.refreshing), self.policy, issuing))
    }

    /// Tokens for a grant that needs no code.
    pub(crate) fn issue(&self, grant: Grant, issuing: Issuing<'_>) -> Issued {
        let refresh =
            if grant.user.is_some() { self.first_refresh_token(issuing.refreshing) } else { RefreshToken::None };
        let family = Family::of(grant, issuing.binding.clone());
        self.state.write().issue(family, None, refresh, self.policy, issuing)
    }

    fn first_refresh_token(&self, refreshing: Refreshing) -> RefreshToken {
        match (self.policy.rotation, refreshing) {
            (RefreshPolicy::None, _) | (_, Refreshing::Closed) => RefreshToken::None,
            (_, Refreshing::Open) => RefreshToken::New,
        }
    }

    /// What a refresh token stands for, used or not.
    pub(crate) fn refresh(&self, secret: &str) -> Option<Refresh> {
        self.state.read().refresh.get(&sha256(secret.as_bytes())).cloned()
    }

    /// Exchanges a refresh token for new tokens, as often as the policy allows; `scopes` narrows the new access token.
    pub(crate) fn rotate(
        &self,
        secret: &str,
        scopes: Option<ScopeSet>,
        reuse: Reuse,
        issuing: Issuing<'_>,
    ) -> Result<Issued, Worthless> {
        let (policy, now) = (self.policy, issuing.now);
        let mut state = self.state.write();
        let token = state.refresh.get_mut(&sha256(secret.as_bytes())).ok_or(Worthless::Unknown)?;
        if reuse == Reuse::Revokes && token.is_spent(policy, now) {
            token.family.revoke();
            return Err(Worthless::Used);
        }
        if token.family.is_revoked() {
            return Err(Worthless::Revoked);
        }
        let successor = match policy.rotation {
            RefreshPolicy::Rotate | RefreshPolicy::Grace => RefreshToken::New,
            RefreshPolicy::Keep | RefreshPolicy::OneTime | RefreshPolicy::None => RefreshToken::None,
        };
        if policy.rotation == RefreshPolicy::Keep {
            // Idle time counts anew; the shelf keeps the entry as long as it kept it before.
            token.expires_at = token.expires_at.max(after(now, policy.refresh));
        } else {
            token.spent_at = token.spent_at.or(Some(now));
        }
        let family = Arc::clone(&token.family);
        let mut issued = state.issue(family, scopes, successor, policy, issuing);
        if policy.rotation == RefreshPolicy::Keep {
            issued.refresh_token = Some(secret.to_owned());
        }
        Ok(issued)
    }

    /// What a live access token stands for.
    pub(crate) fn access(&self, secret: &str, now: Timestamp) -> Result<AccessToken, Worthless> {
        let digest = sha256(secret.as_bytes());
        let state = self.state.read();
        let token = state.access.get(&TokenId::of(&digest)).filter(|token| token.digest == digest);
        let token = token.ok_or(Worthless::Unknown)?;
        if token.family.is_revoked() {
            Err(Worthless::Revoked)
        } else if token.expires_at <= now {
            Err(Worthless::Expired)
        } else {
            Ok(token.clone())
        }
    }

    /// Ends a token of this client: an access token alone, a refresh token with all its family (RFC 7009 2.1).
    /// A token of another client, or none, changes nothing.
    pub(crate) fn revoke(&self, secret: &str, client_id: &str) {
        let digest = sha256(secret.as_bytes());
        let mut state = self.state.write();
        if let Some(token) = state.refresh.get(&digest).filter(|token| token.family.grant.client_id == client_id) {
            token.family.revoke();
        }
        let id = TokenId::of(&digest);
        if state.access.get(&id).is_some_and(|token| token.digest == digest && token.access.client_id == client_id) {
            state.access.remove(&id);
        }
    }

    /// Ends the life of one access token now; `false` if there is none of this id.
    pub(crate) fn expire_access(&self, token_id: &str, now: Timestamp) -> bool {
        let mut state = self.state.write();
        let token = TokenId::parse(token_id).and_then(|id| state.access.get_mut(&id));
        token.map(|token| token.expires_at = token.expires_at.min(now)).is_some()
    }

    /// Ends every token a client holds.
    pub(crate) fn revoke_client(&self, client_id: &str) {
        let state = self.state.read();
        let families = state.access.values().map(|token| &token.family);
        let families = families.chain(state.refresh.values().map(|token| &token.family));
        families.filter(|family| family.grant.client_id == client_id).for_each(|family| family.revoke());
    }

    /// Takes another text for an access token, too: they die of the same revocation, and at the same time.
    pub(crate) fn also_known_as(&self, secret: &str, alias: &str) {
        let (digest, other) = (sha256(secret.as_bytes()), sha256(alias.as_bytes()));
        let mut state = self.state.write();
        let token = state.access.get(&TokenId::of(&digest)).filter(|token| token.digest == digest);
        if let Some(token) = token.cloned() {
            let (now, expires_at) = (token.issued_at, token.expires_at);
            state.access.insert(TokenId::of(&other), AccessToken { digest: other, ..token }, expires_at, now);
        }
    }

    /// Ends every token issued under a consent.
    pub(crate) fn revoke_consent(&self, consent_id: &str) {
        let state = self.state.read();
        let families = state.access.values().map(|token| &token.family);
        let families = families.chain(state.refresh.values().map(|token| &token.family));
        families
            .filter(|family| family.grant.consent_id.as_deref() == Some(consent_id))
            .for_each(|family| family.revoke());
    }
}

/// Whether tokens come with a refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RefreshToken {
    New,
    None,
}

impl State {
    fn issue(
        &mut self,
        family: Arc<Family>,
        narrowed: Option<ScopeSet>,
        refresh: RefreshToken,
        policy: TokenPolicy,
        Issuing { mint, now, binding, access_token, .. }: Issuing<'_>,
    ) -> Issued {
        let grant = &family.grant;
        let scopes = narrowed.unwrap_or_else(|| grant.scopes.clone());
        let access_token = access_token.unwrap_or_else(|| mint.next(Kind::Access, &grant.client_id));
        let digest = sha256(access_token.as_bytes());
        let id = TokenId::of(&digest);
        let access = Access {
            client_id: grant.client_id.clone(),
            user: grant.user.clone(),
            consent_id: grant.consent_id.clone(),
            scopes: scopes.words().to_vec(),
            token_id: id.to_string(),
        };
        let refresh_token = (refresh == RefreshToken::New).then(|| {
            let secret = mint.next(Kind::Refresh, &grant.client_id);
            let expires_at = after(now, policy.refresh);
            let token = Refresh { family: Arc::clone(&family), expires_at, spent_at: None };
            self.refresh.insert(sha256(secret.as_bytes()), token, expires_at, now);
            secret
        });
        let expires_at = after(now, policy.access);
        let bound = binding.clone();
        let token = AccessToken { digest, access: Arc::new(access), issued_at: now, expires_at, binding, family };
        self.access.insert(id, token, expires_at, now);
        Issued { access_token, expires_in: policy.access, refresh_token, scopes, binding: bound }
    }
}

impl Issued {
    /// `token_type` (RFC 6750, RFC 9449 5).
    pub(crate) fn token_type(&self) -> &'static str {
        token_type(self.binding.as_ref())
    }
}

/// The scheme that a token with this binding is shown with; a token of a certificate looks like any other (RFC 8705 3).
pub(crate) fn token_type(binding: Option<&Binding>) -> &'static str {
    if matches!(binding, Some(Binding::Key(_))) { "DPoP" } else { "Bearer" }
}

impl Refresh {
    /// `true` if it was exchanged before and may not be again.
    fn is_spent(&self, policy: TokenPolicy, now: Timestamp) -> bool {
        let grace = if policy.rotation == RefreshPolicy::Grace { GRACE } else { Duration::ZERO };
        self.spent_at.is_some_and(|spent_at| grace.is_zero() || after(spent_at, grace) < now)
    }

    /// `true` if it still buys tokens.
    pub(crate) fn is_live(&self, policy: TokenPolicy, now: Timestamp) -> bool {
        !self.is_spent(policy, now) && !self.family.is_revoked() && self.expires_at > now
    }

    /// If the token was exchanged before, revokes its family and returns `true`.
    pub(crate) fn revoke_if_spent(&self, policy: TokenPolicy, now: Timestamp) -> bool {
        let spent = self.is_spent(policy, now);
        if spent {
            self.family.revoke();
        }
        spent
    }
}

impl Code {
    /// If the code was redeemed before, revokes what it bought and returns `true`.
    pub(crate) fn revoke_if_used(&self) -> bool {
        self.family.as_ref().inspect(|family| family.revoke()).is_some()
    }
}

impl Family {
    fn of(grant: Grant, binding: Option<Binding>) -> Arc<Family> {
        Arc::new(Family { grant, binding, revoked: AtomicBool::new(false) })
    }

    pub(crate) fn revoke(&self) {
        self.revoked.store(true, Ordering::Release);
    }

    pub(crate) fn is_revoked(&self) -> bool {
        self.revoked.load(Ordering::Acquire)
    }
}

impl TokenId {
    fn of(digest: &Digest) -> TokenId {
        let [a, b, c, d, e, f, g, h, ..] = *digest;
        TokenId(u64::from_be_bytes([a, b, c, d, e, f, g, h]))
    }

    fn parse(text: &str) -> Option<TokenId> {
        u64::from_str_radix(text, 16).ok().map(TokenId)
    }
}

impl fmt::Display for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// `at` and a duration; the end of time if there is no such instant.
pub(crate) fn after(at: Timestamp, duration: Duration) -> Timestamp {
    at.saturating_add(duration).unwrap_or(Timestamp::MAX)
}
