//! The generic REST bank: `docs/generic-api.md` rendered.

use crate::dialect::{CallFacts, Dialect, Route};
use crate::exchange::{Call, Problem, Reply, Request};

/// The generic REST dialect.
pub struct Generic;

impl Dialect for Generic {
    fn slug(&self) -> &'static str {
        "generic"
    }

    fn about(&self) -> &'static str {
        "plain REST and OAuth 2: decimal strings, RFC 3339, cursors, problem details"
    }

    fn routes(&self) -> &'static [Route] {
        &[]
    }

    fn problem(&self, problem: &Problem, _request: &Request) -> Reply {
        Reply::new(axum::http::StatusCode::BAD_REQUEST, "application/problem+json", problem.detail.clone())
    }

    fn facts(&self, _call: &Call<'_>) -> CallFacts {
        CallFacts::default()
    }
}
