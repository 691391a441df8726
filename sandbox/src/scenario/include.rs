//! `rules`, `profiles`, `timeline` and `include`: from the lists of a file and of the files it includes to one list of each.
//!
//! Rules are asked from top to bottom, so their order is the whole point: profiles come first, because whoever switches one
//! on wants it to win; then the file's own rules; then those of included files, which the file's own may override.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bank_fixtures::document::{self, Beside, Diagnostics, Kind, Value, suggest};
use bank_fixtures::expectation::slug;
use bank_fixtures::library;

use super::deliver::DeliverRule;
use super::event::EventRule;
use super::lint::{self, Around};
use super::rule::{Place, Rule};
use super::switch::Profile;
use super::timeline::{self, Item};

/// Folders of shipped scenarios.
const FOLDERS: [&str; 3] = ["faults", "journeys", "packs"];
/// Files that one scenario may include, directly or not.
const MOST_FILES: usize = 64;

/// Where included files come from.
pub trait Library {
    /// The file that `name` means to the file `from`: its name in diagnostics, and its text.
    ///
    /// # Errors
    /// A sentence about why there is none, as a lower-case fragment, and what would be legal.
    fn find(&self, from: &str, name: &str) -> Result<(String, String), (String, String)>;

    /// What lies beside a file, for what it names there (`file(latencies.csv)`).
    fn beside(&self, _: &str) -> Beside {
        Beside::found_by(|_| {
            Err("this scenario was not read from a folder: write `any of 20ms, 900ms` instead".to_owned())
        })
    }
}

/// The scenarios that come with the simulator, and nothing else: for texts that come over a network.
#[derive(Debug, Clone, Copy)]
pub struct Shipped;

/// Files on disk, relative to the including file, and the shipped scenarios by name.
#[derive(Debug, Clone, Copy)]
pub struct Disk;

impl Library for Shipped {
    fn find(&self, _: &str, name: &str) -> Result<(String, String), (String, String)> {
        if let Some(file) = FOLDERS.iter().find_map(|folder| library::find(folder, name)) {
            return Ok((file.path.to_owned(), file.text.to_owned()));
        }
        let names: Vec<&str> =
            FOLDERS.iter().flat_map(|folder| library::files(folder)).map(|file| file.name()).collect();
        let near = suggest(name, names.iter().copied()).map(|near| format!("; did you mean `{near}`?"));
        let why = format!("there is no shipped scenario `{name}`{}", near.unwrap_or_default());
        Err((why, "a name of `list scenarios`; files can only be included by files".to_owned()))
    }
}

impl Library for Disk {
    fn find(&self, from: &str, name: &str) -> Result<(String, String), (String, String)> {
        let is_path = name.contains(['/', '\\', '.']);
        if !is_path && let Ok(found) = Shipped.find(from, name) {
            return Ok(found);
        }
        let path = Path::new(from).parent().unwrap_or(Path::new("")).join(name);
        let legal = "a file, relative to this one, or a name of `list scenarios`";
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok((tidy(&path).display().to_string(), text)),
            Err(error) if is_path => Err((format!("cannot read {}: {error}", path.display()), legal.to_owned())),
            Err(_) => Shipped.find(from, name).map_err(|(why, _)| (why, legal.to_owned())),
        }
    }

    fn beside(&self, from: &str) -> Beside {
        let from = PathBuf::from(from);
        if from.is_file() { Beside::found_by(move |name| neighbour(&from, name)) } else { Shipped.beside("") }
    }
}

/// A regular file in the folder of a scenario that was itself read from disk.
fn neighbour(scenario: &Path, name: &str) -> Result<String, String> {
    if Path::new(name).file_name().is_none_or(|file| file != name) {
        return Err(format!("`{name}` is not the name of a file beside the scenario"));
    }
    let path = scenario.with_file_name(name);
    let about = std::fs::metadata(&path).map_err(|why| format!("`{name}`: {why}"))?;
    if !about.is_file() {
        return Err(format!("`{name}` is not a file"));
    }
    if about.len() > document::MAX_BYTES as u64 {
        return Err(format!("`{name}` is larger than {} bytes", document::MAX_BYTES));
    }
    std::fs::read_to_string(&path).map_err(|why| format!("`{name}`: {why}"))
}

/// The path without `.` and with each `x/..` taken out, so that one file has one name.
fn tidy(path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir if tidy.file_name().is_some() => {
                tidy.pop();
            }
            part => tidy.push(part),
        }
    }
    tidy
}

/// The reading of one scenario with everything it includes.
pub(super) struct Including<'l> {
    library: &'l dyn Library,
    /// The files being read, the outermost first.
    open: Vec<String>,
    /// Files that were included, each once.
    done: Vec<String>,
    /// What is wrong with them.
    wrong: Vec<Diagnostics>,
}

/// Rules in the order they are asked.
#[derive(Debug, Default)]
pub(super) struct Rules {
    pub(super) profiles: Vec<Profile>,
    pub(super) rules: Vec<Rule>,
    pub(super) events: Vec<EventRule>,
    pub(super) deliveries: Vec<Arc<DeliverRule>>,
    pub(super) timeline: Vec<Arc<Item>>,
}

/// What could be read of a file's own rules, each with where it stands, and of its timeline.
#[derive(Debug)]
pub(super) struct Own<'d> {
    pub(super) rules: Vec<(Rule, Value<'d>)>,
    pub(super) events: Vec<(EventRule, Value<'d>)>,
    pub(super) deliveries: Vec<(DeliverRule, Value<'d>)>,
    pub(super) timeline: Vec<Arc<Item>>,
    profiles: Vec<Profile>,
    /// Nothing in it is wrong.
    pub(super) complete: bool,
}

impl<'l> Including<'l> {
    pub(super) fn new(library: &'l dyn Library, file: &str) -> Including<'l> {
        Including { library, open: vec![file.to_owned()], done: Vec::new(), wrong: Vec::new() }
    }

    pub(super) fn files(&self) -> Vec<String> {
        self.done.clone()
    }

    /// What was read, or everything that is wrong in any of the files.
    pub(super) fn finish<T>(self, read: Result<T, Diagnostics>) -> Result<T, Diagnostics> {
        read.map_err(|own| self.wrong.into_iter().fold(own, Diagnostics::followed_by))
    }

    /// The rules of one included file.
    fn include(&mut self, value: Value<'_>, around: Around) -> Option<Rules> {
        let name = value.word()?;
        let from = self.open.last().map_or("", String::as_str);
        let (file, text) = match self.library.find(from, name) {
            Ok(found) => found,
            Err((why, legal)) => {
                value.refuse(why, legal);
                return None;
            }
        };
        if self.open.contains(&file) {
            let way = self.open.iter().skip_while(|open| **open != file).map(String::as_str);
            let way = way.chain([file.as_str()]).collect::<Vec<_>>().join(" includes ");
            value.refuse(format!("files that include each other: {way}"), "files that do not lead back to themselves");
            return None;
        }
        // Included on two ways, its rules are there once.
        if self.done.contains(&file) {
            return Some(Rules::default());
        }
        if self.done.len() >= MOST_FILES {
            value.refuse("too many included files", format!("at most {MOST_FILES}"));
            return None;
        }
        self.done.push(file.clone());
        self.open.push(file.clone());
        let read = document::read_beside(&file, &text, self.library.beside(&file), |root| {
            let version = root.member("sandbox");
            if version.is_none() {
                root.refuse("this is not a scenario file", "sandbox: 1 at its top");
            }
            version?.one_of(&[("1", 1)])?;
            let has_seed = around.has_seed || root.member("seed").is_some();
            rules(root, Around { has_seed, ..around }, self)
        });
        self.open.pop();
        match read {
            Ok(rules) => Some(rules),
            Err(found) => {
                let count = if found.len() == 1 { "a mistake".to_owned() } else { format!("{} mistakes", found.len()) };
                value.refuse(format!("`{file}` has {count}"), "a file without mistakes; they follow");
                self.wrong.push(found);
                None
            }
        }
    }
}

/// The rules of a file: its profiles, its own, and those it includes.
pub(super) fn rules(root: Value<'_>, around: Around, including: &mut Including<'_>) -> Option<Rules> {
    let foreign: Vec<(Value<'_>, Option<Rules>)> = root
        .member("include")
        .map(|value| value.list_or_one().into_iter().map(|value| (value, including.include(value, around))).collect())
        .unwrap_or_default();
    let mut own = Own::new();
    if let Some(value) = root.member("profiles") {
        own.profiles(value);
    }
    if let Some(value) = root.member("rules") {
        value.list_or_one().into_iter().for_each(|value| own.rule(value, None));
    }
    if let Some(value) = root.member("timeline") {
        let read = timeline::items(value);
        own.complete &= read.is_some();
        own.timeline = read.unwrap_or_default();
    }
    own.complete &= foreign.iter().all(|(_, rules)| rules.is_some());
    let beside: Vec<&Rules> = foreign.iter().filter_map(|(_, rules)| rules.as_ref()).collect();
    lint::lint(&own, &beside, around);
    let mut complete = own.complete;
    let mut all = own.found();
    let mut names: BTreeMap<String, Place> =
        all.names().map(|(name, place)| (name.to_string(), place.clone())).collect();
    for (value, rules) in foreign {
        let Some(rules) = rules else { continue };
        for (name, place) in rules.names() {
            if let Some(first) = names.insert(name.to_string(), place.clone()) {
                let message = format!("two rules are called `{name}`: at {first} and at {place}");
                value.refuse(message, "a name of its own for each rule: counts and draws belong to the name");
                complete = false;
            }
        }
        all.rules.extend(rules.rules);
        all.events.extend(rules.events);
        all.deliveries.extend(rules.deliveries);
        all.timeline.extend(rules.timeline);
        for profile in rules.profiles {
            // A profile of the same name in two files is one switch; the including file says how it stands at first.
            if !all.profiles.iter().any(|known| known.name == profile.name) {
                all.profiles.push(profile);
            }
        }
    }
    complete.then_some(all)
}

/// Reads a bare list of rules about calls and looks at them together.
pub(super) fn list(value: Value<'_>, around: Around) -> Option<Vec<Rule>> {
    let mut own = Own::new();
    value.list_or_one().into_iter().for_each(|value| own.rule(value, None));
    lint::lint(&own, &[], around);
    own.complete.then(|| own.found().rules)
}

impl Rules {
    /// The name of every rule and where it is written.
    pub(super) fn names(&self) -> impl Iterator<Item = (&Arc<str>, &Place)> {
        let rules = self.rules.iter().map(|rule| (&rule.name, &rule.place));
        let events = self.events.iter().map(|rule| (&rule.name, &rule.place));
        rules.chain(events).chain(self.deliveries.iter().map(|rule| (&rule.name, &rule.place)))
    }
}

impl<'d> Own<'d> {
    fn new() -> Own<'d> {
        Own {
            rules: Vec::new(),
            events: Vec::new(),
            deliveries: Vec::new(),
            timeline: Vec::new(),
            profiles: Vec::new(),
            complete: true,
        }
    }

    /// Reads a rule about calls, about events or about messages; `profile` is the one it is written in.
    fn rule(&mut self, value: Value<'d>, profile: Option<&Arc<str>>) {
        let right = if value.member("deliver").is_some() {
            let read = DeliverRule::read(value);
            let right = read.is_some();
            self.deliveries.extend(read.map(|mut rule| {
                rule.switches.splice(0..0, profile.cloned());
                rule.profile = profile.cloned();
                (rule, value)
            }));
            right
        } else if value.member("event").is_some() {
            let read = EventRule::read(value);
            let right = read.is_some();
            self.events.extend(read.map(|mut rule| {
                rule.switches.splice(0..0, profile.cloned());
                rule.profile = profile.cloned();
                (rule, value)
            }));
            right
        } else {
            let read = Rule::read(value);
            let right = read.is_some();
            self.rules.extend(read.map(|mut rule| {
                rule.switches.splice(0..0, profile.cloned());
                rule.profile = profile.cloned();
                (rule, value)
            }));
            right
        };
        self.complete &= right;
    }

    /// `{name: [rules]}`, or `{name: {active: true, rules: [...]}}`.
    fn profiles(&mut self, value: Value<'d>) {
        let Some(entries) = value.entries() else {
            self.complete = false;
            return;
        };
        let mut seen = BTreeSet::new();
        for (key, value) in entries {
            let name = key.key_text();
            let (mut active, mut rules) = (Some(false), Some(value));
            if value.kind() == Kind::Map && value.member("name").is_none() {
                let map = value.map(&["active", "rules"]);
                active = map.map_or(Some(false), |map| map.optional("active").map_or(Some(false), Value::boolean));
                rules = map.and_then(|map| map.optional("rules"));
            }
            let slug = slug(key).filter(|_| seen.insert(name));
            self.complete &= slug.is_some() && active.is_some();
            let (Some(_), Some(active)) = (slug, active) else { continue };
            let switch: Arc<str> = name.into();
            for value in rules.map(Value::list_or_one).unwrap_or_default() {
                self.rule(value, Some(&switch));
            }
            self.profiles.push(Profile { name: switch, active });
        }
    }

    /// What was read, without the places.
    fn found(self) -> Rules {
        Rules {
            profiles: self.profiles,
            rules: self.rules.into_iter().map(|(rule, _)| rule).collect(),
            events: self.events.into_iter().map(|(rule, _)| rule).collect(),
            deliveries: self.deliveries.into_iter().map(|(rule, _)| Arc::new(rule)).collect(),
            timeline: self.timeline,
        }
    }
}
