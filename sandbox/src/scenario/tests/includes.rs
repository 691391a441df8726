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
