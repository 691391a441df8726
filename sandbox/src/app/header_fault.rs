//! Faults that a client orders for its own call, with the header `Sandbox-Fault`.
//!
//! Owns reading the header; the counts are the world's. What nobody can read is refused, because a test that misspelt its
//! fault would otherwise pass.

use crate::exchange::{Problem, ProblemKind};
use crate::fault::{Ending, Plan};
use crate::scenario::Facts;
use crate::world::World;

/// Orders a fault for the call that carries it.
const FAULT_HEADER: &str = "sandbox-fault";
const FAULT_HEADER_LIMIT_BYTES: usize = 1024;

/// What the header `Sandbox-Fault` orders; a refusal if nobody can read it.
pub(super) fn ordered(world: &World, facts: &Facts<'_>) -> Option<Plan> {
    let value = facts.request.headers.get(FAULT_HEADER)?;
    let text = std::str::from_utf8(value.as_bytes()).ok().filter(|text| text.len() <= FAULT_HEADER_LIMIT_BYTES);
    let engine = match text {
        None => Err(format!("it is longer than {FAULT_HEADER_LIMIT_BYTES} bytes, or no text")),
        Some(text) => world.header_faults().engine(facts.operation, text, world.seed()).map_err(|found| {
            let mistakes = found.iter().map(|mistake| match (&mistake.suggestion, &mistake.legal) {
                (Some(meant), _) => format!("{}, did you mean `{meant}`?", mistake.message),
                (None, Some(legal)) => format!("{} (legal: {legal})", mistake.message),
                (None, None) => mistake.message.clone(),
            });
            mistakes.collect::<Vec<_>>().join("; ")
        }),
    };
    Some(engine.map_or_else(
        |wrong| {
            let detail = format!("Sandbox-Fault: {wrong}; legal is for example `503 x2; retry-after=1`");
            let problem = Problem::new(ProblemKind::InvalidParameter, detail).at("header.Sandbox-Fault");
            Plan { before: Some(Ending::Problem(problem)), ..Plan::default() }
        },
        |engine| engine.decide(facts),
    ))
}
