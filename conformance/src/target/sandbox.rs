//! A bank inside a sandbox, in a world of its own.
//!
//! Owns making the world through the control API and finding out who can log in there. Works with any sandbox, in this
//! process or not.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::bank::{BankTarget, ClientAuth, ConsentRoute, Control, HISTORY_DAYS, Permission, Registration};
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
        let issuer = text(bank, "issuer").unwrap_or_else(|| base_url.clone());
        let (username, password) = self.holder(http, &world).await?;
        Ok(BankTarget {
            name: self.bank.clone(),
            base_url,
            issuer,
            client: Some(self.registration(http, &world).await?),
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

    async fn registration(&self, http: &Http, world: &str) -> Result<Registration, String> {
        let clients = self.call(http, self.get(world, "clients")).await?;
        let with_secret = clients.root().items().find_map(|client| {
            let redirects = client.member("redirect_uris")?;
            let redirect_uri = redirects.items().find_map(|uri| uri.text().map(str::to_owned))?;
            let secret = text(&client, "client_secret")?;
            let auth = match text(&client, "auth_method").as_deref() {
                Some("client_secret_post") => ClientAuth::SecretPost(secret),
                _ => ClientAuth::SecretBasic(secret),
            };
            Some(Registration { client_id: text(&client, "client_id")?, auth, redirect_uri })
        });
        with_secret.ok_or_else(|| format!("the bank `{}` has no client with a secret", self.bank))
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

fn text(at: &At<'_>, name: &str) -> Option<String> {
    at.member(name)?.text().map(str::to_owned)
}
