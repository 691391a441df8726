//! Every check has been seen failing, and no check accuses the innocent.
//!
//! Each wrong client is caught by exactly the checks that name its defect, the careful client by none; each bank
//! scenario fails exactly the checks it announces, the well-behaved bank none. A scenario that claims checks of clients
//! shows them what they are about.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::Arc;

use bank_conformance::check::client::STIMULI;
use bank_conformance::check::{self, Area, Run};
use bank_conformance::client_target::{self, Control, Scenario};
use bank_conformance::event::{Event, Outcome, Sink, Word};
use bank_conformance::expected::Expected;
use bank_conformance::reference_client::{DEFECTS, Defect};
use bank_conformance::runner::{Case, Plan, Subject};
use bank_conformance::suite::{self, Selected};
use bank_conformance::target::embedded::Embedded;
use bank_conformance::target::reference::reference_client;
use bank_conformance::target::sandbox::SandboxBank;
use bank_fixtures::expectation::{Expectation, Head};
use bank_fixtures::library::{self, LibraryFile};

const SEED: u64 = 42;
/// Areas whose checks have a matrix of their own.
const OF_THEIR_OWN: &[Area] = &[Area::ClientNotifications, Area::ClientLogin];
/// Cases mostly wait, so many run side by side.
const JOBS: NonZeroUsize = NonZeroUsize::new(16).unwrap();
/// Where the spread of a client's waits is judged, the machine must not add a spread of its own.
const QUIET_JOBS: NonZeroUsize = NonZeroUsize::new(2).unwrap();
/// The scenarios in which it is.
const SPREADS: &[&str] = &["backoff", "throttled-in-step", "long-outage-of-each-account"];

/// Besides the scenarios made for its checks every wrong client meets these, and must raise nothing else in them.
const SAMPLE: &[&str] = &["a-bad-morning", "quiet", "quiet-payment", "refused-payment"];

/// Clients are judged over half a year of entries: ten years of them take longer and show nothing else.
const DATASET: &str = "half-year";

/// Checks that a scenario names for clients of another kind: the careful client does not come to where they bite.
const UNSEEN: &[(&str, &str, &str)] =
    &[("long-outage-of-each-account", "backoff-exponential", "the careful client gives up before the sixth wait")];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_wrong_client_is_caught_by_exactly_its_checks_and_the_careful_one_by_none() {
    let sandbox = Embedded::start(SEED).await.unwrap();
    let mut cases = client_cases(&sandbox, None);
    for defect in DEFECTS {
        cases.extend(client_cases(&sandbox, Some(defect)));
    }
    let waits = |check: &&str| check.starts_with("backoff-") || *check == "retry-after-spread";
    let waits_wrongly = |defect: &&Defect| defect.caught_by.iter().any(&waits);
    let timed: Vec<String> = std::iter::once("careful")
        .chain(DEFECTS.iter().filter(waits_wrongly).map(|defect| defect.slug))
        .map(|name| format!("{name}: "))
        .collect();
    let is_timed = |case: &Case| {
        SPREADS.iter().any(|name| case.head.name.ends_with(&format!("/ {name}")))
            && timed.iter().any(|name| case.head.name.starts_with(name))
    };
    let (spread, rest) = cases.into_iter().partition(is_timed);
    let mut results = run(spread, QUIET_JOBS).await;
    results.extend(run(rest, JOBS).await);
    let mut wrong = Vec::new();
    for defect in DEFECTS.iter().map(Some).chain([None]) {
        let name = defect.map_or("careful", |defect| defect.slug);
        let expected: BTreeSet<&str> =
            defect.map(|defect| defect.caught_by).unwrap_or_default().iter().copied().collect();
        let caught = failed(&results, &format!("{name}: "));
        if caught.iter().map(String::as_str).collect::<BTreeSet<_>>() != expected {
            wrong.push(format!("{name}: expected {expected:?}, caught by {caught:?}"));
            wrong.extend(accusations(&results, &format!("{name}: "), &expected));
        }
    }
    wrong.extend(unjudged(&results));
    wrong.extend(unseen(&results));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_bank_scenario_fails_exactly_the_checks_it_announces_and_the_quiet_bank_none() {
    let sandbox = Embedded::start(SEED).await.unwrap();
    let mut cases = vec![bank_case(&sandbox, "well-behaved", None)];
    let mut expected = BTreeMap::from([("well-behaved".to_owned(), BTreeSet::new())]);
    for (file, expectation) in scenarios().filter(|(_, expectation)| !expectation.bank.is_empty()) {
        cases.push(bank_case(&sandbox, file.name(), Some(file.text.to_owned())));
        expected.insert(file.name().to_owned(), expectation.bank.into_iter().map(|check| check.slug).collect());
    }
    let results = run(cases, JOBS).await;
    let mut wrong = Vec::new();
    for (name, expected) in expected {
        let failed = failed(&results, &format!("{name}: "));
        if failed != expected {
            wrong.push(format!("{name}: expected {expected:?}, failed {failed:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_check_of_clients_has_a_killer() {
    let killed: BTreeSet<&str> = DEFECTS.iter().flat_map(|defect| defect.caught_by).copied().collect();
    let unseen: Vec<&str> = check::all()
        .filter(|check| matches!(check.run, Run::Client(_)) && !OF_THEIR_OWN.contains(&check.area))
        .filter(|check| !killed.contains(check.slug))
        .map(|check| check.slug)
        .collect();
    assert!(unseen.is_empty(), "no wrong client makes these checks fail: {unseen:?}");
}

fn client_cases(sandbox: &Embedded, defect: Option<&Defect>) -> Vec<Case> {
    let target = reference_client(bank_tests::bank_conformance(), defect).unwrap();
    let meets = |file: &LibraryFile| defect.is_none_or(|defect| meets(defect, file.name()));
    let driving = scenarios().filter(|(file, expectation)| !expectation.client.is_empty() && meets(file));
    let plan = client_target::Plan {
        target: Arc::new(target),
        control: Control::new(&sandbox.control_url).unwrap(),
        seed: SEED,
        scenarios: driving
            .map(|(file, _)| Scenario { file: file.path.to_owned(), text: over(DATASET, file.text) })
            .collect(),
    };
    let name = defect.map_or("careful", |defect| defect.slug);
    let cases = client_target::cases(&plan).unwrap_or_else(|wrong| panic!("{wrong:?}"));
    cases
        .into_iter()
        .map(|mut case| {
            case.head.name = format!("{name}: {}", case.head.name);
            case
        })
        .collect()
}

/// Whether a wrong client is put through a scenario.
fn meets(defect: &Defect, scenario: &str) -> bool {
    let made_for =
        |slug: &&str| STIMULI.iter().any(|(check, scenarios)| check == slug && scenarios.contains(&scenario));
    SAMPLE.contains(&scenario) || defect.caught_by.iter().any(made_for)
}

/// A scenario over another dataset, unless it chose one itself.
fn over(dataset: &str, text: &str) -> String {
    if text.contains("\ndataset:") {
        return text.to_owned();
    }
    text.replacen("sandbox: 1\n", &format!("sandbox: 1\ndataset: {dataset}\n"), 1)
}

fn bank_case(sandbox: &Embedded, name: &str, scenario: Option<String>) -> Case {
    let bank = SandboxBank {
        control_url: sandbox.control_url.clone(),
        bank: "plain".to_owned(),
        scenario,
        user: None,
        seed: SEED,
    };
    let checks = suite::find("bank").unwrap().checks().map(Selected::built_in).collect();
    Case::new(format!("{name}: bank"), Subject::Bank(Arc::new(bank)), checks)
}

/// The shipped scenarios, with what they expect.
fn scenarios() -> impl Iterator<Item = (LibraryFile, Expectation)> {
    ["faults", "journeys"].into_iter().flat_map(library::files).map(|file| {
        let head = Head::parse(file.path, file.text).unwrap_or_else(|wrong| panic!("{wrong}"));
        (file, head.expect)
    })
}

/// What was concluded, by the name of the case.
type Results = Vec<(String, String, Word, String)>;

async fn run(cases: Vec<Case>, jobs: NonZeroUsize) -> Results {
    let names = cases.iter().map(|case| case.head.name.clone()).collect();
    let mut sink = Collected { names, results: Vec::new() };
    bank_conformance::run(Plan { seed: SEED, jobs, expected: Expected::default(), cases }, &mut sink).await;
    sink.results
}

struct Collected {
    names: Vec<String>,
    results: Results,
}

impl Sink for Collected {
    fn accept(&mut self, event: &Event) {
        if let Event::Checked(Outcome { case, check, verdict, .. }) = event {
            let word = match event {
                Event::Checked(outcome) => outcome.word(),
                _ => unreachable!("matched above"),
            };
            self.results.push((self.names[*case].clone(), check.slug.to_owned(), word, format!("{verdict:?}")));
        }
    }
}

/// The checks that failed, whatever their severity, in the cases whose names begin so.
fn failed(results: &Results, prefix: &str) -> BTreeSet<String> {
    let fails = |word: &Word| matches!(word, Word::Failed | Word::Warned);
    results.iter().filter(|row| row.0.starts_with(prefix) && fails(&row.2)).map(|row| row.1.clone()).collect()
}

/// The accusations that were not due, in full.
fn accusations(results: &Results, prefix: &str, due: &BTreeSet<&str>) -> Vec<String> {
    let fails = |word: &Word| matches!(word, Word::Failed | Word::Warned);
    let undue =
        results.iter().filter(|row| row.0.starts_with(prefix) && fails(&row.2) && !due.contains(row.1.as_str()));
    undue.map(|(case, check, _, verdict)| format!("  {case} / {check}: {verdict}")).collect()
}

/// What ended without a conclusion although nothing stood in the way. A defect may well hide what a check looks for.
fn unjudged(results: &Results) -> Vec<String> {
    let odd = results.iter().filter(|row| match row.2 {
        Word::Broken => true,
        Word::Inconclusive => row.0.starts_with("careful: "),
        _ => false,
    });
    odd.map(|(case, check, _, verdict)| format!("{case} / {check}: {verdict}")).collect()
}

/// What the careful client was to be judged by and never came to: a scenario that does not bite.
fn unseen(results: &Results) -> Vec<String> {
    let skipped = results.iter().filter(|row| row.2 == Word::Skipped);
    let named = |case: &str, check: &str| {
        UNSEEN.iter().any(|(scenario, slug, _)| case.ends_with(&format!(" / {scenario}")) && *slug == check)
    };
    let elsewhere = |slug: &str| check::find(slug).is_some_and(|check| OF_THEIR_OWN.contains(&check.area));
    let careful = skipped.filter(|row| row.0.starts_with("careful: ") && !named(&row.0, &row.1) && !elsewhere(&row.1));
    careful.map(|(case, check, _, verdict)| format!("{case} / {check}: {verdict}")).collect()
}
