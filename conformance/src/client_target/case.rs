//! One client through one scenario.
//!
//! Owns the making of an isolated world, the access the client gets, the steps it is driven through, and the collection
//! of what is recorded. Trouble with any of that is the harness's, never the client's.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bank_fixtures::canonical::Canonical;
use bank_fixtures::document::Diagnostics;
use bank_fixtures::expectation::{Drive, Head};
use futures_util::future::BoxFuture;

use super::access::Access;
use super::control::{Control, ControlError, World};
use super::evidence::{End, Evidence, Order, Step};
use super::order::Holdings;
use super::process::{self, Finished};
use super::scratch::Scratch;
use super::target_file::{ClientTarget, Driver, OutputPlace};
use super::template::{Template, Values};
use crate::clock;
use crate::journal::Journal;
use crate::runner::ObserveClient;

/// One client in one world.
#[derive(Debug)]
pub struct ClientCase {
    pub(crate) target: Arc<ClientTarget>,
    pub(crate) control: Control,
    pub(crate) seed: u64,
    pub(crate) head: Head,
    pub(crate) text: String,
    /// Whether any of its checks compares with the truth: asking for it costs more than all the rest.
    pub(crate) compares: bool,
}

/// Why a case could not be observed: the harness's trouble, in words.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// The sandbox did not do its part.
    #[error("{}", chain(.0))]
    Control(#[from] ControlError),
    /// The world lacks something.
    #[error("the world has no {0}")]
    Lacks(String),
    /// The client could not be run.
    #[error("step {step} ({drive}): {reason}")]
    Driver {
        /// Step, from 1.
        step: usize,
        /// What it was asked to do.
        drive: &'static str,
        /// What went wrong.
        reason: String,
    },
    /// No folder for the client.
    #[error("no folder could be made for the client: {0}")]
    Scratch(#[from] std::io::Error),
    /// The truth cannot be read.
    #[error("the sandbox's own truth cannot be read:\n{0}")]
    Truth(Diagnostics),
    /// What the sandbox holds about the accounts cannot be read.
    #[error("the sandbox's own accounts cannot be read: {0}")]
    Holdings(#[from] serde_json::Error),
}

impl ObserveClient for ClientCase {
    fn observe(&self) -> BoxFuture<'_, Result<Evidence, String>> {
        Box::pin(async { self.record().await.map_err(|error| error.to_string()) })
    }
}

impl ClientCase {
    async fn record(&self) -> Result<Evidence, CaseError> {
        let world = self.control.create_world(self.seed, &self.text).await?;
        let recorded = self.record_in(&world).await;
        // A world that could not be removed costs memory, not the verdict.
        let _ = self.control.delete_world(&world.name).await;
        recorded
    }

    async fn record_in(&self, world: &World) -> Result<Evidence, CaseError> {
        let access = Access::obtain(&self.control, world, &self.target).await?;
        let scratch = Scratch::new()?;
        let mut evidence = Evidence {
            scenario: self.head.name.clone(),
            base_url: access.base_url.clone(),
            secrets: access.secrets(),
            ..Evidence::default()
        };
        let drives = if self.head.expect.drive.is_empty() { &[Drive::Sync][..] } else { &self.head.expect.drive };
        let mut order = None;
        for (index, drive) in drives.iter().enumerate() {
            if *drive == Drive::Pay {
                order = Some(self.order(world, &access, index).await?);
            }
            let about = if *drive == Drive::Sync { None } else { order.clone() };
            let mut values = access.values();
            values.set("WORK_DIR", scratch.path().display().to_string());
            if let Some(order) = &about {
                order.fill(&mut values);
            }
            let failed = |reason: String| CaseError::Driver { step: index + 1, drive: drive.name(), reason };
            let before = evidence.journal.last_seq();
            let ran = self.run(*drive, &values).await.map_err(failed)?;
            self.read_journal(world, &mut evidence.journal).await?;
            evidence.steps.push(Step {
                drive: *drive,
                order: about,
                journal: (before, evidence.journal.last_seq()),
                output: ran.output,
                end: ran.finished.end,
                stdout: ran.finished.stdout,
                stderr: ran.finished.stderr,
                elapsed: ran.finished.elapsed,
            });
        }
        if self.compares && evidence.hands_over() {
            let text = self.control.oracle(&world.name, &self.target.bank, &access.consent.consent_id).await?;
            evidence.truth = Some(aside(move || Canonical::parse("oracle", &text)).await.map_err(CaseError::Truth)?);
        }
        Ok(evidence)
    }

    /// A payment order the account holder can afford.
    async fn order(&self, world: &World, access: &Access, index: usize) -> Result<Order, CaseError> {
        let text = self.control.oracle(&world.name, &self.target.bank, &access.consent.consent_id).await?;
        let holdings = aside(move || serde_json::from_str::<Holdings>(&text)).await?;
        let order = holdings.order(format!("{}-{}", self.head.name, index + 1));
        order.ok_or_else(|| CaseError::Lacks("current account with enough money for an order".to_owned()))
    }

    async fn run(&self, drive: Drive, values: &Values) -> Result<Ran, String> {
        let (argv, place) = match &self.target.driver {
            Driver::Observe { command } => (command, None),
            Driver::Command { commands, output } => {
                let command = commands.iter().find(|(known, _)| *known == drive);
                (&command.ok_or_else(|| format!("the target has no command for `{}`", drive.name()))?.1, Some(output))
            }
        };
        let argv: Vec<String> = argv.iter().map(|argument| argument.fill(values)).collect();
        let standard = values.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let own = self.target.env.iter().map(|(name, template)| (name.clone(), template.fill(values)));
        let finished = process::run(&argv, standard.chain(own), &self.target.folder, self.target.timeout).await;
        let finished = finished.map_err(|error| error.to_string())?;
        let output = match place {
            None => None,
            Some(OutputPlace::Stdout) => {
                handed_over("standard output".to_owned(), Some(finished.stdout.clone()), finished.end).await?
            }
            Some(OutputPlace::File(template)) => {
                let path = file(template, values);
                let text = std::fs::read_to_string(&path).ok();
                // The next step must not be taken for one that wrote what this one did.
                let _ = std::fs::remove_file(&path);
                handed_over(path.display().to_string(), text, finished.end).await?
            }
        };
        Ok(Ran { finished, output })
    }

    /// Adds what happened since the last reading, once nothing more comes: an exchange is written when it has ended, and
    /// the bank notices a client that went away a moment later.
    async fn read_journal(&self, world: &World, journal: &mut Journal) -> Result<(), CaseError> {
        for _ in 0..SETTLE_ROUNDS {
            let lines = self.control.journal(&world.name, journal.last_seq()).await?;
            let quiet = lines.is_empty();
            let more = aside(move || Journal::parse(&lines)).await.map_err(ControlError::from)?;
            journal.extend(more);
            if quiet {
                break;
            }
            clock::wait(SETTLE_PAUSE).await;
        }
        Ok(())
    }
}

/// How often the journal is read until nothing more comes.
const SETTLE_ROUNDS: u32 = 40;
/// How long to wait in between.
const SETTLE_PAUSE: Duration = Duration::from_millis(50);

struct Ran {
    finished: Finished,
    output: Option<Canonical>,
}

/// What the client handed over. A client that failed and said nothing handed over nothing; one that succeeded must have
/// something to show, or nothing could be judged.
async fn handed_over(place: String, text: Option<String>, end: End) -> Result<Option<Canonical>, String> {
    let text = text.filter(|text| !text.trim().is_empty());
    match (text, end) {
        (None, End::Exited(0)) => {
            Err(format!("no result on {place}, although the client reports success (exit code 0)"))
        }
        (None, _) => Ok(None),
        (Some(text), end) => match aside(move || Canonical::parse(&place, &text)).await {
            Ok(document) => Ok(Some(document)),
            // A document that is cut off because the client was ended, or crashed, is no document.
            Err(_) if end != End::Exited(0) => Ok(None),
            Err(wrong) => Err(format!("the result is not canonical v1:\n{wrong}")),
        },
    }
}

fn file(template: &Template, values: &Values) -> PathBuf {
    PathBuf::from(values.value("WORK_DIR")).join(template.fill(values))
}

/// Long computations run beside the executor: the sandbox may be served by the same threads, and a client must not find
/// its bank slow because the harness is busy.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|failed| std::panic::resume_unwind(failed.into_panic()))
}

/// An error with its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |error| error.source());
    std::iter::once(error.to_string()).chain(causes.map(ToString::to_string)).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn handed(text: &str, exit: i32) -> Result<Option<Canonical>, String> {
        handed_over("standard output".to_owned(), Some(text.to_owned()), End::Exited(exit)).await
    }

    #[tokio::test]
    async fn success_needs_a_result() {
        assert!(handed(r#"{"canonical": "v1"}"#, 0).await.unwrap().is_some());
        let nothing = handed(" \n", 0).await.unwrap_err();
        insta::assert_snapshot!(nothing, @"no result on standard output, although the client reports success (exit code 0)");
        let other = handed(r#"{"canonical": "v1", "accounts": [{"id": 1}]}"#, 0).await.unwrap_err();
        assert!(other.starts_with("the result is not canonical v1:\n"), "{other}");
    }

    #[tokio::test]
    async fn a_client_that_fails_may_say_why_or_nothing() {
        assert!(handed(r#"{"canonical": "v1", "errors": [{"class": "timeout"}]}"#, 1).await.unwrap().is_some());
        assert_eq!(handed("", 1).await, Ok(None));
        assert_eq!(handed("Traceback (most recent call last):", 1).await, Ok(None));
        let cut = handed_over("file".to_owned(), Some(r#"{"canonical": "v1", "acc"#.to_owned()), End::TimedOut).await;
        assert_eq!(cut, Ok(None));
    }
}
