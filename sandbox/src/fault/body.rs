//! Another body: text, JSON, a built-in HTML page, or none.

use axum::http::HeaderValue;
use bank_fixtures::document::Kind;
use bytes::Bytes;

use super::prelude::*;
use crate::fault::json;

/// The row of the catalogue.
pub(super) const FAULT: Fault = Fault {
    slug: "body",
    layer: Layer::Body,
    stages: &[Stage::Send],
    about: "another body: JSON (a mapping or list), text, a page a gateway would send, or nothing; the content type follows unless `headers` sets it",
    legal: "a mapping or list (sent as JSON), text, html:maintenance, html:gateway, html:login or empty",
    example: "{status: 503, body: html:maintenance}",
    compile,
};

/// Pages that stand between a client and a bank.
const PAGES: &[(&str, &str)] = &[
    (
        "html:maintenance",
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Planned maintenance</title></head>\n<body><h1>We will be back soon</h1><p>Our services are closed for planned maintenance.</p></body></html>\n",
    ),
    (
        "html:gateway",
        "<html>\n<head><title>502 Bad Gateway</title></head>\n<body>\n<center><h1>502 Bad Gateway</h1></center>\n</body>\n</html>\n",
    ),
    (
        "html:login",
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Sign in</title></head>\n<body><form method=\"post\"><label>User <input name=\"user\"></label><button>Sign in</button></form></body></html>\n",
    ),
];

#[derive(Debug)]
struct Body {
    content_type: Option<&'static str>,
    body: Bytes,
}

fn compile(value: Value<'_>) -> Option<Arc<dyn Effect>> {
    let body = match value.kind() {
        Kind::Map | Kind::List => {
            Body { content_type: Some("application/json"), body: json::of(value).to_string().into() }
        }
        _ => match value.scalar()? {
            "empty" => Body { content_type: None, body: Bytes::new() },
            text if text.starts_with("html:") => {
                let words: Vec<&str> = PAGES.iter().map(|row| row.0).collect();
                let name = value.word_of(&words)?;
                let page = PAGES.iter().find(|row| row.0 == name)?.1;
                Body { content_type: Some("text/html; charset=utf-8"), body: Bytes::from_static(page.as_bytes()) }
            }
            text => Body { content_type: Some("text/plain; charset=utf-8"), body: text.to_owned().into() },
        },
    };
    Some(Arc::new(body))
}

impl Effect for Body {
    fn apply(&self, _: &Moment<'_>, plan: &mut Plan) {
        let content_type = self.content_type.map(HeaderValue::from_static);
        let body = Rewrite::Body { content_type, body: self.body.clone() };
        // The content type a file sets in `headers` has the last word: the body goes in front of it.
        let headers = plan.rewrites.iter().position(
            |rewrite| matches!(rewrite, Rewrite::Header(name, _) if name == axum::http::header::CONTENT_TYPE),
        );
        plan.rewrites.insert(headers.unwrap_or(plan.rewrites.len()), body);
    }
}
