//! Handlers of webhooks, and what one says.

use axum::http::{StatusCode, header};
use bytes::Bytes;
use serde::Serialize;

use super::query::{Query, body as read_body};
use super::value::Moment;
use super::{list, read, word};
use crate::bank::local;
use crate::exchange::{Access, Call, Problem, ProblemKind, Reply};
use crate::webhook::{Endpoint, EndpointError, NewEndpoint, Notification};
use crate::world::BankInstance;

/// What a webhook says: enough to know what to read again, nothing to rely on.
#[derive(Serialize)]
struct Message<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    consent_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u64>,
    created_at: Moment,
}

#[derive(Serialize)]
struct Webhook<'a> {
    id: &'a str,
    url: &'a str,
    types: &'a [String],
    /// Shown to its owner: without it nothing can be verified.
    secret: &'a str,
    created_at: Moment,
}

pub(super) fn body(notification: &Notification<'_>) -> Bytes {
    let payment = notification.payment.map(|(_, status)| word::payment_status(status));
    let consent = notification.consent.map(|(_, status)| word::consent_status(status));
    let message = Message {
        id: notification.id,
        kind: notification.kind,
        payment_id: notification.payment.map(|(id, _)| id),
        consent_id: notification.consent.map(|(id, _)| id),
        account_id: notification.account_id.filter(|_| notification.payment.is_none()),
        transaction_id: notification.transaction_id,
        status: payment.or(consent),
        version: notification.version,
        created_at: Moment(notification.created_at),
    };
    serde_json::to_vec(&message).expect("bodies hold only strings and numbers").into()
}

pub(super) fn create(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    Query::read(call, &[])?;
    let json = read_body(call)?;
    let object = json.object(&["url", "types", "secret"])?;
    let items = object.optional("types").map(|member| member.list()).transpose()?;
    let kinds = items.map(|items| items.iter().map(|item| item.text(64).map(str::to_owned)).collect()).transpose()?;
    let secret = object.optional("secret").map(|member| member.text(500).map(str::to_owned)).transpose()?;
    let asked = NewEndpoint {
        client_id: access(call)?.client_id.clone(),
        url: object.required("url")?.text(500)?.to_owned(),
        secret,
        kinds: kinds.unwrap_or_default(),
    };
    let endpoint = bank.webhooks.add(asked, bank.ledger.seed(), call.now).map_err(problem)?;
    let address = format!("{}/webhooks/{}", call.request.resource_base(), endpoint.id);
    let reply = list::record(StatusCode::CREATED, &view(bank, &endpoint));
    Ok(reply.header(header::LOCATION, &address).committed())
}

pub(super) fn search(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    let query = Query::read(call, read::LIST)?;
    let client = &access(call)?.client_id;
    let endpoints = bank.webhooks.of_client(client);
    let name = format!("webhooks {client}");
    list::page(call, &query, bank.ledger.profile().pages, &name, &endpoints, |endpoint| view(bank, endpoint))
}

pub(super) fn end(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    Query::read(call, &[])?;
    let id = call.param("webhook");
    if bank.webhooks.remove(&access(call)?.client_id, id) {
        return Ok(Reply::empty(StatusCode::NO_CONTENT).committed());
    }
    Err(Problem::new(ProblemKind::UnknownPath, format!("there is no webhook `{id}` of this client")))
}

fn view<'a>(bank: &BankInstance, endpoint: &'a Endpoint) -> Webhook<'a> {
    Webhook {
        id: &endpoint.id,
        url: endpoint.url.as_str(),
        types: &endpoint.kinds,
        secret: &endpoint.secret,
        created_at: Moment(local::instant(endpoint.created_at, bank.ledger.book().zone())),
    }
}

fn access<'a>(call: &'a Call<'_>) -> Result<&'a Access, Problem> {
    call.access.as_deref().ok_or_else(|| Problem::new(ProblemKind::InvalidToken, "send an access token"))
}

fn problem(error: EndpointError) -> Problem {
    let field = match error {
        EndpointError::Url(_) | EndpointError::Host(_) => "/url",
        EndpointError::Kind(_) => "/types",
        EndpointError::Secret => "/secret",
        EndpointError::TooMany => "",
    };
    Problem::new(ProblemKind::InvalidParameter, error.to_string()).at(field)
}
