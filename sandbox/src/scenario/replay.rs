//! `replay`: derives the decisions of a journal again, from what it says they depend on.
//!
//! A draw is a function of seed, scenario, rule, key and the number of the call, so it can be made again from the journal
//! alone. With the scenario at hand the phase and the effect can be, too, as long as phases are counted in calls. What
//! cannot be derived is stated: the number of a call is the order in which calls arrived, and time, events and variables
//! are what happened in that world; they are taken as the journal has them.

use std::fmt;
use std::sync::Arc;

use bank_fixtures::seed::Seed;
use serde_json::Value as Json;

use super::Scenario;
use super::chance::Chance;
use super::deed::Deeds;
use super::effect::Group;
use super::engine::draws_of;
use super::phase::Length;
use super::when::Count;
use crate::fault::{Share, Stage};

/// What came out of deriving a journal again.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Replay {
    /// Entries that were read.
    pub entries: usize,
    /// One per decision, in the order of the journal.
    pub decisions: Vec<Replayed>,
}

/// One decision, made again.
#[derive(Debug, Clone, PartialEq)]
pub struct Replayed {
    /// Number of the entry.
    pub entry: u64,
    /// Name of the rule.
    pub rule: String,
    /// Number of the call for rule and key, as the journal has it.
    pub n: u64,
    /// What was derived and agrees, in words: `draw 0.25`, `phase 0`.
    pub derived: Vec<String>,
    /// What does not agree.
    pub differs: Vec<Difference>,
    /// What could not be derived, and why.
    pub taken: Vec<&'static str>,
}

/// A value that comes out otherwise than the journal has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Which.
    pub what: &'static str,
    /// What the journal says.
    pub journal: String,
    /// What comes out.
    pub derived: String,
}

/// A text that is no journal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReplayError {
    /// A line cannot be read.
    #[error(
        "line {line} of the journal: {what}; legal is one entry of journal v1 per line, as the control API gives it"
    )]
    Line {
        /// Its number, from 1.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
    /// The entry that was asked for is not there.
    #[error("the journal has no entry {0}")]
    NoEntry(u64),
}

impl Replay {
    /// `true` if everything that could be derived agrees.
    pub fn agrees(&self) -> bool {
        self.decisions.iter().all(|decision| decision.differs.is_empty())
    }
}

/// Derives the decisions of a journal (or of one entry) again.
///
/// # Errors
/// The text is no journal, or has no such entry.
pub fn replay(journal: &str, entry: Option<u64>, scenario: Option<&Scenario>) -> Result<Replay, ReplayError> {
    let mut replay = Replay::default();
    for (index, text) in journal.lines().enumerate().filter(|(_, text)| !text.trim().is_empty()) {
        let wrong = |what: String| ReplayError::Line { line: index + 1, what };
        let line: Json = serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
        if line["v"] != 1 {
            return Err(wrong("`v` is not 1".to_owned()));
        }
        let seq = line["seq"].as_u64().ok_or_else(|| wrong("`seq` is not a number".to_owned()))?;
        if entry.is_some_and(|entry| entry != seq) {
            continue;
        }
        replay.entries += 1;
        let decisions = line["decisions"].as_array().ok_or_else(|| wrong("`decisions` is not a list".to_owned()))?;
        for decision in decisions {
            let made = Made::read(decision).ok_or_else(|| wrong(format!("this is no decision: {decision}")))?;
            replay.decisions.push(made.again(seq, scenario));
        }
    }
    match entry {
        Some(entry) if replay.entries == 0 => Err(ReplayError::NoEntry(entry)),
        _ => Ok(replay),
    }
}

/// A decision as the journal has it.
struct Made<'j> {
    rule: &'j str,
    phase: u64,
    n: u64,
    draw: Option<f64>,
    effect: &'j str,
    stage: &'j str,
    key: &'j str,
    p: Option<f64>,
    block: Option<u64>,
    scenario: &'j str,
    seed: u64,
}

impl<'j> Made<'j> {
    fn read(decision: &'j Json) -> Option<Made<'j>> {
        let text = |member: &str| decision[member].as_str();
        Some(Made {
            rule: text("rule")?,
            phase: decision["phase"].as_u64()?,
            n: decision["n"].as_u64().filter(|n| *n > 0)?,
            draw: decision["draw"].as_f64(),
            effect: text("effect")?,
            stage: text("stage")?,
            key: text("key")?,
            p: decision["p"].as_f64(),
            block: decision["block"].as_u64().filter(|block| (1..=1_000).contains(block)),
            scenario: text("scenario")?,
            seed: decision["seed"].as_u64()?,
        })
    }

    fn again(&self, entry: u64, scenario: Option<&Scenario>) -> Replayed {
        let arrived = if self.stage == Stage::After.name() {
            "n is the order in which events came about"
        } else {
            "n is the order in which calls arrived"
        };
        let taken = vec![arrived];
        let (rule, n) = (self.rule.to_owned(), self.n);
        let mut replayed = Replayed { entry, rule, n, derived: Vec::new(), differs: Vec::new(), taken };
        let seed = draws_of(Seed::new(self.seed), self.scenario, self.rule, self.key);
        if let Some(p) = self.p {
            let (hit, draw) = drawn(p, self.block, seed, self.n);
            replayed.compare("draw", self.draw.map_or("none".to_owned(), |told| near(told, draw)), draw.to_string());
            replayed.compare("hit", "true".to_owned(), hit.to_string());
        }
        if self.scenario.is_empty() {
            replayed.taken.push("no rule drew it: it comes of the timeline");
            return replayed;
        }
        let Some(scenario) = scenario else { return replayed };
        replayed.compare("scenario", self.scenario.to_owned(), scenario.name().to_owned());
        if let Some(seed) = scenario.seed() {
            replayed.compare("seed", self.seed.to_string(), seed.to_string());
        }
        let Some(rule) = Written::of(scenario, self.rule, self.key) else {
            let derived = "no such rule".to_owned();
            replayed.differs.push(Difference { what: "rule", journal: self.rule.to_owned(), derived });
            return replayed;
        };
        let odds = |odds: Option<(f64, Option<u64>)>| match odds {
            None => "none".to_owned(),
            Some((p, None)) => p.to_string(),
            Some((p, Some(block))) => format!("{p} exact in blocks of {block}"),
        };
        let written = rule.chance.map(|chance| (chance.odds().p, chance.odds().block));
        let told = match (self.p, written) {
            (Some(p), Some((written, _))) if near(p, written) == written.to_string() => Some((written, self.block)),
            (p, _) => p.map(|p| (p, self.block)),
        };
        replayed.compare("chance", odds(told), odds(written));
        let phase = match phase_of(&rule, seed, self.n) {
            Some(phase) => {
                let derived = phase.map_or("none".to_owned(), |phase| phase.to_string());
                replayed.compare("phase", self.phase.to_string(), derived);
                phase
            }
            None => {
                replayed.taken.push("the phase depends on time, events or other versions of the rule");
                usize::try_from(self.phase).ok()
            }
        };
        if rule.has_limit {
            replayed.taken.push("what a limit has left depends on the calls before");
        }
        let written = phase.and_then(|phase| rule.effects.get(phase)).map_or(&[][..], Vec::as_slice);
        let journal = format!("{} at {}", self.effect, self.stage);
        let derived = if written.contains(&journal) { journal.clone() } else { written.join("; ") };
        replayed.compare("effect", journal, derived);
        replayed
    }
}

impl Replayed {
    fn compare(&mut self, what: &'static str, journal: String, derived: String) {
        if journal == derived {
            self.derived.push(format!("{what} {derived}"));
        } else {
            self.differs.push(Difference { what, journal, derived });
        }
    }
}

/// Whether a call is hit, and the draw that says so.
fn drawn(p: f64, block: Option<u64>, seed: Seed, n: u64) -> (bool, f64) {
    match block {
        // A whole number of hits, told as a share.
        Some(of) => Chance::Exact(Share { hits: (p * of as f64).round() as u64, of }).hits(seed, n, &mut None),
        None => {
            let draw = seed.at(n).unit();
            (draw < p, draw)
        }
    }
}

/// A number of the journal as text: the derived one, if reading decimal text is all that lies between them.
fn near(told: f64, derived: f64) -> String {
    if (told - derived).abs() <= 4.0 * f64::EPSILON { derived.to_string() } else { told.to_string() }
}

/// A rule as the scenario has it, whatever it is about.
struct Written<'s> {
    chance: Option<Chance>,
    count: Option<&'s Count>,
    /// By phase.
    lengths: Vec<&'s Length>,
    /// By phase: what it does, in words, each with its stage.
    effects: Vec<Vec<String>>,
    has_limit: bool,
}

impl<'s> Written<'s> {
    /// The rule of this name about calls, events or messages; of the last, the part that draws under this key.
    fn of(scenario: &'s Scenario, name: &str, key: &str) -> Option<Written<'s>> {
        let after = Stage::After.name();
        if let Some(rule) = scenario.rules.iter().find(|rule| *rule.name == *name) {
            let words = |group: &Group| format!("{} at {}", group.words, group.stage.name());
            return Some(Written {
                chance: rule.when.chance,
                count: rule.when.count.as_ref(),
                lengths: rule.phases.iter().map(|phase| &phase.length).collect(),
                effects: rule.phases.iter().map(|phase| phase.effects.iter().map(words).collect()).collect(),
                has_limit: rule.limit.is_some(),
            });
        }
        if let Some(rule) = scenario.events.iter().find(|rule| *rule.name == *name) {
            let words = |deeds: &Arc<Deeds>| format!("{} at {after}", deeds.words);
            return Some(Written {
                chance: rule.when.chance,
                count: rule.when.count.as_ref(),
                lengths: rule.phases.iter().map(|phase| &phase.length).collect(),
                effects: rule.phases.iter().map(|phase| phase.effects.iter().map(words).collect()).collect(),
                has_limit: false,
            });
        }
        let rule = scenario.deliveries.iter().find(|rule| *rule.name == *name)?;
        let effect = if key.is_empty() { &*rule.words } else { key };
        Some(Written {
            chance: rule.chance(key),
            count: None,
            lengths: vec![&Length::Forever],
            effects: vec![vec![format!("{effect} at {after}")]],
            has_limit: false,
        })
    }
}

/// The phase that gets the `n`-th call of a key, where it follows from the calls alone. The inner `None` is the end.
fn phase_of(rule: &Written<'_>, seed: Seed, n: u64) -> Option<Option<usize>> {
    // More calls than anybody counts by hand: the journal of a long run is not derived call by call.
    const MOST_CALLS: u64 = 1_000_000;
    let (mut phase, mut calls, mut block) = (0, 0, None);
    if matches!(rule.lengths.first()?, Length::Forever) {
        return Some(Some(0));
    }
    for n in 1..=n.min(MOST_CALLS + 1) {
        if n > MOST_CALLS {
            return None;
        }
        let counted = rule.count.is_none_or(|count| count.holds(n));
        if !counted || !rule.chance.is_none_or(|chance| chance.hits(seed, n, &mut block).0) {
            continue;
        }
        loop {
            match rule.lengths.get(phase) {
                Some(Length::Calls(most)) if calls >= *most => (phase, calls) = (phase + 1, 0),
                Some(Length::For(_) | Length::Until(_)) => return None,
                _ => break,
            }
        }
        calls += 1;
    }
    Some((phase < rule.lengths.len()).then_some(phase))
}

impl fmt::Display for Replayed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "entry {}, rule {}, call {}", self.entry, self.rule, self.n)?;
        if !self.derived.is_empty() {
            write!(f, "\n  agrees   {}", self.derived.join(", "))?;
        }
        for Difference { what, journal, derived } in &self.differs {
            write!(f, "\n  DIFFERS  {what}: the journal says {journal}, derived is {derived}")?;
        }
        write!(f, "\n  taken    {}", self.taken.join("; "))
    }
}
