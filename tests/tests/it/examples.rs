//! The example clients are good citizens, in languages people write integrations in, and stay short.

use std::path::Path;
use std::process::Command;

use bank_tests::{bank_conformance, rust_example, workspace};

/// What every example is put through.
const READING: &[&str] =
    &["endless-503", "foreign-next-link", "malformed-json", "paging-loop", "retry-after-seconds", "token-expired"];
/// What those are put through besides that take less than a second for a whole reading.
const UNDERSTANDING: &[&str] = &["quiet", "backoff", "retry-after-date", "truncated-body"];
/// What those that pay are put through besides.
const PAYING: &[&str] = &["lost-reply", "payment-not-taken"];
/// What those that take webhooks are put through besides.
const HEARING: &[&str] = &["webhook-drop", "webhook-forged", "webhook-odd-requests"];
/// An example nobody reads to its end is none.
const MOST_LINES: usize = 150;

#[test]
fn the_shell_client_is_a_good_citizen() {
    judged("shell", &["bash", "curl", "jq"], READING, None);
}

#[test]
fn the_python_client_is_a_good_citizen() {
    let python = |code: &str| Command::new("python3").args(["-c", code]).output().is_ok_and(|ran| ran.status.success());
    // A virtual environment beside the build, where the machine's Python has no httpx: .ci/run makes it.
    let venv = workspace().join("target/python/bin");
    if !venv.join("python3").exists() && !python("import httpx") {
        skipped("python", "httpx: python3 -m venv target/python && target/python/bin/pip install httpx");
        return;
    }
    judged("python", &["python3"], &[READING, UNDERSTANDING, PAYING].concat(), Some(&venv));
}

#[test]
fn the_node_client_is_a_good_citizen() {
    judged("node", &["node"], &[READING, UNDERSTANDING, PAYING, HEARING].concat(), None);
}

#[test]
fn the_rust_client_is_a_good_citizen() {
    let folder = rust_example().parent().unwrap();
    judged("rust", &[], &[READING, UNDERSTANDING].concat(), Some(folder));
}

#[test]
fn examples_stay_short() {
    for source in ["shell/sync.sh", "python/client.py", "node/service.mjs", "rust/main.rs"] {
        let text = std::fs::read_to_string(workspace().join("tests/examples").join(source)).unwrap();
        let lines = text.lines().filter(|line| !line.trim().is_empty()).count();
        assert!(lines < MOST_LINES, "{source} has {lines} lines");
        assert!(text.lines().all(|line| line.chars().count() <= 220), "{source} has lines nobody reads");
    }
}

/// Runs an example through scenarios; nothing may fail, and nothing be left out. Programs it needs that are not there skip it.
fn judged(example: &str, needs: &[&str], scenarios: &[&str], first_in_path: Option<&Path>) {
    let there = |program: &&str| Command::new(program).arg("--version").output().is_ok();
    if let Some(missing) = needs.iter().find(|program| !there(program)) {
        skipped(example, missing);
        return;
    }
    let path = first_in_path.map(|path| path.display().to_string()).into_iter();
    let path = path.chain(std::env::var("PATH")).collect::<Vec<_>>().join(":");
    let mut run = Command::new(bank_conformance());
    run.args(["run", "--jobs", "4", "--scenario", &scenarios.join(",")]);
    run.arg("--target").arg(workspace().join("tests/examples").join(example).join("target.yaml"));
    let ran = run.env("PATH", path).output().unwrap();
    let (report, trouble) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert_eq!(ran.status.code(), Some(0), "{report}\n{trouble}");
    let cases = report.lines().filter(|line| line.starts_with(&format!("{example} / "))).count();
    assert_eq!(cases, scenarios.len(), "{report}\n{trouble}");
    let skipped = report.lines().filter(|line| line.trim_start().starts_with("skipped ")).count();
    assert_eq!(skipped, 0, "{report}");
}

#[expect(clippy::print_stderr, reason = "who reads the output of a test run should see what it did not do")]
fn skipped(example: &str, missing: &str) {
    eprintln!("the {example} example is not judged: this machine has no {missing}");
}
