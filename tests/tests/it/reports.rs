//! What a run leaves behind, from outside: every format, known failures, and the run next to an earlier one.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const CARELESS: &str = "\
kind: client
name: careless
driver: command
commands:
  sync: ['${PROGRAM}', reference-client, sync, --defect, ignores-retry-after]
";

/// An empty folder of this test.
fn empty(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("bank-reports-{}-{name}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn run(folder: &Path, more: &[&str]) -> Output {
    let program = bank_tests::bank_conformance();
    let target = folder.join("careless.yaml");
    std::fs::write(&target, CARELESS.replace("${PROGRAM}", &program.display().to_string())).unwrap();
    let judged = ["run", "--target", "careless.yaml", "--scenario", "retry-after-seconds", "--seed", "42"];
    Command::new(program).current_dir(folder).args(judged).args(more).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn a_run_is_told_in_every_format_compared_with_an_earlier_one_and_a_known_failure_is_excused_until_its_day() {
    let folder = &empty("formats");
    let files = ["html=r.html", "junit=r.xml", "json=r.json", "markdown=r.md", "tap=r.tap", "github"];
    let first = run(folder, &files.map(|file| ["--report", file]).concat());
    assert_eq!(first.status.code(), Some(1), "{}", said(&first));
    assert!(said(&first).contains("::error title=failed%3A retry-after-seconds in careless"), "{}", said(&first));
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    for name in ["r.html", "r.xml", "r.json", "r.md", "r.tap"] {
        assert!(read(name).contains("retry-after-seconds"), "{name}");
    }
    let page = read("r.html");
    assert!(page.contains("<svg") && page.contains("What the bank saw"), "the requests are drawn");
    assert!(page.contains("--only retry-after-seconds"), "the finding can be seen again");

    std::fs::write(
        folder.join("known.yaml"),
        "expected:\n  - {check: retry-after-seconds, scenario: retry-after-seconds, reason: known, until: 9999-12-31}\n",
    )
    .unwrap();
    let excused = run(folder, &["--expected", "known.yaml", "--baseline", "r.json"]);
    assert_eq!(excused.status.code(), Some(0), "{}", said(&excused));
    assert!(said(&excused).contains("expected until 9999-12-31: known"), "{}", said(&excused));
    assert!(said(&excused).contains("fixed: retry-after-seconds in careless"), "{}", said(&excused));

    std::fs::write(
        folder.join("known.yaml"),
        "expected:\n  - {check: retry-after-seconds, reason: known, until: 2020-01-31}\n",
    )
    .unwrap();
    let over = run(folder, &["--expected", "known.yaml", "--baseline", "r.json"]);
    assert_eq!(over.status.code(), Some(1), "{}", said(&over));
    assert!(said(&over).contains("that day is past"), "{}", said(&over));
    assert!(said(&over).contains("still failing: retry-after-seconds in careless"), "{}", said(&over));
}

#[test]
fn what_cannot_be_used_is_refused_before_anything_runs() {
    let folder = &empty("refused");
    std::fs::write(folder.join("r.json"), "{}").unwrap();
    std::fs::write(folder.join("known.yaml"), "expected: [{check: retry-after}]\n").unwrap();
    for (arguments, code, says) in [
        (&["--baseline", "r.json"][..], 3, "no JSON report of version 1"),
        (&["--baseline", "gone.json"], 3, "gone.json"),
        (&["--expected", "known.yaml"], 3, "the key `reason` is missing"),
        (&["--report", "json", "--report", "tap"], 2, "give it a file"),
        (&["--report", "htm=x"], 2, "did you mean `html`?"),
    ] {
        let refused = run(folder, arguments);
        assert_eq!(refused.status.code(), Some(code), "{arguments:?}: {}", said(&refused));
        assert!(said(&refused).contains(says), "{arguments:?}: {}", said(&refused));
        assert!(!said(&refused).contains("checks in"), "{arguments:?}: nothing may have run");
    }
}
