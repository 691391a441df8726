//! Files that include others.

use super::*;

/// Files by name, wherever they are included from.
struct Shelf(BTreeMap<&'static str, &'static str>);

impl Library for Shelf {
    fn find(&self, _: &str, name: &str) -> Result<(String, String), (String, String)> {
        let found = self.0.get(name).map(|text| (name.to_owned(), (*text).to_owned()));
        found.ok_or_else(|| (format!("there is no `{name}`"), "a file on the shelf".to_owned()))
    }
}

fn compile(files: &[(&'static str, &'static str)]) -> Result<Scenario, Diagnostics> {
    let shelf = Shelf(files.iter().copied().collect());
    Scenario::compile_with(files[0].0, files[0].1, &shelf)
}

const HEAD: &str = "sandbox: 1\nname: x\n";
const SLOW: &str = "sandbox: 1\nname: slow\nrules:\n  - {name: slow, do: {delay: 1s}}\n";

#[test]
fn own_rules_come_before_included_ones_and_profiles_before_both() {
    let scenario = compile(&[
        (
            "a.yaml",
            "sandbox: 1\nname: a\ninclude: [b.yaml, slow.yaml]\nprofiles:\n  p: [{name: p, do: {delay: 1s}}]\nrules:\n  - {name: own, do: {delay: 1s}}\n",
        ),
        ("b.yaml", "sandbox: 1\nname: b\ninclude: slow.yaml\nrules:\n  - {name: b, do: {delay: 1s}}\n"),
        ("slow.yaml", SLOW),
    ]);
    let scenario = scenario.unwrap();
    let names: Vec<&str> = scenario.rules.iter().map(|rule| &*rule.name).collect();
    // Included on two ways, a file is there once.
    assert_eq!(names, ["p", "own", "b", "slow"]);
    assert_eq!(scenario.included(), ["b.yaml", "slow.yaml"]);
    assert_eq!(scenario.rules[3].place.to_string(), "slow.yaml:4");
}

#[test]
fn rules_about_events_and_messages_and_timelines_are_included_too() {
    let on = |name: &str| format!("{{name: {name}, event: payment.accepted, do: {{set: {{{name}: x}}}}}}");
    let lost = |name: &str| format!("{{name: {name}, event: webhook.queued, deliver: {{drop: 100%}}}}");
    let item = |name: &str| format!("{{name: {name}, at: +1h, do: {{emit: noon}}}}");
    let file = |name: &str, include: &str, profiles: &str| {
        format!(
            "sandbox: 1\nname: {name}\n{include}{profiles}rules: [{}, {}]\ntimeline: [{}]\n",
            on(name),
            lost(&format!("{name}-lost")),
            item(name)
        )
    };
    let profiles = format!("profiles: {{p: [{}, {}]}}\n", on("p"), lost("p-lost"));
    let (a, b) = (file("a", "include: b.yaml\n", &profiles), file("b", "", ""));
    let (a, b): (&'static str, &'static str) = (a.leak(), b.leak());
    let scenario = compile(&[("a.yaml", a), ("b.yaml", b)]).unwrap_or_else(|wrong| panic!("{wrong}"));
    let events: Vec<&str> = scenario.events.iter().map(|rule| &*rule.name).collect();
    let deliveries: Vec<&str> = scenario.deliveries.iter().map(|rule| &*rule.name).collect();
    let items: Vec<&str> = scenario.timeline().iter().map(|item| &*item.name).collect();
    assert_eq!((events, items), (vec!["p", "a", "b"], vec!["a", "b"]));
    assert_eq!(deliveries, ["p-lost", "a-lost", "b-lost"]);
    // What one file emits the other may wait for.
    let waits = "sandbox: 1\nname: w\ninclude: b.yaml\nrules: [{name: w, event: noon, do: {set: {w: x}}}]\n";
    assert!(compile(&[("w.yaml", waits), ("b.yaml", b)]).is_ok());
    // And a name is one, whatever the rule is about.
    let twice = "sandbox: 1\nname: t\ninclude: b.yaml\nrules: [{name: b, do: {delay: 1s}}]\n";
    let wrong = compile(&[("t.yaml", twice), ("b.yaml", b)]).unwrap_err();
    assert_eq!(wrong.first().message, "two rules are called `b`: at t.yaml:4 and at b.yaml:3");
}

#[test]
fn a_shipped_scenario_is_included_by_its_name() {
    let text = "sandbox: 1\nname: x\nseed: 1\ninclude: [three-timeouts]\n";
    let scenario = Scenario::compile("x.yaml", text).unwrap();
    assert_eq!(scenario.included(), ["faults/three-timeouts.yaml"]);
    assert!(!scenario.faults().is_empty());
}

#[test]
fn mistakes_point_into_the_file_they_are_in() {
    let wrong = compile(&[
        (
            "a.yaml",
            "sandbox: 1\nname: a\ninclude: [b.yaml, gone.yaml, c.yaml, 5, slow.yaml]\nrules:\n  - {name: slow, do: pass}\n",
        ),
        (
            "b.yaml",
            "sandbox: 1\nname: b\nrules:\n  - {name: b, do: {stauts: 503}}\n  - {name: c, when: {chance: 5%}, do: {status: 503}}\n",
        ),
        ("c.yaml", "sandbox: 1\nname: c\ninclude: a.yaml\n"),
        ("slow.yaml", SLOW),
    ]);
    insta::assert_snapshot!(wrong.unwrap_err());
}

#[test]
fn names_that_meet_are_refused_with_both_places() {
    let wrong = compile(&[
        (
            "a.yaml",
            "sandbox: 1\nname: a\ninclude: slow.yaml\nrules:\n  - {name: slow, match: {op: jwks.get}, do: {status: 503}}\n",
        ),
        ("slow.yaml", SLOW),
    ]);
    let wrong = wrong.unwrap_err();
    assert_eq!(wrong.first().message, "two rules are called `slow`: at a.yaml:5 and at slow.yaml:4");
    assert_eq!((wrong.len(), wrong.first().line), (1, 3));
}

#[test]
fn a_text_from_the_network_includes_no_files() {
    let wrong = Scenario::compile("x.yaml", &format!("{HEAD}include: [../secret.yaml, three-timeout]\n")).unwrap_err();
    insta::assert_snapshot!(wrong);
}

#[test]
fn files_on_disk_are_found_beside_the_one_that_includes_them() {
    let folder = std::env::temp_dir().join(format!("bank-sandbox-include-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("parts")).unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    write("a.yaml", "sandbox: 1\nname: a\nseed: 1\ninclude: [parts/b.yaml, flap]\n");
    write("parts/b.yaml", "sandbox: 1\nname: b\ninclude: ../c.yaml\n");
    write("c.yaml", SLOW);
    let path = folder.join("a.yaml").display().to_string();
    let text = std::fs::read_to_string(&path).unwrap();
    let scenario = Scenario::compile_with(&path, &text, &Disk).unwrap_or_else(|wrong| panic!("{wrong}"));
    let there = |name: &str| folder.join(name).display().to_string();
    assert_eq!(scenario.included(), [there("parts/b.yaml"), there("c.yaml"), "faults/flap.yaml".to_owned()]);
    std::fs::remove_dir_all(&folder).unwrap();
}
