//! `bank-conformance normalise` as its users meet it: documents in, canonical v1 out, findings aside, exit codes.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use bank_fixtures::canonical::Canonical;
use bank_fixtures::golden::reading;
use bank_tests::bank_conformance;

fn normalise(arguments: &[&str], input: &[u8]) -> Output {
    let mut command = Command::new(bank_conformance());
    command.arg("normalise").args(arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A command line that is refused reads nothing.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

#[test]
fn a_golden_document_of_every_standard_comes_out_as_canonical_v1() {
    let mut seen = Vec::new();
    for case in reading::all() {
        let read = &case.reads[0];
        if seen.contains(&case.standard) || read.status >= 400 {
            continue;
        }
        seen.push(case.standard.clone());
        let account = read.account.clone().unwrap_or_else(|| "acc".to_owned());
        let mut arguments = vec!["--standard", &case.standard, "--resource", read.resource, "--account", &account];
        let profile = std::env::temp_dir().join(format!("bank-normalise-{}.yaml", std::process::id()));
        std::fs::write(&profile, &case.profile).unwrap();
        if !case.profile.is_empty() {
            arguments.extend(["--profile", profile.to_str().unwrap()]);
        }
        arguments.push("-");
        let output = normalise(&arguments, &read.pages[0]);
        let text = String::from_utf8(output.stdout).unwrap();
        let canonical = Canonical::parse(&case.name, &text).unwrap_or_else(|wrong| panic!("{}: {wrong}", case.name));
        assert_eq!(canonical.source.text("standard"), Some(case.standard.as_str()));
        assert_eq!(format!("{}\n", canonical.to_json()), text, "{}: nothing is lost on the way back", case.name);
    }
    assert_eq!(seen.len(), 11, "{seen:?}");
}

#[test]
fn exit_codes_say_what_happened() {
    let row = br#"{"data":{"transactions":[{"transactionId":"t","status":"POSTED","amount":"1.00","description":"d","postingDateTime":"2026-03-02T01:00:00Z"}]}}"#;
    let read = normalise(&["--standard", "cdr", "--account", "a", "-"], row);
    assert_eq!((code(&read), read.stderr.is_empty()), (0, true));
    let unread = normalise(&["--standard", "cdr", "-"], b"{");
    assert_eq!(code(&unread), 1);
    assert!(String::from_utf8(unread.stderr).unwrap().starts_with("not read: not JSON at line 1"));
    let usage = normalise(&["--standard", "cdx", "-"], row);
    assert_eq!(code(&usage), 2);
    assert!(String::from_utf8(usage.stderr).unwrap().contains("did you mean `cdr`?"));
    let missing = normalise(&["--standard", "cdr", "/nonexistent/page.json"], b"");
    assert_eq!((code(&missing), missing.stdout.is_empty()), (3, true));
    let nothing = normalise(&["--standard", "cdr", "-"], b"{}");
    assert_eq!(code(&nothing), 4);
}

#[test]
fn findings_come_as_json_where_programs_read_them() {
    let row = br#"{"data":{"transactions":[{"transactionId":"t","status":"POSTED","amount":"1.009","description":"d","postingDateTime":"2026-03-02T01:00:00Z"}]}}"#;
    let read = normalise(&["--standard", "cdr", "--account", "a", "--findings", "json", "-"], row);
    let findings: serde_json::Value = serde_json::from_slice(&read.stderr).unwrap();
    assert_eq!(findings["findings"][0]["code"], "EXCESS_PRECISION");
    assert_eq!(findings["findings"][0]["pointer"], "/data/transactions/0/amount");
}

#[test]
fn a_wrong_profile_is_refused_with_every_mistake() {
    let file = std::env::temp_dir().join(format!("bank-profile-{}.yaml", std::process::id()));
    std::fs::write(&file, "zone: Mars/Olympus\nsing: as_delivered\n").unwrap();
    let refused = normalise(&["--standard", "cdr", "--profile", file.to_str().unwrap(), "-"], b"{}");
    let text = String::from_utf8(refused.stderr.clone()).unwrap();
    assert_eq!(code(&refused), 3, "{text}");
    assert!(text.contains("did you mean `sign`?") && text.contains("Mars/Olympus"), "{text}");
    std::fs::remove_file(file).unwrap();
}
