//! Subscriptions to events, and the older registration of a callback address: one of each per client.
//!
//! Owns both resources. With an address events are pushed there; without one they wait until the client fetches them.

use axum::http::StatusCode;
use bank_fixtures::error_class::ErrorClass;

use super::{TYPES, kept_of};
use crate::dialect::uk::error::{Code, JSON, Mistake, Refused};
use crate::dialect::uk::json::{Json, object};
use crate::dialect::uk::shape::Need::{May, Must};
use crate::dialect::uk::shape::Shape::{Any, List, Object, Text};
use crate::dialect::uk::shape::{self, Field, Shape};
use crate::dialect::uk::visit::Visit;
use crate::exchange::Reply;
use crate::webhook::NewEndpoint;

/// One of the two resources.
#[derive(Debug)]
pub(in crate::dialect::uk) struct Resource {
    /// Its path, and what a client's is kept under.
    path: &'static str,
    /// The list in an answer with all of them.
    list: &'static str,
    /// The member with its id.
    id: &'static str,
    /// The member with the address.
    url: &'static str,
    new: Shape,
    changed: Shape,
}

/// Subscriptions to events.
pub(in crate::dialect::uk) static SUBSCRIPTIONS: Resource = Resource {
    path: "event-subscriptions",
    list: "EventSubscription",
    id: "EventSubscriptionId",
    url: "CallbackUrl",
    new: Object(&[Field("Data", Must, Object(&[Field("CallbackUrl", May, Text(500)), VERSION, EVENT_TYPES]))]),
    changed: Object(&[
        Field(
            "Data",
            Must,
            Object(&[
                Field("EventSubscriptionId", Must, Text(40)),
                Field("CallbackUrl", May, Text(500)),
                VERSION,
                EVENT_TYPES,
            ]),
        ),
        LINKS,
        META,
    ]),
};

/// Callback addresses.
pub(in crate::dialect::uk) static CALLBACKS: Resource = Resource {
    path: "callback-urls",
    list: "CallbackUrl",
    id: "CallbackUrlId",
    url: "Url",
    new: Object(&[Field("Data", Must, Object(&[Field("Url", Must, Text(500)), VERSION]))]),
    changed: Object(&[
        Field("Data", Must, Object(&[Field("CallbackUrlId", Must, Text(40)), Field("Url", Must, Text(500)), VERSION])),
        LINKS,
        META,
    ]),
};

impl Resource {
    /// Its path, and what a client's is kept under.
    pub(super) fn path(&self) -> &'static str {
        self.path
    }
}

const VERSION: Field = Field("Version", Must, Text(10));
const EVENT_TYPES: Field = Field("EventTypes", May, List(&Text(100), 0, 100));
// A change repeats what was read, links and all.
const LINKS: Field = Field("Links", May, Any);
const META: Field = Field("Meta", May, Any);

/// Registers.
pub(in crate::dialect::uk) fn create(visit: &Visit<'_>, resource: &'static Resource) -> Result<Reply, Refused> {
    let body = shape::read(visit.call, &resource.new)?;
    if kept(visit, resource).is_some() {
        return Err(Refused::bare(StatusCode::CONFLICT, ErrorClass::ConflictState));
    }
    let seed = visit.bank.ledger.seed().of(resource.path).of(&visit.access.client_id);
    let id = seed.of(&visit.call.request.request_id).hex(16);
    let paper = registered(visit, resource, &id, &body)?;
    Ok(one(visit, resource, StatusCode::CREATED, &paper).committed())
}

/// Lists: there is one or none.
pub(in crate::dialect::uk) fn list(visit: &Visit<'_>, resource: &'static Resource) -> Result<Reply, Refused> {
    let rows: Vec<Json> = kept(visit, resource).iter().map(|paper| shown(resource, paper)).collect();
    let data = Json::Object(vec![(resource.list.into(), Json::List(rows))]);
    Ok(written(visit, resource.path, StatusCode::OK, data))
}

/// Changes.
pub(in crate::dialect::uk) fn change(visit: &Visit<'_>, resource: &'static Resource) -> Result<Reply, Refused> {
    let old = own(visit, resource)?;
    let body = shape::read(visit.call, &resource.changed)?;
    let id = old.text(&["Id"]).unwrap_or_default();
    if body.text(&["Data", resource.id]) != Some(id) {
        let message = "write the id of the path";
        return Err(Refused::mistake(Code::Invalid, &format!("Data.{}", resource.id), message));
    }
    let paper = registered(visit, resource, id, &body)?;
    withdraw(visit, &old, paper.text(&["Endpoint"]).is_some());
    Ok(one(visit, resource, StatusCode::OK, &paper).committed())
}

/// Ends.
pub(in crate::dialect::uk) fn end(visit: &Visit<'_>, resource: &'static Resource) -> Result<Reply, Refused> {
    let old = own(visit, resource)?;
    withdraw(visit, &old, true);
    visit.bank.ledger.papers().keep(&kept_of(resource.path, &visit.access.client_id), "null".to_owned());
    Ok(Reply::empty(StatusCode::NO_CONTENT).committed())
}

/// Registers what a body asks for, and keeps it.
fn registered(visit: &Visit<'_>, resource: &Resource, id: &str, body: &Json) -> Result<Json, Refused> {
    let text = |name: &str| body.text(&["Data", name]);
    let types = body.at(&["Data", "EventTypes"]).map(Json::items).unwrap_or_default();
    let mut mistakes = Vec::new();
    let mut kinds: Vec<String> = Vec::new();
    for (index, named) in types.iter().enumerate() {
        match TYPES.iter().find(|(name, _)| named.text(&[]) == Some(name)) {
            Some((_, kind)) if kinds.iter().any(|known| known == kind) => {}
            Some((_, kind)) => kinds.push((*kind).to_owned()),
            None => {
                let legal = TYPES.iter().map(|row| row.0).collect::<Vec<_>>().join(", ");
                let path = format!("Data.EventTypes[{index}]");
                mistakes.push(Mistake::new(Code::EventType, &path, format!("this bank tells of {legal}")));
            }
        }
    }
    if kinds.is_empty() {
        kinds = vec!["payment.status".to_owned(), "consent.status".to_owned()];
    }
    let path = format!("Data.{}", resource.url);
    let asked = text(resource.url).map(|url| NewEndpoint {
        client_id: visit.access.client_id.clone(),
        url: url.to_owned(),
        secret: None,
        kinds: kinds.clone(),
    });
    if asked.as_ref().is_some_and(|asked| !is_callback(&asked.url)) {
        let message = "an address for events ends with /open-banking/vX.Y/event-notifications";
        mistakes.push(Mistake::new(Code::Invalid, &path, message));
    }
    if !mistakes.is_empty() {
        return Err(Refused::request(mistakes));
    }
    let webhooks = &visit.bank.webhooks;
    let endpoint = asked.map(|asked| webhooks.add(asked, visit.bank.ledger.seed(), visit.call.now)).transpose();
    let endpoint = endpoint.map_err(|error| Refused::mistake(Code::Invalid, &path, error.to_string()))?;
    if endpoint.is_none() {
        webhooks.mailboxes().open(&visit.access.client_id, kinds);
    }
    let paper = object! {
        "Id": id,
        "Url": text(resource.url),
        "Version": text("Version"),
        "EventTypes": body.at(&["Data", "EventTypes"]).cloned(),
        "Endpoint": endpoint.map(|endpoint| endpoint.id.clone()),
        "Base": format!("{}{}", visit.call.request.resource_base(), visit.version.prefix),
    };
    let kept = kept_of(resource.path, &visit.access.client_id);
    visit.bank.ledger.papers().keep(&kept, String::from_utf8_lossy(&paper.written()).into_owned());
    Ok(paper)
}

/// Takes back what an older registration set up; its box stays open where the new one fetches too.
fn withdraw(visit: &Visit<'_>, old: &Json, closes: bool) {
    let webhooks = &visit.bank.webhooks;
    match old.text(&["Endpoint"]) {
        Some(endpoint) => drop(webhooks.remove(&visit.access.client_id, endpoint)),
        None if closes => webhooks.mailboxes().close(&visit.access.client_id),
        None => {}
    }
}

fn is_callback(url: &str) -> bool {
    let version = url.strip_suffix("/event-notifications").and_then(|url| url.rsplit_once("/open-banking/v"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    version
        .and_then(|(_, version)| version.split_once('.'))
        .is_some_and(|(major, minor)| digits(major) && digits(minor))
}

/// The client's registration, if it has one.
fn kept(visit: &Visit<'_>, resource: &Resource) -> Option<Json> {
    let text = visit.bank.ledger.papers().find(&kept_of(resource.path, &visit.access.client_id))?;
    Json::read(text.as_bytes()).ok().filter(|paper| *paper != Json::Null)
}

/// The client's registration by the id in the path.
fn own(visit: &Visit<'_>, resource: &Resource) -> Result<Json, Refused> {
    let id = visit.call.param("subscription");
    let found = kept(visit, resource).filter(|paper| paper.text(&["Id"]) == Some(id));
    found.ok_or_else(|| Refused::not_found("subscription", id))
}

fn shown(resource: &Resource, paper: &Json) -> Json {
    let member = |name: &str| paper.get(name).cloned();
    let data = Json::Object(Vec::new()).with(resource.id, member("Id")).with(resource.url, member("Url"));
    data.with("Version", member("Version")).with("EventTypes", member("EventTypes"))
}

fn one(visit: &Visit<'_>, resource: &Resource, status: StatusCode, paper: &Json) -> Reply {
    let id = paper.text(&["Id"]).unwrap_or_default();
    written(visit, &format!("{}/{id}", resource.path), status, shown(resource, paper))
}

fn written(visit: &Visit<'_>, path: &str, status: StatusCode, data: Json) -> Reply {
    let body = object! {
        "Data": data,
        "Links": object! { "Self": visit.address(path) },
        "Meta": object! { "TotalPages": 1_u64 },
    };
    Reply::new(status, JSON, body.written())
}
