//! Faults in one line, for the command line and for CI: `payments.create: hang 35s x3`.
//!
//! `[OPERATIONS:] EFFECT [xN] [; NAME=VALUE]…` where EFFECT is a status (`503`) or a fault and its value (`hang 35s`), and
//! each NAME is another fault of the same effect, `stage`, or `chance`. The line becomes a rule in the language of files and
//! is read as such, so that nothing is legal in one form only.

use bank_fixtures::document::{self, Diagnostics};

use super::rule::Rule;

/// Reads faults in their quick form.
///
/// # Errors
/// Everything that is wrong with them, shown in the rule they stand for.
pub(super) fn rules<S: AsRef<str>>(faults: &[S]) -> Result<Vec<Rule>, Diagnostics> {
    let text: String = faults.iter().enumerate().map(|(index, fault)| rule(index + 1, fault.as_ref())).collect();
    document::read("--fault", &text, |root| {
        let rules = if text.is_empty() { Vec::new() } else { root.list()? };
        super::rules(Some(root), None, true).map(|rules| rules.calls).filter(|read| read.len() == rules.len())
    })
}

/// The rule a line stands for, as YAML.
fn rule(number: usize, line: &str) -> String {
    let line = line.replace(['\n', '\r'], " ");
    let (first, others) = line.split_once(';').unwrap_or((&line, ""));
    // A value such as `retry_after: 2s` has no colon here, so the first one ends the operations.
    let (operations, effect) = match first.split_once(": ") {
        Some((operations, effect)) => (operations.trim(), effect.trim()),
        None => ("*", first.trim()),
    };
    let (effect, times) = match effect.rsplit_once(" x") {
        Some((effect, times)) if times.parse::<u64>().is_ok() => (effect.trim(), Some(times)),
        _ => (effect, None),
    };
    let mut keys = vec![match effect.split_once(' ') {
        None if effect.bytes().all(|byte| byte.is_ascii_digit()) => format!("status: {effect}"),
        None => format!("{effect}: ~"),
        Some((slug, value)) => format!("{slug}: {}", value.trim()),
    }];
    let mut chance = None;
    for pair in others.split(';').map(str::trim).filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, "~"));
        let name = name.trim().replace('-', "_");
        match name.as_str() {
            "chance" => chance = Some(value.trim()),
            // A bare number of seconds is what the header itself would say.
            "retry_after" if value.trim().bytes().all(|byte| byte.is_ascii_digit()) => {
                keys.push(format!("retry_after: {}s", value.trim()));
            }
            _ => keys.push(format!("{name}: {}", value.trim())),
        }
    }
    let list: Vec<String> = operations.split(',').map(|operation| format!("\"{}\"", operation.trim())).collect();
    let chance = chance.map(|chance| format!("  when: {{ chance: {chance} }}\n")).unwrap_or_default();
    let effect = format!("{{ {} }}", keys.join(", "));
    let does = match times {
        None => format!("  do: {effect}\n"),
        Some(times) => format!("  phases:\n    - calls: {times}\n      do: {effect}\n    - forever: pass\n"),
    };
    format!("- name: fault-{number}\n  match: {{ op: [{}] }}\n{chance}{does}", list.join(", "))
}
