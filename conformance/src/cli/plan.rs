//! From arguments to a plan: targets, cases, and the checks that are left after selection.

use std::sync::Arc;

use bank_fixtures::document::Diagnostics;
use jiff::tz::TimeZone;

use super::args::RunArgs;
use super::describe::shipped_scenarios;
use super::{Refusal, output};
use crate::check;
use crate::client_target::{self, ClientTarget, Connection, Scenario};
use crate::clock;
use crate::dialect::{self, Dialect};
use crate::event::ExitCode;
use crate::expected::Expected;
use crate::file::FileError;
use crate::runner::{Case, Plan, Subject};
use crate::suite::{self, Selected};
use crate::target::bank::{BankTarget, ClientAuth, ConsentRoute, HISTORY_DAYS, Permission, Registration, Sender};
use crate::target::embedded::Embedded;
use crate::target::file::Target;
use crate::target::reference::reference_client;
use crate::target::sandbox::SandboxBank;

/// The seed of runs against our own sandbox, so that every run of one version is the same.
pub(super) const OWN_SEED: u64 = 42;
/// The bank of the embedded sandbox that is judged by default.
const OWN_BANK: &str = "plain";

/// A plan with what it needs to stay alive.
pub(crate) struct Prepared {
    /// What to run.
    pub(crate) plan: Plan,
    left_out: usize,
    /// Kept running until the plan is done.
    _sandbox: Option<Embedded>,
}

impl Prepared {
    /// Reads the targets, starts the sandbox if one is needed, and selects.
    ///
    /// # Errors
    /// Files that are wrong, a sandbox that does not start.
    pub(crate) async fn new(args: &RunArgs) -> Result<Prepared, Refusal> {
        let seed = args.seed.unwrap_or_else(|| if args.is_ours() { OWN_SEED } else { drawn_seed() });
        let expected = expected(args)?;
        let targets = targets(args, seed)?;
        let sandbox = match needs_sandbox(&targets) {
            true => Some(embedded(seed, needs_tls(&targets)).await?),
            false => None,
        };
        let mut cases = Vec::new();
        for Choice { target, again } in targets {
            let mut chosen = match (target, &sandbox) {
                (Chosen::Bank(bank), _) => {
                    let (name, spoken) = (format!("bank {}", bank.name), bank.dialect);
                    vec![bank_case(name, spoken, Subject::Bank(Arc::new(bank)))]
                }
                (Chosen::OwnBank, Some(sandbox)) => vec![own_bank(sandbox, seed)],
                (Chosen::Client(client), Some(sandbox)) => client_cases(args, client, sandbox, seed)?,
                (Chosen::OwnBank | Chosen::Client(_), None) => Vec::new(),
            };
            for case in &mut chosen {
                let head = &mut case.head;
                let scenario = head.scenario.as_deref().map(|name| format!(" --scenario {}", quoted(name)));
                head.again = Some(format!("{again}{} --seed {seed}", scenario.unwrap_or_default()));
            }
            cases.extend(chosen);
        }
        let all: usize = cases.iter().map(|case| case.checks.len()).sum();
        for case in &mut cases {
            case.checks.retain(|selected| is_selected(args, selected));
        }
        cases.retain(|case| !case.checks.is_empty());
        Ok(Prepared { plan: Plan { seed, jobs: args.jobs, expected, cases }, left_out: all, _sandbox: sandbox })
    }

    /// Why there is nothing to run, and what to do.
    pub(crate) fn why_nothing(&self) -> String {
        match self.left_out {
            0 => "nothing was selected: no scenario drives this client in a way it can be driven".to_owned(),
            all => format!(
                "nothing was selected: of {all} checks of these targets --suite and --only leave none; \
                 `bank-conformance list checks` says which judge a bank and which a client"
            ),
        }
    }
}

impl RunArgs {
    /// `true` if only the bundled sandbox and reference client are judged.
    fn is_ours(&self) -> bool {
        self.target.is_empty() && self.bank_url.is_none()
    }
}

/// A target and the command line that chooses it.
struct Choice {
    target: Chosen,
    again: String,
}

enum Chosen {
    Bank(BankTarget),
    OwnBank,
    Client(ClientTarget),
}

fn targets(args: &RunArgs, seed: u64) -> Result<Vec<Choice>, Refusal> {
    if args.is_ours() {
        let ours = [Chosen::OwnBank, Chosen::Client(own_client()?)];
        return Ok(ours.map(|target| Choice { target, again: RUN.to_owned() }).into());
    }
    let mut chosen = Vec::new();
    let mut wrong = Vec::new();
    for path in &args.target {
        let again = format!("{RUN} --target {}", quoted(&path.display().to_string()));
        match Target::load(path, seed) {
            Ok(Target::Bank(bank)) => chosen.push(Choice { target: Chosen::Bank(bank), again }),
            Ok(Target::Client(client)) => chosen.push(Choice { target: Chosen::Client(client), again }),
            Err(error) => wrong.push(error),
        }
    }
    if !wrong.is_empty() {
        return Err(invalid(wrong.iter().map(FileError::to_string)));
    }
    if let Some(bank) = bank_of_arguments(args, seed)? {
        // Whoever reads a report must not read the secrets of the command line in it.
        let url = quoted(&bank.base_url);
        let client = args.client.as_ref().map(|(id, _)| format!(" --client {}", quoted(&format!("{id}:…"))));
        let login = args.login.as_ref().map(|(name, _)| format!(" --login {}", quoted(&format!("{name}:…"))));
        let again = format!("{RUN} --bank-url {url}{}{}", client.unwrap_or_default(), login.unwrap_or_default());
        chosen.push(Choice { target: Chosen::Bank(bank), again });
    }
    Ok(chosen)
}

/// The command that judges.
const RUN: &str = "bank-conformance run";

/// A word for a shell, in quotes where it needs them.
pub(super) fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn expected(args: &RunArgs) -> Result<Expected, Refusal> {
    let today = clock::now().to_zoned(TimeZone::UTC).date();
    let read = args.expected.as_deref().map(|path| Expected::load(path, today));
    let read = read.transpose().map_err(|error| invalid(std::iter::once(error.to_string())))?;
    Ok(read.unwrap_or_default())
}

fn bank_of_arguments(args: &RunArgs, seed: u64) -> Result<Option<BankTarget>, Refusal> {
    let Some(url) = &args.bank_url else { return Ok(None) };
    let usage = |message: String| Refusal::new(ExitCode::Usage, message);
    if !url::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
        return Err(usage(format!("--bank-url `{url}` is no http or https address")));
    }
    let consent = match (&args.token, &args.login) {
        (Some(token), _) => ConsentRoute::Ready { access_token: token.clone() },
        (None, Some((username, password))) => {
            ConsentRoute::Login { username: username.clone(), password: password.clone() }
        }
        (None, None) => {
            let message = "--bank-url needs a way to get a consent: --token TOKEN, or --client ID:SECRET with --login NAME:PASSWORD";
            return Err(usage(message.to_owned()));
        }
    };
    let base_url = url.trim_end_matches('/').to_owned();
    Ok(Some(BankTarget {
        name: base_url.clone(),
        issuer: base_url.clone(),
        base_url,
        dialect: args.dialect,
        client: args.client.as_ref().map(|(client_id, secret)| Registration {
            client_id: client_id.clone(),
            auth: ClientAuth::SecretBasic(secret.clone()),
            sender: Sender::Bearer,
            redirect_uri: args.redirect_uri.clone(),
            certificate: None,
            message_issuer: None,
        }),
        anchors: None,
        other_client: None,
        consent,
        control: None,
        payments: Permission::Withheld,
        bursts: Permission::Withheld,
        history_days: HISTORY_DAYS,
        seed,
    }))
}

fn needs_tls(targets: &[Choice]) -> bool {
    let is_secure = |client: &ClientTarget| client.connection != Connection::Plain;
    targets.iter().any(|choice| matches!(&choice.target, Chosen::Client(client) if is_secure(client)))
}

/// A sandbox in this process; making certificates takes a moment, so they are made only if somebody wants them.
pub(super) async fn embedded(seed: u64, with_tls: bool) -> Result<Embedded, Refusal> {
    let started = if with_tls { Embedded::start_secure(seed).await } else { Embedded::start(seed).await };
    started.map_err(|reason| Refusal::new(ExitCode::Broken, reason))
}

fn needs_sandbox(targets: &[Choice]) -> bool {
    targets.iter().any(|choice| matches!(choice.target, Chosen::OwnBank | Chosen::Client(_)))
}

fn own_bank(sandbox: &Embedded, seed: u64) -> Case {
    let bank = SandboxBank {
        control_url: sandbox.control_url.clone(),
        bank: OWN_BANK.to_owned(),
        scenario: None,
        user: None,
        seed,
    };
    bank_case(format!("bank {OWN_BANK} (embedded sandbox)"), dialect::usual(), Subject::Bank(Arc::new(bank)))
}

fn bank_case(name: String, spoken: &dyn Dialect, subject: Subject) -> Case {
    let suite = suite::find("bank").expect("the suite of all bank checks is built in");
    let own = check::all().filter(|check| spoken.area() == Some(check.area));
    Case::new(name, subject, suite.checks().chain(own).map(Selected::built_in).collect())
}

fn own_client() -> Result<ClientTarget, Refusal> {
    let program = std::env::current_exe()
        .map_err(|error| Refusal::new(ExitCode::Broken, format!("this program cannot find itself: {error}")))?;
    reference_client(&program, None).map_err(|error| Refusal::new(ExitCode::Broken, error.to_string()))
}

fn client_cases(args: &RunArgs, client: ClientTarget, sandbox: &Embedded, seed: u64) -> Result<Vec<Case>, Refusal> {
    let names = if args.scenario.is_empty() { client.scenarios.clone() } else { args.scenario.clone() };
    let scenarios = scenarios(&names)?;
    let control = client_target::Control::new(&sandbox.control_url)
        .map_err(|error| Refusal::new(ExitCode::Broken, error.to_string()))?
        .also_at(sandbox.secure_urls.clone());
    let plan = client_target::Plan { target: Arc::new(client), control, seed, scenarios };
    client_target::cases(&plan).map_err(|wrong| invalid(wrong.iter().map(Diagnostics::to_string)))
}

/// The named scenarios (a shipped name or a path), or every shipped one that drives a client.
pub(super) fn scenarios(names: &[String]) -> Result<Vec<Scenario>, Refusal> {
    if names.is_empty() {
        let driving = shipped_scenarios().filter(|(_, head)| !head.expect.client.is_empty());
        return Ok(driving
            .map(|(file, _)| Scenario { file: file.path.to_owned(), text: file.text.to_owned() })
            .collect());
    }
    let found: Vec<Result<Scenario, String>> = names.iter().map(|name| Scenario::find(name)).collect();
    let wrong: Vec<&String> = found.iter().filter_map(|found| found.as_ref().err()).collect();
    if !wrong.is_empty() {
        return Err(invalid(wrong.into_iter().cloned()));
    }
    Ok(found.into_iter().flatten().collect())
}

fn is_selected(args: &RunArgs, selected: &Selected) -> bool {
    let in_suite = args.suite.is_empty() || args.suite.iter().any(|suite| suite.areas.contains(&selected.check.area));
    let is_named = args.only.is_empty() || args.only.iter().any(|check| check.slug == selected.check.slug);
    in_suite && is_named
}

pub(super) fn invalid(messages: impl Iterator<Item = String>) -> Refusal {
    let text = messages.collect::<Vec<_>>().join("\n");
    // Diagnostics begin with a word of their own.
    Refusal::new(ExitCode::InvalidInput, text.strip_prefix("error: ").unwrap_or(&text).to_owned())
}

/// A seed nobody chose, from the clock: keys sent to a real bank must not repeat from run to run.
fn drawn_seed() -> u64 {
    let seed = clock::now().as_microsecond().unsigned_abs();
    output::comment(&format!("seed {seed}\n"));
    seed
}
