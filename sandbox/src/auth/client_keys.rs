//! The keys a client proves itself with: those it brought, or a pair the bank has for a client that brought none.
//!
//! Owns when such a pair is made: when somebody looks. Most worlds never ask most of their clients for a signature.

use std::sync::{Arc, LazyLock};

use jsonwebtoken::jwk::Jwk;

use crate::auth::key::SigningKey;
use crate::auth::mint::Mint;

/// Keys of a client.
#[derive(Debug, Clone)]
pub struct ClientKeys(Keys);

#[derive(Debug, Clone)]
enum Keys {
    Brought(Vec<Jwk>),
    Made(Arc<LazyLock<Pair, Box<dyn FnOnce() -> Pair + Send>>>),
}

/// What is made of a derived key: both halves in the forms they are asked for.
#[derive(Debug)]
struct Pair {
    public: Jwk,
    private_pem: String,
}

impl ClientKeys {
    /// The public keys a client brought.
    pub(crate) fn brought(keys: Vec<Jwk>) -> ClientKeys {
        ClientKeys(Keys::Brought(keys))
    }

    /// The pair the bank makes for a client.
    pub(crate) fn made(mint: &Mint, client_id: &str) -> ClientKeys {
        let (mint, owner) = (mint.fork(), format!("client {client_id}"));
        let make = move || {
            let key = SigningKey::derive(&mint, &owner);
            let public = serde_json::to_value(key.public()).and_then(serde_json::from_value);
            Pair { public: public.expect("our own key is a JWK"), private_pem: key.private_pem() }
        };
        ClientKeys(Keys::Made(Arc::new(LazyLock::new(Box::new(make)))))
    }

    /// The public keys.
    pub fn public(&self) -> &[Jwk] {
        match &self.0 {
            Keys::Brought(keys) => keys,
            Keys::Made(pair) => std::slice::from_ref(&pair.public),
        }
    }

    /// The private key as PKCS#8 PEM, where the bank made the pair.
    pub fn private_pem(&self) -> Option<&str> {
        match &self.0 {
            Keys::Brought(_) => None,
            Keys::Made(pair) => Some(&pair.private_pem),
        }
    }
}

impl Default for ClientKeys {
    /// None.
    fn default() -> ClientKeys {
        ClientKeys::brought(Vec::new())
    }
}

impl PartialEq for ClientKeys {
    fn eq(&self, other: &ClientKeys) -> bool {
        self.public() == other.public()
    }
}

impl Eq for ClientKeys {}
