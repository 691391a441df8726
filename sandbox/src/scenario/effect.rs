//! `do`: what a rule does to a call, as a list of effects, each a mapping of faults.

use std::sync::Arc;

use bank_fixtures::document::{self, Kind, Value, suggest};
use bank_fixtures::expectation::slug;

use crate::fault::{Effect, FAULTS, Fault, Hidden, Moment, Needs, Plan, STAGES, Stage};

/// One item of `do`: faults that take place together, at one stage.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) stage: Stage,
    parts: Vec<Arc<dyn Effect>>,
    /// Variables it sets.
    pub(super) sets: Vec<(String, String)>,
    /// The event of the scenario's own that it emits.
    pub(super) emits: Option<Arc<str>>,
    /// The effect as written, for the journal.
    pub(super) words: Arc<str>,
    /// Slugs of the faults in it.
    pub(super) faults: Vec<&'static str>,
}

/// Keys of an effect that are no faults.
const OTHER_KEYS: &[&str] = &["stage", "set", "emit"];
/// Faults that leave nothing of the bank's own answer, or of the connection.
const TERMINAL: &[&str] = &[
    "status",
    "error",
    "redirect",
    "hang",
    "reset",
    "close",
    "half_close",
    "rst_stream",
    "garbage",
    "truncate",
    "refuse",
    "tls",
];
/// Longest text of an effect in the journal.
const WORDS_CHARS: usize = 120;

/// Reads `do`: one effect or a list. `pass` does nothing.
pub(super) fn groups(value: Value<'_>) -> Option<Vec<Group>> {
    groups_at(value, Stage::Head)
}

/// The same; effects that can take place at `default` do, unless they name another stage.
pub(super) fn groups_at(value: Value<'_>, default: Stage) -> Option<Vec<Group>> {
    if value.kind() == Kind::Text && value.text()? == "pass" {
        return Some(Vec::new());
    }
    if value.kind() == Kind::List && value.list()?.is_empty() {
        value.refuse("an empty list does nothing", "at least one effect, or `pass`");
        return None;
    }
    let mut groups = value.each(|value| group(value, default))?;
    // Effects are applied in stage order, then in file order.
    groups.sort_by_key(|group| group.stage);
    Some(groups)
}

fn group(value: Value<'_>, default: Stage) -> Option<Group> {
    let (mut faults, mut unknown) = (Vec::new(), false);
    for (key, fault_value) in value.entries()? {
        let name = key.key_text();
        match Fault::find(name) {
            Some(fault) => faults.push((fault, fault_value)),
            None if OTHER_KEYS.contains(&name) => {}
            None => {
                unknown = true;
                let legal: Vec<&str> =
                    FAULTS.iter().map(|fault| fault.slug).chain(OTHER_KEYS.iter().copied()).collect();
                let near = suggest(name, legal.iter().copied());
                let wrong = key.diagnostic(format!("`{name}` is not an effect"));
                value.document().record(wrong.suggestion(near).legal(legal.join(", ")));
            }
        }
    }
    // The table's order decides what comes first inside one effect, not the order in the file.
    faults.sort_by_key(|(fault, _)| FAULTS.iter().position(|row| row.slug == fault.slug));
    let stage = stage(value, &faults, default);
    let sets = value.member("set").map(sets);
    let emits = value.member("emit").map(slug);
    let parts: Vec<_> = faults.iter().map(|(fault, value)| (fault.compile)(*value)).collect();
    if faults.is_empty() && sets.is_none() && emits.is_none() && !unknown {
        value.refuse(
            "this effect does nothing",
            "at least one fault of `list faults`, or `pass` in place of the effect",
        );
        return None;
    }
    if unknown {
        return None;
    }
    Some(Group {
        stage: stage?,
        parts: parts.into_iter().collect::<Option<Vec<_>>>()?,
        sets: sets.unwrap_or(Some(Vec::new()))?,
        emits: emits.map_or(Some(None), |name| name.map(|name| Some(name.into())))?,
        words: words(value).into(),
        faults: faults.iter().map(|(fault, _)| fault.slug).collect(),
    })
}

/// The stage an effect names, or the first one its faults take place at.
fn stage(value: Value<'_>, faults: &[(&'static Fault, Value<'_>)], default: Stage) -> Option<Stage> {
    let Some(named) = value.member("stage") else {
        let first = |fault: &Fault| if fault.stages.contains(&default) { default } else { fault.stages[0] };
        let stage = faults.iter().map(|(fault, _)| first(fault)).min().unwrap_or(Stage::Head);
        let alien = faults.iter().find(|(fault, _)| stage.is_of_connections() && !fault.stages.contains(&stage));
        if let Some((fault, _)) = alien {
            let message =
                format!("`{}` cannot take place at the stage `{}` of the effects beside it", fault.slug, stage.name());
            value.refuse(message, "effects on connections and effects on calls in rules of their own");
            return None;
        }
        return Some(stage);
    };
    let table: Vec<(&str, Stage)> = STAGES.iter().map(|row| (row.1, row.0)).collect();
    let stage = named.one_of(&table)?;
    // Changes of the answer always happen when it goes out: beside an effect of an earlier stage they need no stage.
    let bound = faults.iter().filter(|(fault, _)| fault.stages != [Stage::Send] || faults.len() == 1);
    let mut legal = true;
    for (fault, _) in bound.filter(|(fault, _)| !fault.stages.contains(&stage)) {
        let names: Vec<&str> = fault.stages.iter().map(|stage| stage.name()).collect();
        named.refuse(format!("`{}` has no stage `{}`", fault.slug, stage.name()), names.join(", "));
        legal = false;
    }
    legal.then_some(stage)
}

pub(super) fn sets(value: Value<'_>) -> Option<Vec<(String, String)>> {
    let read = |(key, value): (Value<'_>, Value<'_>)| Some((key.key_text().to_owned(), value.scalar()?.to_owned()));
    value.entries()?.into_iter().map(read).collect::<Vec<_>>().into_iter().collect()
}

/// The effect as it stands in the file, on one line.
pub(super) fn words(value: Value<'_>) -> String {
    let entries = value.entries().unwrap_or_default();
    let parts: Vec<String> =
        entries.into_iter().map(|(key, value)| format!("{} {}", key.key_text(), one_line(value))).collect();
    let all = parts.join(", ");
    match all.char_indices().nth(WORDS_CHARS) {
        Some((at, _)) => format!("{}…", &all[..at]),
        None => all,
    }
}

/// A value as it stands in the file, on one line, without comments.
pub(super) fn one_line(value: Value<'_>) -> String {
    let text = value.document().text().get(value.span()).unwrap_or_default();
    let lines: Vec<&str> = text.lines().map(|line| line.split(" #").next().unwrap_or(line)).collect();
    lines.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Group {
    /// What it takes from the rows of an answer.
    pub(super) fn hides(&self) -> Vec<Hidden> {
        self.parts.iter().flat_map(|part| part.hides()).collect()
    }

    /// The refusal a limit answers with when its file says nothing else: the dialect's own, with a computed wait.
    pub(super) fn refusal() -> Group {
        let read =
            document::read("refusal", "{error: rate_limited, retry_after: seconds}", |value| group(value, Stage::Bank));
        read.expect("these faults are in the table")
    }

    pub(super) fn apply(&self, moment: &Moment<'_>, plan: &mut Plan) {
        for part in &self.parts {
            part.apply(moment, plan);
        }
        plan.emits.extend(self.emits.clone());
    }

    /// The least real time it takes.
    pub(super) fn least(&self) -> std::time::Duration {
        self.parts.iter().map(|part| part.least()).sum()
    }

    /// What the rule around it must have.
    pub(super) fn needs(&self) -> impl Iterator<Item = Needs> {
        self.parts.iter().filter_map(|part| part.needs())
    }

    /// `true` if nothing of the bank's own answer is left after it: later rules are not asked.
    pub(super) fn is_terminal(&self) -> bool {
        self.faults.iter().any(|slug| TERMINAL.contains(slug))
    }
}
