//! Links to the next page that lie.
//!
//! A proxy does not know the dialect, so the link is found as RFC 8288 says (`Link: <…>; rel="next"`) or, without that
//! header, under the member names published APIs use; wherever the body repeats it, it is replaced there too.

use axum::http::HeaderValue;
use axum::http::header::LINK;
use bytes::Bytes;
use url::Url;

use super::json_text::JsonText;
use super::prelude::*;
use super::redirect::elsewhere;
use crate::exchange::{Reply, Request};

/// The row of the catalogue.
pub(super) const FAULT: Fault = Fault {
    slug: "next",
    layer: Layer::Paging,
    stages: &[Stage::Send],
    about: "the link to the next page lies; a page without such a link is left alone",
    legal: "self, first, endless, foreign (another host), dead (no such path), wrong-path (the bank's own path is doubled), relative (true, and without a host), garbage (no address), null (instead of the link) or absent",
    example: "next: self",
    compile,
};

/// Where the lying link leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextLink {
    /// To the page that was just read.
    Itself,
    /// Back to the first page.
    First,
    /// To the page that was just read, under a link that was never seen before: the same query, spelled with other
    /// percent-encodings, so that no bank can refuse it. The first page keeps its honest link.
    Endless(u64),
    /// To another host (the same listener under another name, so that a call of it is seen).
    Foreign,
    /// To a path that does not exist.
    Dead,
    /// To the honest address with the bank's path in it twice.
    WrongPath,
    /// To the honest address, without scheme and host: RFC 8288 allows it.
    Relative,
    /// To something that is no address.
    Garbage,
    /// Nowhere, said with a null: the rest of the list cannot be reached.
    Null,
    /// Nowhere: the rest of the list cannot be reached.
    Absent,
}

/// Every lie with its name in scenario files.
pub(super) const NEXT_LINKS: &[(&str, NextLink)] = &[
    ("self", NextLink::Itself),
    ("first", NextLink::First),
    ("endless", NextLink::Endless(0)),
    ("foreign", NextLink::Foreign),
    ("dead", NextLink::Dead),
    ("wrong-path", NextLink::WrongPath),
    ("relative", NextLink::Relative),
    ("garbage", NextLink::Garbage),
    ("null", NextLink::Null),
    ("absent", NextLink::Absent),
];

/// Where bodies carry the link, as JSON pointers.
const POINTERS: &[&str] = &["/links/next", "/Links/Next", "/_links/next/href", "/links/next/href", "/next"];

fn compile(value: Value<'_>) -> Option<Arc<dyn Effect>> {
    Some(Arc::new(value.one_of(NEXT_LINKS)?))
}

impl Effect for NextLink {
    fn apply(&self, moment: &Moment<'_>, plan: &mut Plan) {
        let lie = match self {
            NextLink::Endless(_) => NextLink::Endless(moment.n),
            other => *other,
        };
        plan.rewrites.push(Rewrite::NextLink(lie));
    }
}

impl NextLink {
    pub(super) fn apply(self, reply: &mut Reply, request: &Request) {
        let Some(honest) = honest(reply) else { return };
        if self == NextLink::Null {
            let body = replace_text(&reply.body, &honest, "null");
            reply.headers.remove(LINK);
            reply.body = body;
            return;
        }
        put(reply, &honest, self.target(&honest, request).as_deref());
    }

    /// The address to put in the honest one's place; `None` for no link at all.
    fn target(self, honest: &str, request: &Request) -> Option<String> {
        let query = if request.query.is_empty() { String::new() } else { format!("?{}", request.query) };
        let own = format!("{}{}{query}", request.base_url, request.path);
        match self {
            NextLink::Itself => Some(own),
            NextLink::First => Some(first(honest, &own)),
            // The way to a first page has nothing in it that could be spelled in another way.
            NextLink::Endless(_) if request.query.is_empty() => Some(honest.to_owned()),
            NextLink::Endless(n) => {
                let own = format!("{}{}", request.base_url, request.path);
                Some(format!("{own}?{}", respelled(&request.query, n)))
            }
            NextLink::Foreign => elsewhere(honest),
            NextLink::Dead => Some(format!("{}/no-such-page", request.base_url)),
            NextLink::WrongPath => {
                let rest = honest.strip_prefix(&request.base_url)?;
                let path = Url::parse(&request.base_url).ok()?.path().to_owned();
                Some(format!("{}{path}{rest}", request.base_url))
            }
            NextLink::Relative => {
                let url = Url::parse(honest).ok()?;
                let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
                Some(format!("{}{query}", url.path()))
            }
            NextLink::Garbage => Some("http://".to_owned()),
            NextLink::Null | NextLink::Absent => None,
        }
    }
}

/// Where the next page is, as the answer says.
pub(super) fn honest(reply: &Reply) -> Option<String> {
    header_link(reply).or_else(|| body_link(&reply.body))
}

/// Puts another link in the honest one's place, in header and body; `None` takes it out.
pub(super) fn put(reply: &mut Reply, honest: &str, other: Option<&str>) {
    if let Some(header) = reply.headers.remove(LINK)
        && let Some(other) = other
        && let Ok(text) = header.to_str()
        && let Ok(value) = HeaderValue::from_str(&text.replace(honest, other))
    {
        reply.headers.insert(LINK, value);
    }
    reply.body = match other {
        Some(other) => replace_text(&reply.body, honest, &quoted(other)),
        None => without(&reply.body, honest),
    };
}

/// The first page: this page's address without what only the way to the next page added.
fn first(honest: &str, own: &str) -> String {
    let (Ok(next), Ok(mut url)) = (Url::parse(honest), Url::parse(own)) else { return own.to_owned() };
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(name, value)| next.query_pairs().any(|pair| pair.0 == *name && pair.1 == *value))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    if kept.is_empty() {
        url.set_query(None);
    } else {
        url.query_pairs_mut().clear().extend_pairs(kept);
    }
    url.into()
}

/// The same query with those letters and digits of its values percent-encoded that the bits of `n` name.
fn respelled(query: &str, mut n: u64) -> String {
    let mut text = String::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        if !text.is_empty() {
            text.push('&');
        }
        text.extend(url::form_urlencoded::byte_serialize(name.as_bytes()));
        text.push('=');
        for byte in value.bytes() {
            let plain = byte.is_ascii_alphanumeric();
            if plain && n & 1 == 0 || matches!(byte, b'-' | b'.' | b'_' | b'~') {
                text.push(char::from(byte));
            } else {
                text += &format!("%{byte:02X}");
            }
            n >>= u32::from(plain);
        }
    }
    text
}

fn header_link(reply: &Reply) -> Option<String> {
    let text = reply.headers.get(LINK)?.to_str().ok()?;
    let next = text.split(',').find(|link| {
        let rel = link.split(';').skip(1).map(str::trim).find_map(|part| part.strip_prefix("rel="));
        rel.is_some_and(|rel| rel.trim_matches('"').split(' ').any(|word| word == "next"))
    })?;
    Some(next.split_once('<')?.1.split_once('>')?.0.to_owned())
}

fn body_link(body: &Bytes) -> Option<String> {
    let json: serde_json::Value = serde_json::from_slice(body).ok()?;
    POINTERS.iter().find_map(|pointer| json.pointer(pointer)?.as_str().map(str::to_owned))
}

/// The body with other JSON in the place of a string, wherever it stands and whether or not its slashes are escaped.
fn replace_text(body: &Bytes, honest: &str, other: &str) -> Bytes {
    let Ok(text) = std::str::from_utf8(body) else { return body.clone() };
    let slashes = |text: &str| text.replace('/', "\\/");
    Bytes::from(text.replace(&quoted(honest), other).replace(&slashes(&quoted(honest)), &slashes(other)))
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The body without the member that holds the link.
fn without(body: &Bytes, honest: &str) -> Bytes {
    let mut body = body.clone();
    for pointer in POINTERS {
        let Some((parent, name)) = pointer.rsplit_once('/') else { continue };
        let Some(text) = JsonText::of(&body) else { break };
        let Some(object) = text.at(parent) else { continue };
        let says = |value: &str| serde_json::from_str::<String>(value).is_ok_and(|link| link == honest);
        if let Some(new) = text.without(&object, |member, value| member == name && says(value)) {
            body = Bytes::from([&text.text()[..object.start], &new, &text.text()[object.end..]].concat());
        }
    }
    body
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;

    const BASE: &str = "http://127.0.0.1:8080/plain";

    fn page(lie: NextLink, query: &str) -> (Option<String>, String) {
        let request = Request::get("/accounts/acc_1/transactions", query, BASE);
        let next = format!("{BASE}/accounts/acc_1/transactions?limit=25&cursor=p3");
        let body = serde_json::json!({"data": [], "links": {"self": "x", "next": next}}).to_string();
        let mut reply = Reply::new(StatusCode::OK, "application/json", body)
            .header(LINK, &format!("<{BASE}/x>; rel=\"prev\", <{next}>; rel=\"next\""));
        lie.apply(&mut reply, &request);
        let json: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
        let body = json.pointer("/links/next").and_then(|next| next.as_str()).map(str::to_owned);
        let header = reply.headers.get(LINK).map(|link| link.to_str().unwrap().to_owned()).unwrap_or_default();
        (body, header)
    }

    #[test]
    fn each_lie_replaces_the_link_in_header_and_body() {
        let path = format!("{BASE}/accounts/acc_1/transactions");
        for (lie, expected) in [
            (NextLink::Itself, format!("{path}?limit=25&cursor=p2")),
            (NextLink::First, format!("{path}?limit=25")),
            (NextLink::Endless(7), format!("{path}?limit=%32%35&cursor=%702")),
            (NextLink::Foreign, path.replace("127.0.0.1", "localhost") + "?limit=25&cursor=p3"),
            (NextLink::Dead, format!("{BASE}/no-such-page")),
            (NextLink::WrongPath, format!("{BASE}/plain/accounts/acc_1/transactions?limit=25&cursor=p3")),
            (NextLink::Relative, "/plain/accounts/acc_1/transactions?limit=25&cursor=p3".to_owned()),
            (NextLink::Garbage, "http://".to_owned()),
        ] {
            let (body, header) = page(lie, "limit=25&cursor=p2");
            assert_eq!(body.as_deref(), Some(expected.as_str()), "{lie:?}");
            assert!(header.contains(&format!("<{expected}>; rel=\"next\"")), "{lie:?}: {header}");
            assert!(header.contains("rel=\"prev\""), "{lie:?}: {header}");
        }
        assert_eq!(page(NextLink::Absent, "limit=25&cursor=p2"), (None, String::new()));
        assert_eq!(page(NextLink::Null, "limit=25&cursor=p2"), (None, String::new()));
    }

    #[test]
    fn an_endless_link_is_a_new_one_every_time_and_means_the_same() {
        let query = "limit=25&cursor=p2%2F_x";
        let mut seen = std::collections::BTreeSet::new();
        for n in 1..=20 {
            let link = respelled(query, n);
            let pairs = |text: &str| url::form_urlencoded::parse(text.as_bytes()).into_owned().collect::<Vec<_>>();
            assert_eq!(pairs(&link), pairs(query));
            assert!(seen.insert(link));
        }
        assert!(page(NextLink::Endless(1), "").0.unwrap().ends_with("cursor=p3"));
    }
}
