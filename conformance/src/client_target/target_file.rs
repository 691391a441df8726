//! The file that says how to start a client.
//!
//! Owns its keys and what each may hold; every mistake in it is reported at once. What belongs to one driver,
//! `driver/read.rs` reads. Knows nothing of processes: a [`ClientTarget`] that exists can be tried.

use std::path::{Path, PathBuf};
use std::time::Duration;

use bank_fixtures::document::{self, Diagnostics, Map, Value};
use bank_fixtures::duration;
use bank_fixtures::expectation::Drive;

use super::driver::{self, Driver};
use super::mapping::{self, Mapping};
use super::template::{Template, When};

/// How a client is started and what is taken from it.
#[derive(Debug, Clone)]
pub struct ClientTarget {
    /// Name in reports.
    pub name: String,
    /// The bank it talks to: its slug in the scenario's world.
    pub bank: String,
    /// Whose consent it gets; the bank's first user if nobody is named.
    pub user: Option<String>,
    /// How it is driven.
    pub driver: Driver,
    /// What it is given to reach the account holder's data with.
    pub credentials: Credentials,
    /// How it speaks with the bank.
    pub connection: Connection,
    /// Where the bank's webhooks go, if it takes any.
    pub webhooks: Option<Template>,
    /// How its own model becomes canonical v1; `None` if it hands over canonical v1.
    pub mapping: Option<Mapping>,
    /// Variables set besides those that always are.
    pub env: Vec<(String, Template)>,
    /// Where its commands run.
    pub folder: PathBuf,
    /// How long one command may take.
    pub timeout: Duration,
    /// Scenarios to run, by name or path; all that drive a client if none is named.
    pub scenarios: Vec<String>,
}

/// What a client is given to reach the account holder's data with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credentials {
    /// The tokens of a consent that is given already.
    Ready,
    /// Its registration alone: it sends the account holder to the bank, who consents at once.
    Login,
}

/// How a client speaks with the bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connection {
    /// HTTP.
    Plain,
    /// HTTP inside TLS, with a certificate of the sandbox's own authority.
    Tls,
    /// The same, and the bank asks for the client's certificate.
    MutualTls,
}

/// How long one command may take when the file does not say.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);

const KEYS: &[&str] = &[
    "kind",
    "name",
    "driver",
    "bank",
    "user",
    "credentials",
    "connection",
    "commands",
    "command",
    "service",
    "url",
    "setup",
    "calls",
    "output",
    "mapping",
    "webhooks",
    "env",
    "folder",
    "timeout",
    "scenarios",
];

impl ClientTarget {
    /// Reads a target file. `folder` is where the file is: relative paths in it start there.
    ///
    /// # Errors
    /// Everything that is wrong with the file.
    pub fn parse(file: &str, text: &str, folder: &Path) -> Result<ClientTarget, Diagnostics> {
        document::read(file, text, |root| read(root, folder))
    }

    /// A client of this name and driver, and everything else as if a file said nothing of it.
    pub fn of(name: impl Into<String>, driver: Driver) -> ClientTarget {
        ClientTarget {
            name: name.into(),
            bank: DEFAULT_BANK.to_owned(),
            user: None,
            driver,
            credentials: Credentials::Ready,
            connection: Connection::Plain,
            webhooks: None,
            mapping: None,
            env: Vec::new(),
            folder: PathBuf::from("."),
            timeout: DEFAULT_TIMEOUT,
            scenarios: Vec::new(),
        }
    }

    /// `true` if it can be asked to do this.
    pub fn can(&self, drive: Drive) -> bool {
        self.driver.can(drive)
    }
}

/// The bank a client talks to when nothing is said.
const DEFAULT_BANK: &str = "plain";

fn read(root: Value<'_>, folder: &Path) -> Option<ClientTarget> {
    let map = root.map(KEYS)?;
    map.required("kind").map(|kind| kind.one_of(&[("client", ())]));
    let name = map.required("name").and_then(Value::word);
    let bank = optional(map, "bank", Value::word).unwrap_or(Some(DEFAULT_BANK));
    let user = optional(map, "user", Value::word);
    let driver = driver::read(map);
    let is_service = matches!(driver, Some(Driver::Http(_)));
    let words = [("ready", Credentials::Ready), ("login", Credentials::Login)];
    let credentials = optional(map, "credentials", |value| value.one_of(&words)).unwrap_or(Some(Credentials::Ready));
    let words = [("plain", Connection::Plain), ("tls", Connection::Tls), ("mutual_tls", Connection::MutualTls)];
    let connection = optional(map, "connection", |value| value.one_of(&words)).unwrap_or(Some(Connection::Plain));
    let when = if is_service { When::Service } else { When::Always };
    let webhooks = optional(map, "webhooks", |value| driver::template(value, when));
    let mapping = optional(map, "mapping", mapping::mapping);
    let env = optional(map, "env", |value| environment(value, when)).unwrap_or(Some(Vec::new()));
    let place = optional(map, "folder", Value::word).unwrap_or(Some("."));
    let timeout = optional(map, "timeout", |value| value.parse(duration::LEGAL, duration::parse));
    let scenarios = optional(map, "scenarios", |value| value.each(Value::word)).unwrap_or(Some(Vec::new()));
    Some(ClientTarget {
        name: name?.to_owned(),
        bank: bank?.to_owned(),
        user: transposed(user)?.map(str::to_owned),
        driver: driver?,
        credentials: credentials?,
        connection: connection?,
        webhooks: transposed(webhooks)?,
        mapping: transposed(mapping)?,
        env: env?,
        folder: folder.join(place?),
        timeout: timeout.unwrap_or(Some(DEFAULT_TIMEOUT))?,
        scenarios: scenarios?.into_iter().map(str::to_owned).collect(),
    })
}

fn optional<'d, T>(map: Map<'d>, key: &str, read: impl Fn(Value<'d>) -> Option<T>) -> Option<Option<T>> {
    map.optional(key).map(read)
}

/// `None` for a key that is there and wrong.
fn transposed<T>(read: Option<Option<T>>) -> Option<Option<T>> {
    read.map_or(Some(None), |read| read.map(Some))
}

fn environment(value: Value<'_>, when: When) -> Option<Vec<(String, Template)>> {
    let entries = value.entries()?;
    let read = |(key, value): (Value<'_>, Value<'_>)| {
        let name = key.key_text();
        if name.is_empty() || name.contains(['=', '\0']) {
            key.refuse("not a name of a variable", "letters, digits and underscores");
            return None;
        }
        Some((name.to_owned(), driver::template(value, when)?))
    };
    entries.into_iter().map(read).collect::<Vec<_>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::super::driver::OutputPlace;
    use super::*;

    fn parse(text: &str) -> Result<ClientTarget, Diagnostics> {
        ClientTarget::parse("client.yaml", text, Path::new("/project"))
    }

    #[test]
    fn a_command_target() {
        let target = parse(
            "kind: client\nname: my-client\ndriver: command\ncommands:\n  sync: [./sync.sh, \"--url=${BANK_BASE_URL}\"]\n  \
             pay: [./pay.sh, \"${ORDER_AMOUNT}\"]\nenv: { API: \"${BANK_BASE_URL}\" }\nfolder: app\ntimeout: 5s\n",
        )
        .unwrap();
        assert!(target.can(Drive::Sync) && target.can(Drive::Pay) && !target.can(Drive::Cancel));
        assert_eq!((target.folder, target.timeout), (PathBuf::from("/project/app"), Duration::from_secs(5)));
        assert_eq!(target.bank, "plain");
    }

    #[test]
    fn an_observed_target() {
        let target = parse("kind: client\nname: suite\ndriver: observe\ncommand: [npm, test]\n").unwrap();
        assert!(matches!(target.driver, Driver::Observe { command, .. } if command.len() == 2));
    }

    #[test]
    fn a_service() {
        let target = parse(
            "kind: client\nname: my-service\ndriver: http\nservice: { command: [./serve], ready: { url: \"${SERVICE_URL}/health\" } }\n\
             calls:\n  sync: POST ${SERVICE_URL}/sync\n  pay: { call: \"POST ${SERVICE_URL}/pay\", body: { id: \"${ORDER_ID}\", n: 1, list: [true, null] }, result: \"GET ${SERVICE_URL}/pay/${ORDER_ID}\" }\n\
             webhooks: ${SERVICE_URL}/hooks\ncredentials: login\nenv: { PORT: \"${SERVICE_PORT}\" }\n",
        )
        .unwrap();
        assert!(target.can(Drive::Pay) && !target.can(Drive::Status));
        assert_eq!(target.credentials, Credentials::Login);
        let Driver::Http(http) = &target.driver else { panic!("{target:?}") };
        let pay = http.calls.iter().find(|(drive, _)| *drive == Drive::Pay).map(|(_, operation)| operation).unwrap();
        assert!(pay.call.method == "POST" && pay.result.as_ref().is_some_and(|result| result.method == "GET"));
        assert!(http.service.is_some() && target.webhooks.is_some());
    }

    #[test]
    fn results_in_tables() {
        let place = |output: &str| {
            let text = format!("kind: client\nname: a\ndriver: command\ncommands: {{ sync: [a] }}\noutput: {output}\n");
            match parse(&text).unwrap_or_else(|wrong| panic!("{wrong}")).driver {
                Driver::Command { output, .. } => output,
                other => panic!("{other:?}"),
            }
        };
        let csv = place("{ csv: { transactions: out.csv }, delimiter: \";\" }");
        assert!(matches!(csv, OutputPlace::Csv(csv) if csv.delimiter == b';' && csv.files.len() == 1));
        assert!(matches!(place("{ sqlite: app.db, queries: { accounts: SELECT 1 } }"), OutputPlace::Sql(_)));
        assert!(matches!(
            place("{ postgres: \"postgres://localhost/app\", queries: { a: SELECT 1 } }"),
            OutputPlace::Sql(_)
        ));
        assert!(matches!(place("result.json"), OutputPlace::File(_)));
    }

    #[test]
    fn every_mistake_in_a_service_is_reported_at_once() {
        let wrong = "kind: client\nname: a\ndriver: http\ncommands: { sync: [a] }\nservice: { command: [], ready: { link: x, log: y }, within: soon }\n\
                     calls:\n  snyc: GET /x\n  sync: FETCH ${SERVICE_URL}/sync\n  pay: { call: \"GET ${SERVICE_ULR}\", body: \"${ORDER}\" }\n  status: \"GET\"\n\
                     output: { csv: { a: b }, queries: {}, delimiter: ab }\nwebhooks: ${SERVICE_PATH}\ncredentials: none\n";
        insta::assert_snapshot!(parse(wrong).unwrap_err());
        let neither = "kind: client\nname: a\ndriver: http\ncalls: { sync: GET http://127.0.0.1:1/ }\nsetup: 3\n";
        insta::assert_snapshot!(parse(neither).unwrap_err());
    }

    #[test]
    fn every_mistake_is_reported_at_once() {
        let wrong = "kind: clint\ndriver: command\ncommand: [a]\ncommands:\n  snyc: [a]\n  sync: [\"${BANK_URL}\"]\n  \
                     pay: []\nenv: { A: \"${ORDER_ID}\" }\ntimeout: soon\n";
        insta::assert_snapshot!(parse(wrong).unwrap_err());
    }
}
