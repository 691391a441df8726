//! Authorization requests as signed JWTs (RFC 9101; FAPI 1.0 part 2 §5.2.2).
//!
//! Owns the claims around the parameters. A check that makes one parameter wrong has it signed like a right one.

use std::sync::Arc;

use jsonwebtoken::{Header, encode};
use serde_json::{Map, Value};

use super::{Form, Metadata};
use crate::probe::{BankProbe, Trouble};
use crate::target::bank::{ClientAuth, SigningKey};

/// What turns parameters into a request object.
#[derive(Clone)]
pub(super) struct RequestSigner {
    key: Arc<SigningKey>,
    audience: String,
    /// Seconds since 1970, on the bank's clock.
    now: i64,
    id: String,
}

/// How long a request is good for; FAPI 1.0 allows an hour.
const LIFETIME_SECONDS: i64 = 300;

impl RequestSigner {
    /// The query of a request: what OpenID Connect wants outside of the object as well (Core §6.1), and the object.
    pub(super) fn query(&self, params: &Form) -> Vec<(&'static str, String)> {
        let outer = |(name, _): &&(&'static str, String)| matches!(*name, "client_id" | "response_type" | "scope");
        let mut query: Vec<_> = params.iter().filter(outer).cloned().collect();
        query.push(("request", self.object(params)));
        query
    }

    fn object(&self, params: &Form) -> String {
        let mut claims = Map::new();
        for (name, text) in params {
            // The one parameter that is an object.
            let parsed = (*name == "claims").then(|| serde_json::from_str(text).ok()).flatten();
            claims.insert((*name).to_owned(), parsed.unwrap_or_else(|| Value::from(text.as_str())));
        }
        let client = claims.get("client_id").cloned().unwrap_or_default();
        let times = [("nbf", self.now), ("iat", self.now), ("exp", self.now + LIFETIME_SECONDS)];
        claims.extend(times.map(|(name, at)| (name.to_owned(), at.into())));
        claims.extend([
            ("iss".to_owned(), client),
            ("aud".to_owned(), self.audience.as_str().into()),
            ("jti".to_owned(), self.id.as_str().into()),
        ]);
        let mut header = Header::new(self.key.algorithm);
        header.kid.clone_from(&self.key.key_id);
        encode(&header, &claims, &self.key.key).expect("a key that was read for its algorithm signs")
    }
}

impl BankProbe {
    /// Signs the next request, where the server takes signed ones only.
    pub(super) fn request_signer(&self, metadata: &Metadata) -> Result<Option<RequestSigner>, Trouble> {
        if !metadata.requires_signed_request {
            return Ok(None);
        }
        match &self.registration()?.auth {
            ClientAuth::PrivateKeyJwt(key) => Ok(Some(RequestSigner {
                key: Arc::clone(key),
                audience: metadata.issuer.clone(),
                now: self.bank_now().as_second(),
                id: self.fresh("request"),
            })),
            _ => {
                let reason =
                    "the server takes signed requests only, and the client has no key (`auth: private_key_jwt`)";
                Err(Trouble::Unobservable(reason.to_owned()))
            }
        }
    }
}
