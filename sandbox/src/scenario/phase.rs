//! `phases`: what the first calls get, what the next ones get, and what comes after.

use std::sync::Arc;
use std::time::Duration;

use bank_fixtures::document::{Value, suggest};
use bank_fixtures::duration;

use super::effect::Group;
use crate::bank::BANK_EVENTS;
use crate::operation::OPERATIONS;

/// One stretch of a rule's life.
#[derive(Debug, Clone)]
pub(super) struct Phase<E = Group> {
    pub(super) length: Length,
    /// What it does; empty for a phase that lets calls pass.
    pub(super) effects: Vec<E>,
}

/// How long a phase lasts, per key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Length {
    /// So many calls.
    Calls(u64),
    /// So long, from the first call that is in it, on the world's clock.
    For(Duration),
    /// Until such a call succeeded, or such an event came about, somewhere in the world.
    Until(Arc<str>),
    Forever,
}

/// Keys of a phase, with one line each.
pub(crate) const PHASE_KEYS: &[(&str, &str)] = &[
    ("calls", "lasts for so many calls of the key: exactly, in any interleaving"),
    ("for", "lasts so long on the world's clock, from its first call"),
    ("until", "lasts until a call of this operation has succeeded, or this event has come about"),
    ("forever", "lasts for ever: `forever: true` with `do`, or `forever: pass`"),
    ("do", "what happens to its calls; a phase without it lets them pass"),
];

pub(super) fn phases<E>(value: Value<'_>, effects: impl Fn(Value<'_>) -> Option<Vec<E>>) -> Option<Vec<Phase<E>>> {
    let list = value.list()?;
    if list.is_empty() {
        value.refuse("no phase", "at least one: - calls: 3");
        return None;
    }
    let phases: Vec<Option<Phase<E>>> = list.iter().map(|value| phase(*value, &effects)).collect();
    let endless = phases.iter().position(|phase| matches!(phase, Some(Phase { length: Length::Forever, .. })));
    if let Some(endless) = endless {
        for unreachable in &list[endless + 1..] {
            unreachable
                .refuse("this phase is never reached: the one before it lasts for ever", "nothing after `forever`");
        }
    }
    phases.into_iter().collect()
}

fn phase<E>(value: Value<'_>, effects: impl Fn(Value<'_>) -> Option<Vec<E>>) -> Option<Phase<E>> {
    let map = value.map(&["calls", "for", "until", "forever", "do"])?;
    let lengths: Vec<&str> = ["calls", "for", "until", "forever"].into_iter().filter(|key| map.has(key)).collect();
    if lengths.len() != 1 {
        let message = match lengths.as_slice() {
            [] => "this phase does not say how long it lasts".to_owned(),
            both => format!("{} in one phase", both.join(" and ")),
        };
        value.refuse(message, "exactly one of calls, for, until and forever");
    }
    let effects = map.optional("do").map(effects);
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

/// What is waited for: the success of an operation, an event of the bank, or one that the scenario emits.
fn event(value: Value<'_>) -> Option<Arc<str>> {
    let text = value.scalar()?;
    let names = || OPERATIONS.iter().map(|row| row.1).chain(BANK_EVENTS.iter().map(|row| row.1));
    // A name without a dot is one the scenario must emit: that is looked at when all rules are known.
    let found = names().find(|name| *name == text).or((!text.contains('.')).then_some(text));
    if found.is_none() {
        let near = suggest(text, names());
        let legal = "an operation: the phase ends when such a call has succeeded (token.refresh, payments.status, …); an event of `list events`; or one that a rule emits";
        value.document().record(value.diagnostic(format!("`{text}` is not an event")).suggestion(near).legal(legal));
    }
    found.map(Arc::from)
}
