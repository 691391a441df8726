//! The life of a request, from its head to its last byte: the one place that knows the order of the layers.
//!
//! Owns the order and nothing else: addresses, bodies, routes, the journal, scenarios, tokens, limits and handlers are
//! modules of their own. Knows no dialect's words and no rule's reasons.

mod address;
mod body;
mod claim;
mod connection;
mod decision;
mod envelope;
mod finish;
mod header_fault;
mod outcome;
mod record;
mod refusal;
mod route;
mod view;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use axum::http::header::CONNECTION;
use axum::http::{HeaderValue, Method, Request as HttpRequest, Response, request};
use bytes::Bytes;
use hyper::body::Incoming;

use self::address::Place;
use self::body::Upload;
pub(crate) use self::connection::{Accepted, Admission};
use self::envelope::Envelope;
use self::outcome::{Outcome, Silence, wait};
use self::record::Record;
use self::route::Routed;
use crate::auth;
use crate::clock;
use crate::dialect::{Needs, Route, Surface};
use crate::exchange::{Access, Call, Problem, ProblemKind, Reply, Request};
use crate::fault::{Scene, Wire};
use crate::journal::{Answered, Packed};
use crate::limit::Verdict;
use crate::operation::Operation;
use crate::wire::{Answer, Link, Refuse, Torn};
use crate::world::{BankInstance, World, Worlds};

/// Everything that serves bank traffic.
pub(crate) struct App {
    worlds: Arc<Worlds>,
    settings: Settings,
    /// The world of everything that comes in here, where the listener is one world's alone.
    home: Option<Arc<str>>,
    connections: Arc<AtomicU64>,
    open: Arc<AtomicU64>,
    refuse: Refuse,
}

/// How traffic is served, whatever the world.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// External base URL, without a trailing slash, if it is not what clients connect to.
    pub(crate) public_base: Option<String>,
    /// Whether answers say which journal entry explains them.
    pub(crate) journal_header: JournalHeader,
    /// Whether clients may order faults for their own calls.
    pub(crate) fault_header: FaultHeader,
}

/// What the header `Sandbox-Fault` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaultHeader {
    /// The call that carries it gets what it says.
    Obeyed,
    /// Nothing.
    Ignored,
}

/// Whether answers carry `x-sandbox-journal`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JournalHeader {
    /// They do.
    Sent,
    /// They do not: byte-faithful output.
    Withheld,
}

impl App {
    pub(crate) fn new(worlds: Arc<Worlds>, settings: Settings) -> App {
        let refuse = App::refusing(&worlds, settings.journal_header, None);
        let (connections, open) = (Arc::default(), Arc::default());
        App { worlds, settings, home: None, connections, open, refuse }
    }

    /// The same for a listener at which everything is for one world.
    pub(crate) fn at_home(&self, world: &str) -> App {
        let home: Option<Arc<str>> = Some(world.into());
        App {
            worlds: Arc::clone(&self.worlds),
            settings: self.settings.clone(),
            refuse: App::refusing(&self.worlds, self.settings.journal_header, home.clone()),
            home,
            connections: Arc::clone(&self.connections),
            open: Arc::clone(&self.open),
        }
    }

    fn refusing(worlds: &Arc<Worlds>, journal_header: JournalHeader, home: Option<Arc<str>>) -> Refuse {
        let worlds = Arc::clone(worlds);
        Arc::new(move |status, link| {
            let world = home.as_deref().and_then(|home| worlds.find(home)).unwrap_or_else(|| worlds.default_world());
            refusal::answer(&world, journal_header, status, link)
        })
    }

    /// Answers what cannot be read as HTTP at all.
    pub(crate) fn refusal(&self) -> Refuse {
        Arc::clone(&self.refuse)
    }

    /// Serves one request. The future is dropped when the connection breaks; the journal learns of it all the same.
    ///
    /// # Errors
    /// A scenario resets the stream.
    pub(crate) async fn serve(
        self: Arc<Self>,
        request: HttpRequest<Incoming>,
        link: Arc<Link>,
    ) -> Result<Response<Answer>, Torn> {
        let serving = link.begin();
        let (parts, incoming) = request.into_parts();
        // 1. The address comes first: world and bank decide which journal, clock and envelope everything else uses.
        // Behind a port of its own a world is where the client connected to, whatever the others are behind.
        let public = self.settings.public_base.as_deref().filter(|_| self.home.is_none());
        let mut place = address::resolve(&self.worlds, self.home.as_deref(), public, &parts, &link);
        let mut upload = Upload::Coming(incoming);
        if place.is_open && self.worlds.any_claims() {
            // A client that names no world may belong to one; who it is may stand in the body.
            upload = Upload::Read(upload.read().await);
            if let Some(world) = claim::claimant(&self.worlds, &place, &parts, upload.so_far()) {
                place = address::resolve_in(&self.worlds, &world, public, &parts, &link);
            }
        }
        place.world.touch();
        let (world, bank) = (Arc::clone(&place.world), place.bank.clone());
        // What is due is done before anybody looks.
        let _visit = world.visit();
        world.wake();
        // 2. The journal opens before anything can fail, so that every request is in it.
        let slug = bank.as_ref().map(|bank| Arc::clone(&bank.slug));
        let mut record = Record::open(world.journal(), slug, &parts, link.number(), world.clock().now());
        record.entry().certificate = link.front().certificate.clone();
        // 3. The body is read within bounds before any decision: rules and handlers see whole requests.
        let head = parts.method == Method::HEAD;
        let body = upload.read().await;
        let is_whole = body.is_ok();
        if let Ok(body) = &body {
            // A copy: what was received lies in a buffer that is larger than the body.
            record.entry().body = Bytes::copy_from_slice(body);
        }
        let (request, flaw) = assemble(place, parts, body, &world, &record, &link);
        let outcome = match &bank {
            Some(bank) => {
                let fault_header = self.settings.fault_header;
                let exchange = Exchange { world: &world, bank, request: &request, link: &link, fault_header };
                exchange.run(&mut record, flaw).await
            }
            None => Outcome::Reply(envelope::nowhere(&world, &request, flaw), None),
        };
        let (mut reply, wire) = match outcome {
            Outcome::Reply(reply, wire) => (reply, wire),
            Outcome::Silence(silence) => {
                record.entry().ending = silence.ending(&link);
                // The record waits with us and is closed when the connection, or the stream, takes both away.
                return Err(silence.keep(&link, &world).await);
            }
        };
        // 13. What every answer carries comes after the rewrites, and only where nothing is yet: a rule that names one of
        // these headers wins.
        let journal = (self.settings.journal_header == JournalHeader::Sent).then(|| (world.name(), record.seq()));
        finish::headers(&mut reply, &request.request_id, world.clock().now(), journal);
        if let Some(wire) = wire.filter(|_| !head) {
            let length = reply.body.len() as u64;
            finish::promise(&mut reply, wire.promised(length, link.is_http2()));
        }
        // HTTP/1.1 has another word for leaving; and behind half a body no next request can be found.
        if !link.is_http2() && (!is_whole || matches!(wire, Some(Wire::Leave))) {
            reply.headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        let entry = record.entry();
        entry.committed |= reply.committed;
        // A limit that counts only what succeeds hears of it before the client does.
        record.settle(reply.status.is_success());
        let entry = record.entry();
        (entry.replayed, entry.class) = (reply.replayed, reply.class);
        let (headers, body) = (Packed::of(&reply.headers), reply.body.clone());
        entry.answer = Some(Answered { status: reply.status, headers, body, sent_bytes: 0 });
        // 14. The wire comes last: it moves bytes and does not know what they mean.
        let body = if head { Bytes::new() } else { reply.body };
        let wire = wire.map(|wire| (wire, world.pauses()));
        let mut response = Response::new(Answer::new(body, wire, serving, record));
        *response.status_mut() = reply.status;
        *response.headers_mut() = reply.headers;
        Ok(response)
    }
}

/// The request as the bank sees it. A body that could not be read, or a bad address, is a flaw that the bank refuses later
/// in its own envelope.
fn assemble(
    place: Place,
    parts: request::Parts,
    body: Result<Bytes, Problem>,
    world: &World,
    record: &Record,
    link: &Link,
) -> (Request, Option<Problem>) {
    let (body, unread) = match body {
        Ok(body) => (body, None),
        Err(problem) => (Bytes::new(), Some(problem)),
    };
    let request = Request {
        request_id: finish::request_id(&parts.headers, world.seed(), record.seq()),
        method: parts.method,
        path: place.path,
        query: parts.uri.query().unwrap_or("").to_owned(),
        headers: parts.headers,
        body,
        mutual_base_url: link.front().mutual_base_url(&place.base_url),
        base_url: place.base_url,
        certificate: link.front().certificate.clone(),
        connection: link.number(),
    };
    (request, place.flaw.or(unread))
}

/// One request at one bank, between its body and its answer.
struct Exchange<'a> {
    world: &'a World,
    bank: &'a BankInstance,
    request: &'a Request,
    link: &'a Arc<Link>,
    fault_header: FaultHeader,
}

impl Exchange<'_> {
    async fn run(&self, record: &mut Record, flaw: Option<Problem>) -> Outcome {
        let Exchange { world, bank, request, link, fault_header } = *self;
        // 4. The route says which operation this is: rules, limits and the journal speak operations.
        let routed = route::of(bank.dialect).find(&request.method, &request.path).if_served(bank, &request.path);
        let (route, params, surface) = match routed {
            Routed::Found(route, params) => (Ok(route), params, route.surface),
            Routed::Stray(problem, allow, surface) => (Err((problem, allow)), Vec::new(), surface),
        };
        let operation = route.as_ref().map_or(Operation::Unknown, |route| refined(route.operation, request));
        let envelope = Envelope { bank, surface, request };
        let now = world.clock().now();
        // What a client signed cannot be judged before its keys are there, where it publishes them itself.
        world.fetch_keys(bank, operation, request).await;
        // 5. The token is looked at before the scenario decides, because rules may name its client or consent. A bad one
        // is not refused yet: a bank that is down does not look at tokens.
        let guarded = route.as_ref().is_ok_and(|route| route.needs != Needs::Nothing);
        let mut identified = if guarded { bank.auth.identify(request, now) } else { Ok(None) };
        let bare;
        let access = identified.as_ref().ok().cloned().flatten();
        let mut call = Call { request, operation, params, access, now };
        // 6. The scenario decides once, on everything that is known now.
        let (plan, about) = decision::decide(world, &call, bank, fault_header, record, link);
        // 7. Acts come first: a rule that expires the token of this very call means this call too.
        let _fates = decision::act(bank, &plan.acts, &call, &about);
        for name in &plan.emits {
            world.emit(name, &bank.slug, decision::subject(&call, &about), now);
        }
        let astray = plan.clock_shift_seconds != 0 || plan.without_certificate;
        if plan.without_certificate {
            bare = Request { certificate: None, ..request.clone() };
            call.request = &bare;
        }
        let at = clock::shifted(now, plan.clock_shift_seconds);
        if surface == Surface::OAuth {
            call.now = at;
        }
        if astray || !plan.acts.is_empty() || !plan.emits.is_empty() {
            identified = match identified {
                Ok(Some(_)) if !plan.without_certificate => bank.auth.identify_again(request, at),
                Ok(None) => Ok(None),
                // What is wrong about the time may find good what was not, and the other way round.
                _ if astray && guarded => bank.auth.identify(call.request, at),
                other => other,
            };
            call.access = identified.as_ref().ok().cloned().flatten();
        }
        // 8. A bank that is slow or down is so for everybody: before anybody is asked who they are.
        if !wait(plan.delay_before, link, world).await {
            return Outcome::Silence(Silence::Left);
        }
        let alone = Scene { request, read: &|_| None, keys: &bank.auth };
        if let Some(ending) = plan.before {
            return envelope.end(ending, false).rewritten(&plan.rewrites, &alone, plan.wire);
        }
        let mut limited = None;
        let admitted = match (flaw, &route) {
            (Some(flaw), _) => Err(flaw),
            (None, Err((problem, _))) => Err(problem.clone()),
            (None, Ok(route)) => self.admit(route, &call, identified, &mut limited).map(|()| *route),
        };
        let result = match (admitted, plan.instead) {
            (Err(problem), _) => Err(bank.auth.challenged(problem)),
            (Ok(_), Some(ending)) => {
                return envelope.end(ending, false).rewritten(&plan.rewrites, &alone, plan.wire);
            }
            (Ok(route), None) => self.perform(route, &call),
        };
        let mut reply = result.unwrap_or_else(|problem| envelope.problem(&problem));
        if let Err((_, allow)) = &route {
            finish::allow(&mut reply, allow);
        }
        if reply.status.is_success() {
            // Phases of a scenario may wait until a call like this one has succeeded.
            world.engine().happened(operation.name());
            decision::issued(world, bank, &reply, now);
        }
        world.tell();
        if guarded {
            bank.auth.accompany(request, now, &mut reply);
        }
        if let Some(verdict) = &limited {
            let headers = &mut reply.headers;
            bank.limits.headers().write(verdict, |name, value| _ = headers.insert(name, value));
        }
        let entry = record.entry();
        entry.limited = limited.is_some_and(|verdict| !verdict.allowed);
        entry.committed = reply.committed;
        // 11. The bank has acted. What follows changes only what the client gets to see.
        if !wait(plan.delay_after, link, world).await {
            return Outcome::Silence(Silence::Left);
        }
        let outcome = match plan.after {
            Some(ending) => envelope.end(ending, reply.committed),
            None => Outcome::Reply(reply, None),
        };
        // 12. Rewrites change whatever answer goes out, a refusal too, in file order.
        let read = |address: &str| self.read_on(route.as_ref().ok()?, &call, address);
        outcome.rewritten(&plan.rewrites, &Scene { request, read: &read, keys: &bank.auth }, plan.wire)
    }

    /// What the bank says to a read of the same path with another query: the neighbours of a page, for rewrites that mix
    /// them. It counts for nobody and changes nothing.
    fn read_on(&self, route: &Route, call: &Call<'_>, address: &str) -> Option<Reply> {
        let own = format!("{}{}?", call.request.resource_base(), call.request.path);
        let query = address.strip_prefix(&own).filter(|_| route.method == Method::GET)?;
        let request = Request { query: query.to_owned(), ..call.request.clone() };
        let (operation, now) = (call.operation, call.now);
        let (params, access) = (call.params.clone(), call.access.clone());
        self.perform(route, &Call { request: &request, operation, params, access, now }).ok()
    }

    /// 9. Who may not call at all costs a limit nothing: strangers cannot use up a client's calls.
    fn admit(
        &self,
        route: &Route,
        call: &Call<'_>,
        identified: Result<Option<Arc<Access>>, Problem>,
        limited: &mut Option<Verdict>,
    ) -> Result<(), Problem> {
        let bank = self.bank;
        let access = identified?;
        auth::admit(route.needs, access.as_deref(), &bank.ledger, call.now)?;
        bank.auth.stepped_up(call.operation, call.request, call.now)?;
        let client = access.as_ref().map_or(ANONYMOUS, |access| access.client_id.as_str());
        let Some(verdict) = bank.limits.check(call.operation, client, call.now) else { return Ok(()) };
        *limited = Some(verdict);
        bank.limits.refusal(call.operation, &verdict).map_or(Ok(()), Err)
    }

    /// 10. A handler that panics is a bank that failed; the process goes on.
    fn perform(&self, route: &Route, call: &Call<'_>) -> Result<Reply, Problem> {
        let bank = self.bank;
        catch_unwind(AssertUnwindSafe(|| (route.handle)(bank, call))).unwrap_or_else(|_| {
            tracing::error!(operation = %call.operation, "a handler panicked");
            Err(Problem::new(ProblemKind::Internal, "the bank failed; this is a defect of the simulator"))
        })
    }
}

/// The limit key of callers without a token.
const ANONYMOUS: &str = "";

/// A token request with `grant_type=refresh_token` is an operation of its own.
fn refined(operation: Operation, request: &Request) -> Operation {
    let refreshes = || {
        let mut fields = url::form_urlencoded::parse(&request.body);
        fields.any(|(name, value)| name == "grant_type" && value == "refresh_token")
    };
    if operation == Operation::TokenIssue && refreshes() { Operation::TokenRefresh } else { operation }
}
