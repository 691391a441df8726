//! Client libraries that know nothing of this sandbox, as they are published, against the running binary.
//!
//! Every flow is a line of a script in `tests/clients`; a flow that fails is a finding about our server until shown
//! otherwise. `.ci/run` installs the libraries; where they are not, the test says so and judges nothing.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use bank_tests::{bank_sandbox, workspace};

/// What each script drives. A script that leaves one out has not driven it.
const NODE: &[&str] = &[
    "code-pkce",
    "refresh-introspection-revocation",
    "par",
    "private-key-jwt-dpop-nonces",
    "jar-jarm-mtls",
    "hybrid-jar-mtls",
    "self-signed-mtls",
    "ciba-poll",
    "device",
    "client-credentials",
    "deny-and-logout",
    "mix-up-and-foreign-state",
    "keys-rotated",
    "step-up",
    "published-keys",
];
const PYTHON: &[&str] = &[
    "oidc-code-pkce",
    "oidc-refresh-introspection-revocation",
    "oidc-private-key-jwt",
    "oidc-jar",
    "par-dpop-nonces-private-key-jwt",
    "jar-jarm-mtls",
    "ciba-poll",
];
#[test]
fn the_certified_client_of_npm_gets_through_every_flow() {
    let folder = workspace().join("tests/clients/node");
    if !folder.join("node_modules/openid-client").exists() || Command::new("node").arg("--version").output().is_err() {
        skipped("openid-client", "npm ci --prefix tests/clients/node");
        return;
    }
    driven(Command::new("node").arg(folder.join("drive.mjs")), NODE);
}

#[test]
fn the_clients_of_pypi_get_through_every_flow() {
    let python = workspace().join("target/clients/bin/python3");
    let ready = |code: &str| Command::new(&python).args(["-c", code]).output().is_ok_and(|ran| ran.status.success());
    if !ready("import authlib, idpyoidc, joserfc") {
        let how =
            "python3 -m venv target/clients && target/clients/bin/pip install -r tests/clients/python/requirements.txt";
        skipped("idpy-oidc and Authlib", how);
        return;
    }
    driven(Command::new(&python).args(["-W", "ignore"]).arg(workspace().join("tests/clients/python/drive.py")), PYTHON);
}

#[test]
fn mutual_tls_takes_the_two_commands_of_the_page() {
    if Command::new("curl").arg("--version").output().is_err() {
        skipped("curl", "apt-get install curl");
        return;
    }
    let page = std::fs::read_to_string(workspace().join("docs/tls.md")).unwrap();
    let block = page.split("```sh\n").find(|block| block.contains("client_id=demo-mtls")).unwrap();
    let ask = block.lines().find(|line| line.starts_with("curl ")).unwrap();
    let folder = std::env::temp_dir().join(format!("bank-sandbox-certs-{}", std::process::id()));
    let certs = folder.display().to_string();
    assert!(block.starts_with("bank-sandbox cert --out certs && bank-sandbox --tls --ca-dir certs &\n"), "{block}");
    let made = Command::new(bank_sandbox()).args(["cert", "--out", &certs]).output().unwrap();
    assert!(made.status.success(), "{made:?}");
    let sandbox = Running::start(&["--ca-dir", &certs]);
    let port = sandbox.told()["tls"]["mutual_address"].as_str().unwrap().rsplit(':').next().unwrap().to_owned();
    let ask = ask.replace("certs/", &format!("{certs}/")).replace("8444", &port);
    // Whatever this machine says about authorities and proxies: the command says which authority it trusts.
    let asked =
        Command::new("bash").args(["-c", &format!("{ask} --silent --show-error --noproxy '*'")]).output().unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&asked.stdout).unwrap_or_else(|_| panic!("{asked:?}"));
    assert!(answer["access_token"].is_string(), "{answer}");
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Starts the sandbox, lets the script drive it, and wants `ok` of every flow.
fn driven(script: &mut Command, flows: &[&str]) {
    let sandbox = Running::start(&[]);
    let ran = script.arg(&sandbox.ready).output().unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    let expected = flows.iter().filter(|flow| !said.lines().any(|line| line == format!("ok {flow}")));
    let missing: Vec<_> = expected.collect();
    let trouble = String::from_utf8_lossy(&ran.stderr);
    assert!(missing.is_empty() && ran.status.success(), "{missing:?} did not go well:\n{said}\n{trouble}");
    assert_eq!(said.lines().count(), flows.len(), "a flow nobody expects:\n{said}");
}

/// The built program with TLS listeners on free ports.
struct Running {
    process: Child,
    ready: PathBuf,
}

impl Running {
    fn start(more: &[&str]) -> Running {
        let number = std::process::id();
        let thread = format!("{:?}", std::thread::current().id());
        let thread: String = thread.chars().filter(char::is_ascii_digit).collect();
        let ready = std::env::temp_dir().join(format!("bank-sandbox-clients-{number}-{thread}.json"));
        let _ = std::fs::remove_file(&ready);
        let mut serve = Command::new(bank_sandbox());
        serve.args(["--tls", "--port", "0", "--control-port", "0", "--tls-port", "0", "--mtls-port", "0"]).args(more);
        let process = serve.arg("--ready-file").arg(&ready).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut running = Running { process: process.unwrap(), ready };
        // The greeting comes when everything is served and the file is written.
        let mut greeting = String::new();
        let stdout = running.process.stdout.as_mut().unwrap();
        BufReader::new(stdout).read_line(&mut greeting).unwrap();
        assert!(!greeting.is_empty(), "the sandbox did not start");
        running
    }

    /// What the program says of where it serves.
    fn told(&self) -> serde_json::Value {
        serde_json::from_slice(&std::fs::read(&self.ready).unwrap()).unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_file(&self.ready);
    }
}

#[expect(clippy::print_stderr, reason = "who reads the output of a test run should see what it did not do")]
fn skipped(library: &str, how: &str) {
    eprintln!("{library} is not installed, so it drives nothing: {how}");
}
