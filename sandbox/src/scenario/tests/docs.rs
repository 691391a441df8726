//! The pages about scenarios say what is so.

use bank_fixtures::document::Document;

use super::*;

const SCENARIOS: &str = include_str!("../../../../docs/scenarios.md");
const FAULTS_PAGE: &str = include_str!("../../../../docs/faults.md");

#[test]
fn every_block_of_the_tutorial_is_a_scenario() {
    let blocks: Vec<&str> =
        SCENARIOS.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(blocks.len() >= 7);
    for block in blocks {
        if let Err(problems) = Scenario::compile("docs/scenarios.md", block) {
            panic!("{problems}");
        }
    }
    let lines = SCENARIOS.split("```text\n").nth(1).unwrap().split("```").next().unwrap();
    let faults: Vec<&str> = lines.lines().collect();
    if let Err(problems) = Scenario::of_faults(&faults) {
        panic!("{problems}");
    }
}

#[test]
fn the_page_of_faults_is_made_from_the_tables() {
    let made = cli::handbook();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/faults.md"), &made).unwrap();
    } else {
        assert_eq!(made, FAULTS_PAGE, "run this test with UPDATE_DOCS=1");
    }
}

#[test]
fn the_schema_accepts_what_the_reader_accepts() {
    let schema: serde_json::Value = serde_json::from_str(&cli::schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let files = [library::files("faults"), library::files("journeys")].concat();
    for file in files {
        let document = Document::parse(file.path, file.text).unwrap();
        let json = crate::fault::json::of(document.root());
        let wrong: Vec<String> = validator.iter_errors(&json).map(|error| error.to_string()).collect();
        assert_eq!(wrong, Vec::<String>::new(), "{}", file.path);
    }
    for wrong in [
        "{sandbox: 2, name: a}",
        "{sandbox: 1}",
        "{sandbox: 1, name: a, rules: [{name: r, do: {stauts: 503}}]}",
        "{sandbox: 1, name: a, rules: [{name: r, match: {op: payment.create}, do: pass}]}",
        "{sandbox: 1, name: a, rules: [{name: r, do: {error: nothing}}]}",
        "{sandbox: 1, name: a, expect: {drive: dance}}",
    ] {
        let document = Document::parse("wrong", wrong).unwrap();
        assert!(!validator.is_valid(&crate::fault::json::of(document.root())), "{wrong}");
    }
}
