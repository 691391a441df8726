//! What the rules of a scenario keep from every client, however good it is: so that no oracle holds it against one.
//!
//! Owns the question to the rules. It is asked of what they do, not of when: a client that read at the wrong moment could not
//! know either. Knows no dialect: members are told by the names a body gives them.

use super::Scenario;
use crate::fault::Hidden;

/// Something a rule hides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hiding {
    /// Name of the rule.
    pub rule: String,
    /// What it hides.
    pub what: Hidden,
    /// The lists it is about, in the words of operations; empty for all.
    pub lists: Vec<&'static str>,
}

impl Scenario {
    /// What its rules hide, rule by rule.
    pub(crate) fn hidden(&self) -> Vec<Hiding> {
        let rules = self.rules.iter().filter(|rule| !rule.disabled);
        let hidden = rules.flat_map(|rule| {
            let operations = rule.matcher.operations.as_deref().unwrap_or_default();
            let lists: Vec<&'static str> =
                operations.iter().filter_map(|operation| operation.name().split('.').next()).collect();
            let groups = rule.phases.iter().flat_map(|phase| &phase.effects);
            groups.flat_map(super::effect::Group::hides).map(move |what| Hiding {
                rule: rule.name.to_string(),
                what,
                lists: lists.clone(),
            })
        });
        hidden.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_tell_what_they_hide() {
        let text = "sandbox: 1\nname: s\nrules:\n  - name: ids\n    match: {op: transactions.list}\n    do: {data: {ids: absent, drop: 1}}\n  - name: odd\n    match: {op: [accounts.list, accounts.get]}\n    do: {patch: {/data/*/owners/0: X, /data/3: ~}}\n  - {name: off, disabled: true, do: {data: {drop: 1}}}\n  - {name: slow, do: {delay: 1s}}\n";
        let hidden = Scenario::compile("s.yaml", text).unwrap().hidden();
        let shown: Vec<String> =
            hidden.iter().map(|one| format!("{} {:?} {:?}", one.rule, one.what, one.lists)).collect();
        assert_eq!(
            shown,
            [
                "ids Rows [\"transactions\"]",
                "ids Ids [\"transactions\"]",
                "odd Member([\"data\", \"*\", \"owners\", \"0\"]) [\"accounts\", \"accounts\"]",
                "odd Rows [\"accounts\", \"accounts\"]",
            ]
        );
    }
}
