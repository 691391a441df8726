//! Which world and bank a request is for.
//!
//! Owns the address forms: by path (`/{bank}/…`, `/w/{world}/{bank}/…`, and RFC 8414's well-known form before the path)
//! and by host name (`{bank}.localhost`, `{world}--{bank}.localhost`). Knows no dialect.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::http::header::HOST;
use axum::http::uri::Authority;
use axum::http::{Version, request};

use crate::wire::Link;
use crate::world::{BankInstance, World, Worlds};

/// Where a request goes.
pub(crate) struct Place {
    /// Its world; the default world if the address names none that exists.
    pub(crate) world: Arc<World>,
    /// Its bank; `None` if the address names none that exists.
    pub(crate) bank: Option<Arc<BankInstance>>,
    /// The path inside the bank, as received.
    pub(crate) path: String,
    /// External base URL of the bank (of the world, if there is no bank) without a trailing slash.
    pub(crate) base_url: String,
    /// What is wrong with the address itself.
    pub(crate) flaw: Option<&'static str>,
}

/// Paths of metadata documents that RFC 8414 3.1 puts before an issuer's path.
const WELL_KNOWN: &[&str] = &["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"];

/// Finds the world and bank of a request. `public` is the configured external base URL, if any.
pub(crate) fn resolve(worlds: &Worlds, public: Option<&str>, parts: &request::Parts, link: &Link) -> Place {
    let (authority, flaw) = authority(parts, link.local());
    let scheme = link.scheme();
    let path = parts.uri.path();
    if let Some((world, bank)) = by_host(worlds, &authority) {
        let base_url = format!("{scheme}://{authority}");
        return Place { world, bank: Some(bank), path: path.to_owned(), base_url, flaw };
    }
    let root = match public {
        Some(base) => base.to_owned(),
        None => format!("{scheme}://{authority}"),
    };
    let well_known = WELL_KNOWN.iter().find_map(|form| Some((*form, path.strip_prefix(form)?)));
    if let Some((form, rest)) = well_known.filter(|(_, rest)| rest.starts_with('/')) {
        let (world, bank, inner, base_url) = by_path(worlds, rest, root);
        let whole = matches!(inner, "" | "/") && bank.is_some();
        let path = if whole { form.to_owned() } else { path.to_owned() };
        return Place { world, bank, path, base_url, flaw };
    }
    let (world, bank, path, base_url) = by_path(worlds, path, root);
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    Place { world, bank, path, base_url, flaw }
}

/// The authority the client used, and what is wrong with it. RFC 9112 3.2: an absolute target wins over `Host`; HTTP/1.1
/// without exactly one `Host` is refused; what is no authority is replaced by the address the client connected to.
fn authority(parts: &request::Parts, local: SocketAddr) -> (String, Option<&'static str>) {
    let mut hosts = parts.headers.get_all(HOST).iter();
    let (host, another) = (hosts.next(), hosts.next());
    if another.is_some() {
        return (local.to_string(), Some("the request has more than one `Host` header"));
    }
    if let Some(authority) = parts.uri.authority() {
        return match authority.as_str().rsplit_once('@') {
            None => (authority.as_str().to_owned(), None),
            Some((_, host)) => (host.to_owned(), Some("the request target carries user information")),
        };
    }
    match host {
        None if parts.version == Version::HTTP_11 => {
            (local.to_string(), Some("an HTTP/1.1 request needs a `Host` header"))
        }
        None => (local.to_string(), None),
        Some(value) => match Authority::try_from(value.as_bytes()) {
            Ok(authority) if !authority.as_str().contains('@') => (authority.as_str().to_owned(), None),
            _ => (local.to_string(), Some("the `Host` header is not a host name with an optional port")),
        },
    }
}

pub(super) fn by_host(worlds: &Worlds, authority: &str) -> Option<(Arc<World>, Arc<BankInstance>)> {
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    let suffix = host.len().checked_sub(".localhost".len())?;
    if !host.is_char_boundary(suffix) || !host[suffix..].eq_ignore_ascii_case(".localhost") {
        return None;
    }
    let label = host[..suffix].to_ascii_lowercase();
    let (world, bank) = match label.split_once("--") {
        Some((world, bank)) => (worlds.find(world)?, bank),
        None => (worlds.default_world(), label.as_str()),
    };
    let bank = world.bank(bank)?;
    Some((world, bank))
}

type ByPath<'a> = (Arc<World>, Option<Arc<BankInstance>>, &'a str, String);

fn by_path<'a>(worlds: &Worlds, path: &'a str, mut root: String) -> ByPath<'a> {
    let mut rest = path;
    let mut world = None;
    if let Some((name, after)) = path.strip_prefix("/w/").map(split_segment) {
        let Some(found) = worlds.find(name) else { return (worlds.default_world(), None, path, root) };
        root.push_str("/w/");
        root.push_str(name);
        world = Some(found);
        rest = after;
    }
    let world = world.unwrap_or_else(|| worlds.default_world());
    let (slug, inside) = split_segment(rest.strip_prefix('/').unwrap_or(rest));
    match world.bank(slug) {
        Some(bank) => {
            root.push('/');
            root.push_str(slug);
            (world, Some(bank), if inside.is_empty() { "/" } else { inside }, root)
        }
        None => (world, None, path, root),
    }
}

/// Splits `a/b/c` into `a` and `/b/c`.
fn split_segment(path: &str) -> (&str, &str) {
    path.split_at(path.find('/').unwrap_or(path.len()))
}
