//! Journal v1, the published form: one JSON object per exchange. Members are only ever added.

use bank_fixtures::error_class::ErrorClass;
use serde::Serialize;

use super::redact::{self, Secrets};
use super::{Entry, Packed};
use crate::certificate::Standing;

/// Most bytes of a body that are shown.
pub(super) const BODY_LIMIT_BYTES: usize = 64 * 1024;

#[derive(Serialize)]
struct Line<'a> {
    v: u8,
    seq: u64,
    journal_id: String,
    world: &'a str,
    bank: &'a str,
    connection: u64,
    started_at: String,
    virtual_at: String,
    started_ns: u64,
    decided_ns: u64,
    ended_ns: u64,
    operation: &'static str,
    method: &'a str,
    target: String,
    request: Message,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    consent_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    idempotency_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_certificate: Option<Certificate>,
    decisions: Vec<Decision<'a>>,
    limited: bool,
    committed: bool,
    replayed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<Response>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_class: Option<&'static str>,
    ending: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook: Option<Webhook<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deed: Option<Deed<'a>>,
}

/// What an entry with the operation `bank.deed` says besides.
#[derive(Serialize)]
struct Deed<'a> {
    on: &'a str,
    kinds: &'a [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    entity: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u64>,
    touched: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<String>,
}

/// What the client showed in its TLS handshake.
#[derive(Serialize)]
struct Certificate {
    subject: String,
    /// SHA-256 of its DER in base64url, as in `cnf.x5t#S256`.
    thumbprint: String,
    /// Whether the sandbox's authority vouches for it.
    vouched: bool,
}

/// What an entry with the operation `webhook.deliver` says besides.
#[derive(Serialize)]
struct Webhook<'a> {
    webhook_id: &'a str,
    event_id: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    entity: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u64>,
    truth: u64,
    delivery: u64,
    copy: u32,
    attempt: u32,
    bad_signature: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    forgery: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'a str>,
    outcome: &'static str,
}

#[derive(Serialize)]
struct Message {
    headers: Vec<(String, String)>,
    body_bytes: usize,
    body_sha256: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    body: String,
}

#[derive(Serialize)]
struct Response {
    status: u16,
    #[serde(flatten)]
    message: Message,
    sent_bytes: u64,
}

#[derive(Serialize)]
struct Decision<'a> {
    rule: &'a str,
    phase: usize,
    n: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    draw: Option<f64>,
    effect: &'a str,
    stage: &'static str,
    key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    p: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    block: Option<u64>,
    scenario: &'a str,
    seed: u64,
}

/// One line of journal v1, without its line end.
pub(crate) fn line(world: &str, seq: u64, entry: &Entry, secrets: Secrets) -> String {
    let access = entry.access.as_ref();
    let text = |text: &str| secrets.text(text);
    let line = Line {
        v: 1,
        seq,
        journal_id: format!("{world}-{seq}"),
        world,
        bank: entry.bank.as_deref().unwrap_or(""),
        connection: entry.connection,
        started_at: millis(entry.started_at),
        virtual_at: millis(entry.virtual_at),
        started_ns: entry.started_ns,
        decided_ns: entry.decided_ns,
        ended_ns: entry.ended_ns,
        operation: entry.operation.name(),
        method: entry.method.as_str(),
        target: secrets.target(&entry.target),
        request: message(&entry.headers, &entry.body, secrets),
        client_id: entry.client().map(text),
        user: entry.user().map(text),
        consent_id: entry.consent().map(text),
        token_id: access.map(|access| access.token_id.as_str()),
        account_id: entry.account_id.as_deref().map(text),
        page: entry.page,
        idempotency_key: entry.idempotency_key.as_deref().map(text),
        client_certificate: entry.certificate.as_ref().map(|certificate| Certificate {
            subject: text(&certificate.subject().to_string()),
            thumbprint: certificate.thumbprint(),
            vouched: certificate.standing() == Standing::Vouched,
        }),
        decisions: entry
            .decisions
            .iter()
            .map(|made| Decision {
                rule: &made.rule,
                phase: made.phase,
                n: made.n,
                draw: made.draw,
                effect: &made.effect,
                stage: made.stage.name(),
                key: &made.key,
                p: made.chance.map(|odds| odds.p),
                block: made.chance.and_then(|odds| odds.block),
                scenario: &made.drawn_from.0,
                seed: made.drawn_from.1,
            })
            .collect(),
        limited: entry.limited,
        committed: entry.committed,
        replayed: entry.replayed,
        response: entry.answer.as_ref().map(|answer| Response {
            status: answer.status.as_u16(),
            message: message(&answer.headers, &answer.body, secrets),
            sent_bytes: answer.sent_bytes,
        }),
        error_class: entry.class.map(ErrorClass::name),
        ending: entry.ending.name(),
        webhook: entry.webhook.as_ref().map(|told| Webhook {
            webhook_id: &told.webhook_id,
            event_id: &told.event_id,
            kind: &told.kind,
            entity: &told.entity,
            version: told.version,
            truth: told.truth,
            delivery: told.delivery,
            copy: told.copy,
            attempt: told.attempt,
            bad_signature: told.bad_signature,
            forgery: told.forgery,
            rule: entry.decisions.first().map(|made| made.rule.as_str()),
            outcome: told.outcome,
        }),
        deed: entry.deed.as_ref().map(|did| Deed {
            on: did.event.as_deref().unwrap_or("timeline"),
            kinds: &did.kinds,
            entity: did.entity.as_deref(),
            version: did.version,
            touched: &did.touched,
            trouble: did.trouble.as_deref().map(text),
        }),
    };
    serde_json::to_string(&line).expect("strings and numbers serialise")
}

pub(super) fn millis(at: jiff::Timestamp) -> String {
    format!("{at:.3}")
}

fn message(headers: &Packed, body: &[u8], secrets: Secrets) -> Message {
    Message {
        headers: headers.iter().map(|(name, value)| (name.to_owned(), secrets.header(name, value))).collect(),
        body_bytes: body.len(),
        body_sha256: redact::hash(body),
        body: secrets.body(content_type(headers), body, BODY_LIMIT_BYTES),
    }
}

/// The content type a message claims.
pub(super) fn content_type(headers: &Packed) -> &str {
    headers.value("content-type").and_then(|value| std::str::from_utf8(value).ok()).unwrap_or("")
}
