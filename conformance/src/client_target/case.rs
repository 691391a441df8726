//! One client through one scenario.
//!
//! Owns the making of an isolated world, the access the client gets, the steps it is driven through, and the collection
//! of what is recorded. Trouble with any of that is the harness's, never the client's.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bank_fixtures::canonical::Canonical;
use bank_fixtures::document::{Diagnostic, Diagnostics, Document, suggest};
use bank_fixtures::expectation::{Drive, ExpectedCheck, Head};
use bank_fixtures::identifier::{Iban, IdentifierError};
use bank_fixtures::money::{Amount, Money};
use bank_fixtures::record::{AccountIdentifier, IdentifierScheme};
use futures_util::future::BoxFuture;
use serde::Deserialize;

use super::control::{Control, ControlError, ReadyConsent, World};
use super::evidence::{End, Evidence, Order, Secret, Step};
use super::process::{self, Finished};
use super::scratch::Scratch;
use super::target_file::{ClientTarget, Driver, OutputPlace};
use super::template::{Template, Values};
use crate::check::{self, Area};
use crate::clock;
use crate::journal::Journal;
use crate::params::Params;
use crate::runner::{Case, ObserveClient, Subject};
use crate::suite::{Selected, Severity};

/// A scenario file that drives a client.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// File name, for messages.
    pub file: String,
    /// The whole text, as the sandbox gets it.
    pub text: String,
}

/// What to run a client through.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The client.
    pub target: Arc<ClientTarget>,
    /// The sandbox.
    pub control: Control,
    /// Seed of the worlds.
    pub seed: u64,
    /// The scenarios.
    pub scenarios: Vec<Scenario>,
}

/// One client in one world.
#[derive(Debug)]
pub struct ClientCase {
    target: Arc<ClientTarget>,
    control: Control,
    seed: u64,
    head: Head,
    text: String,
    /// Whether any of its checks compares with the truth: asking for it costs more than all the rest.
    compares: bool,
}

/// Why a case could not be observed: the harness's trouble, in words.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// The sandbox did not do its part.
    #[error("{}", chain(.0))]
    Control(#[from] ControlError),
    /// The world lacks something.
    #[error("the world of `{scenario}` has no {what}")]
    Lacks {
        /// Which scenario.
        scenario: String,
        /// What is missing.
        what: String,
    },
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

/// The cases of a plan: for each scenario that drives the client, the checks it names. Scenarios that name no check of
/// clients, or drive the client in a way it cannot be driven, are left out.
///
/// # Errors
/// Everything that is wrong with what the scenarios expect: unknown checks, checks of banks, wrong parameters.
pub fn cases(plan: &Plan) -> Result<Vec<Case>, Vec<Diagnostics>> {
    let (mut cases, mut wrong) = (Vec::new(), Vec::new());
    for scenario in &plan.scenarios {
        match case(plan, scenario) {
            Ok(case) => cases.extend(case),
            Err(diagnostics) => wrong.push(diagnostics),
        }
    }
    if wrong.is_empty() { Ok(cases) } else { Err(wrong) }
}

fn case(plan: &Plan, scenario: &Scenario) -> Result<Option<Case>, Diagnostics> {
    let head = Head::parse(&scenario.file, &scenario.text)?;
    let document = Document::parse(&scenario.file, &scenario.text)?;
    let select = |expected| selected(expected, &document).map_err(|wrong| document.record(*wrong)).ok();
    let checks: Vec<Option<Selected>> = head.expect.client.iter().map(select).collect();
    let checks = document.finish(checks.into_iter().collect::<Option<Vec<_>>>())?;
    let drivable = head.expect.drive.iter().all(|drive| plan.target.can(*drive));
    if checks.is_empty() || !drivable {
        return Ok(None);
    }
    let name = format!("{} / {}", plan.target.name, head.name);
    let case = ClientCase {
        target: Arc::clone(&plan.target),
        control: plan.control.clone(),
        seed: plan.seed,
        head,
        text: scenario.text.clone(),
        compares: checks.iter().any(|selected| selected.check.area == Area::ClientUnderstanding),
    };
    Ok(Some(Case { name, subject: Subject::Client(Arc::new(case)), checks }))
}

fn selected(expected: &ExpectedCheck, document: &Document) -> Result<Selected, Box<Diagnostic>> {
    let wrong = |message: String| {
        let span = expected.span.clone();
        Diagnostic::new(document.file(), document.text(), span, "expect.client", message).value(&expected.slug)
    };
    let of_clients = || check::all().filter(|check| matches!(check.run, check::Run::Client(_)));
    let Some(check) = of_clients().find(|check| check.slug == expected.slug) else {
        let names: Vec<&str> = of_clients().map(|check| check.slug).collect();
        let suggestion = suggest(&expected.slug, names.iter().copied());
        let wrong = wrong(format!("`{}` is no check of clients", expected.slug));
        return Err(Box::new(wrong.suggestion(suggestion).legal(names.join(", "))));
    };
    let given = expected.params.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    let params = Params::resolve(check.params, given);
    let params = params
        .map_err(|errors| Box::new(wrong(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))))?;
    Ok(Selected { check, severity: Severity::of(check), params })
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
        let access = self.access(world).await?;
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

    async fn access(&self, world: &World) -> Result<Access, CaseError> {
        let lacks = |what: String| CaseError::Lacks { scenario: self.head.name.clone(), what };
        let bank = world.banks.iter().find(|bank| bank.slug == self.target.bank);
        let bank = bank.ok_or_else(|| lacks(format!("bank `{}`", self.target.bank)))?;
        let username = match &self.target.user {
            Some(user) => user.clone(),
            None => {
                let users = self.control.users(&world.name, &bank.slug).await?;
                users.into_iter().next().ok_or_else(|| lacks("test user".to_owned()))?.username
            }
        };
        let clients = self.control.clients(&world.name, &bank.slug).await?;
        let client = clients.into_iter().find_map(|client| Some((client.client_id, client.client_secret?)));
        let client = client.ok_or_else(|| lacks("client with a secret".to_owned()))?;
        let consent = self.control.consent(&world.name, &bank.slug, &client.0, &username).await?;
        Ok(Access { base_url: bank.base_url.trim_end_matches('/').to_owned(), client, consent })
    }

    /// A payment order the account holder can afford.
    async fn order(&self, world: &World, access: &Access, index: usize) -> Result<Order, CaseError> {
        let text = self.control.oracle(&world.name, &self.target.bank, &access.consent.consent_id).await?;
        let found = aside(move || serde_json::from_str::<Holdings>(&text)).await?.debtor();
        let lacks = |what: &str| CaseError::Lacks { scenario: self.head.name.clone(), what: what.to_owned() };
        let (debtor_account, amount) = found.ok_or_else(|| lacks("current account with enough money for an order"))?;
        let creditor = creditor().map_err(|error| lacks(&format!("creditor ({error})")))?;
        Ok(Order {
            id: format!("{}-{}", self.head.name, index + 1),
            debtor_account,
            creditor_name: "Harbour Books".to_owned(),
            creditor_account: creditor,
            amount,
            reference: format!("order {}", index + 1),
        })
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

/// An order is for this many minor units: small, and not round.
const ORDER_MINOR_UNITS: i128 = 1234;
/// How often the journal is read until nothing more comes.
const SETTLE_ROUNDS: u32 = 40;
/// How long to wait in between.
const SETTLE_PAUSE: Duration = Duration::from_millis(50);

struct Ran {
    finished: Finished,
    output: Option<Canonical>,
}

/// What the truth says about accounts, without their entries.
#[derive(Deserialize)]
struct Holdings {
    #[serde(default)]
    accounts: Vec<HeldAccount>,
    #[serde(default)]
    balances: Vec<HeldBalance>,
}

#[derive(Deserialize)]
struct HeldAccount {
    account_id: String,
    currency: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    status: Option<String>,
}

#[derive(Deserialize)]
struct HeldBalance {
    account_id: String,
    amount: HeldAmount,
}

#[derive(Deserialize)]
struct HeldAmount {
    amount: String,
    currency: String,
}

impl Holdings {
    /// An open current account with enough money for an order, and the order's amount in its currency.
    fn debtor(&self) -> Option<(String, Amount)> {
        let usable = |account: &&HeldAccount| {
            account.kind.as_deref() == Some("current") && account.status.as_deref() == Some("open")
        };
        let order = |account: &HeldAccount| {
            let currency = account.currency.as_deref()?.parse().ok()?;
            let amount = Amount::from(Money::from_minor(ORDER_MINOR_UNITS, currency).ok()?);
            let covers = |balance: &HeldBalance| {
                balance.account_id == account.account_id
                    && Some(balance.amount.currency.as_str()) == account.currency.as_deref()
                    && Amount::parse(&balance.amount.amount, currency).is_ok_and(|held| held.value() >= amount.value())
            };
            self.balances.iter().any(covers).then(|| (account.account_id.clone(), amount))
        };
        self.accounts.iter().filter(usable).find_map(order)
    }
}

/// What the client is entrusted with.
struct Access {
    base_url: String,
    client: (String, String),
    consent: ReadyConsent,
}

impl Access {
    fn values(&self) -> Values {
        let mut values = Values::default();
        values.set("BANK_BASE_URL", &self.base_url);
        values.set("BANK_TOKEN_URL", format!("{}/oauth/token", self.base_url));
        values.set("BANK_ACCESS_TOKEN", &self.consent.access_token);
        values.set("BANK_REFRESH_TOKEN", self.consent.refresh_token.as_deref().unwrap_or_default());
        values.set("BANK_CLIENT_ID", &self.client.0);
        values.set("BANK_CLIENT_SECRET", &self.client.1);
        values.set("BANK_CONSENT_ID", &self.consent.consent_id);
        values.set("BANK_ACCOUNT", self.consent.account_ids.first().map_or("", String::as_str));
        values
    }

    fn secrets(&self) -> Vec<Secret> {
        let refresh = self.consent.refresh_token.iter();
        let refresh = refresh.map(|value| Secret { name: "refresh token", value: value.clone() });
        [("access token", &self.consent.access_token), ("client secret", &self.client.1)]
            .into_iter()
            .map(|(name, value)| Secret { name, value: value.clone() })
            .chain(refresh)
            .collect()
    }
}

impl Order {
    fn fill(&self, values: &mut Values) {
        let scheme = match self.creditor_account.scheme {
            IdentifierScheme::SortCodeAccount => "sort_code_account",
            _ => "iban",
        };
        values.set("ORDER_ID", &self.id);
        values.set("ORDER_DEBTOR_ACCOUNT", &self.debtor_account);
        values.set("ORDER_CREDITOR_NAME", &self.creditor_name);
        values.set("ORDER_CREDITOR_SCHEME", scheme);
        values.set("ORDER_CREDITOR_ACCOUNT", &self.creditor_account.value);
        values.set("ORDER_AMOUNT", self.amount.text());
        values.set("ORDER_CURRENCY", self.amount.currency().code());
        values.set("ORDER_REFERENCE", &self.reference);
    }
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

/// An account at a bank that does not exist (its bank code is reserved for tests), with a right checksum.
fn creditor() -> Result<AccountIdentifier, IdentifierError> {
    let iban = Iban::from_bban("GB", "ZZZZ00000012345678")?;
    Ok(AccountIdentifier { scheme: IdentifierScheme::Iban, value: iban.as_str().to_owned() })
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
