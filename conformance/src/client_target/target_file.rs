//! The file that says how to start a client.
//!
//! Owns its keys and what each may hold; every mistake in it is reported at once. Knows nothing of processes: a
//! [`ClientTarget`] that exists can be tried.

use std::path::{Path, PathBuf};
use std::time::Duration;

use bank_fixtures::document::{self, Diagnostics, Map, Value};
use bank_fixtures::duration;
use bank_fixtures::expectation::Drive;

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
    /// Variables set besides those that always are.
    pub env: Vec<(String, Template)>,
    /// Where its commands run.
    pub folder: PathBuf,
    /// How long one command may take.
    pub timeout: Duration,
    /// Scenarios to run, by name or path; all that drive a client if none is named.
    pub scenarios: Vec<String>,
}

/// How a client is driven.
#[derive(Debug, Clone)]
pub enum Driver {
    /// A command per operation, which hands over canonical v1.
    Command {
        /// The commands: program and arguments.
        commands: Vec<(Drive, Vec<Template>)>,
        /// Where the result is.
        output: OutputPlace,
    },
    /// One command of the user's own (a test suite, say), judged by the wire alone.
    Observe {
        /// Program and arguments.
        command: Vec<Template>,
    },
}

/// Where a command leaves its result.
#[derive(Debug, Clone)]
pub enum OutputPlace {
    /// On standard output.
    Stdout,
    /// In a file; a relative path is below `WORK_DIR`.
    File(Template),
}

/// How long one command may take when the file does not say.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);

const KEYS: &[&str] = &[
    "kind",
    "name",
    "driver",
    "bank",
    "user",
    "commands",
    "command",
    "output",
    "env",
    "folder",
    "timeout",
    "scenarios",
];
const COMMANDS: &[&str] = &["sync", "pay", "status", "cancel"];

#[derive(Clone, Copy)]
enum DriverKind {
    Command,
    Observe,
}

impl ClientTarget {
    /// Reads a target file. `folder` is where the file is: relative paths in it start there.
    ///
    /// # Errors
    /// Everything that is wrong with the file.
    pub fn parse(file: &str, text: &str, folder: &Path) -> Result<ClientTarget, Diagnostics> {
        document::read(file, text, |root| read(root, folder))
    }

    /// `true` if it can be asked to do this.
    pub fn can(&self, drive: Drive) -> bool {
        match &self.driver {
            Driver::Command { commands, .. } => commands.iter().any(|(known, _)| *known == drive),
            Driver::Observe { .. } => true,
        }
    }
}

fn read(root: Value<'_>, folder: &Path) -> Option<ClientTarget> {
    let map = root.map(KEYS)?;
    map.required("kind").map(|kind| kind.one_of(&[("client", ())]));
    let name = map.required("name").and_then(Value::word);
    let bank = optional(map, "bank", Value::word).unwrap_or(Some("plain"));
    let user = optional(map, "user", Value::word);
    let kinds = [("command", DriverKind::Command), ("observe", DriverKind::Observe)];
    let driver = map.required("driver").and_then(|driver| driver.one_of(&kinds)).and_then(|kind| match kind {
        DriverKind::Command => command_driver(map),
        DriverKind::Observe => observe_driver(map),
    });
    let env = optional(map, "env", environment).unwrap_or(Some(Vec::new()));
    let place = optional(map, "folder", Value::word).unwrap_or(Some("."));
    let timeout = optional(map, "timeout", |value| value.parse(duration::LEGAL, duration::parse));
    let scenarios = optional(map, "scenarios", |value| value.each(Value::word)).unwrap_or(Some(Vec::new()));
    Some(ClientTarget {
        name: name?.to_owned(),
        bank: bank?.to_owned(),
        user: match user {
            Some(user) => Some(user?.to_owned()),
            None => None,
        },
        driver: driver?,
        env: env?,
        folder: folder.join(place?),
        timeout: timeout.unwrap_or(Some(DEFAULT_TIMEOUT))?,
        scenarios: scenarios?.into_iter().map(str::to_owned).collect(),
    })
}

fn optional<'d, T>(map: Map<'d>, key: &str, read: impl Fn(Value<'d>) -> Option<T>) -> Option<Option<T>> {
    map.optional(key).map(read)
}

fn command_driver(map: Map<'_>) -> Option<Driver> {
    refuse(map, "command", "the driver `command` takes `commands`, one per operation");
    let commands = map.required("commands").and_then(|value| {
        let commands = value.map(COMMANDS)?;
        let read = |(name, drive): (&str, Drive)| {
            let when = if drive == Drive::Sync { When::Always } else { When::Payment };
            commands.optional(name).map(|value| Some((drive, argv(value, when)?)))
        };
        let drives = [("sync", Drive::Sync), ("pay", Drive::Pay), ("status", Drive::Status), ("cancel", Drive::Cancel)];
        let read: Vec<Option<_>> = drives.into_iter().filter_map(read).collect();
        if read.is_empty() {
            value.refuse("no command", "at least one of sync, pay, status, cancel");
        }
        read.into_iter().collect::<Option<Vec<_>>>().filter(|commands| !commands.is_empty())
    });
    let output = optional(map, "output", |value| match value.text()? {
        "stdout" => Some(OutputPlace::Stdout),
        _ => template(value, When::Always).map(OutputPlace::File),
    });
    Some(Driver::Command { commands: commands?, output: output.unwrap_or(Some(OutputPlace::Stdout))? })
}

fn observe_driver(map: Map<'_>) -> Option<Driver> {
    refuse(map, "commands", "the driver `observe` takes one `command`");
    refuse(map, "output", "the driver `observe` judges the wire alone and reads no output");
    Some(Driver::Observe { command: map.required("command").and_then(|value| argv(value, When::Payment))? })
}

fn refuse(map: Map<'_>, key: &str, why: &str) {
    if let Some(value) = map.optional(key) {
        value.refuse(format!("`{key}` does not go with this driver"), why);
    }
}

fn argv(value: Value<'_>, when: When) -> Option<Vec<Template>> {
    let argv = value.each(|item| template(item, when))?;
    if argv.is_empty() {
        value.refuse("no program", "a list: the program, then its arguments");
        return None;
    }
    Some(argv)
}

fn environment(value: Value<'_>) -> Option<Vec<(String, Template)>> {
    let entries = value.entries()?;
    let read = |(key, value): (Value<'_>, Value<'_>)| {
        let name = key.key_text();
        if name.is_empty() || name.contains(['=', '\0']) {
            key.refuse("not a name of a variable", "letters, digits and underscores");
            return None;
        }
        Some((name.to_owned(), template(value, When::Always)?))
    };
    entries.into_iter().map(read).collect::<Vec<_>>().into_iter().collect()
}

fn template(value: Value<'_>, when: When) -> Option<Template> {
    value.parse(&Template::legal(when), |text| Template::parse(text, when))
}

#[cfg(test)]
mod tests {
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
        assert!(matches!(target.driver, Driver::Observe { command } if command.len() == 2));
    }

    #[test]
    fn every_mistake_is_reported_at_once() {
        let wrong = "kind: clint\ndriver: command\ncommand: [a]\ncommands:\n  snyc: [a]\n  sync: [\"${BANK_URL}\"]\n  \
                     pay: []\nenv: { A: \"${ORDER_ID}\" }\ntimeout: soon\n";
        insta::assert_snapshot!(parse(wrong).unwrap_err());
    }
}
