//! The client as a service: its operations over HTTP, and an endpoint for the bank's webhooks.
//!
//! Owns what the service remembers of payments and what it makes of a message: a reason to ask the bank, nothing more. One
//! thread of its own talks to the bank, one thing after the other; an endpoint must answer while it does.

use std::collections::HashSet;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use axum::{Json, Router};
use serde::Deserialize;
use tokio::sync::{mpsc, oneshot};

use super::bank::Bank;
use super::habits::{Guard, Habits, Repeats, ServiceDefect, Silence, Truth, UnknownKinds, Work};
use super::hook::{Hint, is_authentic};
use super::mapping::payment_status;
use super::output::{Output, Payment};
use super::policy::Policy;
use super::settings::{Order, Settings};
use super::{ReferenceClientError, pay, sync};
use crate::clock;

/// No message is longer.
const MOST_BYTES: usize = 64 << 10;
/// What the careless service reads at most, so that a run ends.
const MOST_BYTES_AT_ALL: usize = 64 << 20;
/// States that can no longer change by themselves.
const FINAL: &[&str] = &["debited", "credited", "rejected", "cancelled", "returned"];

/// What the service knows and does.
struct Desk {
    habits: Habits,
    secret: String,
    book: Mutex<Book>,
    bank: mpsc::UnboundedSender<Errand>,
}

/// What it remembers.
#[derive(Default)]
struct Book {
    payments: Vec<Kept>,
    /// Events that were seen.
    seen: HashSet<String>,
    /// Messages about payments whose orders are still on their way.
    early: Vec<Hint>,
}

struct Kept {
    order: Order,
    /// What is known of it: one record, unless something went wrong.
    records: Vec<Payment>,
    /// The latest version a message told of.
    version: u64,
    /// It is going to be asked for.
    is_asked: bool,
    /// A message was about it.
    is_told: bool,
}

/// Something to be done at the bank.
enum Errand {
    Sync(oneshot::Sender<Output>),
    Pay(Order, oneshot::Sender<Output>),
    Status(Order, Option<oneshot::Sender<Output>>),
}

type Shared = Arc<Desk>;

/// An order as it is asked for.
#[derive(Deserialize)]
struct Asked {
    id: String,
    debtor_account: String,
    creditor_name: String,
    creditor_scheme: String,
    creditor_account: String,
    amount: String,
    currency: String,
    reference: Option<String>,
}

/// Serves until the process ends, at the port of `SERVICE_PORT`.
///
/// # Errors
/// The environment lacks something, or nobody can listen there.
pub async fn serve(defect: Option<&ServiceDefect>) -> Result<(), ReferenceClientError> {
    let lookup = |name: &str| std::env::var(name).ok();
    let wrong = |error: super::settings::SettingsError| ReferenceClientError::Settings(error.to_string());
    let settings = Settings::read(&lookup).map_err(wrong)?;
    let lacks = |name: &str| ReferenceClientError::Settings(format!("{name} is not set"));
    let port = lookup("SERVICE_PORT").ok_or_else(|| lacks("SERVICE_PORT"))?;
    let (bank, errands) = mpsc::unbounded_channel();
    let desk = Arc::new(Desk {
        habits: defect.map_or_else(Habits::careful, ServiceDefect::habits),
        secret: lookup("BANK_WEBHOOK_SECRET").unwrap_or_default(),
        book: Mutex::default(),
        bank,
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(ReferenceClientError::Write)?;
    let worker = Arc::clone(&desk);
    std::thread::spawn(move || runtime.block_on(work(&settings, &worker, errands)));
    let router = Router::new()
        .route("/health", get(async || StatusCode::NO_CONTENT))
        .route("/sync", post(synced))
        .route("/payments", post(paid))
        .route("/payments/{order}", get(status))
        .route("/hooks", any(told))
        .with_state(desk);
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await;
    let listener = listener.map_err(ReferenceClientError::Write)?;
    axum::serve(listener, router).await.map_err(ReferenceClientError::Write)
}

/// Runs errands to the bank, one after the other.
async fn work(settings: &Settings, desk: &Desk, mut errands: mpsc::UnboundedReceiver<Errand>) {
    while let Some(errand) = errands.recv().await {
        let mut log = io::stderr();
        let Ok(mut bank) = Bank::new(settings, Policy::careful(), &mut log) else { return };
        // Who no longer waits for an answer has no use for it.
        match errand {
            Errand::Sync(answer) => drop(answer.send(sync::sync(&mut bank, settings).await)),
            Errand::Pay(order, answer) => {
                let output = pay::pay(&mut bank, settings, &order).await;
                desk.keep(&order, &output);
                let _ = answer.send(output);
            }
            Errand::Status(order, answer) => {
                desk.book().asked(&order.id, false);
                let output = pay::status(&mut bank, settings, &order).await;
                desk.keep(&order, &output);
                if let Some(answer) = answer {
                    let _ = answer.send(output);
                }
            }
        }
    }
}

async fn synced(State(desk): State<Shared>) -> Response {
    let (answer, output) = oneshot::channel();
    desk.send(Errand::Sync(answer));
    handed_over(output.await.ok())
}

async fn paid(State(desk): State<Shared>, Json(asked): Json<Asked>) -> Response {
    let order = Order {
        id: asked.id,
        debtor_account: asked.debtor_account,
        creditor_name: asked.creditor_name,
        creditor_scheme: asked.creditor_scheme,
        creditor_account: asked.creditor_account,
        amount: asked.amount,
        currency: asked.currency,
        reference: asked.reference,
    };
    let (answer, output) = oneshot::channel();
    desk.send(Errand::Pay(order, answer));
    handed_over(output.await.ok())
}

async fn status(State(desk): State<Shared>, Path(id): Path<String>) -> Response {
    let (order, records, is_told) = {
        let book = desk.book();
        let Some(kept) = book.payments.iter().find(|kept| kept.order.id == id) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        (kept.order.clone(), kept.records.clone(), kept.is_told)
    };
    let is_final = records.iter().all(|record| FINAL.contains(&record.status.as_str()));
    // Whoever believes messages has no reason to ask once there was one.
    let has_reason = desk.habits.truth == Truth::Bank || !is_told;
    if !is_final && desk.habits.silence == Silence::Asks && has_reason {
        let (answer, output) = oneshot::channel();
        desk.send(Errand::Status(order, Some(answer)));
        return match output.await {
            Ok(output) if !output.errors.is_empty() => handed_over(Some(output)),
            _ => handed_over(desk.book().known(&id)),
        };
    }
    handed_over(desk.book().known(&id))
}

/// What comes to the endpoint of the webhooks.
async fn told(State(desk): State<Shared>, request: Request) -> Response {
    let is_strict = desk.habits.guard == Guard::Strict;
    let (parts, body) = request.into_parts();
    if is_strict && parts.method != Method::POST {
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "POST")]).into_response();
    }
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let is_json = header("content-type").is_some_and(|kind| kind.split(';').next() == Some("application/json"));
    if is_strict && !is_json {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
    }
    let limit = if is_strict { MOST_BYTES } else { MOST_BYTES_AT_ALL };
    let Some(body) = whole(body, limit).await else { return StatusCode::PAYLOAD_TOO_LARGE.into_response() };
    if !is_strict && body.is_empty() {
        return StatusCode::OK.into_response();
    }
    let now = clock::now().as_second();
    if !is_authentic(&desk.habits, &desk.secret, header("webhook-signature"), &body, now) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let Ok(hint) = serde_json::from_slice::<Hint>(&body) else { return StatusCode::BAD_REQUEST.into_response() };
    desk.take(hint).await.into_response()
}

async fn whole(body: Body, limit: usize) -> Option<Vec<u8>> {
    Some(to_bytes(body, limit).await.ok()?.to_vec())
}

fn handed_over(output: Option<Output>) -> Response {
    match output {
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        // What failed is in the document; the service itself did what it was asked.
        Some(output) => Json(output).into_response(),
    }
}

impl Desk {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn send(&self, errand: Errand) {
        // The worker ends with the process only.
        let _ = self.bank.send(errand);
    }

    /// What a message of the bank leads to.
    async fn take(&self, hint: Hint) -> StatusCode {
        if !hint.kind.starts_with("payment.") {
            let is_known = hint.kind.starts_with("consent.") || hint.kind.starts_with("transaction.");
            let refused = !is_known && self.habits.unknown_kinds == UnknownKinds::Refused;
            return if refused { StatusCode::BAD_REQUEST } else { StatusCode::NO_CONTENT };
        }
        let is_new = self.book().seen.insert(hint.id.clone());
        if !is_new && self.habits.repeats == Repeats::Recognised && self.habits.truth == Truth::Bank {
            return StatusCode::NO_CONTENT;
        }
        let errand = self.book().heard(&self.habits, &hint);
        match (errand, self.habits.work) {
            (Some(order), Work::First) => {
                let (answer, output) = oneshot::channel();
                self.send(Errand::Status(order, Some(answer)));
                let _ = output.await;
            }
            (Some(order), Work::Afterwards) => self.send(Errand::Status(order, None)),
            (None, _) => {}
        }
        StatusCode::NO_CONTENT
    }

    /// Remembers what the bank says of a payment, and looks at the messages that came before that.
    fn keep(&self, order: &Order, output: &Output) {
        let early = {
            let mut book = self.book();
            let Some(payment) = output.payments.first() else { return };
            match book.payments.iter_mut().find(|kept| kept.order.id == order.id) {
                Some(kept) => kept.records[0] = payment.clone(),
                None => {
                    let records = vec![payment.clone()];
                    book.payments.push(Kept {
                        order: order.clone(),
                        records,
                        version: 0,
                        is_asked: false,
                        is_told: false,
                    });
                }
            }
            std::mem::take(&mut book.early)
        };
        for hint in early {
            if let Some(order) = self.book().heard(&self.habits, &hint) {
                self.send(Errand::Status(order, None));
            }
        }
    }
}

impl Book {
    /// Applies a message; answers the order the bank must be asked about.
    fn heard(&mut self, habits: &Habits, hint: &Hint) -> Option<Order> {
        let about = |kept: &&mut Kept| kept.records.first().is_some_and(|own| own.provider_id == hint.payment_id);
        let Some(kept) = self.payments.iter_mut().find(about) else {
            self.early.push(hint.clone());
            return None;
        };
        kept.is_told = true;
        if habits.repeats == Repeats::Recorded {
            kept.records.extend(kept.records.first().cloned());
        }
        let version = hint.version.unwrap_or_default();
        let believed = match habits.truth {
            Truth::Bank => {
                let is_asked = std::mem::replace(&mut kept.is_asked, habits.work == Work::Afterwards);
                return (!is_asked).then(|| kept.order.clone());
            }
            Truth::LatestVersion => version > kept.version,
            Truth::LastMessage => true,
        };
        if let (true, Some(status)) = (believed, &hint.status) {
            kept.version = version;
            kept.records[0].status = payment_status(status).to_owned();
        }
        None
    }

    fn asked(&mut self, order: &str, is_asked: bool) {
        if let Some(kept) = self.payments.iter_mut().find(|kept| kept.order.id == order) {
            kept.is_asked = is_asked;
        }
    }

    fn known(&self, order: &str) -> Option<Output> {
        let kept = self.payments.iter().find(|kept| kept.order.id == order)?;
        let mut output = Output::empty();
        output.payments.clone_from(&kept.records);
        Some(output)
    }
}
