//! A bank inside a sandbox, in a world of its own.
//!
//! Owns making the world through the control API and finding out who can log in there. Works with any sandbox, in this
//! process or not.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::bank::{
    BankTarget, ClientAuth, ConsentRoute, Control, HISTORY_DAYS, Permission, Registration, Sender, SigningKey,
};
use crate::dialect;
use crate::http::{Http, Network, Request};
use crate::json::{At, Value, quoted};
use crate::probe::BankProbe;
use crate::runner::PrepareBank;

/// A bank in a world that is made for it.
#[derive(Debug, Clone)]
pub struct SandboxBank {
    /// Base address of the control API.
    pub control_url: String,
    /// Slug of the bank.
    pub bank: String,
    /// The scenario the world is made from, as YAML.
    pub scenario: Option<String>,
    /// Who logs in; the bank's first test user if nobody is named.
    pub user: Option<String>,
    /// Seed of the world and of every random value sent.
    pub seed: u64,
}

impl SandboxBank {
    /// Makes a world and describes the bank in it.
    ///
    /// # Errors
    /// In words, what the sandbox refused or lacks.
    pub async fn target(&self, http: &Http) -> Result<BankTarget, String> {
        let scenario =
            self.scenario.as_ref().map(|text| format!(r#","scenario":{}"#, quoted(text))).unwrap_or_default();
        let body = format!(r#"{{"seed":{},"clock":{{"mode":"manual"}}{scenario}}}"#, self.seed);
        let made = self.call(http, Request::post(format!("{}/v1/worlds", self.control_url)).json(body)).await?;
        let world = text(&made.root(), "name").ok_or("the new world has no name")?;
        let banks: Vec<At<'_>> = made.root().member("banks").map(|banks| banks.items().collect()).unwrap_or_default();
        let bank = banks.iter().find(|bank| text(bank, "slug").as_deref() == Some(self.bank.as_str()));
        let bank = bank.ok_or_else(|| format!("the world has no bank `{}`", self.bank))?;
        let base_url = text(bank, "base_url").ok_or("the bank has no base address")?;
        let spoken = text(bank, "dialect").unwrap_or_else(|| dialect::usual().slug().to_owned());
        let dialect =
            dialect::of(&spoken).ok_or_else(|| format!("no bank can be asked in the dialect `{spoken}` yet"))?;
        let issuer = text(bank, "issuer").unwrap_or_else(|| base_url.clone());
        let (username, password) = self.holder(http, &world).await?;
        let mut clients = self.registrations(http, &world, &issuer).await?.into_iter();
        let client = clients.next().ok_or_else(|| format!("the bank `{}` has no client we could be", self.bank))?;
        Ok(BankTarget {
            name: self.bank.clone(),
            base_url,
            dialect,
            issuer,
            client: Some(client),
            anchors: None,
            other_client: clients.next(),
            consent: ConsentRoute::Login { username, password },
            control: Some(Control { url: self.control_url.clone(), world }),
            payments: Permission::Granted,
            bursts: Permission::Granted,
            history_days: HISTORY_DAYS,
            seed: self.seed,
        })
    }

    async fn holder(&self, http: &Http, world: &str) -> Result<(String, String), String> {
        let users = self.call(http, self.get(world, "users")).await?;
        let users: Vec<(String, String)> = users
            .root()
            .items()
            .filter_map(|user| Some((text(&user, "username")?, text(&user, "password")?)))
            .collect();
        let wanted = |(username, _): &(String, String)| self.user.as_ref().is_none_or(|user| user == username);
        users.into_iter().find(wanted).ok_or_else(|| format!("the bank `{}` has no such test user", self.bank))
    }

    /// Our registrations, the one to use first: a bank says in its metadata which ways of proving who one is it takes, and
    /// whether it binds tokens to keys.
    async fn registrations(&self, http: &Http, world: &str, issuer: &str) -> Result<Vec<Registration>, String> {
        let metadata = self.call(http, Request::get(format!("{issuer}/.well-known/openid-configuration"))).await?;
        let metadata = crate::flow::read_metadata(&metadata)
            .map_err(|missing| format!("the metadata of `{}` lack `{missing}`", self.bank))?;
        let takes =
            |method: &str| metadata.auth_methods.is_empty() || metadata.auth_methods.iter().any(|m| m == method);
        let sender = if metadata.takes_dpop { Sender::Dpop } else { Sender::Bearer };
        let clients = self.call(http, self.get(world, "clients")).await?;
        let mut found = Vec::new();
        for client in clients.root().items() {
            let method = text(&client, "auth_method").unwrap_or_default();
            let redirect = client
                .member("redirect_uris")
                .and_then(|uris| uris.items().find_map(|uri| uri.text().map(str::to_owned)));
            let (Some(client_id), Some(redirect_uri)) = (text(&client, "client_id"), redirect) else { continue };
            let auth = match (method.as_str(), text(&client, "client_secret"), text(&client, "private_key_pem")) {
                ("client_secret_post", Some(secret), _) if takes(&method) => ClientAuth::SecretPost(secret),
                ("client_secret_basic", Some(secret), _) if takes(&method) => ClientAuth::SecretBasic(secret),
                ("private_key_jwt", _, Some(pem)) if takes(&method) => ClientAuth::PrivateKeyJwt(Arc::new(key(&pem)?)),
                _ => continue,
            };
            found.push(Registration { client_id, auth, sender, redirect_uri, certificate: None, message_issuer: None });
        }
        // A secret is the simplest there is, where it is taken.
        found.sort_by_key(|client| matches!(client.auth, ClientAuth::PrivateKeyJwt(_)));
        Ok(found)
    }

    fn get(&self, world: &str, what: &str) -> Request {
        Request::get(format!("{}/v1/worlds/{world}/{what}", self.control_url)).query([("bank", &self.bank)])
    }

    async fn call(&self, http: &Http, request: Request) -> Result<Value, String> {
        let reply = http.send(request).await.map_err(|error| format!("the sandbox's control API: {error}"))?;
        if !reply.is_success() {
            return Err(format!("the sandbox's control API: {}: {}", reply.exchange, reply.text()));
        }
        reply.json().map_err(|error| format!("the sandbox's control API: {}: {error}", reply.exchange))
    }
}

impl PrepareBank for SandboxBank {
    fn prepare(&self) -> BoxFuture<'_, Result<BankProbe, String>> {
        Box::pin(async {
            let http = Http::over(Arc::new(Network::new()?));
            let target = self.target(&http).await?;
            Ok(target.probe(http))
        })
    }
}

fn key(pem: &str) -> Result<SigningKey, String> {
    let key = jsonwebtoken::EncodingKey::from_ec_pem(pem.as_bytes());
    let key = key.map_err(|error| format!("the key of a client cannot be read: {error}"))?;
    Ok(SigningKey { key, algorithm: jsonwebtoken::Algorithm::ES256, key_id: None })
}

fn text(at: &At<'_>, name: &str) -> Option<String> {
    at.member(name)?.text().map(str::to_owned)
}
