//! Which world and bank a request is for.
//!
//! Owns the address forms: by path (`/{bank}/…`, `/w/{world}/{bank}/…`, and RFC 8414's well-known form before the path),
//! by host name (`{bank}.localhost`, `{world}--{bank}.localhost`), by the header `x-sandbox-world` where the address
//! names no world, and by a listener that is one world's alone. Knows no dialect; which client belongs to which world is [`claim`](super::claim)'s business.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::http::header::HOST;
use axum::http::uri::Authority;
use axum::http::{Version, request};

use crate::exchange::{Problem, ProblemKind};
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
    /// `true` if neither the address nor a header names a world: the client may belong to one.
    pub(crate) is_open: bool,
    /// What is wrong with the address itself.
    pub(crate) flaw: Option<Problem>,
}

/// Names the world of a request to an address that names none.
const WORLD_HEADER: &str = "x-sandbox-world";

/// Paths of metadata documents that RFC 8414 3.1 puts before an issuer's path.
const WELL_KNOWN: &[&str] = &["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"];

/// Finds the world and bank of a request. `home` is the world of the listener, `public` the configured external base URL,
/// if any.
pub(crate) fn resolve(
    worlds: &Worlds,
    home: Option<&str>,
    public: Option<&str>,
    parts: &request::Parts,
    link: &Link,
) -> Place {
    let (name, unreadable) = match (named_world(parts), home) {
        (Ok(None), home) => (home, None),
        (Ok(Some(name)), Some(home)) if name != home => (Some(home), Some(elsewhere(home, name))),
        (Ok(name), _) => (name, None),
        (Err(problem), home) => (home, Some(problem)),
    };
    let named = name.map(|name| (name, worlds.find(name)));
    let root = match &named {
        Some((_, Some(world))) => Arc::clone(world),
        _ => worlds.default_world(),
    };
    let mut place = resolve_in(worlds, &root, public, parts, link);
    let flaw = match named {
        _ if unreadable.is_some() => unreadable,
        None => None,
        Some((name, None)) => {
            // Whatever the path says: the bank that was meant is not here.
            place.bank = None;
            Some(no_world(name))
        }
        Some((name, Some(_))) if place.world.name() != name => {
            let by = if home == Some(name) { "its port" } else { "its header x-sandbox-world" };
            let detail = format!(
                "the address of the request names the world `{}` and {by} the world `{name}`: name one of them",
                place.world.name()
            );
            Some(misnamed(detail))
        }
        Some(_) => None,
    };
    place.is_open &= name.is_none() && flaw.is_none();
    place.flaw = place.flaw.or(flaw);
    place
}

/// The same for a request that belongs to the world `root` unless its address names another.
pub(crate) fn resolve_in(
    worlds: &Worlds,
    root: &Arc<World>,
    public: Option<&str>,
    parts: &request::Parts,
    link: &Link,
) -> Place {
    let (authority, flaw) = authority(parts, link.local());
    let authority = link.front().issuer_authority(authority);
    let flaw = flaw.map(|flaw| Problem::new(ProblemKind::MalformedRequest, flaw));
    let scheme = link.scheme();
    let path = parts.uri.path();
    if let Some(label) = host_label(&authority)
        && let Some((world, bank)) = by_host(worlds, root, &label)
    {
        let (base_url, is_open) = (format!("{scheme}://{authority}"), !label.contains("--"));
        return Place { world, bank: Some(bank), path: path.to_owned(), base_url, is_open, flaw };
    }
    let base = match public {
        Some(base) => base.to_owned(),
        None => format!("{scheme}://{authority}"),
    };
    let well_known = WELL_KNOWN.iter().find_map(|form| Some((*form, path.strip_prefix(form)?)));
    let mut place = match well_known.filter(|(_, rest)| rest.starts_with('/')) {
        Some((form, rest)) => {
            let place = by_path(worlds, root, rest, base);
            let whole = matches!(place.path.as_str(), "" | "/") && place.bank.is_some();
            Place { path: if whole { form.to_owned() } else { path.to_owned() }, ..place }
        }
        None => by_path(worlds, root, path, base),
    };
    if !place.path.starts_with('/') {
        place.path.insert(0, '/');
    }
    place.flaw = flaw.or(place.flaw);
    place
}

/// The world a header names.
fn named_world(parts: &request::Parts) -> Result<Option<&str>, Problem> {
    let mut values = parts.headers.get_all(WORLD_HEADER).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(_), Some(_)) => Err(misnamed(format!("the request has more than one {WORLD_HEADER} header"))),
        (Some(value), None) => match value.to_str() {
            Ok(name) => Ok(Some(name.trim())),
            Err(_) => Err(misnamed(format!("the header {WORLD_HEADER} is not the name of a world"))),
        },
    }
}

fn elsewhere(home: &str, name: &str) -> Problem {
    misnamed(format!("this port is that of the world `{home}`, and the header {WORLD_HEADER} names the world `{name}`"))
}

fn misnamed(detail: String) -> Problem {
    Problem::new(ProblemKind::MalformedRequest, detail).at(format!("header.{WORLD_HEADER}"))
}

fn no_world(name: &str) -> Problem {
    let detail = format!("no world `{name}`: it was never made, or was removed, or nobody used it for its whole life");
    Problem::new(ProblemKind::UnknownPath, detail)
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

/// The host name before `.localhost`, in lower case.
fn host_label(authority: &str) -> Option<String> {
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    let suffix = host.len().checked_sub(".localhost".len())?;
    let is_local = host.is_char_boundary(suffix) && host[suffix..].eq_ignore_ascii_case(".localhost");
    is_local.then(|| host[..suffix].to_ascii_lowercase())
}

/// The world that a host name means.
pub(super) fn world_of_host(worlds: &Worlds, authority: &str) -> Option<Arc<World>> {
    by_host(worlds, &worlds.default_world(), &host_label(authority)?).map(|(world, _)| world)
}

/// The bank that a host name means.
pub(super) fn bank_of_host(worlds: &Worlds, authority: &str) -> Option<Arc<BankInstance>> {
    by_host(worlds, &worlds.default_world(), &host_label(authority)?).map(|(_, bank)| bank)
}

fn by_host(worlds: &Worlds, root: &Arc<World>, label: &str) -> Option<(Arc<World>, Arc<BankInstance>)> {
    let (world, bank) = match label.split_once("--") {
        Some((world, bank)) => (worlds.find(world)?, bank),
        None => (Arc::clone(root), label),
    };
    let bank = world.bank(bank)?;
    Some((world, bank))
}

/// The place a path names; a name of a world or bank that does not exist is part of the path.
fn by_path(worlds: &Worlds, root: &Arc<World>, path: &str, mut base_url: String) -> Place {
    let mut rest = path;
    let mut named = None;
    if let Some((name, after)) = path.strip_prefix("/w/").map(split_segment) {
        let Some(found) = worlds.find(name) else {
            let (world, flaw) = (worlds.default_world(), Some(no_world(name)));
            return Place { world, bank: None, path: path.to_owned(), base_url, is_open: false, flaw };
        };
        base_url.push_str("/w/");
        base_url.push_str(name);
        named = Some(found);
        rest = after;
    }
    let is_open = named.is_none();
    let world = named.unwrap_or_else(|| Arc::clone(root));
    let (slug, inside) = split_segment(rest.strip_prefix('/').unwrap_or(rest));
    let bank = world.bank(slug);
    let inside = match &bank {
        None => path,
        Some(_) => {
            base_url.push('/');
            base_url.push_str(slug);
            if inside.is_empty() { "/" } else { inside }
        }
    };
    let path = inside.to_owned();
    Place { world, bank, path, base_url, is_open, flaw: None }
}

/// Splits `a/b/c` into `a` and `/b/c`.
fn split_segment(path: &str) -> (&str, &str) {
    path.split_at(path.find('/').unwrap_or(path.len()))
}
