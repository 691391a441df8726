//! Which cases a client runs through: scenarios that drive it, and the checks they name.
//!
//! Owns the reading of what a scenario expects of clients. Knows nothing of worlds and processes.

use std::path::Path;
use std::sync::Arc;

use bank_fixtures::document::{Diagnostic, Diagnostics, Document, suggest};
use bank_fixtures::expectation::{Drive, ExpectedCheck, Head};
use bank_fixtures::library;

use super::case::ClientCase;
use super::control::Control;
use super::driver::Driver;
use super::target_file::ClientTarget;
use crate::check::{self, Area};
use crate::event::CaseHead;
use crate::file::{self, NamedText};
use crate::params::Params;
use crate::runner::{Case, Subject};
use crate::suite::{Asked, Selected, Severity};

/// Areas whose checks compare with the truth.
const COMPARING: &[Area] = &[Area::ClientUnderstanding, Area::ClientNotifications];

/// A scenario file that drives a client.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// File name, for messages.
    pub file: String,
    /// The whole text, as the sandbox gets it.
    pub text: String,
}

/// The folders of the library that hold scenarios.
pub const SCENARIO_FOLDERS: &[&str] = &["faults", "journeys"];

impl Scenario {
    /// A shipped scenario by its name, or one in a file by its path.
    ///
    /// # Errors
    /// In words: there is none, with the nearest name; or the file cannot be read.
    pub fn find(name: &str) -> Result<Scenario, String> {
        if let Some(file) = SCENARIO_FOLDERS.iter().find_map(|folder| library::find(folder, name)) {
            return Ok(Scenario { file: file.path.to_owned(), text: file.text.to_owned() });
        }
        if Path::new(name).extension().is_some() {
            let NamedText { file, text } = file::read(Path::new(name)).map_err(|error| error.to_string())?;
            return Ok(Scenario { file, text });
        }
        let files = SCENARIO_FOLDERS.iter().flat_map(|folder| library::files(folder));
        let shipped: Vec<&str> = files.map(|file| file.name()).collect();
        let near = suggest(name, shipped.iter().copied());
        let near = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
        Err(format!(
            "there is no scenario `{name}`; {near}`bank-conformance list scenarios` shows all; a path ends in .yaml"
        ))
    }
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
    let mut checks = document.finish(checks.into_iter().collect::<Option<Vec<_>>>())?;
    if checks.is_empty() && matches!(plan.target.driver, Driver::Observe { .. }) {
        // A scenario of the user's own need not say by what: the wire is judged by everything that is about the wire.
        let of_wire = |check: &&check::Check| matches!(check.area, Area::ClientWire | Area::ClientPayments);
        checks = check::all().filter(of_wire).map(Selected::built_in).collect();
    }
    let killable = head.expect.kill_after.is_none() || plan.target.driver.can_be_killed();
    let drivable = killable && head.expect.drive.iter().all(|drive| plan.target.can(*drive));
    if checks.is_empty() || !drivable {
        return Ok(None);
    }
    let about = CaseHead {
        name: format!("{} / {}", plan.target.name, head.name),
        scenario: Some(head.name.clone()),
        covers: head.covers.clone(),
        again: None,
    };
    let compares = checks.iter().any(|selected| COMPARING.contains(&selected.check.area));
    if !head.expect.drive.contains(&Drive::Login) {
        // A login that ends in time hands over nothing: what holds between readings does not hold for it.
        checks.extend(invariants(&checks));
    }
    let case = ClientCase {
        target: Arc::clone(&plan.target),
        control: plan.control.clone(),
        seed: plan.seed,
        head,
        text: scenario.text.clone(),
        compares,
    };
    Ok(Some(Case { head: about, subject: Subject::Client(Arc::new(case)), checks }))
}

/// What must hold whatever the scenario, and is not named by it.
fn invariants(named: &[Selected]) -> Vec<Selected> {
    let unnamed = |slug: &&&str| !named.iter().any(|selected| selected.check.slug == **slug);
    let checks = INVARIANTS.iter().filter(unnamed).filter_map(|slug| check::find(slug));
    checks.map(|check| Selected { asked: Asked::Always, ..Selected::built_in(check) }).collect()
}

/// Checks no good client fails in any scenario: no secret where it does not belong, no request where none may go, one
/// payment per order, nothing reported that is not, and nothing that changes because it is read again.
const INVARIANTS: &[&str] = &[
    "leaks-nothing",
    "same-origin-links",
    "no-faked-presence",
    "no-forbidden-request",
    "payment-keys",
    "same-key-and-body-on-retry",
    "new-key-for-new-payment",
    "no-blind-payment-retry",
    "one-payment",
    "settled-when-settled",
    "final-status-kept",
    "idempotent-reread",
    "balances-follow-entries",
    "failures-reported",
];

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
    Ok(Selected { check, severity: Severity::of(check), params, asked: Asked::ByName })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(scenario: &str) -> Plan {
        let target = "kind: client\nname: my-client\ndriver: command\ncommands: { sync: [./sync] }\n";
        Plan {
            target: Arc::new(ClientTarget::parse("client.yaml", target, Path::new(".")).unwrap()),
            control: Control::new("http://127.0.0.1:8081").unwrap(),
            seed: 1,
            scenarios: vec![Scenario { file: "lost.yaml".to_owned(), text: scenario.to_owned() }],
        }
    }

    #[test]
    fn a_scenario_that_drives_the_client_is_a_case() {
        let driving = "sandbox: 1\nname: lost\nexpect:\n  drive: [sync]\n  client: [{attempts-capped: {at_most: 3}}, survives-reset]\n";
        let cases = cases(&plan(driving)).unwrap();
        assert_eq!(cases.iter().map(|case| case.head.name.as_str()).collect::<Vec<_>>(), ["my-client / lost"]);
        assert_eq!(cases[0].checks[0].params.count("at_most"), 3);
        let named = cases[0].checks.iter().filter(|selected| selected.asked == Asked::ByName);
        assert_eq!((named.count(), cases[0].checks.len()), (2, 2 + INVARIANTS.len()));
        assert!(INVARIANTS.iter().all(|slug| check::find(slug).is_some()));
    }

    #[test]
    fn a_scenario_the_client_cannot_be_driven_through_is_left_out() {
        let paying = "sandbox: 1\nname: lost\nexpect: { drive: [pay], client: [one-payment] }\n";
        assert!(cases(&plan(paying)).unwrap().is_empty());
        assert!(cases(&plan("sandbox: 1\nname: lost\nexpect: { drive: [sync] }\n")).unwrap().is_empty());
    }

    #[test]
    fn wrong_expectations_are_reported_at_once() {
        let wrong = "sandbox: 1\nname: lost\nexpect:\n  client:\n    - atempts-capped\n    - attempts-capped: {most: 3, within: soon}\n";
        let wrong = cases(&plan(wrong)).err().unwrap();
        insta::assert_snapshot!(wrong.iter().map(ToString::to_string).collect::<String>());
    }
}
