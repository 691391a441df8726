//! An answer that sends the client somewhere else.

use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use bytes::Bytes;
use url::Url;

use super::prelude::*;
use crate::exchange::{Reply, Request};

/// The row of the catalogue.
pub(super) const FAULT: Fault = Fault {
    slug: "redirect",
    layer: Layer::Http,
    stages: &[Stage::Head, Stage::Bank, Stage::Send],
    about: "a redirect instead of the bank's answer: 302, or the `status` beside it (301, 303, 307, 308)",
    legal: "self (for ever), foreign (another host, where the token must not go), login (a page for people), dead (a path that does not exist) or nowhere (no Location)",
    example: "{redirect: foreign, status: 307}",
    compile,
};

/// Where a redirect leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redirect {
    /// To the address that was just asked.
    Itself,
    /// To another host (the same listener under another name, so that a call of it is seen).
    Foreign,
    /// To a page for people.
    Login,
    /// To a path that does not exist.
    Dead,
    /// It does not say.
    Nowhere,
}

/// Every redirect with its name in scenario files.
pub(super) const REDIRECTS: &[(&str, Redirect)] = &[
    ("self", Redirect::Itself),
    ("foreign", Redirect::Foreign),
    ("login", Redirect::Login),
    ("dead", Redirect::Dead),
    ("nowhere", Redirect::Nowhere),
];

fn compile(value: Value<'_>) -> Option<Arc<dyn Effect>> {
    Some(Arc::new(value.one_of(REDIRECTS)?))
}

impl Effect for Redirect {
    fn apply(&self, moment: &Moment<'_>, plan: &mut Plan) {
        let fixed = Ending::Fixed { status: StatusCode::FOUND, headers: Vec::new(), body: Some(Bytes::new()) };
        plan.end(moment.stage, fixed);
        plan.rewrites.push(Rewrite::Redirect(*self));
    }
}

impl Redirect {
    pub(super) fn apply(self, reply: &mut Reply, request: &Request) {
        if let Some(value) = self.target(request).and_then(|target| HeaderValue::from_str(&target).ok()) {
            reply.headers.insert(LOCATION, value);
        }
    }

    fn target(self, request: &Request) -> Option<String> {
        let query = if request.query.is_empty() { String::new() } else { format!("?{}", request.query) };
        let own = format!("{}{}{query}", request.base_url, request.path);
        match self {
            Redirect::Itself => Some(own),
            Redirect::Foreign => elsewhere(&own),
            Redirect::Login => Some(format!("{}/login?return_to=here", request.base_url)),
            Redirect::Dead => Some(format!("{}/moved-away", request.base_url)),
            Redirect::Nowhere => None,
        }
    }
}

/// The same address under another name of this machine, so that a call of it is seen.
pub(super) fn elsewhere(address: &str) -> Option<String> {
    let mut url = Url::parse(address).ok()?;
    let other = if url.host_str() == Some("localhost") { "127.0.0.1" } else { "localhost" };
    url.set_host(Some(other)).ok()?;
    Some(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_redirect_leads_where_it_says() {
        let request = Request::get("/accounts", "limit=5", "http://127.0.0.1:8080/plain");
        let to = |redirect: Redirect| {
            let mut reply = Reply::empty(StatusCode::FOUND);
            redirect.apply(&mut reply, &request);
            reply.headers.get(LOCATION).map(|value| value.to_str().unwrap().to_owned())
        };
        assert_eq!(to(Redirect::Itself).unwrap(), "http://127.0.0.1:8080/plain/accounts?limit=5");
        assert_eq!(to(Redirect::Foreign).unwrap(), "http://localhost:8080/plain/accounts?limit=5");
        assert_eq!(to(Redirect::Login).unwrap(), "http://127.0.0.1:8080/plain/login?return_to=here");
        assert_eq!(to(Redirect::Dead).unwrap(), "http://127.0.0.1:8080/plain/moved-away");
        assert_eq!(to(Redirect::Nowhere), None);
    }
}
