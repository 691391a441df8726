//! A whole journey at the UK banks under FAPI 1.0 Advanced, by a client in another language that shares nothing with us.

use std::process::Command;

use bank_fixtures::library;
use bank_sandbox::Sandbox;
use bank_tests::workspace;

#[test]
#[expect(clippy::print_stderr, reason = "a test that judges nothing says so")]
fn a_client_in_another_language_registers_reads_and_pays() {
    if Command::new("node").arg("--version").output().is_err() {
        eprintln!("skipped: node is not here");
        return;
    }
    let scenario = library::files("journeys").into_iter().find(|file| file.name() == "uk-fapi").unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let builder = Sandbox::builder().port(0).control_port(0).tls_port(0).mutual_tls_port(0);
    let builder = builder.scenario(scenario.text).unwrap_or_else(|errors| panic!("{errors}"));
    let running = runtime.block_on(builder.start()).unwrap();
    let tls = running.tls.as_ref().unwrap();
    for (bank, version) in [("albion", "v4.0"), ("severn", "v3.1")] {
        let mut node = Command::new("node");
        node.arg(workspace().join("tests/journeys/uk.mjs"));
        node.env("CONTROL", &running.control_url).env("VERSION", version);
        node.env("BANK", format!("{}/{bank}", tls.mutual_base_url)).env("ISSUER", format!("{}/{bank}", tls.base_url));
        let ran = node.output().unwrap();
        let (said, trouble) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
        assert!(ran.status.success(), "{bank}: {said}{trouble}");
        let lines: Vec<&str> = said.lines().collect();
        assert_eq!(lines[..4], ["registered", "read", "bound", "paid"], "{bank}");
        assert!(lines[4].starts_with("status "), "{bank}: {said}");
    }
}
