//! The one algorithm every OpenID provider has (OpenID Connect Discovery 3), beside the one a bank signs with by itself.
//!
//! Owns the RSA key behind it: a client that registers for RS256 gets its id_tokens signed with that key. Until one does,
//! the key is neither made nor published, because making it takes a tenth of a second. It is never rotated.

use std::sync::{Arc, OnceLock};

use crate::auth::AuthServer;
use crate::auth::key::{SigningAlgorithm, SigningKey};
use crate::auth::mint::Mint;
use crate::auth::security::Security;

/// The key for RS256, once a client wants it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rs256(OnceLock<Arc<SigningKey>>);

/// The member of client metadata by which a client wants it.
pub(crate) const MEMBER: &str = "id_token_signed_response_alg";

impl Rs256 {
    /// The key, made if nobody has wanted it before.
    fn wanted(&self, mint: &Mint) -> Arc<SigningKey> {
        Arc::clone(self.0.get_or_init(|| Arc::new(SigningKey::make(SigningAlgorithm::Rs256, mint, "issuer", 0))))
    }
}

impl Security {
    /// What id_tokens may be signed with, the bank's own choice first. FAPI forbids what OpenID Connect demands.
    pub(crate) fn id_token_algorithms(&self) -> Vec<SigningAlgorithm> {
        let universal = SigningAlgorithm::Rs256;
        let offered = self.knows_account_holders() && self.terms().signing.contains(&universal);
        let more = (offered && self.signing != universal).then_some(universal);
        std::iter::once(self.signing).chain(more).collect()
    }
}

impl AuthServer {
    /// The key that signs the id_tokens of a client: the bank's, unless the client registered for RS256.
    pub(crate) fn id_token_key(&self, client_id: &str) -> Arc<SigningKey> {
        let universal = SigningAlgorithm::Rs256;
        let registered = || self.registrations.text(client_id, MEMBER).as_deref() == Some(universal.name());
        if self.settings.security.signing != universal && registered() {
            return self.rs256.wanted(&self.mint);
        }
        self.signing_key()
    }

    /// Makes the key known before it signs.
    pub(crate) fn announce_id_token_key(&self, client_id: &str) {
        self.id_token_key(client_id);
    }

    /// Every key that is published: those of the rotation, and the one for RS256 once a client wants it.
    pub(crate) fn public_keys(&self) -> Vec<Arc<SigningKey>> {
        self.published_keys().into_iter().chain(self.rs256.0.get().cloned()).collect()
    }
}
