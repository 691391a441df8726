//! Rules a scenario switched off by name, so that a lenient bank can be simulated on purpose.

use std::collections::BTreeSet;

use crate::auth::step;

/// The names of the rules this bank does not enforce; empty unless a scenario says so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Leniency(BTreeSet<&'static str>);

/// A name that is no rule, or a step that cannot be left out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is not a rule of the authorization server; legal are {}", step::rule_names().join(", "))]
pub struct UnknownRule {
    /// What was written.
    pub name: String,
}

impl Leniency {
    /// Every rule is enforced.
    pub fn strict() -> Leniency {
        Leniency::default()
    }

    /// All but these rules are enforced.
    ///
    /// # Errors
    /// The first name that is no rule.
    pub fn without<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> Result<Leniency, UnknownRule> {
        let rules = step::rule_names();
        let known = |name: S| {
            let found = rules.iter().find(|rule| **rule == name.as_ref()).copied();
            found.ok_or_else(|| UnknownRule { name: name.as_ref().to_owned() })
        };
        names.into_iter().map(known).collect::<Result<BTreeSet<_>, _>>().map(Leniency)
    }

    /// `true` if the rule is enforced.
    pub(crate) fn enforces(&self, rule: &str) -> bool {
        !self.0.contains(rule)
    }
}
