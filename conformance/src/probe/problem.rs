//! Refusals in the bank's own envelope.

use crate::http::Reply;
use crate::normalise::generic;
use crate::verdict::Finding;

/// A finding unless the answer is a refusal with one of these statuses and one of these codes.
pub fn expect_problem(reply: &Reply, statuses: &[u16], codes: &[&str], what: &str) -> Option<Finding> {
    let document = reply.json().ok();
    let failure = generic::failure(reply.status(), None, document.as_ref()).value;
    let code = failure.provider_code;
    if statuses.contains(&reply.status()) && code.as_deref().is_some_and(|code| codes.contains(&code)) {
        return None;
    }
    let due = format!(
        "{} with code {} is due",
        statuses.iter().map(u16::to_string).collect::<Vec<_>>().join(" or "),
        codes.join(" or ")
    );
    let said = code.map_or("no `code`".to_owned(), |code| format!("code `{code}`"));
    Some(Finding::new(format!("{what} was answered {} with {said}; {due}", reply.status())).with(reply.evidence()))
}
