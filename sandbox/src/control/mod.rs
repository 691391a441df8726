//! The control API: worlds, clocks, scenarios, journals and ready-made access, on a listener of its own.
//!
//! Owns the calls of `docs/control-api.md` and their JSON. Never part of a simulated bank.

mod access;
mod authority;
mod journal;
mod ledger;
mod problem;
mod time;
mod worlds;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{Method, Uri, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{delete, get, post};
use serde::Serialize;

use self::problem::Failure;
use crate::world::{BankInstance, World, Worlds};

/// What control calls work on.
#[derive(Debug, Clone)]
pub(crate) struct Control {
    pub(crate) worlds: Arc<Worlds>,
    /// External base URL of bank traffic, without a trailing slash.
    pub(crate) base_url: String,
    /// What callers must present, if anything.
    pub(crate) token: Option<String>,
    /// Certificate of the authority behind the TLS listener, if there is one.
    pub(crate) ca_pem: Option<Arc<str>>,
}

/// Every call.
pub(crate) fn router(control: Control) -> Router {
    let control = Arc::new(control);
    let calls = Router::new()
        .route("/v1/ca.pem", get(authority::show))
        .route("/v1/worlds", get(worlds::list).post(worlds::create))
        .route("/v1/worlds/{world}", get(worlds::show).delete(worlds::remove))
        .route("/v1/worlds/{world}/reset", post(worlds::reset))
        .route("/v1/worlds/{world}/scenario", get(worlds::scenario).put(worlds::load))
        .route("/v1/worlds/{world}/clock", get(time::show))
        .route("/v1/worlds/{world}/clock/advance", post(time::advance))
        .route("/v1/worlds/{world}/journal", get(journal::read))
        .route("/v1/worlds/{world}/journal/next", get(journal::next))
        .route("/v1/worlds/{world}/journal/counters", get(journal::counters))
        .route("/v1/worlds/{world}/users", get(access::users))
        .route("/v1/worlds/{world}/clients", get(access::clients).post(access::register))
        .route("/v1/worlds/{world}/consents", post(access::consent))
        .route("/v1/worlds/{world}/consents/{consent}", delete(access::withdraw))
        .route("/v1/worlds/{world}/oracle", get(ledger::oracle))
        .route("/v1/worlds/{world}/transactions", post(ledger::post_entry))
        .layer(middleware::from_fn_with_state(Arc::clone(&control), admit));
    Router::new()
        .route("/health", get(health))
        .merge(calls)
        .fallback(nowhere)
        .method_not_allowed_fallback(nowhere)
        .with_state(control)
}

#[derive(Serialize)]
struct Health {
    status: &'static str,
}

async fn health() -> axum::Json<Health> {
    axum::Json(Health { status: "ok" })
}

async fn nowhere(method: Method, uri: Uri) -> Failure {
    Failure::no_call(method.as_str(), uri.path())
}

async fn admit(State(control): State<Arc<Control>>, request: Request, next: Next) -> Result<Response, Failure> {
    if let Some(token) = &control.token {
        let given = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let given = given.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or("");
        if aws_lc_rs::constant_time::verify_slices_are_equal(given.as_bytes(), token.as_bytes()).is_err() {
            return Err(Failure::unauthorized());
        }
    }
    Ok(next.run(request).await)
}

impl Control {
    fn world(&self, name: &str) -> Result<Arc<World>, Failure> {
        self.worlds.find(name).ok_or_else(|| {
            let names: Vec<String> = self.worlds.all().iter().map(|world| world.name().to_owned()).collect();
            Failure::unknown("world", name, &names)
        })
    }

    /// External base URL of a bank.
    fn bank_url(&self, world: &World, bank: &BankInstance) -> String {
        format!("{}{}", self.base_url, crate::world::path_of(world, bank))
    }
}

/// One of a world's banks by its slug; a world with one bank needs no slug.
fn bank_of(world: &World, slug: Option<&str>) -> Result<Arc<BankInstance>, Failure> {
    match (slug, world.banks()) {
        (None, [only]) => Ok(Arc::clone(only)),
        (None, banks) => {
            let slugs: Vec<&str> = banks.iter().map(|bank| &*bank.slug).collect();
            Err(Failure::bad_request(format!("`bank` is missing; there is {}", slugs.join(", "))))
        }
        (Some(slug), banks) => world.bank(slug).ok_or_else(|| {
            let slugs: Vec<String> = banks.iter().map(|bank| bank.slug.to_string()).collect();
            Failure::unknown("bank", slug, &slugs)
        }),
    }
}

/// A duration in a call.
fn duration(name: &str, text: &str) -> Result<std::time::Duration, Failure> {
    let read = bank_fixtures::duration::parse(text);
    read.map_err(|error| Failure::bad_request(format!("{name}: {error}; legal are {}", bank_fixtures::duration::LEGAL)))
}
