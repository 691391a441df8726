//! The only crate that sees everything: both programs, their data, and what they must make of each other.
//!
//! The tests are in one integration binary, `tests/it`. This library holds what they and the benches share: where the
//! workspace is, and the built programs.

pub mod fuzz;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// The root of the workspace.
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate is inside the workspace")
}

/// The built `bank-sandbox`.
pub fn bank_sandbox() -> &'static Path {
    &PROGRAMS[0]
}

/// The built `bank-conformance`.
pub fn bank_conformance() -> &'static Path {
    &PROGRAMS[1]
}

/// The built example client in Rust, `tests/examples/rust`.
pub fn rust_example() -> &'static Path {
    &PROGRAMS[2]
}

/// Builds the programs once per test run: Cargo does not build the binaries of other packages for a test.
///
/// What is selected is part of what `cargo test --workspace` selects, so that the features of libraries are the same and
/// all is there already: with less selected, half of the libraries would be compiled once more.
static PROGRAMS: LazyLock<[PathBuf; 3]> = LazyLock::new(|| {
    let test_program = std::env::current_exe().expect("a running test has a path");
    // target/<profile>/deps/it-0123 → target/<profile>
    let folder = test_program.ancestors().nth(2).expect("tests are built below the target folder").to_owned();
    let mut build = Command::new(env!("CARGO"));
    build.current_dir(workspace());
    build.args(["build", "--quiet", "--workspace", "--bins", "--examples", "--test", "it"]);
    if folder.ends_with("release") {
        build.arg("--release");
    }
    let target = folder.parent().expect("a profile folder is inside the target folder");
    build.arg("--target-dir").arg(target);
    assert!(build.status().expect("cargo can be started").success(), "building the programs failed");
    [folder.join("bank-sandbox"), folder.join("bank-conformance"), folder.join("examples/rust")]
});
