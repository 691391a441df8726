//! One rule: which calls, under which conditions, counted how, and what happens to them.

use std::fmt;
use std::sync::Arc;

use bank_fixtures::document::Value;
use bank_fixtures::expectation::slug;

use super::effect;
use super::key::Key;
use super::limit::Limit;
use super::matcher::Matcher;
use super::phase::{self, Length, Phase};
use super::when::When;
use crate::fault::{Stage, json};

/// A compiled rule.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) name: Arc<str>,
    pub(super) matcher: Matcher,
    pub(super) when: When,
    pub(super) key: Key,
    pub(super) phases: Vec<Phase>,
    /// Calls it grants; its one phase is what happens to the others.
    pub(super) limit: Option<Limit>,
    /// Times it may fire, per key.
    pub(super) max: Option<u64>,
    pub(super) disabled: bool,
    /// The profile it is written in, if it is in one.
    pub(super) profile: Option<Arc<str>>,
    /// Switches that must all be on for it to be in force: its profile and its tags.
    pub(super) switches: Vec<Arc<str>>,
    /// What it does to which call of a key, in a form that does not depend on how it is laid out: what tells a reload
    /// whether its counts may stay.
    pub(super) course: Arc<str>,
    /// Where it is written.
    pub(super) place: Place,
    /// `match` and `when` as written, on one line each.
    pub(super) asks: (Option<String>, Option<String>),
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) file: Arc<str>,
    pub(super) line: usize,
}

impl Place {
    pub(super) fn of(value: Value<'_>) -> Place {
        Place { file: value.document().file().into(), line: value.diagnostic("").line }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// Keys of a rule, with one line each.
pub(crate) const RULE_KEYS: &[(&str, &str)] = &[
    ("name", "name of the rule, unique in the file; the journal and reports show it"),
    ("match", "which calls, by what came over the wire; left out: all"),
    ("when", "conditions on count, chance, time, order and state; all must hold"),
    ("key", "what has its own count and phases (default: world)"),
    ("do", "what happens to the calls: one effect or a list"),
    ("phases", "different effects for the first calls, the next ones, and so on"),
    ("limit", "grant so many calls and do something else to the rest"),
    ("max", "fire at most so often per key"),
    ("tags", "words to group rules by"),
    ("disabled", "true: the rule is read and checked, and does nothing"),
];

const KEYS: &[&str] = &["name", "match", "when", "key", "do", "phases", "limit", "max", "tags", "disabled"];

impl Rule {
    pub(super) fn read(value: Value<'_>) -> Option<Rule> {
        let map = value.map(KEYS)?;
        let name = map.required("name").and_then(slug);
        let matcher = map.optional("match").map(Matcher::read);
        let when = map.optional("when").map(When::read);
        let key = map.optional("key").map(Key::read);
        let max = map.optional("max").map(|value| value.integer(1..=1_000_000_000u64));
        let tags = map.optional("tags").map(|value| value.each(slug));
        let disabled = map.optional("disabled").map(Value::boolean);
        let forever = |effects| vec![Phase { length: Length::Forever, effects }];
        let limit = map.optional("limit").map(Limit::read);
        let limit = limit.map_or(Some(None), |read| read.map(Some));
        let said: Vec<&str> = ["do", "phases", "limit"].into_iter().filter(|key| map.has(key)).collect();
        let phases = match said.as_slice() {
            ["do"] => map.optional("do").and_then(effect::groups).map(forever),
            ["phases"] => map.optional("phases").and_then(|value| phase::phases(value, effect::groups)),
            ["limit"] => limit.as_ref()?.as_ref().map(|limit| forever(limit.over.clone())),
            [] => {
                value.refuse("this rule does nothing", "`do`, `phases` or `limit`");
                None
            }
            several => {
                value.refuse(format!("{} in one rule", several.join(" and ")), "one of do, phases and limit");
                None
            }
        };
        let tags = tags.unwrap_or(Some(Vec::new()))?;
        Some(Rule {
            name: name?.into(),
            matcher: matcher.unwrap_or(Some(Matcher::default()))?,
            when: when.unwrap_or(Some(When::default()))?,
            // Where only the quota has a key, the rule counts as its quota does.
            key: match key {
                None => limit.as_ref()?.as_ref().and_then(|limit| limit.key.clone()).unwrap_or_default(),
                Some(key) => key?,
            },
            phases: phases?,
            limit: limit?,
            max: max.map_or(Some(None), |read| read.map(Some))?,
            profile: None,
            switches: tags.into_iter().map(Arc::from).collect(),
            disabled: disabled.unwrap_or(Some(false))?,
            course: course(value).into(),
            place: Place::of(value),
            asks: (
                map.optional("match").map(|value| asked("match", value)),
                map.optional("when").map(|value| asked("when", value)),
            ),
        })
    }

    /// `true` if what an earlier version of the rule has counted still means the same.
    pub(super) fn goes_on_from(&self, before: &Rule) -> bool {
        self.name == before.name && self.key == before.key && self.course == before.course
    }

    /// Stages at which some phase has an effect, in order.
    pub(super) fn stages(&self) -> Vec<Stage> {
        let mut stages: Vec<Stage> =
            self.phases.iter().flat_map(|phase| &phase.effects).map(|group| group.stage).collect();
        stages.sort_unstable();
        stages.dedup();
        stages
    }

    /// The stage at which every call of the rule's operations is ended by it, if it ends every one.
    pub(super) fn ends_every_call(&self) -> Option<Stage> {
        let every = self.limit.is_none()
            && self.matcher.is_only_operations()
            && self.when.is_empty()
            && self.max.is_none()
            && !self.disabled;
        let [Phase { length: Length::Forever, effects }] = self.phases.as_slice() else { return None };
        effects.iter().find(|group| group.is_terminal()).map(|group| group.stage).filter(|_| every)
    }
}

/// What a rule does, as data: `do` is a single phase without an end.
pub(super) fn course(value: Value<'_>) -> String {
    let said = |key: &str| value.member(key).map(json::of);
    let phases = said("phases").or_else(|| Some(serde_json::json!([{"forever": true, "do": said("do")?}])));
    serde_json::json!([phases, said("limit")]).to_string()
}

/// A condition as written.
fn asked(key: &str, value: Value<'_>) -> String {
    format!("{key} {}", effect::one_line(value))
}
