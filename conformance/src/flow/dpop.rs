//! Proofs of possession (RFC 9449) from the client's side.
//!
//! Owns the run's proof key, the proof of each request, and the nonces a server hands out. What a proof must hold is the
//! RFC's; a check takes a right one and makes one thing wrong.

use serde_json::{Value, json};

use super::jose::{self, Signer};
use crate::http::{Reply, Request};
use crate::probe::BankProbe;
use crate::target::bank::Sender;

/// A proof before it is signed; a check may change anything in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Proof {
    /// The JOSE header.
    pub header: Value,
    /// The claims.
    pub claims: Value,
}

impl Proof {
    /// The same proof with another value of a claim; `null` leaves the claim out.
    #[must_use]
    pub fn claiming(mut self, claim: &str, value: impl Into<Value>) -> Proof {
        set(&mut self.claims, claim, value.into());
        self
    }

    /// The same proof with another value of a header member; `null` leaves the member out.
    #[must_use]
    pub fn heading(mut self, member: &str, value: impl Into<Value>) -> Proof {
        set(&mut self.header, member, value.into());
        self
    }
}

fn set(object: &mut Value, member: &str, value: Value) {
    if let Some(members) = object.as_object_mut() {
        match value {
            Value::Null => drop(members.remove(member)),
            value => drop(members.insert(member.to_owned(), value)),
        }
    }
}

impl BankProbe {
    /// The key whose possession the run's tokens are bound to, made when first needed.
    pub fn proof_key(&self) -> &Signer {
        self.proof_key.get_or_init(Signer::generate)
    }

    /// A right proof for a request; with the token it is sent with, if there is one.
    pub fn proof(&self, method: &str, url: &str, token: Option<&str>) -> Proof {
        let htu = url.split(['?', '#']).next().unwrap_or(url);
        let mut claims =
            json!({"jti": self.fresh("proof"), "htm": method, "htu": htu, "iat": self.bank_now().as_second()});
        if let Some(token) = token {
            claims["ath"] = jose::digest(token).into();
        }
        if let Some(nonce) = self.nonce_for(url) {
            claims["nonce"] = nonce.into();
        }
        Proof { header: json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": self.proof_key().jwk()}), claims }
    }

    /// A request as a client whose tokens are bound sends it: an access token in the scheme of its binding, with proof.
    pub(crate) fn proven(&self, mut request: Request) -> Request {
        let authorization = request.headers.iter_mut().find(|(name, _)| name == "authorization");
        let Some((_, value)) = authorization.filter(|_| self.sender() == Sender::Dpop) else { return request };
        let Some(token) = value.strip_prefix("Bearer ").map(str::to_owned) else { return request };
        *value = format!("DPoP {token}");
        let proof = self.proof(request.method, &request.url, Some(&token));
        let proof = self.signed(&proof);
        request.header("dpop", proof)
    }

    /// A proof with the signature of the run's key.
    pub fn signed(&self, proof: &Proof) -> String {
        self.proof_key().sign(&proof.header, &proof.claims)
    }

    /// How our registration's tokens are bound.
    pub fn sender(&self) -> Sender {
        self.target.client.as_ref().map_or(Sender::Bearer, |client| client.sender)
    }

    /// Keeps the nonce an answer hands out for the requests that follow; `true` if the answer asks for one.
    pub(crate) fn heed_nonce(&self, url: &str, reply: &Reply) -> bool {
        let Some(nonce) = reply.header("dpop-nonce") else { return false };
        let mut nonces = self.nonces.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        nonces.insert(self.issued_by(url), nonce.to_owned());
        let challenged = reply.header("www-authenticate").is_some_and(|value| value.contains("use_dpop_nonce"));
        let refused = reply.json().ok().is_some_and(|body| {
            body.root().member("error").and_then(|at| at.text().map(str::to_owned)).as_deref() == Some("use_dpop_nonce")
        });
        challenged || refused
    }

    fn nonce_for(&self, url: &str) -> Option<String> {
        let nonces = self.nonces.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        nonces.get(&self.issued_by(url)).cloned()
    }

    /// A nonce is good at the server that gave it: the authorization server, or a resource server (RFC 9449 §8, §9).
    fn issued_by(&self, url: &str) -> &'static str {
        let endpoints = self.metadata.get().map(|metadata| metadata.endpoints.as_slice()).unwrap_or_default();
        let path = url.split(['?', '#']).next().unwrap_or(url);
        if endpoints.iter().any(|(_, endpoint)| endpoint == path) { "authorization" } else { "resource" }
    }
}
