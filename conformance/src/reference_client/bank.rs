//! Calls to the bank that survive its bad days.
//!
//! Owns the one place that decides whether a call is made again, and paging. Everything above asks for things and gets
//! them or a [`Failure`].

use std::collections::HashSet;
use std::io::Write;

use bank_fixtures::error_class::ErrorClass;
use bank_fixtures::seed::Seed;
use reqwest::{Method, Url};
use serde_json::Value;

use super::backoff;
use super::failure::{Failure, Kind};
use super::lapse::Lapse;
use super::policy::{BrokenBodies, BrokenConnections, Links, Log, PagingGuard, PermanentErrors, Policy};
use super::session::Session;
use super::settings::Settings;
use super::standing::Standing;
use super::transport::{self, Answer, Body, Request};
use crate::clock::{self, Stopwatch};

/// The most rows the bank gives on one page.
const PAGE_SIZE: &str = "100";
/// A list may have this many pages without a row before it is given up.
const MOST_EMPTY_PAGES: u32 = 3;

/// The bank, as we call it.
pub(crate) struct Bank<'a> {
    http: reqwest::Client,
    base_url: Url,
    policy: Policy,
    session: Session,
    standing: Standing,
    /// Chance for the jitter: different for every consent, and the same when a run is repeated.
    chance: Seed,
    log: &'a mut dyn Write,
}

impl<'a> Bank<'a> {
    /// The bank of these settings.
    ///
    /// # Errors
    /// The HTTP library could not be set up.
    pub(crate) fn new(settings: &Settings, policy: Policy, log: &'a mut dyn Write) -> Result<Bank<'a>, reqwest::Error> {
        Ok(Bank {
            http: transport::client(policy.request_limit, policy.has(Lapse::FollowsRedirects))?,
            base_url: settings.base_url.clone(),
            session: Session::open(settings),
            standing: Standing::open(&settings.work_dir),
            chance: Seed::new(0).of(&settings.access_token),
            policy,
            log,
        })
    }

    /// What this client chooses.
    pub(crate) fn policy(&self) -> &Policy {
        &self.policy
    }

    /// What earlier answers forbid us to ask.
    pub(crate) fn standing(&mut self) -> &mut Standing {
        &mut self.standing
    }

    /// The address of a resource below the base, each segment escaped.
    pub(crate) fn url(&self, segments: &[&str]) -> Url {
        let mut url = self.base_url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }

    /// Every row of a list, page by page, each row once.
    pub(crate) async fn list(&mut self, segments: &[&str]) -> Result<Vec<Value>, Failure> {
        let mut first = self.url(segments);
        first.query_pairs_mut().append_pair("limit", PAGE_SIZE);
        if self.policy.has(Lapse::InventsParameters) {
            let mut invented = first.clone();
            invented.query_pairs_mut().append_pair("sort", "newest");
            if let Ok(rows) = self.pages(invented).await {
                return Ok(rows);
            }
        }
        match self.pages(first.clone()).await {
            // The list changed under the cursor: what was read so far is no prefix of anything, so start over, once.
            Err(failure)
                if failure.class == ErrorClass::PageInvalidated && !self.policy.has(Lapse::BadCursorIsTheEnd) =>
            {
                self.pages(first).await
            }
            other => other,
        }
    }

    /// Makes a call, again and again where that can help.
    pub(crate) async fn call(&mut self, request: &Request) -> Result<Value, Failure> {
        let result = self.call_patiently(request).await;
        match result {
            // The careless client has a second layer that retries as if the first did not.
            Err(failure) if self.policy.has(Lapse::RetriesAtTwoLayers) && failure.may_pass() => {
                self.call_patiently(request).await
            }
            other => other,
        }
        .map_err(|failure| failure.misread(&self.policy))
    }

    async fn call_patiently(&mut self, request: &Request) -> Result<Value, Failure> {
        let watch = Stopwatch::start();
        let chance = self.chance.of(request.url.path());
        let (mut repetition, mut broken_bodies) = (0, 0);
        loop {
            self.standing.allows(request.url.path())?;
            self.session.renew_ahead(&self.policy, &self.http).await;
            let failure = match self.attempt(request).await {
                Ok(value) => {
                    self.standing.answered();
                    return Ok(value);
                }
                Err(failure) => failure,
            };
            self.standing.failed(request.url.path(), &failure, &self.policy);
            if failure.class == ErrorClass::AuthToken && failure.kind == Kind::Refused {
                self.session.refused(failure, &self.policy, &self.http).await?;
                continue;
            }
            if failure.class == ErrorClass::ConsentInvalid && !self.policy.has(Lapse::GoesOnAfterRevocation) {
                return Err(self.session.end_for_good(failure));
            }
            if failure.http_status == Some(403) && self.policy.has(Lapse::RefreshesOnForbidden) {
                self.session.refused(failure.clone(), &self.policy, &self.http).await?;
            }
            repetition += 1;
            broken_bodies += u32::from(failure.kind == Kind::BrokenBody);
            if !self.worth_repeating(&failure, broken_bodies)
                || repetition >= self.policy.attempts
                || self.standing.is_open()
            {
                return Err(failure);
            }
            let wait = backoff::wait(&self.policy, repetition, failure.asked_wait, chance.at(repetition.into()).unit());
            if watch.elapsed() + wait > self.policy.deadline {
                if self.policy.has(Lapse::SitsOutHugeWaits) {
                    // For good would be as wrong, and nobody could watch it.
                    clock::wait(std::time::Duration::from_secs(3)).await;
                }
                return Err(failure);
            }
            clock::wait(wait).await;
        }
    }

    /// Makes a call once, after the wait a repetition would have: for the client that repeats by itself.
    pub(crate) async fn once(&mut self, request: &Request) -> Result<Value, Failure> {
        let result = self.attempt(request).await;
        if let Err(failure) = &result {
            clock::wait(backoff::wait(&self.policy, 1, failure.asked_wait, self.chance.unit())).await;
        }
        result
    }

    fn worth_repeating(&self, failure: &Failure, broken_bodies: u32) -> bool {
        match failure.kind {
            Kind::BrokenBody => broken_bodies <= self.policy.broken_body_repeats,
            Kind::Lost => self.policy.broken_connections == BrokenConnections::Repeat,
            Kind::Refused if failure.http_status > Some(511) && self.policy.has(Lapse::UnknownStatusIsFinal) => false,
            Kind::Refused => failure.may_pass() || self.policy.permanent_errors == PermanentErrors::Repeat,
        }
    }

    async fn attempt(&mut self, request: &Request) -> Result<Value, Failure> {
        let bearer = self.session.bearer()?.to_owned();
        let presence = self.policy.has(Lapse::FakesPresence).then_some(("psu-ip-address", "192.0.2.44"));
        let in_address = self.policy.has(Lapse::TokenInAddress) && request.method == Method::GET;
        let request = &if in_address { request.with_token_in_address(&bearer) } else { request.clone() };
        let answer = transport::send(&self.http, request, &bearer, presence).await;
        self.note(request, &bearer, answer.as_ref().ok());
        let answer = answer.map_err(Failure::lost)?;
        if !(200..300).contains(&answer.status) {
            return Err(Failure::refused(&answer, self.asked_wait(&answer)));
        }
        self.session.accepted();
        if self.policy.has(Lapse::TrustsBankClock) {
            self.session.age_by(answer.header("date").and_then(backoff::http_date));
        }
        match &answer.body {
            Body::Whole(bytes) if self.policy.has(Lapse::DecodesLossily) => {
                serde_json::from_str(&String::from_utf8_lossy(bytes))
                    .map_err(|error| Failure::broken(Some(answer.status), format!("the body is not JSON: {error}")))
            }
            Body::Whole(bytes) => serde_json::from_slice(without_mark(bytes)).or_else(|error| {
                if self.policy.has(Lapse::CrashesOnDeepNesting) && error.to_string().contains("recursion") {
                    std::process::exit(101);
                }
                self.salvage(request, bytes)
                    .ok_or_else(|| Failure::broken(Some(answer.status), format!("the body is not JSON: {error}")))
            }),
            Body::Cut(bytes) => self
                .salvage(request, bytes)
                .ok_or_else(|| Failure::broken(Some(answer.status), "the body is shorter than promised")),
            Body::TooLarge => Err(Failure::broken(Some(answer.status), "the body is larger than any page can be")),
        }
    }

    fn asked_wait(&self, answer: &Answer) -> Option<std::time::Duration> {
        if self.policy.has(Lapse::PrefersReset)
            && let Some(reset) =
                answer.header("ratelimit").and_then(|text| text.rsplit("t=").next()?.trim().parse().ok())
        {
            return Some(std::time::Duration::from_secs(reset));
        }
        backoff::asked(&self.policy, answer.header("retry-after")?, answer.header("date"), clock::now())
    }

    async fn pages(&mut self, first: Url) -> Result<Vec<Value>, Failure> {
        let (mut rows, mut ids, mut visited) = (Vec::new(), HashSet::new(), HashSet::from([first.to_string()]));
        let (mut url, mut barren) = (first, 0);
        for _ in 0..self.policy.pages {
            let page = match self.call(&Request::get(url.clone())).await {
                Err(failure)
                    if failure.class == ErrorClass::PageInvalidated && self.policy.has(Lapse::BadCursorIsTheEnd) =>
                {
                    return Ok(rows);
                }
                other => other?,
            };
            let data = page.get("data").and_then(Value::as_array);
            let data = data.ok_or_else(|| Failure::broken(Some(200), "a list without `data`"))?;
            let before = rows.len();
            let twice = self.policy.has(Lapse::KeepsDuplicates);
            rows.extend(data.iter().filter(|row| ids.insert(identity(row)) || twice).cloned());
            barren = if rows.len() == before { barren + 1 } else { 0 };
            let Some(next) = page.pointer("/links/next").and_then(Value::as_str) else { return Ok(rows) };
            url = self.allowed(&url, next)?;
            let repeats = !data.is_empty() && barren > 0;
            if self.policy.paging_guard == PagingGuard::SeenBefore
                && (!visited.insert(url.to_string()) || repeats || barren > MOST_EMPTY_PAGES)
            {
                return Err(Failure::broken(Some(200), "the list leads back to where it has been"));
            }
        }
        Err(Failure::broken(Some(200), "the list has more pages than we read"))
    }

    /// A `next` link, if we may follow it: our token goes to the bank's own origin and nowhere else.
    fn allowed(&self, current: &Url, next: &str) -> Result<Url, Failure> {
        let broken = |what: &str| Failure::broken(Some(200), format!("the next link {what}"));
        let next = current.join(next).map_err(|_| broken("is not an address"))?;
        if self.policy.links == Links::SameOrigin && next.origin() != self.base_url.origin() {
            return Err(broken("leads away from the bank"));
        }
        Ok(next)
    }

    /// The rows that can still be read of a broken list, for the client that thinks this is a good idea.
    fn salvage(&self, request: &Request, bytes: &[u8]) -> Option<Value> {
        if self.policy.broken_bodies == BrokenBodies::Refuse || request.method != Method::GET {
            return None;
        }
        let text = String::from_utf8_lossy(bytes);
        let ends = text.match_indices('}').map(|(at, _)| at + 1).collect::<Vec<_>>();
        let whole = ends.iter().rev().find_map(|end| serde_json::from_str(&format!("{}]}}", &text[..*end])).ok());
        Some(whole.unwrap_or_else(|| serde_json::json!({"data": []})))
    }

    fn note(&mut self, request: &Request, bearer: &str, answer: Option<&Answer>) {
        let status = answer.map_or("no answer".to_owned(), |answer| answer.status.to_string());
        let secret = match self.policy.log {
            Log::Redacted => String::new(),
            Log::Everything => format!(" (authorization: Bearer {bearer})"),
        };
        // A log that cannot be written must not stop a payment.
        let _ = writeln!(self.log, "{} {} → {status}{secret}", request.method, request.target());
    }
}

/// The bytes without a byte order mark, which no bank may send and every reader may ignore (RFC 8259 §8.1).
fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// What makes a row the same row on another page: the bank's id, or all of it.
fn identity(row: &Value) -> String {
    row.get("id").and_then(Value::as_str).map_or_else(|| row.to_string(), str::to_owned)
}
