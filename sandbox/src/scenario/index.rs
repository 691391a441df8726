//! Which rules a call can meet at all: by operation, and inside one by the literal texts rules ask for.
//!
//! Owns finding, not judging: a rule that is left out here could not have matched, one that is found may still not match.
//! The order in which rules are asked is never changed by how they are found.

use std::borrow::Cow;
use std::collections::HashMap;

use axum::http::HeaderName;

use super::facts::Facts;
use super::rule::Rule;
use super::switch::Switches;
use crate::fault::Stage;
use crate::operation::OPERATIONS;

/// Rules in force, by what they are about, in the order they are asked.
#[derive(Debug)]
pub(super) struct Index {
    /// By operation.
    calls: Vec<Course>,
    /// For connections before any request.
    connections: Vec<Slot>,
}

/// One rule at one stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) stage: Stage,
    pub(super) rule: usize,
}

/// What a rule may ask to be one of a few texts.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Selector {
    Account,
    Consent,
    Client,
    Psu,
    Path,
    Host,
    Header(HeaderName),
    Query(String),
    Body(String),
}

/// The rules about one operation.
#[derive(Debug, Clone, Default)]
struct Course {
    /// In the order they are asked: by stage, then as in the file.
    slots: Vec<Slot>,
    /// Places in `slots` of the rules that ask for no literal text.
    open: Vec<usize>,
    /// Places of the others, by one text they ask for. A rule stands under one selector.
    keyed: Vec<(Selector, HashMap<String, Vec<usize>>)>,
    /// Places of rules that ask for a page and nothing better, by page; the last row is for all further pages.
    paged: Vec<Vec<usize>>,
}

/// Pages with a row of their own.
const PAGES: u32 = 32;

impl Selector {
    /// What a call says here; nothing if it says nothing.
    fn of<'f>(&self, facts: &'f Facts<'_>) -> Option<Cow<'f, str>> {
        match self {
            Selector::Account => facts.call.account.as_deref().map(Cow::from),
            Selector::Consent => facts.consent().map(Cow::from),
            Selector::Client => facts.client().map(Cow::from),
            Selector::Psu => facts.psu().map(Cow::from),
            Selector::Path => Some(facts.request.path.as_str().into()),
            Selector::Host => facts.host().map(Cow::from),
            Selector::Header(name) => facts.header(name).map(Cow::from),
            Selector::Query(name) => facts.query(name),
            Selector::Body(pointer) => facts.body(pointer).map(Cow::from),
        }
    }
}

impl Index {
    pub(super) fn empty() -> Index {
        Index { calls: vec![Course::default(); OPERATIONS.len()], connections: Vec::new() }
    }

    /// The rules that are in force.
    pub(super) fn of(rules: &[Rule], switches: &Switches) -> Index {
        let mut index = Index::empty();
        let in_force = |(_, rule): &(usize, &Rule)| !rule.disabled && switches.admit(&rule.switches);
        for (number, rule) in rules.iter().enumerate().filter(in_force) {
            for stage in rule.stages() {
                let slot = Slot { stage, rule: number };
                match &rule.matcher.operations {
                    _ if stage.is_of_connections() => index.connections.push(slot),
                    None => index.calls.iter_mut().for_each(|course| course.slots.push(slot)),
                    Some(operations) => {
                        operations.iter().for_each(|operation| index.calls[*operation as usize].slots.push(slot));
                    }
                }
            }
        }
        index.calls.iter_mut().for_each(|course| course.arrange(rules));
        index
    }

    /// Rules that may be about a call, in the order they are asked.
    pub(super) fn met_by(&self, facts: &Facts<'_>) -> Cow<'_, [Slot]> {
        self.calls[facts.operation as usize].met_by(facts)
    }

    /// Rules about connections at a stage, in the order they are asked.
    pub(super) fn of_connections(&self, stage: Stage) -> Vec<Slot> {
        self.connections.iter().filter(|slot| slot.stage == stage).copied().collect()
    }
}

impl Course {
    /// Puts the slots in order and files them.
    fn arrange(&mut self, rules: &[Rule]) {
        self.slots.sort_by_key(|slot| (slot.stage, slot.rule));
        for (place, slot) in self.slots.iter().enumerate() {
            let matcher = &rules[slot.rule].matcher;
            if let Some((selector, mut texts)) = matcher.literal() {
                texts.sort_unstable();
                texts.dedup();
                let known = self.keyed.iter().position(|(known, _)| *known == selector).unwrap_or_else(|| {
                    self.keyed.push((selector, HashMap::new()));
                    self.keyed.len() - 1
                });
                for text in texts {
                    self.keyed[known].1.entry(text).or_default().push(place);
                }
            } else if let Some(pages) = &matcher.page {
                self.paged.resize(PAGES as usize + 1, Vec::new());
                for (page, row) in (1..).zip(&mut self.paged) {
                    if page > PAGES || pages.hold(page.into()) {
                        row.push(place);
                    }
                }
            } else {
                self.open.push(place);
            }
        }
    }

    fn met_by(&self, facts: &Facts<'_>) -> Cow<'_, [Slot]> {
        if self.open.len() == self.slots.len() {
            return Cow::Borrowed(&self.slots);
        }
        let mut met: Vec<usize> = Vec::new();
        for (selector, places) in &self.keyed {
            if let Some(places) = selector.of(facts).and_then(|text| places.get(&*text)) {
                met.extend_from_slice(places);
            }
        }
        if let (Some(page), false) = (facts.call.page, self.paged.is_empty()) {
            // A page that no row stands for is looked at by every rule about pages.
            let row = if (1..=PAGES).contains(&page) { page - 1 } else { PAGES };
            met.extend_from_slice(&self.paged[row as usize]);
        }
        if met.is_empty() && self.open.is_empty() {
            return Cow::Borrowed(&[]);
        }
        met.extend_from_slice(&self.open);
        met.sort_unstable();
        Cow::Owned(met.into_iter().map(|place| self.slots[place]).collect())
    }
}
