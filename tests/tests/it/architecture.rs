//! The invariants of `docs/ARCHITECTURE.md` that the compiler does not enforce.

use std::fs;
use std::path::{Path, PathBuf};

use bank_tests::workspace;

/// Soft rule 400, hard rule 800 lines, tests excluded.
const MOST_LINES: usize = 800;
/// Files over the cap, each with its reason.
const LONGER: &[(&str, &str)] = &[];

/// The one file of `conformance` that may name the sandbox: it starts one in process.
const EMBEDDED: &str = "conformance/src/target/embedded.rs";

#[test]
fn only_the_embedded_target_names_the_sandbox() {
    let offenders: Vec<String> = sources("conformance/src")
        .into_iter()
        .filter(|path| path != EMBEDDED && read(path).contains("bank_sandbox"))
        .collect();
    assert_eq!(offenders, Vec::<String>::new(), "conformance talks to the sandbox over HTTP, like to any bank");
}

#[test]
fn fixtures_and_sandbox_do_not_look_down() {
    let mut offenders = Vec::new();
    for (folder, forbidden) in [
        ("fixtures/src", ["bank_sandbox", "bank_conformance", "axum", "reqwest"].as_slice()),
        ("sandbox/src", ["bank_conformance", "bank_tests"].as_slice()),
        ("conformance/src", ["bank_tests"].as_slice()),
        ("sandbox/src/bank", ["serde_json", "axum", "crate::auth", "crate::dialect"].as_slice()),
        ("sandbox/src/fault", ["crate::dialect", "crate::bank"].as_slice()),
    ] {
        for path in sources(folder) {
            let text = without_tests(&read(&path));
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
            offenders
                .extend(forbidden.iter().filter(|word| code.contains(**word)).map(|word| format!("{path}: {word}")));
        }
    }
    assert_eq!(offenders, Vec::<String>::new());
}

#[test]
fn every_module_says_why_it_exists() {
    for path in all_sources() {
        let text = read(&path);
        let first = text.lines().next().unwrap_or_default();
        assert!(first.starts_with("//!") || first.starts_with("#!"), "{path} does not open with what it owns");
    }
}

#[test]
fn files_stay_readable() {
    for path in all_sources() {
        let lines = without_tests(&read(&path)).lines().count();
        let excused = LONGER.iter().any(|(longer, _)| *longer == path);
        assert!(lines <= MOST_LINES || excused, "{path} has {lines} lines; split it, or list it with a reason");
        assert!(lines > MOST_LINES || !excused, "{path} no longer needs its exception");
    }
}

#[test]
fn nothing_is_called_helpers() {
    for path in all_sources() {
        let name = Path::new(&path).file_stem().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        assert!(!["utils", "util", "helpers", "helper", "common", "misc"].contains(&name.as_str()), "{path}");
    }
}

#[test]
fn every_dependency_has_a_reason_and_a_user() {
    let manifest = read("Cargo.toml");
    let reasons = read("docs/dependencies.md");
    let declared: Vec<&str> = manifest
        .split("[workspace.dependencies]")
        .nth(1)
        .and_then(|rest| rest.split("\n[").next())
        .unwrap_or_default()
        .lines()
        .filter_map(|line| line.split_once(" = "))
        .map(|(name, _)| name)
        .filter(|name| !name.starts_with("bank-"))
        .collect();
    let users = ["fixtures", "sandbox", "conformance", "tests"].map(|member| read(&format!("{member}/Cargo.toml")));
    let explained: Vec<&str> = reasons
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split(" | ").next())
        .flat_map(|names| names.split(", ").map(|name| name.trim_matches('`')))
        .collect();
    for name in &declared {
        assert!(explained.contains(name), "docs/dependencies.md does not say what `{name}` is for");
        let used = |manifest: &String| {
            manifest.contains(&format!("\n{name}.workspace")) || manifest.contains(&format!("\n{name} = "))
        };
        assert!(users.iter().any(used), "no crate uses `{name}`");
    }
    for name in explained {
        assert!(declared.contains(&name), "docs/dependencies.md explains `{name}`, which is not a dependency");
    }
}

/// The part of a source file before its unit tests.
fn without_tests(text: &str) -> String {
    text.split("\n#[cfg(test)]\nmod ").next().unwrap_or_default().to_owned()
}

fn all_sources() -> Vec<String> {
    ["fixtures/src", "sandbox/src", "conformance/src", "tests/src", "tests/tests"]
        .into_iter()
        .flat_map(sources)
        .collect()
}

/// The Rust files below a folder, relative to the workspace, sorted.
fn sources(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![workspace().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path.strip_prefix(workspace()).unwrap().to_str().unwrap().replace('\\', "/"));
            }
        }
    }
    // A `tests.rs` beside a module is that module's unit tests.
    found.retain(|path| !path.ends_with("/tests.rs"));
    found.sort();
    found
}

fn read(path: &str) -> String {
    fs::read_to_string(workspace().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}
