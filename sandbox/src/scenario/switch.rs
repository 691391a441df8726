//! Rules that are put in and out of force while a world runs: by profile and by tag.
//!
//! A profile is a named group of rules in a file, a tag a word on a rule; both are switches, and a tag that is called like a
//! profile belongs to it. A rule is in force while all of its switches are on. What a rule has counted stays while it is off.

use std::sync::Arc;

/// A named group of rules, as the file declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Profile {
    pub(super) name: Arc<str>,
    /// Whether its rules are in force before anybody switches.
    pub(super) active: bool,
}

/// The switches of one world.
#[derive(Debug, Clone, Default)]
pub(super) struct Switches(Vec<Switch>);

#[derive(Debug, Clone)]
struct Switch {
    name: Arc<str>,
    on: bool,
    /// As the file has it.
    initially: bool,
}

impl Switches {
    /// The profiles of a file, then the other tags its rules name, each as the file has it.
    pub(super) fn of<'a>(profiles: &[Profile], named: impl Iterator<Item = &'a Arc<str>>) -> Switches {
        let new = |name: &Arc<str>, on| Switch { name: Arc::clone(name), on, initially: on };
        let mut switches: Vec<Switch> = profiles.iter().map(|profile| new(&profile.name, profile.active)).collect();
        for name in named {
            if !switches.iter().any(|switch| switch.name == *name) {
                switches.push(new(name, true));
            }
        }
        Switches(switches)
    }

    /// Takes over what was switched before a reload, where the file still has the switch and starts it as it did.
    pub(super) fn keep(&mut self, before: &Switches) {
        for switch in &mut self.0 {
            let same = |old: &&Switch| old.name == switch.name && old.initially == switch.initially;
            if let Some(old) = before.0.iter().find(same) {
                switch.on = old.on;
            }
        }
    }

    /// Back to what the file says.
    pub(super) fn reset(&mut self) {
        self.0.iter_mut().for_each(|switch| switch.on = switch.initially);
    }

    /// `false` if there is no such switch.
    pub(super) fn set(&mut self, name: &str, on: bool) -> bool {
        let found = self.0.iter_mut().find(|switch| &*switch.name == name);
        found.map(|switch| switch.on = on).is_some()
    }

    /// Whether a rule with these switches is in force.
    pub(super) fn admit(&self, switches: &[Arc<str>]) -> bool {
        let on = |name: &Arc<str>| self.0.iter().all(|switch| switch.name != *name || switch.on);
        switches.iter().all(on)
    }

    /// Every switch and how it stands.
    pub(super) fn list(&self) -> Vec<(String, bool)> {
        self.0.iter().map(|switch| (switch.name.to_string(), switch.on)).collect()
    }
}
