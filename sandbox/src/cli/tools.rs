//! The commands that serve nothing: they read, explain and list.

use std::path::{Path, PathBuf};

use super::serve::{Refused, scenario_text};
use super::{Exit, output};
use crate::scenario::replay::replay as derive;
use crate::scenario::{Disk, Scenario, cli};

/// Every mistake in every file.
pub(super) fn check(files: &[PathBuf]) -> Exit {
    let mut exit = Exit::Done;
    for file in files {
        let name = file.display().to_string();
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) => {
                output::note(format!("error: cannot read {name}: {error}"));
                exit = Exit::Broken;
                continue;
            }
        };
        match cli::check(&name, &text) {
            Ok(line) => output::result(line),
            Err(found) => {
                output::note(found);
                exit = if exit == Exit::Done { Exit::InvalidFile } else { exit };
            }
        }
    }
    exit
}

/// One scenario or one fault.
pub(super) fn explain(what: &str, name: Option<&str>) -> Exit {
    match (what, name) {
        ("fault", Some(slug)) => told(cli::explain_fault(slug)),
        ("fault", None) if !Path::new("fault").exists() => {
            output::note("error: which fault? `bank-sandbox list faults` lists them");
            Exit::Usage
        }
        (_, Some(extra)) => {
            output::note(format!(
                "error: what is `{extra}`? legal is `explain FILE`, `explain NAME` and `explain fault FAULT`"
            ));
            Exit::Usage
        }
        (file, None) => match scenario_text(file) {
            Ok((file, text)) => match Scenario::compile_with(&file, &text, &Disk) {
                Ok(scenario) => {
                    output::result(cli::explain_scenario(&scenario).trim_end());
                    Exit::Done
                }
                Err(found) => refused(Refused::Files(vec![found])),
            },
            Err(other) => refused(other),
        },
    }
}

/// The decisions of a journal, derived again.
pub(super) fn replay(journal: &Path, entry: Option<u64>, scenario: Option<&str>) -> Exit {
    let text = match std::fs::read_to_string(journal) {
        Ok(text) => text,
        Err(error) => {
            output::note(format!("error: cannot read {}: {error}", journal.display()));
            return Exit::Broken;
        }
    };
    let compiled = match scenario.map(scenario_text).transpose() {
        Ok(named) => named.map(|(file, text)| Scenario::compile_with(&file, &text, &Disk)).transpose(),
        Err(why) => return refused(why),
    };
    let compiled = match compiled {
        Ok(compiled) => compiled,
        Err(found) => return refused(Refused::Files(vec![found])),
    };
    let replay = match derive(&text, entry, compiled.as_ref()) {
        Ok(replay) => replay,
        Err(error) => {
            output::note(format!("error: {}: {error}", journal.display()));
            return Exit::InvalidFile;
        }
    };
    // One entry is shown whole; of many, only what does not agree.
    let shown = replay.decisions.iter().filter(|decision| entry.is_some() || !decision.differs.is_empty());
    shown.for_each(output::result);
    let wrong = replay.decisions.iter().filter(|decision| !decision.differs.is_empty()).count();
    let count = |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    let of = format!(
        "{} in {}",
        count(replay.decisions.len(), "decision", "decisions"),
        count(replay.entries, "entry", "entries")
    );
    let without = if scenario.is_none() { " (draws only: phases and effects need --scenario)" } else { "" };
    if replay.agrees() {
        output::result(format!("{of}: derived again, all agree{without}"));
        Exit::Done
    } else {
        output::result(format!("{of}: {wrong} do not agree{without}"));
        Exit::Differs
    }
}

pub(super) fn list(what: &str) -> Exit {
    told(cli::list(what))
}

pub(super) fn new(name: &str) -> Exit {
    output::result(cli::starter(name).trim_end());
    Exit::Done
}

pub(super) fn schema() -> Exit {
    output::result(cli::schema().trim_end());
    Exit::Done
}

fn told(text: Result<String, cli::UnknownName>) -> Exit {
    match text {
        Ok(text) => {
            output::result(text.trim_end());
            Exit::Done
        }
        Err(unknown) => {
            output::failure(&unknown);
            Exit::Usage
        }
    }
}

pub(super) fn refused(why: Refused) -> Exit {
    match why {
        Refused::Files(found) => {
            found.iter().for_each(output::note);
            Exit::InvalidFile
        }
        Refused::Because(exit, sentence) => {
            output::note(format!("error: {sentence}"));
            exit
        }
    }
}
