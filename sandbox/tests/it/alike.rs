//! Two processes with one seed say the same, byte for byte.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::bench::Raw;

const SCENARIO: &str = "sandbox: 1\nname: alike\nseed: 4711\nclock: {start: 2026-03-01T08:00:00Z, mode: manual}\n";

/// The program, at ports of its own. Ended when dropped.
struct Process {
    child: Child,
    folder: std::path::PathBuf,
    bank: String,
    control: String,
}

impl Process {
    fn start(name: &str, bank: &str) -> Process {
        let folder = std::env::temp_dir().join(format!("bank-sandbox-alike-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let (ready, scenario) = (folder.join("ready.json"), folder.join("alike.yaml"));
        std::fs::write(&scenario, SCENARIO).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_bank-sandbox"))
            .args(["--port", "0", "--control-port", "0", "--bank", bank])
            .args(["--ready-file".as_ref(), ready.as_os_str(), "--scenario".as_ref(), scenario.as_os_str()])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let greeting = BufReader::new(child.stdout.as_mut().unwrap()).lines();
        assert!(greeting.map(Result::unwrap).any(|line| line.contains("Ctrl-C")), "it ended early");
        let told: Value = serde_json::from_str(&std::fs::read_to_string(&ready).unwrap()).unwrap();
        let text = |key: &str| told[key].as_str().unwrap().strip_prefix("http://").unwrap().to_owned();
        let (bank, control) = (text("base_url"), text("control_url"));
        Process { child, folder, bank, control }
    }

    /// A call, and the body of its answer.
    fn ask(address: &str, call: &str, headers: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(address).unwrap();
        let length = body.len();
        write!(
            stream,
            "{call} HTTP/1.1\r\nHost: b\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
        )
        .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = Raw::parse(&answer);
        assert!(answer.status < 300, "{call}: {answer:?}");
        answer.body
    }

    /// All that each person of a bank has, as the bank tells it.
    fn told(&self, bank: &str) -> Vec<String> {
        let users = Process::ask(&self.control, &format!("GET /v1/worlds/default/users?bank={bank}"), "", "");
        let users: Vec<Value> = serde_json::from_str(&users).unwrap();
        let mut told = Vec::new();
        for user in &users {
            let order = json!({"bank": bank, "client_id": "demo", "username": user["username"]}).to_string();
            let granted = Process::ask(&self.control, "POST /v1/worlds/default/consents", "", &order);
            let granted: Value = serde_json::from_str(&granted).unwrap();
            let token = format!("Authorization: Bearer {}\r\n", granted["access_token"].as_str().unwrap());
            let get = |path: &str| Process::ask(&self.bank, &format!("GET /{bank}/{path}"), &token, "");
            let accounts = get("accounts?limit=100");
            let rows: Value = serde_json::from_str(&accounts).unwrap();
            for account in rows["data"].as_array().unwrap() {
                let id = account["id"].as_str().unwrap();
                told.push(get(&format!("accounts/{id}/balances")));
                told.push(get(&format!("accounts/{id}/transactions?limit=100")));
            }
            told.push(accounts);
        }
        told
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[test]
fn two_processes_with_one_seed_say_the_same_bytes() {
    let [first, second] = ["first", "second"].map(|name| Process::start(name, "plain").told("plain"));
    assert!(first.len() > 20, "there was little to compare");
    assert_eq!(first, second);
}
