//! From method and path to a route.
//!
//! Owns one matcher per dialect: the authorization server's routes first, then the dialect's. Knows no handler's business.

use std::sync::LazyLock;

use axum::http::Method;
use matchit::Router;

use crate::dialect::{DIALECTS, Dialect, Route, Surface};
use crate::exchange::{Problem, ProblemKind};
use crate::world::BankInstance;

/// The routes of one dialect.
pub(crate) struct Routes {
    paths: Router<Vec<&'static Route>>,
}

/// What a method and path lead to.
pub(crate) enum Routed {
    /// A route, and its `{…}` segments, percent-decoded, in template order.
    Found(&'static Route, Vec<(String, String)>),
    /// Nothing: why, which methods the path has, for `Allow`, and whose envelope the answer wears.
    Stray(Problem, String, Surface),
}

static TABLES: LazyLock<Vec<(&'static str, Routes)>> =
    LazyLock::new(|| DIALECTS.iter().map(|dialect| (dialect.slug(), Routes::of(*dialect))).collect());

/// The routes of a dialect.
pub(crate) fn of(dialect: &dyn Dialect) -> &'static Routes {
    let table = TABLES.iter().find(|(slug, _)| *slug == dialect.slug());
    table.map(|(_, routes)| routes).expect("a bank speaks a dialect of the table")
}

impl Routes {
    fn of(dialect: &dyn Dialect) -> Routes {
        let mut grouped: Vec<(&'static str, Vec<&'static Route>)> = Vec::new();
        for route in crate::auth::ROUTES.iter().chain(dialect.routes()) {
            match grouped.iter_mut().find(|(path, _)| *path == route.path) {
                Some((_, methods)) => methods.push(route),
                None => grouped.push((route.path, vec![route])),
            }
        }
        let mut paths = Router::new();
        for (path, methods) in grouped {
            paths.insert(path, methods).expect("the path templates of one bank do not overlap");
        }
        Routes { paths }
    }

    /// The route of a request. HEAD is served wherever GET is (RFC 9110 9.3.2).
    pub(crate) fn find(&self, method: &Method, path: &str) -> Routed {
        let Ok(found) = self.paths.at(path) else {
            return Routed::nothing(path);
        };
        let wanted = if method == Method::HEAD { &Method::GET } else { method };
        let Some(route) = found.value.iter().find(|route| route.method == wanted) else {
            let allow = allow(found.value);
            let detail = format!("`{path}` is served for {allow}");
            // A client that uses the wrong method at the token endpoint still reads OAuth's words.
            let surface = found.value.first().map_or(Surface::Api, |route| route.surface);
            return Routed::Stray(Problem::new(ProblemKind::MethodNotAllowed, detail), allow, surface);
        };
        let params = found.params.iter().map(|(name, value)| Some((name.to_owned(), decode(value)?)));
        match params.collect::<Option<Vec<_>>>() {
            Some(params) => Routed::Found(route, params),
            None => {
                let detail = "the path holds a percent-escape that is incomplete or no UTF-8";
                Routed::Stray(Problem::new(ProblemKind::MalformedRequest, detail), String::new(), route.surface)
            }
        }
    }
}

impl Routed {
    /// No route at all.
    pub(crate) fn nothing(path: &str) -> Routed {
        let detail = format!("this bank serves no `{path}`");
        Routed::Stray(Problem::new(ProblemKind::UnknownPath, detail), String::new(), Surface::Api)
    }

    /// The same if the bank has the call that a route is for.
    pub(crate) fn if_served(self, bank: &BankInstance, path: &str) -> Routed {
        match self {
            Routed::Found(route, _) if !bank.auth.serves(route.operation) => Routed::nothing(path),
            routed => routed,
        }
    }
}

fn allow(routes: &[&'static Route]) -> String {
    let mut methods: Vec<&str> = routes.iter().map(|route| route.method.as_str()).collect();
    if methods.contains(&"GET") {
        methods.push("HEAD");
    }
    methods.sort_unstable();
    methods.join(", ")
}

/// Percent-decodes one path segment; `None` if an escape is incomplete or the result is not UTF-8.
fn decode(segment: &str) -> Option<String> {
    if !segment.contains('%') {
        return Some(segment.to_owned());
    }
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first == b'%' {
            let digits = std::str::from_utf8(after.get(..2)?).ok()?;
            if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                return None;
            }
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_decode_strictly() {
        assert_eq!(decode("acc_1"), Some("acc_1".to_owned()));
        assert_eq!(decode("a%2Fb%c3%a9"), Some("a/bé".to_owned()));
        for broken in ["%", "%2", "%zz", "%+1", "%ff"] {
            assert_eq!(decode(broken), None, "{broken}");
        }
    }

    #[test]
    fn a_wrong_method_is_refused_in_the_words_of_its_path() {
        let routes = of(DIALECTS[0]);
        for (path, expected) in
            [("/oauth/token", Surface::OAuth), ("/oauth/authorize", Surface::Page), ("/accounts", Surface::Api)]
        {
            let Routed::Stray(problem, _, surface) = routes.find(&Method::PUT, path) else {
                panic!("{path} serves PUT")
            };
            assert_eq!((problem.kind, surface), (ProblemKind::MethodNotAllowed, expected), "{path}");
        }
    }

    #[test]
    fn every_dialect_has_a_matcher() {
        for dialect in DIALECTS {
            of(*dialect);
        }
    }
}
