//! Drives a client that is a service: its own endpoints are called, its answers are its results.
//!
//! Owns the calls, the wait for a result that comes later, and the words for a service that is gone or does not answer.
//! Knows nothing of banks: the addresses a client needs are in the values it is told.

use std::sync::Arc;
use std::time::Duration;

use bank_fixtures::canonical::Canonical;
use bank_fixtures::expectation::Drive;
use reqwest::Method;
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::output::{self, OutputPlace};
use super::service::{Gone, Running, Service};
use super::{Act, command};
use crate::client_target::events::Events;
use crate::client_target::evidence::End;
use crate::client_target::target_file::ClientTarget;
use crate::client_target::template::{Template, Values};
use crate::clock::{self, Stopwatch};
use crate::json::quoted;

/// A client that is a service.
#[derive(Debug)]
pub struct HttpDriver {
    /// How it is started; `None` if it runs already.
    pub service: Option<Service>,
    /// Where it is, if that is not the harness's choice.
    pub url: Option<Template>,
    /// Made once, before the first deed: tells a service that runs already where the bank is.
    pub setup: Option<Call>,
    /// What it can be asked to do.
    pub calls: Vec<(Drive, Operation)>,
    /// Where results are; in the answers if nothing is said.
    pub output: OutputPlace,
    /// A service at an address of its own serves one case at a time.
    pub turn: Arc<Mutex<()>>,
}

/// How one thing is asked for.
#[derive(Debug, Clone)]
pub struct Operation {
    /// The call that asks.
    pub call: Call,
    /// The call that answers with the result, if the first one does not; 202 means not yet.
    pub result: Option<Call>,
}

/// One HTTP call.
#[derive(Debug, Clone)]
pub struct Call {
    /// Method.
    pub method: Method,
    /// Address.
    pub url: Template,
    /// Headers besides the content type.
    pub headers: Vec<(String, Template)>,
    /// JSON body.
    pub body: Option<Body>,
}

/// JSON with names in its texts.
#[derive(Debug, Clone)]
pub enum Body {
    /// A number, `true`, `false` or `null`, as it is written.
    Literal(String),
    /// A text.
    Text(Template),
    /// A list.
    List(Vec<Body>),
    /// An object.
    Object(Vec<(String, Body)>),
}

/// A service being driven through one case.
pub(crate) struct Session<'a> {
    target: &'a ClientTarget,
    driver: &'a HttpDriver,
    http: reqwest::Client,
    events: Events,
    running: Option<Running>,
    _turn: Option<OwnedMutexGuard<()>>,
}

/// How often a result that is not there yet is asked for.
const ASK_EVERY: Duration = Duration::from_millis(50);
/// How long a service that broke a connection may take to be seen gone.
const GONE_WITHIN: Duration = Duration::from_millis(500);
/// An answer may have this many bytes.
const MOST_ANSWER_BYTES: usize = 64 << 20;

enum Called {
    Answered(u16, String),
    TimedOut,
    Gone(i32),
}

impl<'a> Session<'a> {
    /// Chooses addresses and opens what the client may call back to.
    pub(super) async fn prepare(
        target: &'a ClientTarget,
        driver: &'a HttpDriver,
        values: &mut Values,
    ) -> Result<Session<'a>, String> {
        let is_shared = driver.url.is_some() || driver.service.is_none();
        let turn = if is_shared { Some(Arc::clone(&driver.turn).lock_owned().await) } else { None };
        let port = free_port().map_err(|error| format!("no free port for the service: {error}"))?;
        values.set("SERVICE_PORT", port.to_string());
        let url = driver.url.as_ref().map(|url| url.fill(values).trim_end_matches('/').to_owned());
        values.set("SERVICE_URL", url.unwrap_or_else(|| format!("http://127.0.0.1:{port}")));
        let events = Events::open().await.map_err(|error| format!("no address for the client's events: {error}"))?;
        values.set("EVENTS_URL", events.url());
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build();
        let http = http.map_err(|error| format!("the HTTP client could not be set up: {error}"))?;
        Ok(Session { target, driver, http, events, running: None, _turn: turn })
    }

    /// Starts the service, or tells the one that runs.
    pub(super) async fn start(&mut self, values: &Values) -> Result<(), String> {
        if let Some(service) = &self.driver.service {
            let env = command::environment(self.target, values);
            self.running = Some(Running::start(service, values, env, &self.target.folder, &self.http).await?);
        }
        let Some(setup) = &self.driver.setup else { return Ok(()) };
        match self.call(setup, values, self.target.timeout).await? {
            Called::Answered(200..=299, _) => Ok(()),
            Called::Answered(status, body) => {
                let body: String = body.chars().take(400).collect();
                Err(format!("the client refused its setup: {} → {status}: {body}", setup.shown(values)))
            }
            Called::TimedOut => Err(format!("the client did not answer its setup: {}", setup.shown(values))),
            Called::Gone(code) => Err(format!("the service ended with exit code {code} during its setup")),
        }
    }

    /// Asks for one thing.
    pub(super) async fn act(&mut self, drive: Drive, values: &Values) -> Result<Act, String> {
        let operation = self.driver.calls.iter().find(|(known, _)| *known == drive);
        let (_, operation) = operation.ok_or_else(|| format!("the target has no call for `{}`", drive.name()))?;
        let watch = Stopwatch::start();
        let called = self.ask(operation, values, &watch).await?;
        let (text, end) = match called {
            Called::Answered(status, text) => (text, End::Answered(status)),
            Called::TimedOut => (String::new(), End::TimedOut),
            Called::Gone(code) => (String::new(), End::Exited(code)),
        };
        let output = match &self.driver.output {
            OutputPlace::Stdout => {
                let place = operation.result.as_ref().unwrap_or(&operation.call).shown(values);
                output::read(&self.target.mapping, &format!("the answer of {place}"), Some(text.clone()), end).await?
            }
            place => output::collect(place, self.target, values, end).await?,
        };
        let (out, stderr) = self.running.as_ref().map(Running::said).unwrap_or_default();
        let events = self.events.take();
        let output = with_events(output, &events)?;
        let stdout = std::iter::once(out).chain([text]).chain(events).filter(|text| !text.is_empty());
        let stdout = stdout.collect::<Vec<_>>().join("\n");
        Ok(Act { output, end, stdout, stderr, elapsed: watch.elapsed() })
    }

    /// Stops the service. What it printed since the last deed.
    pub(super) async fn stop(self) -> (String, String) {
        match self.running {
            Some(running) => running.stop().await,
            None => Default::default(),
        }
    }

    async fn ask(&mut self, operation: &Operation, values: &Values, watch: &Stopwatch) -> Result<Called, String> {
        let limit = self.target.timeout;
        let asked = self.call(&operation.call, values, limit).await?;
        let (Called::Answered(200..=299, _), Some(result)) = (&asked, &operation.result) else { return Ok(asked) };
        loop {
            let left = limit.saturating_sub(watch.elapsed());
            match self.call(result, values, left).await? {
                Called::Answered(202, _) => clock::wait(ASK_EVERY).await,
                other => return Ok(other),
            }
        }
    }

    /// Makes one call. What keeps it from being answered is the harness's, unless the service ended by itself.
    async fn call(&mut self, call: &Call, values: &Values, limit: Duration) -> Result<Called, String> {
        let mut request = self.http.request(call.method.clone(), call.url.fill(values)).timeout(limit);
        for (name, value) in &call.headers {
            request = request.header(name, value.fill(values));
        }
        if let Some(body) = &call.body {
            request = request.header("content-type", "application/json").body(body.fill(values));
        }
        match self.exchange(request).await {
            Ok(Some((status, text))) => Ok(Called::Answered(status, text)),
            Ok(None) => {
                Err(format!("{}: the answer has more than {} MiB", call.shown(values), MOST_ANSWER_BYTES >> 20))
            }
            Err(error) if error.is_timeout() => Ok(Called::TimedOut),
            Err(error) => match self.gone().await {
                Some(Gone::Exited(code)) => Ok(Called::Gone(code)),
                Some(gone) => Err(format!("the service {gone}")),
                None => Err(format!("{}: {}", call.shown(values), crate::client_target::chain(&error))),
            },
        }
    }

    async fn exchange(&self, request: reqwest::RequestBuilder) -> Result<Option<(u16, String)>, reqwest::Error> {
        let mut response = request.send().await?;
        let (status, mut bytes) = (response.status().as_u16(), Vec::new());
        while let Some(chunk) = response.chunk().await? {
            if bytes.len() + chunk.len() > MOST_ANSWER_BYTES {
                return Ok(None);
            }
            bytes.extend_from_slice(&chunk);
        }
        let text = String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into());
        Ok(Some((status, text)))
    }

    /// How the service went, if it is gone: seen a moment after its connections break.
    async fn gone(&mut self) -> Option<Gone> {
        let running = self.running.as_mut()?;
        let watch = Stopwatch::start();
        loop {
            match running.gone() {
                None if watch.elapsed() < GONE_WITHIN => clock::wait(ASK_EVERY).await,
                gone => return gone,
            }
        }
    }
}

impl Call {
    fn shown(&self, values: &Values) -> String {
        format!("{} {}", self.method, self.url.fill(values))
    }
}

impl Body {
    /// The JSON text with the values in place.
    pub(crate) fn fill(&self, values: &Values) -> String {
        match self {
            Body::Literal(text) => text.clone(),
            Body::Text(template) => quoted(&template.fill(values)),
            Body::List(items) => {
                format!("[{}]", items.iter().map(|item| item.fill(values)).collect::<Vec<_>>().join(","))
            }
            Body::Object(members) => {
                let member = |(name, body): &(String, Body)| format!("{}:{}", quoted(name), body.fill(values));
                format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(","))
            }
        }
    }
}

/// The result together with the failures the client told as events.
fn with_events(output: Option<Canonical>, events: &[String]) -> Result<Option<Canonical>, String> {
    let mut output = output;
    for text in events {
        let event = Canonical::parse("an event", text);
        let event = event.map_err(|wrong| format!("an event of the client is not canonical v1:\n{wrong}"))?;
        match &mut output {
            Some(output) => output.errors.extend(event.errors),
            None => output = Some(event),
        }
    }
    Ok(output)
}

/// A port nobody listens at: told to the service before it can be asked for one.
fn free_port() -> std::io::Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::super::super::template::When;
    use super::*;

    #[test]
    fn values_are_quoted_in_a_body() {
        let mut values = Values::default();
        values.set("ORDER_REFERENCE", "say \"hi\"\n");
        let text = Body::Text(Template::parse("${ORDER_REFERENCE}!", When::Payment).unwrap());
        let body = Body::Object(vec![
            ("n".to_owned(), Body::List(vec![Body::Literal("1.50".to_owned()), Body::Literal("null".to_owned())])),
            ("t".to_owned(), text),
        ]);
        assert_eq!(body.fill(&values), r#"{"n":[1.50,null],"t":"say \"hi\"\n!"}"#);
    }

    #[test]
    fn failures_told_as_events_are_part_of_the_result() {
        let event = r#"{"canonical": "v1", "errors": [{"class": "timeout"}]}"#.to_owned();
        let empty = Canonical::parse("result", r#"{"canonical": "v1"}"#).unwrap();
        assert_eq!(with_events(Some(empty), std::slice::from_ref(&event)).unwrap().unwrap().errors.len(), 1);
        assert_eq!(with_events(None, &[event]).unwrap().unwrap().errors.len(), 1);
        assert!(with_events(None, &["oops".to_owned()]).unwrap_err().starts_with("an event of the client is not"));
    }
}
