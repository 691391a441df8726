//! `phases`: what the first calls get, what the next ones get, and what comes after.

use std::time::Duration;

use bank_fixtures::document::{Value, suggest};
use bank_fixtures::duration;

use super::effect::{self, Group};
use crate::operation::OPERATIONS;

/// One stretch of a rule's life.
#[derive(Debug, Clone)]
pub(super) struct Phase {
    pub(super) length: Length,
    /// What it does; empty for a phase that lets calls pass.
    pub(super) effects: Vec<Group>,
}

/// How long a phase lasts, per key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Length {
    /// So many calls.
    Calls(u64),
    /// So long, from the first call that is in it, on the world's clock.
    For(Duration),
    /// Until such a call succeeded somewhere in the world.
    Until(&'static str),
    Forever,
}

/// Keys of a phase, with one line each.
pub(crate) const PHASE_KEYS: &[(&str, &str)] = &[
    ("calls", "lasts for so many calls of the key: exactly, in any interleaving"),
    ("for", "lasts so long on the world's clock, from its first call"),
    ("until", "lasts until a call of this operation has succeeded"),
    ("forever", "lasts for ever: `forever: true` with `do`, or `forever: pass`"),
    ("do", "what happens to its calls; a phase without it lets them pass"),
];

pub(super) fn phases(value: Value<'_>) -> Option<Vec<Phase>> {
    let list = value.list()?;
    if list.is_empty() {
        value.refuse("no phase", "at least one: - calls: 3");
        return None;
    }
    let phases: Vec<Option<Phase>> = list.iter().map(|value| phase(*value)).collect();
    let endless = phases.iter().position(|phase| matches!(phase, Some(Phase { length: Length::Forever, .. })));
    if let Some(endless) = endless {
        for unreachable in &list[endless + 1..] {
            unreachable
                .refuse("this phase is never reached: the one before it lasts for ever", "nothing after `forever`");
        }
    }
    phases.into_iter().collect()
}

fn phase(value: Value<'_>) -> Option<Phase> {
    let map = value.map(&["calls", "for", "until", "forever", "do"])?;
    let lengths: Vec<&str> = ["calls", "for", "until", "forever"].into_iter().filter(|key| map.has(key)).collect();
    if lengths.len() != 1 {
        let message = match lengths.as_slice() {
            [] => "this phase does not say how long it lasts".to_owned(),
            both => format!("{} in one phase", both.join(" and ")),
        };
        value.refuse(message, "exactly one of calls, for, until and forever");
    }
    let effects = map.optional("do").map(effect::groups);
    let length = match *lengths.first()? {
        "calls" => map.optional("calls")?.integer(1..=1_000_000_000u64).map(Length::Calls),
        "for" => map.optional("for")?.parse(duration::LEGAL, duration::parse).map(Length::For),
        "until" => event(map.optional("until")?).map(Length::Until),
        _ => {
            let forever = map.optional("forever")?;
            if forever.scalar()? == "pass" && map.has("do") {
                forever.refuse("`forever: pass` beside `do`", "`forever: true` with `do`, or `forever: pass` alone");
            } else if forever.scalar()? != "pass" {
                forever.word_of(&["true", "pass"])?;
            }
            Some(Length::Forever)
        }
    };
    Some(Phase { length: length?, effects: effects.unwrap_or(Some(Vec::new()))? })
}

/// The name of an operation whose success is waited for.
fn event(value: Value<'_>) -> Option<&'static str> {
    let text = value.scalar()?;
    let found = OPERATIONS.iter().find(|row| row.1 == text).map(|row| row.1);
    if found.is_none() {
        let near = suggest(text, OPERATIONS.iter().map(|row| row.1));
        let legal = "an operation: the phase ends when such a call has succeeded (token.refresh, payments.status, …)";
        value.document().record(value.diagnostic(format!("`{text}` is not an event")).suggestion(near).legal(legal));
    }
    found
}
