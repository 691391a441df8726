//! The pages about scenarios say what is so.

use super::*;

const SCENARIOS: &str = include_str!("../../../../docs/scenarios.md");
const FAULTS_PAGE: &str = include_str!("../../../../docs/faults.md");

/// The scenarios of the tutorial.
pub(super) fn blocks() -> Vec<&'static str> {
    SCENARIOS.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn every_block_of_the_tutorial_is_a_scenario() {
    let blocks = blocks();
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
