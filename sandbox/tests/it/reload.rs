//! A scenario file that changes while it is served.

use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

const GOOD: &str = "sandbox: 1\nname: first\nrules:\n  - {name: a, match: {op: accounts.list}, do: {status: 503}}\n";
const BAD: &str = "sandbox: 1\nname: second\nrules:\n  - {name: a, match: {op: acounts.list}, do: {stauts: 503}}\n";
const BETTER: &str = "sandbox: 1\nname: third\nrules:\n  - {name: a, match: {op: accounts.list}, do: {status: 502}}\n";

/// The command, serving a file in a folder of its own. Ended when dropped.
struct Served {
    child: Child,
    folder: PathBuf,
    control: String,
    bank: String,
    runtime: tokio::runtime::Runtime,
    client: reqwest::Client,
}

impl Served {
    fn start(name: &str, more: &[&str]) -> Served {
        let folder = std::env::temp_dir().join(format!("bank-sandbox-reload-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("file.yaml"), GOOD).unwrap();
        let (ready, file) = (folder.join("ready.json"), folder.join("file.yaml"));
        let fixed = ["--port", "0", "--control-port", "0", "--world", "red", "--ready-file"];
        let mut child = Command::new(env!("CARGO_BIN_EXE_bank-sandbox"))
            .args(fixed)
            .args([ready.to_str().unwrap(), "--scenario", file.to_str().unwrap()])
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut greeting = String::new();
        while !greeting.contains("Ctrl-C") {
            let mut buffer = [0; 4096];
            let read = child.stdout.as_mut().unwrap().read(&mut buffer).unwrap();
            assert!(read > 0, "it ended early: {greeting}");
            greeting.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
        }
        let told: Value = serde_json::from_str(&std::fs::read_to_string(&ready).unwrap()).unwrap();
        let text = |key: &str| told[key].as_str().unwrap().to_owned();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (control, bank) = (text("control_url"), text("base_url"));
        Served { child, folder, control, bank, runtime, client: reqwest::Client::new() }
    }

    fn write(&self, text: &str) {
        std::fs::write(self.folder.join("file.yaml"), text).unwrap();
    }

    fn get(&self, url: &str) -> (u16, String) {
        self.runtime.block_on(async {
            let answer = self.client.get(url).bearer_auth("none").send().await.unwrap();
            (answer.status().as_u16(), answer.text().await.unwrap())
        })
    }

    /// Asks until the scenario stands like this in a world.
    fn until(&self, world: &str, stands: impl Fn(&Value) -> bool) -> Value {
        let mut last = Value::Null;
        for _ in 0..400 {
            let (_, text) = self.get(&format!("{}/v1/worlds/{world}/scenario/status", self.control));
            last = serde_json::from_str(&text).unwrap();
            if stands(&last) {
                return last;
            }
            // A moment of waiting that is no sleep.
            self.get(&format!("{}/v1/worlds/default/journal/next?since=1000000&silence=50ms", self.control));
        }
        panic!("it never came to that: {last}");
    }

    fn list(&self, world: &str) -> u16 {
        self.get(&format!("{}{world}/plain/accounts", self.bank)).0
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[test]
fn a_bad_file_never_replaces_a_good_one_and_says_why() {
    let mut served = Served::start("watched", &["--fault", "balances.get: 500"]);
    let first = served.until("default", |status| status["state"] == "in force");
    assert_eq!((&first["scenario"], &first["errors"]), (&Value::from("first"), &serde_json::json!([])));
    assert_eq!(served.list(""), 503);

    served.write(BAD);
    for world in ["default", "red"] {
        let refused = served.until(world, |status| status["state"] == "refused");
        assert_eq!(refused["scenario"], "first");
        assert!(refused["loaded_at"].as_str() < refused["refused_at"].as_str(), "{refused}");
        let errors = refused["errors"].as_array().unwrap();
        assert_eq!(errors.len(), 2, "every mistake at once: {refused}");
        assert_eq!((&errors[0]["line"], &errors[0]["suggestion"]), (&Value::from(4), &Value::from("accounts.list")));
    }
    assert_eq!((served.list(""), served.list("/w/red")), (503, 503), "the good one stays");

    // What a file includes lies beside it, at a reload as at the start.
    std::fs::write(served.folder.join("other.yaml"), "sandbox: 1\nname: other\nrules: []\n").unwrap();
    served.write(&format!("{BETTER}include: other.yaml\n"));
    for world in ["default", "red"] {
        let loaded = served.until(world, |status| status["scenario"] == "third");
        assert_eq!((&loaded["state"], &loaded["errors"]), (&Value::from("in force"), &serde_json::json!([])));
    }
    assert_eq!((served.list(""), served.list("/w/red")), (502, 502));
    let balances = served.get(&format!("{}/plain/accounts/x/balances", served.bank)).0;
    assert_eq!(balances, 500, "what the command line orders holds on");

    std::fs::remove_file(served.folder.join("file.yaml")).unwrap();
    let gone = served.until("default", |status| status["state"] == "refused");
    assert!(gone["detail"].as_str().unwrap().contains("cannot read"), "{gone}");
    assert_eq!(served.list(""), 502);

    served.child.kill().unwrap();
    let mut console = String::new();
    served.child.stderr.take().unwrap().read_to_string(&mut console).unwrap();
    for said in ["did you mean `accounts.list`?", "was not loaded", "scenario `third` is in force", "cannot read"] {
        assert!(console.contains(said), "{said}: {console}");
    }
}

#[test]
fn a_file_that_is_not_watched_changes_nothing() {
    let served = Served::start("unwatched", &["--no-watch"]);
    served.write(BETTER);
    for _ in 0..20 {
        assert_eq!(served.list(""), 503);
        served.get(&format!("{}/v1/worlds/default/journal/next?since=1000000&silence=50ms", served.control));
    }
    let (_, status) = served.get(&format!("{}/v1/worlds/default/scenario/status", served.control));
    assert_eq!(serde_json::from_str::<Value>(&status).unwrap()["scenario"], "first");
}
