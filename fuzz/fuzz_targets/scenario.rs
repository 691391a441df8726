//! Whatever is in a scenario file, the reader answers: a scenario, or mistakes that each have a place.
//!
//! `cargo +nightly fuzz run scenario fuzz/corpus/scenario scenarios/faults scenarios/journeys`

#![no_main]

use bank_sandbox::scenario::{Scenario, cli};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match Scenario::compile("fuzz.yaml", text) {
        Ok(scenario) => drop(cli::explain_scenario(&scenario)),
        Err(problems) => {
            let lines = text.lines().count() + 1;
            let mut mistakes = problems.iter();
            assert!(mistakes.all(|it| it.file != "fuzz.yaml" || (1..=lines).contains(&it.line)), "{problems}");
            assert!(!problems.to_string().is_empty());
        }
    }
});
