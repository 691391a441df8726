//! Refusals in the words of whoever was asked: the dialect, OAuth, or a page for the account holder.

use bytes::Bytes;

use super::outcome::{Outcome, Silence};
use crate::auth;
use crate::dialect::{DIALECTS, Surface};
use crate::exchange::{Problem, ProblemKind, Reply, Request};
use crate::fault::Ending;
use crate::world::{BankInstance, World};

/// Who was asked what.
pub(super) struct Envelope<'a> {
    pub(super) bank: &'a BankInstance,
    pub(super) surface: Surface,
    pub(super) request: &'a Request,
}

impl Envelope<'_> {
    /// The refusal as this surface writes it, its class noted.
    pub(super) fn problem(&self, problem: &Problem) -> Reply {
        let mut reply = match self.surface {
            Surface::Api => self.bank.dialect.problem(problem, self.request),
            Surface::OAuth => auth::problem(problem),
            Surface::Page => auth::problem_page(problem),
        };
        reply.class = Some(problem.kind.class());
        reply
    }

    /// The end a scenario chose. `committed` says whether the bank had acted by then.
    pub(super) fn end(&self, ending: Ending, committed: bool) -> Outcome {
        let mut reply = match ending {
            Ending::Hang(limit) => return Outcome::Silence(Silence::Hang(limit)),
            Ending::Close(close) => return Outcome::Silence(Silence::Close(close)),
            Ending::Garbage(bytes) => return Outcome::Silence(Silence::Garbage(bytes)),
            Ending::Problem(problem) => self.problem(&problem),
            Ending::Fixed { status, headers, body } => {
                let mut reply = match body {
                    Some(body) => Reply { body, ..Reply::empty(status) },
                    None => self.of_status(status),
                };
                for (name, value) in headers {
                    reply.headers.insert(name, value);
                }
                reply
            }
        };
        reply.committed = committed;
        Outcome::Reply(reply, None)
    }

    /// The bank's own body for a status it did not choose; none for a success or a redirect.
    fn of_status(&self, status: axum::http::StatusCode) -> Reply {
        match ProblemKind::of_status(status.as_u16()) {
            Some(kind) => {
                let mut reply = self.problem(&Problem::new(kind, kind.about()));
                reply.status = status;
                reply
            }
            None => Reply { body: Bytes::new(), ..Reply::empty(status) },
        }
    }
}

/// The answer to an address where no bank is.
pub(super) fn nowhere(world: &World, request: &Request, flaw: Option<Problem>) -> Reply {
    let problem = flaw.unwrap_or_else(|| {
        let banks: Vec<String> = world.banks().iter().map(|bank| format!("/{}", bank.slug)).collect();
        let detail = format!("no bank at `{}`; the banks of this world are at {}", request.path, banks.join(", "));
        Problem::new(ProblemKind::UnknownPath, detail)
    });
    // Nobody's address answers in the plainest words: a standard may have none for it.
    let mut reply = DIALECTS[0].problem(&problem, request);
    reply.class = Some(problem.kind.class());
    reply
}
