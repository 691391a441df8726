//! What must hold of any bytes at all, for every reader of the users' files: it answers, and a mistake has a place.
//!
//! Owns the targets that `tests/fuzz` runs for as long as one likes; the tests run the same ones on damaged files.

use bank_fixtures::canonical::Canonical;
use bank_fixtures::dataset::Dataset;
use bank_fixtures::document::Diagnostics;
use bank_sandbox::profile::BankProfile;
use bank_sandbox::scenario::{Scenario, cli};

/// What is done with some bytes; a panic is a find.
pub type Target = fn(&[u8]);

/// Every target by its name, which is also that of its file in `tests/fuzz/fuzz_targets`.
pub const TARGETS: &[(&str, Target)] =
    &[("scenario", scenario), ("bank", bank), ("dataset", dataset), ("canonical", canonical)];

/// A scenario can be explained, or its mistakes have places.
pub fn scenario(bytes: &[u8]) {
    read(bytes, |file, text| Scenario::compile(file, text).map(|scenario| drop(cli::explain_scenario(&scenario))));
}

/// A bank file is read, or its mistakes have places.
pub fn bank(bytes: &[u8]) {
    read(bytes, |file, text| BankProfile::parse("bank", file, text).map(drop));
}

/// A dataset is read, or its mistakes have places.
pub fn dataset(bytes: &[u8]) {
    read(bytes, |file, text| Dataset::parse(file, text).map(drop));
}

/// What a client hands over is read and means the same when it is written again, or its mistakes have places.
pub fn canonical(bytes: &[u8]) {
    read(bytes, |file, text| {
        let canonical = Canonical::parse(file, text)?;
        let written = canonical.to_json();
        let again = Canonical::parse(file, &written).unwrap_or_else(|wrong| panic!("{written}: {wrong}"));
        assert_eq!(again.to_json(), written);
        Ok(())
    });
}

fn read(bytes: &[u8], read: impl FnOnce(&str, &str) -> Result<(), Diagnostics>) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Err(problems) = read(FILE, text) else { return };
    let lines = text.lines().count() + 1;
    for problem in problems.iter().filter(|problem| problem.file == FILE) {
        assert!((1..=lines).contains(&problem.line) && problem.column > 0, "{problem:?}");
        assert!(!problem.message.is_empty(), "{problem:?}");
    }
    assert!(!problems.to_string().is_empty());
}

const FILE: &str = "fuzzed";
