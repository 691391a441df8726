//! Signatures beside the bodies of messages (UK Open Banking Read/Write, Basics: Message Signing).
//!
//! Owns the detached JWS a client sends. Signs with the client's own key, and only where the target says under which name.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use serde_json::json;

use crate::http::Request;
use crate::probe::BankProbe;
use crate::target::bank::ClientAuth;

/// What signatures and their claims belong to.
const ANCHOR: &str = "openbanking.org.uk";

impl BankProbe {
    /// The same request with its body signed, if this client signs messages.
    pub fn signing_message(&self, request: Request) -> Request {
        let signature = request.body.as_deref().and_then(|body| self.message_signature(body));
        match signature {
            Some(signature) => request.header("x-jws-signature", signature),
            None => request,
        }
    }

    fn message_signature(&self, body: &[u8]) -> Option<String> {
        let client = self.target.client.as_ref()?;
        let issuer = client.message_issuer.as_deref()?;
        let ClientAuth::PrivateKeyJwt(key) = &client.auth else { return None };
        let claim = |name: &str| format!("http://{ANCHOR}/{name}");
        let header = json!({
            "alg": "PS256",
            "kid": key.key_id,
            "typ": "JOSE",
            "cty": "application/json",
            (claim("iat")): self.bank_now().as_second(),
            (claim("iss")): issuer,
            (claim("tan")): ANCHOR,
            "crit": [claim("iat"), claim("iss"), claim("tan")],
        });
        let header = URL_SAFE_NO_PAD.encode(header.to_string());
        let message = format!("{header}.{}", URL_SAFE_NO_PAD.encode(body));
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key.key, Algorithm::PS256).ok()?;
        Some(format!("{header}..{signature}"))
    }
}
