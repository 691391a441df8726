//! The bank's keys in the hands of whoever makes it lie: what a scenario changes in a signed answer is signed again.

use serde_json::{Value, json};

use crate::auth::AuthServer;
use crate::auth::key::{SigningAlgorithm, SigningKey};
use crate::auth::polling::Mishap;
use crate::fault::Forge;

impl AuthServer {
    fn key_named(&self, kid: Option<&str>) -> std::sync::Arc<SigningKey> {
        let keys = self.public_keys();
        let named = keys.iter().find(|key| Some(key.public().kid()) == kid);
        named.or(keys.first()).map_or_else(|| self.signing_key(), std::sync::Arc::clone)
    }

    /// A key of the same kind that is published nowhere; `None` where making one would take too long.
    fn decoy_key(&self) -> Option<SigningKey> {
        match self.settings.security.signing {
            SigningAlgorithm::Ps256 | SigningAlgorithm::Rs256 => None,
            algorithm => Some(SigningKey::make(algorithm, &self.mint, "decoy", 0)),
        }
    }
}

impl Forge for AuthServer {
    fn sign(&self, kid: Option<&str>, message: &[u8]) -> Vec<u8> {
        self.key_named(kid).signature(message)
    }

    fn sign_falsely(&self, message: &[u8]) -> Vec<u8> {
        match self.decoy_key() {
            Some(key) => key.signature(message),
            // Of the right length, and by nobody.
            None => self.signing_key().signature(message).into_iter().rev().collect(),
        }
    }

    fn public(&self, kid: Option<&str>) -> Value {
        json!(self.key_named(kid).public())
    }

    fn decoy(&self, kid: &str) -> Value {
        let mut key = match self.decoy_key() {
            Some(key) => json!(key.public()),
            None => {
                let mut key = self.public(Some(kid));
                let modulus = key["n"].as_str().map(|modulus| modulus.chars().rev().collect::<String>());
                key["n"] = json!(modulus);
                key
            }
        };
        key["kid"] = json!(kid);
        key
    }

    fn befall_ping(&self, auth_req_id: &str, mishap: Mishap) {
        self.pollings.befall(auth_req_id, mishap);
    }

    fn also_known_as(&self, token: &str, alias: &str) {
        self.grants.also_known_as(token, alias);
    }
}
