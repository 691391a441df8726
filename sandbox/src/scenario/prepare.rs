//! What a scenario puts into its world before the first call: clock, banks, clients and consents.

use std::sync::Arc;
use std::time::Duration;

use bank_fixtures::dataset::Dataset;
use bank_fixtures::document::{Kind, Value, suggest};
use bank_fixtures::duration;
use jiff::Timestamp;

use crate::clock::{Delays, Mode};
use crate::profile::BankProfile;

/// How the world's clock starts and runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClockSpec {
    /// Virtual time at the beginning; `None` for now.
    pub start: Option<Timestamp>,
    /// How it runs.
    pub mode: Mode,
    /// On which clock transport delays wait.
    pub delays: Delays,
}

/// A client that is registered before the first call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientSpec {
    /// Slug of the bank; `None` for every bank of the world.
    pub bank: Option<String>,
    /// Its id.
    pub client_id: String,
    /// Its secret; `None` for one made from the seed.
    pub client_secret: Option<String>,
    /// Where account holders may be sent back to.
    pub redirect_uris: Vec<String>,
    /// `client_secret_basic`, `client_secret_post` or `none`.
    pub auth_method: String,
    /// Where it is told what happened, and what signs that.
    pub webhook: Option<(String, Option<String>)>,
}

/// A consent that is granted before the first call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentSpec {
    /// Slug of the bank; `None` for every bank of the world that knows the client.
    pub bank: Option<String>,
    /// The client it is given to.
    pub client_id: String,
    /// Who gives it.
    pub username: String,
    /// What it allows; empty for everything.
    pub scopes: Vec<String>,
    /// Accounts it shows; empty for all.
    pub account_ids: Vec<String>,
    /// How long it holds; `None` for the bank's own rule.
    pub valid_for: Option<Duration>,
}

const CLOCK: &str = "real, manual, auto, or {start: 2026-03-01T08:00:00Z, mode: real, manual, auto or {scaled: 60}, delays: real or virtual}";

pub(super) fn clock(value: Value<'_>) -> Option<ClockSpec> {
    if value.kind() != Kind::Map {
        return Some(ClockSpec { start: None, mode: mode(value)?, delays: Delays::Real });
    }
    let map = value.map(&["start", "mode", "delays"])?;
    let start = map.optional("start").map(instant);
    let mode = map.optional("mode").map(mode);
    let delays = map.optional("delays").map(|value| value.one_of(DELAYS));
    Some(ClockSpec {
        start: start.map_or(Some(None), |read| read.map(Some))?,
        mode: mode.unwrap_or(Some(Mode::Real))?,
        delays: delays.unwrap_or(Some(Delays::Real))?,
    })
}

const DELAYS: &[(&str, Delays)] = &[("real", Delays::Real), ("virtual", Delays::Virtual)];

/// An instant, RFC 3339.
pub(super) fn instant(value: Value<'_>) -> Option<Timestamp> {
    let read = |text: &str| text.parse().map_err(|_| format!("`{text}` is not an instant"));
    value.parse("an instant with its offset: 2026-03-01T08:00:00Z", read)
}

fn mode(value: Value<'_>) -> Option<Mode> {
    if value.kind() == Kind::Map {
        let factor = value.map(&["scaled"])?.required("scaled")?.float(0.001..=1_000_000.0)?;
        return Some(Mode::Scaled { factor });
    }
    match value.scalar()? {
        "real" => Some(Mode::Real),
        "manual" => Some(Mode::Manual),
        "auto" => Some(Mode::Auto),
        other => {
            value.refuse(format!("`{other}` is no way a clock runs"), CLOCK);
            None
        }
    }
}

/// The banks of the world: the shipped ones that are named, with the keys the scenario sets anew.
pub(super) fn banks(value: Option<Value<'_>>, dataset: Option<&str>) -> Option<Vec<Arc<BankProfile>>> {
    let named: Option<Vec<Arc<BankProfile>>> = match value {
        None => Some(BankProfile::shipped().to_vec()),
        Some(value) if value.kind() == Kind::Map => {
            let read = value.entries()?.into_iter().map(|(key, keys)| {
                let profile = profile(key)?;
                if keys.kind() == Kind::Null { Some(profile) } else { profile.overridden(keys).map(Arc::new) }
            });
            read.collect::<Vec<_>>().into_iter().collect()
        }
        Some(value) => value.each(profile),
    };
    let mut banks = named?;
    if banks.is_empty() {
        value?.refuse("a world without a bank", "at least one bank");
        return None;
    }
    if let Some(dataset) = dataset {
        for bank in &mut banks {
            Arc::make_mut(bank).dataset = dataset.to_owned();
        }
    }
    Some(banks)
}

fn profile(value: Value<'_>) -> Option<Arc<BankProfile>> {
    let slug = value.scalar()?;
    let found = BankProfile::named(slug);
    if found.is_none() {
        let slugs: Vec<&str> = BankProfile::shipped().iter().map(|bank| bank.slug.as_str()).collect();
        let wrong = value.diagnostic(format!("there is no bank `{slug}`")).suggestion(suggest(slug, slugs.clone()));
        value.document().record(wrong.legal(slugs.join(", ")));
    }
    found
}

pub(super) fn dataset(value: Value<'_>) -> Option<String> {
    let names: Vec<&str> = Dataset::builtin_names().collect();
    value.word_of(&names).map(str::to_owned)
}

pub(super) fn client(value: Value<'_>) -> Option<ClientSpec> {
    let map = value.map(&["bank", "client_id", "client_secret", "redirect_uris", "auth_method", "webhook"])?;
    let bank = map.optional("bank").map(Value::word);
    let client_id = map.required("client_id").and_then(Value::word);
    let client_secret = map.optional("client_secret").map(Value::word);
    let redirect_uris = map.optional("redirect_uris").map(|value| value.each(|uri| uri.word().map(str::to_owned)));
    let webhook = map.optional("webhook").map(webhook);
    const METHODS: &[&str] = &["client_secret_basic", "client_secret_post", "none"];
    let auth_method = map.optional("auth_method").map(|value| value.word_of(METHODS));
    Some(ClientSpec {
        bank: owned(bank)?,
        client_id: client_id?.to_owned(),
        client_secret: owned(client_secret)?,
        redirect_uris: redirect_uris.unwrap_or(Some(Vec::new()))?,
        auth_method: auth_method.unwrap_or(Some("client_secret_basic"))?.to_owned(),
        webhook: webhook.map_or(Some(None), |read| read.map(Some))?,
    })
}

fn webhook(value: Value<'_>) -> Option<(String, Option<String>)> {
    let map = value.map(&["url", "secret"])?;
    let url = map.required("url").and_then(|value| {
        let read = |text: &str| match url::Url::parse(text) {
            Ok(url) if url.scheme() == "http" => Ok(text.to_owned()),
            _ => Err(format!("`{text}` is no address for webhooks")),
        };
        value.parse("http://127.0.0.1:9000/hooks", read)
    });
    let secret = map.optional("secret").map(Value::word);
    Some((url?, owned(secret)?))
}

pub(super) fn consent(value: Value<'_>) -> Option<ConsentSpec> {
    let map = value.map(&["bank", "client", "user", "scopes", "accounts", "valid_for"])?;
    let words = |key| map.optional(key).map(|value| value.each(|word| word.word().map(str::to_owned)));
    let bank = map.optional("bank").map(Value::word);
    let client_id = map.required("client").and_then(Value::word);
    let username = map.required("user").and_then(Value::word);
    let (scopes, account_ids) = (words("scopes"), words("accounts"));
    let valid_for = map.optional("valid_for").map(|value| value.parse(duration::LEGAL, duration::parse));
    Some(ConsentSpec {
        bank: owned(bank)?,
        client_id: client_id?.to_owned(),
        username: username?.to_owned(),
        scopes: scopes.unwrap_or(Some(Vec::new()))?,
        account_ids: account_ids.unwrap_or(Some(Vec::new()))?,
        valid_for: valid_for.map_or(Some(None), |read| read.map(Some))?,
    })
}

/// An optional text that may have been wrong.
fn owned(read: Option<Option<&str>>) -> Option<Option<String>> {
    match read {
        None => Some(None),
        Some(text) => text.map(|text| Some(text.to_owned())),
    }
}
