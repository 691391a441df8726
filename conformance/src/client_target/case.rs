//! One client through one scenario.
//!
//! Owns the making of an isolated world, the access the client gets, the steps it is driven through, and the collection
//! of what is recorded. Trouble with any of that is the harness's, never the client's.

use std::sync::Arc;
use std::time::Duration;

use bank_fixtures::canonical::Canonical;
use bank_fixtures::document::Diagnostics;
use bank_fixtures::expectation::{Drive, Head};
use futures_util::future::BoxFuture;

use super::access::Access;
use super::control::{Control, ControlError, World};
use super::driver::{Cut, Driver, Session, never};
use super::evidence::{Evidence, Order, Step};
use super::order::Holdings;
use super::scratch::Scratch;
use super::target_file::{ClientTarget, Connection, Credentials};
use super::template::Values;
use super::{aside, chain};
use crate::clock;
use crate::journal::Journal;
use crate::machine;
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
    /// The client could not be started.
    #[error("the client could not be started: {0}")]
    Start(String),
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
        let logs_in = self.target.credentials == Credentials::Login || self.drives().contains(&Drive::Login);
        let consents = logs_in.then_some("automatic");
        let world = self.control.create_world(self.seed, &self.text, consents).await?;
        let recorded = self.record_in(&world).await;
        // A world that could not be removed costs memory, not the verdict.
        let _ = self.control.delete_world(&world.name).await;
        recorded
    }

    async fn record_in(&self, world: &World) -> Result<Evidence, CaseError> {
        let access = Access::obtain(&self.control, world, &self.target).await?;
        let scratch = Scratch::new()?;
        let mut values = access.values();
        values.set("WORK_DIR", scratch.path().display().to_string());
        if self.target.connection != Connection::Plain {
            Access::equip(&self.control, scratch.path(), &mut values).await?;
        }
        if self.target.webhooks.is_some() {
            values.set("BANK_WEBHOOK_SECRET", &access.webhook_secret);
        }
        let mut session = Session::prepare(&self.target, &mut values).await.map_err(CaseError::Start)?;
        let mut evidence = Evidence {
            scenario: self.head.name.clone(),
            base_url: access.base_url.clone(),
            secrets: access.secrets(),
            hands_over: !matches!(self.target.driver, Driver::Observe { .. }),
            ..Evidence::default()
        };
        // Only who takes webhooks is held to a limit in real time that a busy machine can break.
        let watch = self.target.webhooks.is_some().then(machine::Watch::start);
        let driven = self.drive(world, &access, &values, &mut session, &mut evidence).await;
        evidence.strain = watch.map(|watch| watch.strain()).unwrap_or_default();
        let (stdout, stderr) = session.stop().await;
        driven?;
        if let Some(last) = evidence.steps.last_mut() {
            last.stdout.push_str(&stdout);
            last.stderr.push_str(&stderr);
        }
        if self.compares && evidence.hands_over() {
            let last = evidence.steps.last().and_then(|step| step.truth.clone());
            evidence.truth = match last {
                Some(truth) => Some(truth),
                None => self.truth(world, &access, &evidence).await?,
            };
        }
        Ok(evidence)
    }

    /// Starts the client and asks it for one thing after the other.
    async fn drive(
        &self,
        world: &World,
        access: &Access,
        values: &Values,
        session: &mut Session<'_>,
        evidence: &mut Evidence,
    ) -> Result<(), CaseError> {
        session.start(values).await.map_err(CaseError::Start)?;
        if let Some(webhooks) = &self.target.webhooks {
            // Only now is somebody there to be told.
            let (bank, url) = (&self.target.bank, webhooks.fill(values));
            let secret = &access.webhook_secret;
            self.control.register_webhook(&world.name, bank, access.client_id(), &url, secret).await?;
        }
        let mut order = None;
        let kill_after = self.head.expect.kill_after.as_deref();
        for (index, drive) in self.drives().into_iter().enumerate() {
            // What was cut off in the middle is asked for again: the same order, not another one.
            let again = kill_after.is_some() && index == 1;
            if drive == Drive::Pay && !again {
                order = Some(self.order(world, access, index).await?);
            }
            let about = if matches!(drive, Drive::Sync | Drive::Login) { None } else { order.clone() };
            let mut values = values.clone();
            if drive == Drive::Login {
                values = values.without(TOKENS);
            }
            if let Some(order) = &about {
                order.fill(&mut values);
            }
            let failed = |reason: String| CaseError::Driver { step: index + 1, drive: drive.name(), reason };
            let before = evidence.last_seq();
            let cut: Cut<'_> = match kill_after.filter(|_| index == 0) {
                Some(operation) => Box::pin(self.seen(world, before, operation)),
                None => never(),
            };
            let act = session.act(drive, &values, about.as_ref(), cut).await.map_err(failed)?;
            if self.target.webhooks.is_some() {
                self.control.settle(&world.name).await?;
            }
            self.read_journal(world, evidence).await?;
            let compares = self.compares && drive == Drive::Sync && act.output.is_some();
            let truth = if compares { self.truth(world, access, evidence).await? } else { None };
            evidence.steps.push(Step {
                drive,
                order: about,
                journal: (before, evidence.last_seq()),
                output: act.output,
                truth,
                end: act.end,
                stdout: act.stdout,
                stderr: act.stderr,
                elapsed: act.elapsed,
            });
        }
        Ok(())
    }

    /// Comes when the bank has seen this operation, after the exchange with this number.
    async fn seen(&self, world: &World, after: u64, operation: &str) {
        loop {
            // What cannot be read now is read the next time; if it never can be, the client runs to its end.
            if let Ok(lines) = self.control.journal(&world.name, after).await
                && let Ok(journal) = aside(move || Journal::parse(&lines)).await
                && journal.entries().iter().any(|entry| entry.is(operation))
            {
                return;
            }
            clock::wait(LOOK_PAUSE).await;
        }
    }

    /// What the client is asked to do, with what it is killed in twice. A command of the user's own knows itself what to do, and is run once: as a
    /// payment, if there is one to make.
    fn drives(&self) -> Vec<Drive> {
        let mut drives = match self.head.expect.drive.as_slice() {
            [] => vec![Drive::Sync],
            drives => drives.to_vec(),
        };
        if self.head.expect.kill_after.is_some() {
            drives.insert(0, drives[0]);
        }
        match &self.target.driver {
            Driver::Observe { .. } if drives.contains(&Drive::Pay) => vec![Drive::Pay],
            Driver::Observe { .. } => drives.into_iter().take(1).collect(),
            _ => drives,
        }
    }

    /// What is now true for the consent the client used: its own, if it got one itself.
    async fn truth(&self, world: &World, access: &Access, evidence: &Evidence) -> Result<Option<Canonical>, CaseError> {
        let used = evidence.journal.entries().iter().rev().find_map(|entry| entry.consent_id.as_deref());
        let consent = used.unwrap_or(&access.consent.consent_id);
        match self.control.oracle(&world.name, &self.target.bank, consent).await {
            Ok(text) => aside(move || Canonical::parse("oracle", &text)).await.map(Some).map_err(CaseError::Truth),
            // A consent that has ended shows nothing, and so there is nothing to compare with.
            Err(ControlError::Refused { status: 409, .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// A payment order the account holder can afford.
    async fn order(&self, world: &World, access: &Access, index: usize) -> Result<Order, CaseError> {
        let text = self.control.oracle(&world.name, &self.target.bank, &access.consent.consent_id).await?;
        let holdings = aside(move || serde_json::from_str::<Holdings>(&text)).await?;
        let order = holdings.order(format!("{}-{}", self.head.name, index + 1));
        order.ok_or_else(|| CaseError::Lacks("current account with enough money for an order".to_owned()))
    }

    /// Adds what happened since the last reading, once nothing more comes: an exchange is written when it has ended, and
    /// the bank notices a client that went away a moment later.
    async fn read_journal(&self, world: &World, evidence: &mut Evidence) -> Result<(), CaseError> {
        for _ in 0..SETTLE_ROUNDS {
            let lines = self.control.journal(&world.name, evidence.last_seq()).await?;
            let quiet = lines.is_empty();
            let more = aside(move || Journal::parse(&lines)).await.map_err(ControlError::from)?;
            let (deliveries, requests) = more.into_directions();
            evidence.deliveries.extend(deliveries);
            evidence.journal.extend(requests);
            if quiet && self.control.open_exchanges(&world.name).await? == 0 {
                break;
            }
            clock::wait(SETTLE_PAUSE).await;
        }
        Ok(())
    }
}

/// What a client that is to log in is not told.
const TOKENS: &[&str] = &["BANK_ACCESS_TOKEN", "BANK_REFRESH_TOKEN", "BANK_CONSENT_ID"];
/// How often the journal is read until nothing more comes.
const SETTLE_ROUNDS: u32 = 40;
/// How long to wait between two looks for what a client is killed after.
const LOOK_PAUSE: Duration = Duration::from_millis(10);
/// How long to wait in between.
const SETTLE_PAUSE: Duration = Duration::from_millis(50);
