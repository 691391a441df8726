//! The keys of a target file that belong to its driver.
//!
//! Owns which keys go with which driver, and what each may hold.

use std::sync::Arc;
use std::time::Duration;

use bank_fixtures::document::{Kind, Map, Value};
use bank_fixtures::duration;
use bank_fixtures::expectation::{DRIVES, Drive};
use reqwest::Method;

use super::http::{Body, Call, HttpDriver, Operation};
use super::output::OutputPlace;
use super::service::{Ready, Service};
use super::{Driver, Echo};
use crate::client_target::mapping::{Csv, Sql, SqlSource};
use crate::client_target::template::{Template, When};

#[derive(Clone, Copy, PartialEq)]
enum Which {
    Command,
    Http,
    Observe,
}

/// What a client can be asked to do ([`DRIVES`]), in the order in which a message names it.
const DEED_KEYS: &[&str] = &["sync", "pay", "status", "cancel", "login"];

/// The keys of each driver.
const OWN: &[(&str, &[Which])] = &[
    ("commands", &[Which::Command]),
    ("command", &[Which::Observe]),
    ("service", &[Which::Http]),
    ("url", &[Which::Http]),
    ("setup", &[Which::Http]),
    ("calls", &[Which::Http]),
    ("output", &[Which::Command, Which::Http]),
    ("mapping", &[Which::Command, Which::Http]),
];

/// How long a service may take to be ready when the file does not say.
const READY_WITHIN: Duration = Duration::from_secs(30);

const CALL: &str = "a method and an address: \"POST ${SERVICE_URL}/sync\"";
const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE"];

/// Reads the driver of a target file.
pub(crate) fn read(map: Map<'_>) -> Option<Driver> {
    let kinds = [("command", Which::Command), ("http", Which::Http), ("observe", Which::Observe)];
    let which = map.required("driver").and_then(|driver| driver.one_of(&kinds))?;
    let takes = match which {
        Which::Command => "the driver `command` takes `commands`, one per operation, `output` and `mapping`",
        Which::Http => {
            "the driver `http` takes `service` or `url`, `setup`, `calls`, one per operation, `output` and `mapping`"
        }
        Which::Observe => "the driver `observe` takes one `command` and judges the wire alone",
    };
    for (key, drivers) in OWN {
        if let (Some(value), false) = (map.optional(key), drivers.contains(&which)) {
            value.refuse(format!("`{key}` does not go with this driver"), takes);
        }
    }
    match which {
        Which::Command => command_driver(map),
        Which::Http => http_driver(map),
        Which::Observe => {
            let command = map.required("command").and_then(|value| argv(value, When::Payment));
            Some(Driver::Observe { command: command?, echo: Echo::Silent })
        }
    }
}

/// A text with names in it.
pub(crate) fn template(value: Value<'_>, when: When) -> Option<Template> {
    value.parse(&Template::legal(when), |text| Template::parse(text, when))
}

fn command_driver(map: Map<'_>) -> Option<Driver> {
    let read = |value: Value<'_>, drive: Drive| argv(value, when(drive, false));
    let commands = map.required("commands").and_then(|value| deeds(value, "command", read));
    let output = map.optional("output").map(|value| output(value, When::Always));
    Some(Driver::Command { commands: commands?, output: output.unwrap_or(Some(OutputPlace::Stdout))? })
}

fn http_driver(map: Map<'_>) -> Option<Driver> {
    let service = map.optional("service").map(service);
    let url = map.optional("url").map(|value| template(value, When::Always));
    if service.is_none() && url.is_none() {
        map.value().refuse("no service to call", "`service`, which is started, or the `url` of one that runs");
    }
    let setup = map.optional("setup").map(|value| call(value, When::Service));
    let read = |value: Value<'_>, drive: Drive| operation(value, when(drive, true));
    let calls = map.required("calls").and_then(|value| deeds(value, "call", read));
    let output = map.optional("output").map(|value| output(value, When::Service));
    if service.is_none() && url.is_none() {
        return None;
    }
    Some(Driver::Http(Arc::new(HttpDriver {
        service: service.map_or(Some(None), |read| read.map(Some))?,
        url: url.map_or(Some(None), |read| read.map(Some))?,
        setup: setup.map_or(Some(None), |read| read.map(Some))?,
        calls: calls?,
        output: output.unwrap_or(Some(OutputPlace::Stdout))?,
        turn: Arc::default(),
    })))
}

/// What is said for each thing the client can be asked to do; at least one.
fn deeds<T>(value: Value<'_>, what: &str, read: impl Fn(Value<'_>, Drive) -> Option<T>) -> Option<Vec<(Drive, T)>> {
    let map = value.map(DEED_KEYS)?;
    let one = |(name, drive): &(&str, Drive)| map.optional(name).map(|value| Some((*drive, read(value, *drive)?)));
    let all: Vec<Option<_>> = DRIVES.iter().filter_map(one).collect();
    if all.is_empty() {
        value.refuse(format!("no {what}"), format!("at least one of {}", DEED_KEYS.join(", ")));
        return None;
    }
    all.into_iter().collect()
}

fn when(drive: Drive, is_service: bool) -> When {
    match (drive, is_service) {
        (Drive::Sync, false) => When::Always,
        (_, false) => When::Payment,
        (Drive::Sync, true) => When::Service,
        (_, true) => When::ServicePayment,
    }
}

fn service(value: Value<'_>) -> Option<Service> {
    let map = value.map(&["command", "ready", "within"])?;
    let command = map.required("command").and_then(|value| argv(value, When::Service));
    let ready = map.required("ready").and_then(ready);
    let within = map.optional("within").map(|value| value.parse(duration::LEGAL, duration::parse));
    Some(Service { command: command?, ready: ready?, within: within.unwrap_or(Some(READY_WITHIN))? })
}

fn ready(value: Value<'_>) -> Option<Ready> {
    let legal = "one of url: \"${SERVICE_URL}/health\", port: \"${SERVICE_PORT}\", log: a text it prints";
    let map = value.map(&["url", "port", "log"])?;
    let url = map.optional("url").map(|value| template(value, When::Service).map(Ready::Url));
    let port = map.optional("port").map(|value| template(value, When::Service).map(Ready::Port));
    let log = map.optional("log").map(|value| value.word().map(|text| Ready::Log(text.to_owned())));
    match [url, port, log].into_iter().flatten().collect::<Vec<_>>().as_mut_slice() {
        [one] => one.take(),
        others => {
            value.refuse(format!("{} ways to see that it is ready", others.len()), legal);
            None
        }
    }
}

fn operation(value: Value<'_>, when: When) -> Option<Operation> {
    if value.kind() != Kind::Map {
        return call(value, when).map(|call| Operation { call, result: None });
    }
    let map = value.map(&["call", "headers", "body", "result"])?;
    let (call, result) = (call_in(map, when), map.optional("result").map(|value| self::call(value, when)));
    Some(Operation { call: call?, result: result.map_or(Some(None), |read| read.map(Some))? })
}

fn call(value: Value<'_>, when: When) -> Option<Call> {
    if value.kind() == Kind::Map {
        return call_in(value.map(&["call", "headers", "body"])?, when);
    }
    let (method, url) = request_line(value, when)?;
    Some(Call { method, url, headers: Vec::new(), body: None })
}

fn call_in(map: Map<'_>, when: When) -> Option<Call> {
    let line = map.required("call").and_then(|value| request_line(value, when));
    let headers = map.optional("headers").map(|value| {
        let read = |(key, value): (Value<'_>, Value<'_>)| {
            let name = key.key_text();
            if reqwest::header::HeaderName::from_bytes(name.as_bytes()).is_err() {
                key.refuse(format!("`{name}` is no name of a header"), "letters, digits and hyphens");
                return None;
            }
            Some((name.to_owned(), template(value, when)?))
        };
        value.entries()?.into_iter().map(read).collect::<Vec<_>>().into_iter().collect::<Option<Vec<_>>>()
    });
    let body = map.optional("body").map(|value| body(value, when));
    let (method, url) = line?;
    Some(Call {
        method,
        url,
        headers: headers.unwrap_or(Some(Vec::new()))?,
        body: body.map_or(Some(None), |read| read.map(Some))?,
    })
}

fn request_line(value: Value<'_>, when: When) -> Option<(Method, Template)> {
    let text = value.scalar()?;
    let Some((method, url)) = text.split_once(' ').filter(|(_, url)| !url.trim().is_empty()) else {
        value.refuse(format!("`{text}` is no call"), CALL);
        return None;
    };
    if !METHODS.contains(&method) {
        value.refuse(format!("`{method}` is no method here"), METHODS.join(", "));
        return None;
    }
    let url = value.parse(&Template::legal(when), |_| Template::parse(url.trim(), when))?;
    Some((Method::from_bytes(method.as_bytes()).ok()?, url))
}

fn body(value: Value<'_>, when: When) -> Option<Body> {
    match value.kind() {
        Kind::Map => {
            let read = |(key, value): (Value<'_>, Value<'_>)| Some((key.key_text().to_owned(), body(value, when)?));
            let members = value.entries()?.into_iter().map(read).collect::<Vec<_>>();
            members.into_iter().collect::<Option<Vec<_>>>().map(Body::Object)
        }
        Kind::List => value.each(|item| body(item, when)).map(Body::List),
        Kind::Text => template(value, when).map(Body::Text),
        Kind::Null => Some(Body::Literal("null".to_owned())),
        _ => {
            let text = value.scalar()?;
            // YAML writes some numbers as JSON cannot.
            let is_json = serde_json::from_str::<serde_json::Value>(text).is_ok();
            if !is_json {
                value.refuse(format!("`{text}` is no number in JSON"), "a decimal number, or a text in quotes");
            }
            is_json.then(|| Body::Literal(text.to_owned()))
        }
    }
}

fn output(value: Value<'_>, when: When) -> Option<OutputPlace> {
    if value.kind() != Kind::Map {
        return match value.text()? {
            "stdout" => Some(OutputPlace::Stdout),
            _ => template(value, when).map(OutputPlace::File),
        };
    }
    let legal = "one of csv: {transactions: out.csv}, sqlite: app.db with queries, postgres: an address with queries";
    let kinds: Vec<&str> =
        ["csv", "sqlite", "postgres"].into_iter().filter(|kind| value.member(kind).is_some()).collect();
    match kinds.as_slice() {
        ["csv"] => {
            let map = value.map(&["csv", "delimiter"])?;
            let files = map.required("csv").and_then(|value| named(value, when));
            let delimiter = map.optional("delimiter").map(|value| match value.scalar()?.as_bytes() {
                [one] if one.is_ascii() => Some(*one),
                _ => {
                    value.refuse("no delimiter", "one character: \";\", \"\\t\"");
                    None
                }
            });
            Some(OutputPlace::Csv(Csv { files: files?, delimiter: delimiter.unwrap_or(Some(b','))? }))
        }
        [kind] => {
            let map = value.map(&["sqlite", "postgres", "queries"])?;
            let place = map.required(kind).and_then(|value| template(value, when));
            let queries = map.required("queries").and_then(|value| named(value, when));
            let place = place?;
            let source = if *kind == "sqlite" { SqlSource::Sqlite(place) } else { SqlSource::Postgres(place) };
            Some(OutputPlace::Sql(Sql { source, queries: queries? }))
        }
        others => {
            value.refuse(format!("{} places of a result", others.len()), legal);
            None
        }
    }
}

fn named(value: Value<'_>, when: When) -> Option<Vec<(String, Template)>> {
    let read = |(key, value): (Value<'_>, Value<'_>)| Some((key.key_text().to_owned(), template(value, when)?));
    let all = value.entries()?.into_iter().map(read).collect::<Vec<_>>().into_iter().collect::<Option<Vec<_>>>()?;
    if all.is_empty() {
        value.refuse("nothing is named", "at least one: transactions");
        return None;
    }
    Some(all)
}

fn argv(value: Value<'_>, when: When) -> Option<Vec<Template>> {
    let argv = value.each(|item| template(item, when))?;
    if argv.is_empty() {
        value.refuse("no program", "a list: the program, then its arguments");
        return None;
    }
    Some(argv)
}
