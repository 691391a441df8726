//! Consents that are lodged before the login: the client asks with a token of its own, and the authorization request names
//! what it got.
//!
//! Owns the order of these calls. Where a consent is lodged and what it asks for, a dialect says.

use serde_json::json;

use super::Tokens;
use crate::http::{Reply, Request};
use crate::probe::{BankProbe, Trouble, needed_json};
use crate::target::bank::Registration;

/// Where a standard takes consents, and what is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lodging {
    /// Path of the resource, inside the bank's base address.
    pub path: String,
    /// Scope of the client's own token.
    pub scope: &'static str,
    /// The request: JSON.
    pub body: String,
    /// Members that lead to the id in the answer: `["Data", "ConsentId"]`.
    pub id: &'static [&'static str],
}

impl BankProbe {
    /// A token the client gets for itself (RFC 6749 §4.4).
    ///
    /// # Errors
    /// When none comes.
    pub async fn own_token(&self, scope: &str) -> Result<Tokens, Trouble> {
        let form = vec![("grant_type", "client_credentials".to_owned()), ("scope", scope.to_owned())];
        Tokens::read(&self.token(form).await?)
    }

    /// Lodges a consent to everything that can be read; its id. `None` at a bank where the login makes the consent.
    ///
    /// # Errors
    /// When it is not taken.
    pub async fn lodge(&self) -> Result<Option<String>, Trouble> {
        let Some(lodging) = self.target.dialect.lodging() else { return Ok(None) };
        self.lodged(&lodging).await.map(Some)
    }

    /// Lodges a consent; its id.
    ///
    /// # Errors
    /// When it is not taken.
    pub async fn lodged(&self, lodging: &Lodging) -> Result<String, Trouble> {
        self.lodged_with(lodging, Vec::new()).await
    }

    /// The same with further headers; what has any is about an order, and is signed where the client signs messages.
    ///
    /// # Errors
    /// When it is not taken.
    pub async fn lodged_with(
        &self,
        lodging: &Lodging,
        headers: Vec<(&'static str, String)>,
    ) -> Result<String, Trouble> {
        let token = self.own_token(lodging.scope).await?;
        self.lodged_under(lodging, &token, headers).await
    }

    /// Lodges a consent of another client of ours; its id.
    ///
    /// # Errors
    /// When it is not taken.
    pub async fn lodged_by(&self, client: &Registration, lodging: &Lodging) -> Result<String, Trouble> {
        let form = vec![("grant_type", "client_credentials".to_owned()), ("scope", lodging.scope.to_owned())];
        let url = self.metadata().await?.token_endpoint.clone();
        let token = Tokens::read(&self.authenticated_as(client, url, form).await?)?;
        self.lodged_under(lodging, &token, Vec::new()).await
    }

    async fn lodged_under(
        &self,
        lodging: &Lodging,
        token: &Tokens,
        headers: Vec<(&'static str, String)>,
    ) -> Result<String, Trouble> {
        let mut request = Request::post(self.url(&lodging.path)).json(lodging.body.clone());
        let is_order = !headers.is_empty();
        for (name, value) in headers {
            request = request.header(name, value);
        }
        if is_order {
            request = self.signing_message(request);
        }
        let reply = self.send(request.header("accept", "application/json").bearer(&token.access_token)).await?;
        lodging.id_in(&reply)
    }
}

impl Lodging {
    fn id_in(&self, reply: &Reply) -> Result<String, Trouble> {
        let document = needed_json(reply)?;
        let found = self.id.iter().try_fold(document.root(), |at, name| at.member(name));
        let id = found.and_then(|at| at.text().map(str::to_owned));
        id.ok_or_else(|| Trouble::Unobservable(format!("the consent has no id: {}", reply.exchange)))
    }
}

/// The claims by which a request names the consent it is about (UK Open Banking security profile, OpenID Connect Core §5.5).
pub(super) fn claims(id: &str) -> String {
    json!({"id_token": {"openbanking_intent_id": {"value": id, "essential": true}}}).to_string()
}
