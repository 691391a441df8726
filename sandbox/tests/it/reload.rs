//! A scenario file that changes while it is served.

use std::io::Read;

use serde_json::Value;

use crate::process::Process;

const GOOD: &str = "sandbox: 1\nname: first\nrules:\n  - {name: a, match: {op: accounts.list}, do: {status: 503}}\n";
const BAD: &str = "sandbox: 1\nname: second\nrules:\n  - {name: a, match: {op: acounts.list}, do: {stauts: 503}}\n";
const BETTER: &str = "sandbox: 1\nname: third\nrules:\n  - {name: a, match: {op: accounts.list}, do: {status: 502}}\n";

/// The command, serving a file that changes.
struct Served {
    process: Process,
    runtime: tokio::runtime::Runtime,
    client: reqwest::Client,
}

impl Served {
    fn start(name: &str, more: &[&str]) -> Served {
        let arguments = [&["--world", "red"], more].concat();
        let process = Process::start(&format!("reload-{name}"), &arguments, Some(GOOD));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Served { process, runtime, client: reqwest::Client::new() }
    }

    fn write(&self, text: &str) {
        std::fs::write(self.process.folder.join("file.yaml"), text).unwrap();
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
            let (_, text) = self.get(&format!("{}/v1/worlds/{world}/scenario/status", self.process.url("control_url")));
            last = serde_json::from_str(&text).unwrap();
            if stands(&last) {
                return last;
            }
            // A moment of waiting that is no sleep.
            self.get(&format!(
                "{}/v1/worlds/default/journal/next?since=1000000&silence=50ms",
                self.process.url("control_url")
            ));
        }
        panic!("it never came to that: {last}");
    }

    fn list(&self, world: &str) -> u16 {
        self.get(&format!("{}{world}/plain/accounts", self.process.url("base_url"))).0
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
    std::fs::write(served.process.folder.join("other.yaml"), "sandbox: 1\nname: other\nrules: []\n").unwrap();
    served.write(&format!("{BETTER}include: other.yaml\n"));
    for world in ["default", "red"] {
        let loaded = served.until(world, |status| status["scenario"] == "third");
        assert_eq!((&loaded["state"], &loaded["errors"]), (&Value::from("in force"), &serde_json::json!([])));
    }
    assert_eq!((served.list(""), served.list("/w/red")), (502, 502));
    let balances = served.get(&format!("{}/plain/accounts/x/balances", served.process.url("base_url"))).0;
    assert_eq!(balances, 500, "what the command line orders holds on");

    std::fs::remove_file(served.process.folder.join("file.yaml")).unwrap();
    let gone = served.until("default", |status| status["state"] == "refused");
    assert!(gone["detail"].as_str().unwrap().contains("cannot read"), "{gone}");
    assert_eq!(served.list(""), 502);

    served.process.child.kill().unwrap();
    let mut console = String::new();
    served.process.child.stderr.take().unwrap().read_to_string(&mut console).unwrap();
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
        served.get(&format!(
            "{}/v1/worlds/default/journal/next?since=1000000&silence=50ms",
            served.process.url("control_url")
        ));
    }
    let (_, status) = served.get(&format!("{}/v1/worlds/default/scenario/status", served.process.url("control_url")));
    assert_eq!(serde_json::from_str::<Value>(&status).unwrap()["scenario"], "first");
}
