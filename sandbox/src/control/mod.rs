//! The control API: worlds, clocks, scenarios, journals and ready-made access, on a listener of its own.
//!
//! Owns the calls of `docs/control-api.md` and their JSON; [`calls`] is the table of them, from which the router and the
//! OpenAPI document are made. Never part of a simulated bank.

mod access;
mod authority;
mod calls;
mod certificates;
mod consents;
mod journal;
mod ledger;
mod logins;
mod openapi;
mod oracle;
mod problem;
mod question;
mod rules;
mod shape;
mod snapshots;
mod software;
mod stream;
mod time;
mod webhooks;
mod worlds;

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{Method, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use self::problem::Failure;
use crate::journal::Secrets;
use crate::tls::Tls;
use crate::world::{BankInstance, World, Worlds};

/// What control calls work on.
#[derive(Debug, Clone)]
pub(crate) struct Control {
    pub(crate) worlds: Arc<Worlds>,
    /// External base URL of bank traffic, without a trailing slash.
    pub(crate) base_url: String,
    /// What callers must present, if anything.
    pub(crate) token: Option<String>,
    /// Whether a reader of the journal may ask for what is secret.
    pub(crate) secrets: Secrets,
    /// The authority behind the TLS listeners, if there are any.
    pub(crate) tls: Option<Arc<Tls>>,
    /// Worlds with listeners of their own, each with the base URL there.
    pub(crate) doors: Vec<(String, String)>,
}

/// Every call.
pub(crate) fn router(control: Control) -> Router {
    let control = Arc::new(control);
    let (mut open, mut guarded) = (Router::new(), Router::new());
    for call in calls::calls() {
        let routes = if call.is_open { &mut open } else { &mut guarded };
        let query = call.query;
        let held = middleware::from_fn(move |request, next| question::held(query, request, next));
        *routes = std::mem::take(routes).route(call.path, call.serve.layer(held));
    }
    let guarded = guarded.layer(middleware::from_fn_with_state(Arc::clone(&control), admit));
    open.merge(guarded).fallback(nowhere).method_not_allowed_fallback(nowhere).with_state(control)
}

/// The API in its own words.
async fn openapi() -> Response {
    static DOCUMENT: LazyLock<String> = LazyLock::new(|| openapi::document(&calls::calls()).to_string());
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.as_str()).into_response()
}

#[derive(Serialize)]
struct Health {
    status: &'static str,
}

async fn health() -> axum::Json<Health> {
    axum::Json(Health { status: "ok" })
}

#[derive(Serialize)]
struct Status {
    version: &'static str,
    worlds: usize,
    max_worlds: usize,
    worlds_made: u64,
    worlds_removed: u64,
    worlds_expired: u64,
}

/// How full the sandbox is; the default world does not count.
async fn status(State(control): State<Arc<Control>>) -> axum::Json<Status> {
    let count = control.worlds.count();
    axum::Json(Status {
        version: env!("CARGO_PKG_VERSION"),
        worlds: count.now,
        max_worlds: count.limit,
        worlds_made: count.made,
        worlds_removed: count.removed,
        worlds_expired: count.expired,
    })
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
        let Some(world) = self.worlds.find(name) else {
            let names: Vec<String> = self.worlds.all().iter().map(|world| world.name().to_owned()).collect();
            return Err(Failure::unknown("world", name, &names));
        };
        world.touch();
        Ok(world)
    }

    /// External base URL of a bank.
    fn bank_url(&self, world: &World, bank: &BankInstance) -> String {
        format!("{}{}", self.base_url, crate::world::path_of(world, bank))
    }
}

/// One of a world's banks by its slug; its first bank if none is named.
fn bank_of(world: &World, slug: Option<&str>) -> Result<Arc<BankInstance>, Failure> {
    match (slug, world.banks()) {
        (None, [first, ..]) => Ok(Arc::clone(first)),
        (None, []) => Err(Failure::bad_request("the world has no bank".to_owned())),
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
