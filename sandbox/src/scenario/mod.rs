//! Scenario files: from YAML to a compiled scenario that cannot be invalid, and the engine that decides by it.
//!
//! Owns the language (`docs/scenarios.md`), its diagnostics, and the automata behind phases, counts and chance. Knows
//! operations and neutral facts about a call, never a dialect; what a fault does is the fault's own business.

mod automaton;
mod chance;
pub mod cli;
mod connection;
mod deed;
mod deliver;
mod effect;
mod engine;
mod event;
mod facts;
mod hidden;
mod include;
mod index;
mod key;
mod known;
mod limit;
mod lint;
mod matcher;
mod pattern;
mod phase;
mod prepare;
mod quick;
mod quota;
mod reactor;
pub mod replay;
mod rule;
mod state;
mod switch;
mod timeline;
mod when;
mod window;

use std::sync::Arc;

use bank_fixtures::document::{self, Diagnostics, Value};
use bank_fixtures::expectation::{Expectation, Head};

pub(crate) use deed::{Deed, Deeds, Posting, Which, Who};
pub(crate) use deliver::{DeliverRule, Source};
pub use engine::Engine;
pub use facts::{BankView, Facts};
pub use include::{Disk, Library, Shipped};
pub use prepare::{ClientSpec, ClockSpec, ConsentSpec};
pub use quota::Ticket;
pub(crate) use reactor::{Occurrence, Reactor};
pub(crate) use timeline::Item;

use crate::clock::{Delays, Mode};
use crate::profile::BankProfile;
use event::EventRule;
use include::Including;
use lint::Around;
use rule::Rule;
use switch::Profile;

/// A scenario that was read and found right.
#[derive(Debug, Clone)]
pub struct Scenario {
    head: Head,
    seed: Option<u64>,
    clock: Option<ClockSpec>,
    banks: Vec<Arc<BankProfile>>,
    clients: Vec<ClientSpec>,
    consents: Vec<ConsentSpec>,
    profiles: Vec<Profile>,
    rules: Vec<Rule>,
    events: Vec<EventRule>,
    deliveries: Vec<Arc<DeliverRule>>,
    timeline: Vec<Arc<Item>>,
    file: String,
    source: String,
    /// Files whose rules it includes.
    included: Vec<String>,
}

/// Keys of a scenario file, with one line each.
pub(crate) const FILE_KEYS: &[(&str, &str)] = &[
    ("sandbox", "version of the language: 1"),
    ("name", "name of the scenario, as in its file name"),
    ("title", "one line about it"),
    ("covers", "rows of the catalogue and checks it exercises: [J4, C01]"),
    ("seed", "number every draw and all data derive from"),
    ("clock", "real, manual, auto, or {start: …, mode: real, manual, auto or {scaled: 60}, delays: real or virtual}"),
    ("dataset", "people and accounts of every bank in the world"),
    ("banks", "banks in the world: [plain], or {plain: {limits: …}} with keys of a bank file set anew"),
    ("clients", "OAuth clients registered beforehand"),
    ("consents", "consents granted beforehand"),
    (
        "include",
        "rules and timelines of other scenario files, by path or shipped name; they come after this file's own",
    ),
    ("profiles", "named groups of rules that are switched while the world runs: {outage: [rules]}, off at first"),
    ("rules", "what happens to which calls, on which events, and to which webhooks"),
    ("timeline", "what happens at the bank by the clock"),
    ("expect", "what a good client does, and which bank checks must fail"),
];

const KEYS: &[&str] = &[
    "sandbox", "name", "title", "covers", "seed", "clock", "dataset", "banks", "clients", "consents", "include",
    "profiles", "rules", "timeline", "expect",
];

impl Scenario {
    /// Reads a scenario text. `file` is the name shown in diagnostics. It may include shipped scenarios.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn compile(file: &str, text: &str) -> Result<Scenario, Diagnostics> {
        Scenario::compile_with(file, text, &Shipped)
    }

    /// The same; what it may include, and what `file` means to a relative path, is the library's to say.
    ///
    /// # Errors
    /// Everything that is wrong with it and with the files it includes.
    pub fn compile_with(file: &str, text: &str, library: &dyn Library) -> Result<Scenario, Diagnostics> {
        let mut including = Including::new(library, file);
        let beside = library.beside(file);
        let read = document::read_beside(file, text, beside, |root| read(file, text, root, &mut including));
        including.finish(read)
    }

    /// The same scenario with faults in their quick form (`payments.create: hang 35s x3`) in front of its rules.
    ///
    /// # Errors
    /// Everything that is wrong with the faults.
    pub fn with_faults<S: AsRef<str>>(mut self, faults: &[S]) -> Result<Scenario, Diagnostics> {
        let mut rules = quick::rules(faults)?;
        rules.append(&mut self.rules);
        self.rules = rules;
        Ok(self)
    }

    /// A scenario in which nothing happens but faults in their quick form.
    ///
    /// # Errors
    /// Everything that is wrong with the faults.
    pub fn of_faults<S: AsRef<str>>(faults: &[S]) -> Result<Scenario, Diagnostics> {
        Scenario::compile("quick", "sandbox: 1\nname: quick\nseed: 0\n")?.with_faults(faults)
    }

    /// Name, unique among scenarios.
    pub fn name(&self) -> &str {
        &self.head.name
    }

    /// One line about it.
    pub fn title(&self) -> Option<&str> {
        self.head.title.as_deref()
    }

    /// Rows of the catalogue and checks it exercises.
    pub fn covers(&self) -> &[String] {
        &self.head.covers
    }

    /// What must come out.
    pub fn expect(&self) -> &Expectation {
        &self.head.expect
    }

    /// The number every draw derives from, if the file names one.
    pub fn seed(&self) -> Option<u64> {
        self.seed
    }

    /// How the world's clock starts and runs, if the file says so.
    pub fn clock(&self) -> Option<ClockSpec> {
        self.clock
    }

    /// The banks of the world, with everything the file sets anew; all shipped ones if the file names none.
    pub fn banks(&self) -> &[Arc<BankProfile>] {
        &self.banks
    }

    /// Clients registered beforehand.
    pub fn clients(&self) -> &[ClientSpec] {
        &self.clients
    }

    /// Consents granted beforehand.
    pub fn consents(&self) -> &[ConsentSpec] {
        &self.consents
    }

    /// What becomes of messages on their way.
    pub(crate) fn deliveries(&self) -> &[Arc<DeliverRule>] {
        &self.deliveries
    }

    /// What happens by the clock.
    pub(crate) fn timeline(&self) -> &[Arc<Item>] {
        &self.timeline
    }

    /// The file's name as given to [`Scenario::compile`].
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The files whose rules it includes, each once, in the order they were met.
    pub fn included(&self) -> &[String] {
        &self.included
    }

    /// The file's text.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Slugs of the faults its rules use.
    pub fn faults(&self) -> Vec<&'static str> {
        let groups = self.rules.iter().flat_map(|rule| rule.phases.iter().flat_map(|phase| &phase.effects));
        let mut slugs: Vec<&str> = groups.flat_map(|group| group.faults.iter().copied()).collect();
        slugs.sort_unstable();
        slugs.dedup();
        slugs
    }
}

/// Virtual seconds per real second; zero for a clock that moves only when told.
fn pace(clock: Option<ClockSpec>) -> f64 {
    match clock.map_or(Mode::Real, |clock| clock.mode) {
        // Waits are on the world's clock themselves.
        _ if clock.is_some_and(|clock| clock.delays == Delays::Virtual) => 1.0,
        Mode::Real => 1.0,
        Mode::Scaled { factor } => factor,
        _ => 0.0,
    }
}

fn read(file: &str, text: &str, root: Value<'_>, including: &mut Including<'_>) -> Option<Scenario> {
    let map = root.map(KEYS)?;
    let version = map.required("sandbox").map(|value| value.one_of(&[("1", 1)]));
    let head = Head::read(root, |key| root.member(key));
    let seed = map.optional("seed").map(|value| value.integer(0..=u64::MAX));
    let clock = map.optional("clock").map(prepare::clock);
    let dataset = map.optional("dataset").map(prepare::dataset);
    let dataset_name = dataset.as_ref().and_then(|name| name.as_deref());
    let banks = prepare::banks(map.optional("banks"), dataset_name);
    let clients = map.optional("clients").map(|value| value.each(prepare::client));
    let consents = map.optional("consents").map(|value| value.each(prepare::consent));
    let around = Around { has_seed: map.has("seed"), pace: pace(clock.flatten()) };
    let rules = include::rules(root, around, including);
    version??;
    let rules = rules?;
    dataset.unwrap_or(Some(String::new()))?;
    Some(Scenario {
        head: head?,
        seed: seed.map_or(Some(None), |read| read.map(Some))?,
        clock: clock.map_or(Some(None), |read| read.map(Some))?,
        banks: banks?,
        clients: clients.unwrap_or(Some(Vec::new()))?,
        consents: consents.unwrap_or(Some(Vec::new()))?,
        profiles: rules.profiles,
        rules: rules.rules,
        events: rules.events,
        deliveries: rules.deliveries,
        timeline: rules.timeline,
        included: including.files(),
        file: file.to_owned(),
        source: text.to_owned(),
    })
}

#[cfg(test)]
mod tests;
