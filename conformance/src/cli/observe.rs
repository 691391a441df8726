//! `observe`: wraps a command of the user's own, once per scenario, and judges what arrives at the bank.
//!
//! Owns the exit code: what the bank saw decides, and a command that fails by itself is never a success.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::BoxFuture;

use super::args::ObserveArgs;
use super::plan::{OWN_SEED, embedded, invalid, quoted, scenarios};
use super::reports::Outlets;
use super::{Refusal, output};
use crate::client_target::{
    self, ClientTarget, Control, Credentials, Driver, Echo, End, Evidence, Template, TemplateError, When,
};
use crate::event::{CaseHead, ExitCode};
use crate::expected::Expected;
use crate::runner::{Case, ObserveClient, Plan, Subject};

/// What the command said of itself, scenario by scenario.
type Ends = Arc<Mutex<Vec<(String, End)>>>;

/// A case that remembers how the command ended.
struct Watched {
    client: Arc<dyn ObserveClient>,
    ends: Ends,
}

/// Runs the command under every scenario; the exit code.
pub(crate) async fn run(args: ObserveArgs) -> Result<ExitCode, Refusal> {
    let mut outlets = Outlets::open(&args.report)?;
    let seed = args.seed.unwrap_or(OWN_SEED);
    let target = target(&args).map_err(|error| Refusal::new(ExitCode::Usage, error.to_string()))?;
    let scenarios = scenarios(&args.scenario)?;
    let sandbox = embedded(seed, false).await?;
    let control = Control::new(&sandbox.control_url);
    let control = control.map_err(|error| Refusal::new(ExitCode::Broken, error.to_string()))?;
    let plan = client_target::Plan { target: Arc::new(target), control, seed, scenarios };
    let cases = client_target::cases(&plan).map_err(|wrong| invalid(wrong.iter().map(ToString::to_string)))?;
    let ends = Ends::default();
    let cases = cases.into_iter().map(|case| watched(case, &ends, |scenario| again(&args, scenario, seed))).collect();
    // One after the other: what the command prints goes to the same terminal.
    let totals =
        crate::run(Plan { seed, jobs: NonZeroUsize::MIN, expected: Expected::default(), cases }, &mut outlets).await;
    outlets.finish(None)?;
    let failed = failed_by_itself(&ends);
    for line in &failed {
        output::comment(line);
    }
    Ok(match totals.exit_code() {
        ExitCode::Broken => ExitCode::Broken,
        _ if !failed.is_empty() && !args.ignore_exit => ExitCode::Failed,
        code => code,
    })
}

fn target(args: &ObserveArgs) -> Result<ClientTarget, TemplateError> {
    let command = args.command.iter().map(|word| Template::parse(word, When::Payment));
    let command = command.collect::<Result<Vec<_>, _>>()?;
    let name = args.command.join(" ");
    Ok(ClientTarget {
        bank: args.bank.clone(),
        user: args.user.clone(),
        credentials: if args.login { Credentials::Login } else { Credentials::Ready },
        webhooks: args.webhooks.clone(),
        env: args.env.clone(),
        timeout: args.timeout,
        ..ClientTarget::of(name, Driver::Observe { command, echo: Echo::Stderr })
    })
}

/// The command that shows one scenario again, with everything that decides what the wrapped command meets.
fn again(args: &ObserveArgs, scenario: &str, seed: u64) -> String {
    let mut words = vec!["bank-conformance observe --scenario".to_owned(), quoted(scenario)];
    words.push(format!("--seed {seed}"));
    // A value of the user's own may be a secret: whoever runs this again has it in their environment.
    let env = |(name, text): &(String, Template)| match text.to_string() {
        text if text.contains("${") => format!("--env {}", quoted(&format!("{name}={text}"))),
        _ => format!("--env {name}=\"${name}\""),
    };
    words.extend(args.env.iter().map(env));
    if args.bank != ObserveArgs::BANK {
        words.push(format!("--bank {}", quoted(&args.bank)));
    }
    words.extend(args.user.iter().map(|user| format!("--user {}", quoted(user))));
    if args.login {
        words.push("--login".to_owned());
    }
    words.extend(args.webhooks.iter().map(|url| format!("--webhooks {}", quoted(&url.to_string()))));
    words.push("--".to_owned());
    words.extend(args.command.iter().map(|word| quoted(word)));
    words.join(" ")
}

fn watched(case: Case, ends: &Ends, again: impl Fn(&str) -> String) -> Case {
    let subject = match case.subject {
        Subject::Client(client) => Subject::Client(Arc::new(Watched { client, ends: Arc::clone(ends) })),
        bank @ Subject::Bank(_) => bank,
    };
    let again = case.head.scenario.as_deref().map(again);
    Case { subject, head: CaseHead { again, ..case.head }, ..case }
}

impl ObserveClient for Watched {
    fn observe(&self) -> BoxFuture<'_, Result<Evidence, String>> {
        Box::pin(async {
            let evidence = self.client.observe().await?;
            let ends = evidence.steps.iter().map(|step| (evidence.scenario.clone(), step.end));
            self.ends.lock().unwrap_or_else(PoisonError::into_inner).extend(ends);
            Ok(evidence)
        })
    }
}

/// One line for each run of the command that failed.
fn failed_by_itself(ends: &Ends) -> Vec<String> {
    let ends = ends.lock().unwrap_or_else(PoisonError::into_inner);
    let failed = ends.iter().filter(|(_, end)| matches!(end, End::Exited(code) if *code != 0));
    failed.map(|(scenario, end)| format!("under `{scenario}` the command itself failed ({end})\n")).collect()
}
