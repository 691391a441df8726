//! The scenarios that come with the simulator.

use std::collections::BTreeSet;

use super::*;

fn shipped() -> Vec<(&'static str, Scenario)> {
    let files = ["faults", "journeys"].into_iter().flat_map(library::files);
    let compile = |file: library::LibraryFile| match Scenario::compile(file.path, file.text) {
        Ok(scenario) => (file.path, scenario),
        Err(problems) => panic!("{problems}"),
    };
    files.map(compile).collect()
}

#[test]
fn every_file_is_right_named_as_its_file_and_says_what_it_expects() {
    let mut names = BTreeSet::new();
    for (path, scenario) in shipped() {
        assert!(path.ends_with(&format!("/{}.yaml", scenario.name())), "{path} is called {}", scenario.name());
        assert!(names.insert(scenario.name().to_owned()), "{path}: a name used twice");
        assert!(scenario.title().is_some(), "{path} has no title");
        assert!(!scenario.covers().is_empty(), "{path} covers nothing");
        assert!(scenario.source().lines().count() <= 60, "{path} is too long to read in a minute");
        let expect = scenario.expect();
        // What happens to connections before any call is of no world that a judge could make for itself.
        let unseen = scenario.is_about_connections();
        let judged = !expect.client.is_empty() || !expect.bank.is_empty();
        assert!(!(unseen && judged), "{path} expects what nobody sees");
        assert!(judged || expect.no_bank.is_some(), "{path} expects nothing");
        assert!(expect.client.is_empty() || !expect.drive.is_empty(), "{path} judges a client that does nothing");
        let told = !expect.bank.is_empty() || expect.no_bank.is_some();
        assert!(told, "{path} says neither which checks a bank fails nor why none");
    }
}

#[test]
fn every_fault_is_reached_by_a_shipped_scenario() {
    let reached: BTreeSet<&str> = shipped().iter().flat_map(|(_, scenario)| scenario.faults()).collect();
    let all: BTreeSet<&str> = FAULTS.iter().map(|fault| fault.slug).collect();
    assert_eq!(all.difference(&reached).collect::<Vec<_>>(), Vec::<&&str>::new());
}

#[test]
fn every_fault_s_example_is_right() {
    for fault in FAULTS {
        let example =
            if fault.example.starts_with('{') { fault.example.to_owned() } else { format!("{{ {} }}", fault.example) };
        let text = format!("sandbox: 1\nname: example\nrules:\n  - name: example\n    do: {example}\n");
        if let Err(problems) = Scenario::compile("example", &text) {
            panic!("{problems}");
        }
    }
}

#[test]
fn the_starter_is_a_scenario() {
    let scenario = Scenario::compile("new.yaml", &cli::starter("my-first")).unwrap();
    insta::assert_snapshot!(cli::explain_scenario(&scenario));
    assert!(cli::check("new.yaml", &cli::starter("my-first")).unwrap().contains("2 rules"));
}

#[test]
fn lists_and_explanations_read_well() {
    insta::assert_snapshot!(cli::explain_fault("retry_after").unwrap());
    insta::assert_snapshot!(cli::explain_fault("hagn").unwrap_err());
    insta::assert_snapshot!(cli::list("fualts").unwrap_err());
    for (what, _) in cli::LISTS {
        assert!(cli::list(what).unwrap().lines().count() > 2, "{what}");
    }
    insta::assert_snapshot!(cli::list("faults").unwrap());
}
