//! The journal as an HTTP Archive (HAR 1.2), for tools that show one.
//!
//! Owns the mapping alone. What HAR cannot say (rule, consent, how it ended) stands in members whose names begin with `_`,
//! as its specification allows. An exchange without an answer has the status 0.

use std::sync::Arc;

use serde::Serialize;

use super::redact::Secrets;
use super::v1::{BODY_LIMIT_BYTES, content_type, millis};
use super::{Answered, Entry, Packed};

#[derive(Serialize)]
struct Archive<'a> {
    log: Log<'a>,
}

#[derive(Serialize)]
struct Log<'a> {
    version: &'static str,
    creator: Creator,
    entries: Vec<Exchange<'a>>,
}

#[derive(Serialize)]
struct Creator {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Exchange<'a> {
    started_date_time: String,
    time: f64,
    request: Request<'a>,
    response: Response,
    cache: Nothing,
    timings: Timings,
    connection: String,
    #[serde(rename = "_journal_id")]
    journal_id: String,
    #[serde(rename = "_operation")]
    operation: &'static str,
    #[serde(rename = "_virtual_at")]
    virtual_at: String,
    #[serde(rename = "_rules", skip_serializing_if = "Vec::is_empty")]
    rules: Vec<&'a str>,
    #[serde(rename = "_committed")]
    committed: bool,
    #[serde(rename = "_ending")]
    ending: &'static str,
}

#[derive(Serialize)]
struct Nothing {}

#[derive(Serialize)]
struct Timings {
    send: f64,
    wait: f64,
    receive: f64,
}

#[derive(Serialize)]
struct Pair {
    name: String,
    value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    method: &'a str,
    url: String,
    http_version: &'static str,
    cookies: Vec<Pair>,
    headers: Vec<Pair>,
    query_string: Vec<Pair>,
    #[serde(skip_serializing_if = "Option::is_none")]
    post_data: Option<PostData>,
    headers_size: i64,
    body_size: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PostData {
    mime_type: String,
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    status: u16,
    status_text: &'static str,
    http_version: &'static str,
    cookies: Vec<Pair>,
    headers: Vec<Pair>,
    content: Content,
    #[serde(rename = "redirectURL")]
    redirect_url: String,
    headers_size: i64,
    body_size: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    size: usize,
    mime_type: String,
    text: String,
}

/// Unknown, in HAR.
const UNKNOWN_SIZE: i64 = -1;

/// The archive of these entries. `base_url` stands in where a request named no host.
pub(crate) fn har(world: &str, base_url: &str, entries: &[(u64, Arc<Entry>)], secrets: Secrets) -> String {
    let archive = Archive {
        log: Log {
            version: "1.2",
            creator: Creator { name: "bank-sandbox", version: env!("CARGO_PKG_VERSION") },
            // What a scenario did by itself is no exchange.
            entries: entries
                .iter()
                .filter(|(_, entry)| entry.deed.is_none())
                .map(|(seq, entry)| exchange(world, base_url, *seq, entry, secrets))
                .collect(),
        },
    };
    serde_json::to_string(&archive).expect("strings and numbers serialise")
}

fn exchange<'a>(world: &str, base_url: &str, seq: u64, entry: &'a Entry, secrets: Secrets) -> Exchange<'a> {
    let milliseconds = |from: u64, to: u64| to.saturating_sub(from) as f64 / 1e6;
    let http_version = version(entry);
    Exchange {
        started_date_time: millis(entry.started_at),
        time: milliseconds(entry.started_ns, entry.ended_ns),
        request: request(entry, base_url, http_version, secrets),
        response: response(entry.answer.as_ref(), http_version, secrets),
        cache: Nothing {},
        timings: Timings {
            send: 0.0,
            wait: milliseconds(entry.started_ns, entry.decided_ns),
            receive: milliseconds(entry.decided_ns, entry.ended_ns),
        },
        connection: entry.connection.to_string(),
        journal_id: format!("{world}-{seq}"),
        operation: entry.operation.name(),
        virtual_at: millis(entry.virtual_at),
        rules: entry.decisions.iter().map(|made| made.rule.as_str()).collect(),
        committed: entry.committed,
        ending: entry.ending.name(),
    }
}

/// HTTP/2 has no `Host` where it has an authority; HTTP/1.1 must have one.
fn version(entry: &Entry) -> &'static str {
    if entry.headers.value("host").is_some() { "HTTP/1.1" } else { "HTTP/2.0" }
}

fn request<'a>(entry: &'a Entry, base_url: &str, http_version: &'static str, secrets: Secrets) -> Request<'a> {
    let target = secrets.target(&entry.target);
    let host = entry.headers.value("host").and_then(|host| std::str::from_utf8(host).ok());
    let url = match host {
        _ if !target.starts_with('/') => target.clone(),
        Some(host) => format!("http://{host}{target}"),
        None => format!("{base_url}{target}"),
    };
    let query = target.split_once('?').map_or("", |(_, query)| query);
    let pair = |(name, value): (std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>)| Pair {
        name: name.into_owned(),
        value: value.into_owned(),
    };
    let post_data = (!entry.body.is_empty()).then(|| PostData {
        mime_type: content_type(&entry.headers).to_owned(),
        text: secrets.body(content_type(&entry.headers), &entry.body, BODY_LIMIT_BYTES),
    });
    Request {
        method: entry.method.as_str(),
        url,
        http_version,
        cookies: Vec::new(),
        headers: headers(&entry.headers, secrets),
        query_string: url::form_urlencoded::parse(query.as_bytes()).map(pair).collect(),
        post_data,
        headers_size: UNKNOWN_SIZE,
        body_size: entry.body.len(),
    }
}

fn response(answer: Option<&Answered>, http_version: &'static str, secrets: Secrets) -> Response {
    let Some(answer) = answer else {
        let content = Content { size: 0, mime_type: String::new(), text: String::new() };
        return Response {
            status: 0,
            status_text: "",
            http_version,
            cookies: Vec::new(),
            headers: Vec::new(),
            content,
            redirect_url: String::new(),
            headers_size: UNKNOWN_SIZE,
            body_size: 0,
        };
    };
    let mime_type = content_type(&answer.headers);
    let location = answer.headers.value("location").unwrap_or_default();
    Response {
        status: answer.status.as_u16(),
        status_text: answer.status.canonical_reason().unwrap_or(""),
        http_version,
        cookies: Vec::new(),
        headers: headers(&answer.headers, secrets),
        content: Content {
            size: answer.body.len(),
            mime_type: mime_type.to_owned(),
            text: secrets.body(mime_type, &answer.body, BODY_LIMIT_BYTES),
        },
        redirect_url: secrets.header("location", location),
        headers_size: UNKNOWN_SIZE,
        body_size: answer.sent_bytes,
    }
}

fn headers(packed: &Packed, secrets: Secrets) -> Vec<Pair> {
    let pair = |(name, value): (&str, &[u8])| Pair { name: name.to_owned(), value: secrets.header(name, value) };
    packed.iter().map(pair).collect()
}
