//! Exchanges as evidence: what was asked and answered, with the secrets hidden.

use super::{RawReply, Request};
use crate::verdict::{Answer, Exchange};

/// How much of a body is kept as evidence.
const EVIDENCE_BODY_BYTES: usize = 16 * 1024;

pub(super) fn captured(number: u64, request: &Request, raw: Option<&RawReply>, trouble: Option<String>) -> Exchange {
    let body_text = |body: &[u8]| {
        let text = hidden_body(&String::from_utf8_lossy(&body[..body.len().min(EVIDENCE_BODY_BYTES)]));
        if body.len() > EVIDENCE_BODY_BYTES { format!("{text}… ({} bytes in all)", body.len()) } else { text }
    };
    Exchange {
        number,
        method: request.method.to_owned(),
        url: hidden_url(&request.url),
        request_headers: request.headers.iter().map(hidden_header).collect(),
        request_body: request.body.as_deref().map(body_text),
        answer: raw.map(|raw| Answer {
            status: raw.status,
            headers: raw.headers.iter().map(hidden_header).collect(),
            body: body_text(&raw.body),
        }),
        trouble,
        reference: raw.and_then(|raw| raw.header("x-request-id")).map(str::to_owned),
    }
}

/// Names whose values are never shown: in queries, forms and JSON bodies.
const SECRET_NAMES: &[&str] = &[
    "access_token",
    "refresh_token",
    "id_token",
    "code",
    "code_verifier",
    "client_secret",
    "client_assertion",
    "password",
    "token",
    "device_code",
    "auth_req_id",
    "registration_access_token",
    "id_token_hint",
    "csrf",
    "csrf_token",
];

const SECRET_HEADERS: &[&str] = &["authorization", "cookie", "set-cookie", "dpop"];

const HIDDEN: &str = "<hidden>";

fn hidden_header(header: &(String, String)) -> (String, String) {
    let (name, value) = header;
    if SECRET_HEADERS.iter().any(|secret| name.eq_ignore_ascii_case(secret)) {
        let scheme = value.split_once(' ').filter(|_| name.eq_ignore_ascii_case("authorization"));
        return (name.clone(), scheme.map_or(HIDDEN.to_owned(), |(scheme, _)| format!("{scheme} {HIDDEN}")));
    }
    if name.eq_ignore_ascii_case("location") {
        return (name.clone(), hidden_url(value));
    }
    (name.clone(), value.clone())
}

fn hidden_url(url: &str) -> String {
    match url.split_once('?') {
        Some((path, query)) => format!("{path}?{}", hidden_pairs(query)),
        None => url.to_owned(),
    }
}

fn hidden_pairs(pairs: &str) -> String {
    let hide = |pair: &str| match pair.split_once('=') {
        Some((name, _)) if SECRET_NAMES.contains(&name) => format!("{name}={HIDDEN}"),
        _ => pair.to_owned(),
    };
    pairs.split('&').map(hide).collect::<Vec<_>>().join("&")
}

/// Hides the values of secret names in a form body or in JSON text, without needing the text to be well-formed. A
/// problem's `code` member is a word, not a secret, so in JSON only the other names are hidden.
fn hidden_body(text: &str) -> String {
    if !text.trim_start().starts_with(['{', '[', '<']) {
        return hidden_pairs(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, quoted)) = rest.split_once('"') {
        shown.push_str(before);
        shown.push('"');
        let (name, after) = quoted.split_once('"').unwrap_or((quoted, ""));
        shown.push_str(name);
        rest = after;
        if after.is_empty() && !quoted.contains('"') {
            return shown;
        }
        shown.push('"');
        let is_secret = name != "code" && SECRET_NAMES.contains(&name);
        let value = after.trim_start().strip_prefix(':').map(str::trim_start).and_then(|after| after.strip_prefix('"'));
        if let (true, Some(value)) = (is_secret, value) {
            shown.push_str(&format!(": \"{HIDDEN}\""));
            rest = value.split_once('"').map_or("", |(_, after)| after);
        }
    }
    shown.push_str(rest);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_evidence() {
        let request = Request::post("http://bank/token?code=abc&state=s").bearer("tok").form([
            ("grant_type", "authorization_code"),
            ("code", "abc"),
            ("client_secret", "sec"),
        ]);
        let raw = RawReply {
            status: 200,
            headers: vec![("location".to_owned(), "http://c/cb?code=abc&iss=i".to_owned())],
            body: br#"{"access_token" : "tok", "scope": "a", "code": "invalid_cursor", "refresh_token":"r"}"#.to_vec(),
            cut: None,
        };
        let exchange = captured(1, &request, Some(&raw), None);
        assert_eq!(exchange.url, "http://bank/token?code=<hidden>&state=s");
        assert_eq!(exchange.request_headers[0].1, "Bearer <hidden>");
        assert_eq!(
            exchange.request_body.as_deref(),
            Some("grant_type=authorization_code&code=<hidden>&client_secret=<hidden>")
        );
        let answer = exchange.answer.unwrap();
        assert_eq!(answer.headers[0].1, "http://c/cb?code=<hidden>&iss=i");
        assert_eq!(
            answer.body,
            r#"{"access_token": "<hidden>", "scope": "a", "code": "invalid_cursor", "refresh_token": "<hidden>"}"#
        );
    }
}
