//! Every check of webhooks has been seen failing, and none accuses the innocent.
//!
//! Each wrong service is caught by exactly the checks that name its defect, under the scenarios that judge by
//! them and some more; the careful one by none. Services run as they do for users: a process, an endpoint, a bank that tells it things.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::Arc;

use bank_conformance::check::{self, Area, Run};
use bank_conformance::client_target::{self, Control, Scenario};
use bank_conformance::event::Word;
use bank_conformance::expected::Expected;
use bank_conformance::reference_client::{SERVICE_DEFECTS, ServiceDefect};
use bank_conformance::report::Record;
use bank_conformance::runner::{Case, Plan};
use bank_conformance::target::embedded::Embedded;
use bank_conformance::target::reference::reference_service;
use bank_fixtures::expectation::Head;
use bank_fixtures::library;

const SEED: u64 = 42;
/// A case mostly waits for processes to start and end.
const JOBS: NonZeroUsize = NonZeroUsize::new(8).unwrap();
/// What a service must take like any other client.
const ORDINARY: &[&str] = &["lost-reply", "retry-after-seconds"];
/// Where a wrong service must raise nothing but what its defect explains, besides the scenarios that judge it.
const WRONG_SERVICES_MEET: &[&str] = &["webhook-drop", "webhook-forged"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_wrong_service_is_caught_by_exactly_its_checks_and_the_careful_one_by_none() {
    let sandbox = Embedded::start(SEED).await.unwrap();
    let scenarios = about_webhooks();
    let names: Vec<&str> = scenarios.iter().map(|scenario| scenario.0).collect();
    let mut cases = cases(&sandbox, None, &[names.as_slice(), ORDINARY].concat());
    for defect in SERVICE_DEFECTS {
        let judges = |checks: &[String]| checks.iter().any(|slug| defect.caught_by.contains(&slug.as_str()));
        let meets = |(name, checks): &&(&str, Vec<String>)| judges(checks) || WRONG_SERVICES_MEET.contains(name);
        let names: Vec<&str> = scenarios.iter().filter(meets).map(|scenario| scenario.0).collect();
        cases.extend(self::cases(&sandbox, Some(defect), &names));
    }
    let record = run(cases).await;
    let mut wrong = Vec::new();
    for defect in SERVICE_DEFECTS.iter().map(Some).chain([None]) {
        let name = defect.map_or("careful", |defect| defect.slug);
        let expected: BTreeSet<&str> = defect.map_or(&[][..], |defect| defect.caught_by).iter().copied().collect();
        let caught = with_word(&record, name, &[Word::Failed, Word::Warned]);
        if caught.keys().copied().collect::<BTreeSet<_>>() != expected {
            wrong.push(format!("{name}: expected {expected:?}, caught by {caught:#?}"));
        }
        let broken = with_word(&record, name, &[Word::Broken]);
        if !broken.is_empty() {
            wrong.push(format!("{name}: broken {broken:#?}"));
        }
    }
    let unseen = with_word(&record, "careful", &[Word::Skipped, Word::Inconclusive]);
    if !unseen.is_empty() {
        wrong.push(format!("the careful service shows nothing to {unseen:#?}"));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_check_of_webhooks_has_a_scenario_and_a_killer() {
    let killed: BTreeSet<&str> = SERVICE_DEFECTS.iter().flat_map(|defect| defect.caught_by).copied().collect();
    let judged: BTreeSet<String> = about_webhooks().into_iter().flat_map(|(_, checks)| checks).collect();
    for check in check::all().filter(|check| check.area == Area::ClientNotifications) {
        assert!(matches!(check.run, Run::Client(_)));
        assert!(killed.contains(check.slug), "no wrong service makes `{}` fail", check.slug);
        assert!(judged.contains(check.slug), "no scenario judges `{}`", check.slug);
    }
    let ids: BTreeSet<&str> = check::all()
        .filter(|check| check.area == Area::ClientNotifications)
        .flat_map(|check| check.ids.iter().copied())
        .collect();
    let all: Vec<String> = (77..=87).map(|number| format!("C{number}")).collect();
    assert_eq!(ids.into_iter().collect::<Vec<_>>(), all, "C77 to C87, each by a check");
}

/// The scenarios that judge by a check of webhooks, with the checks they name.
fn about_webhooks() -> Vec<(&'static str, Vec<String>)> {
    let files = ["faults", "journeys"].into_iter().flat_map(library::files);
    let heads =
        files.map(|file| (file.name(), Head::parse(file.path, file.text).unwrap_or_else(|wrong| panic!("{wrong}"))));
    let is_about = |slug: &str| check::find(slug).is_some_and(|check| check.area == Area::ClientNotifications);
    heads
        .map(|(name, head)| (name, head.expect.client.into_iter().map(|expected| expected.slug).collect::<Vec<_>>()))
        .filter(|(_, checks)| checks.iter().any(|slug| is_about(slug)))
        .collect()
}

fn cases(sandbox: &Embedded, defect: Option<&ServiceDefect>, scenarios: &[&str]) -> Vec<Case> {
    let target = reference_service(bank_tests::bank_conformance(), defect).unwrap();
    let plan = client_target::Plan {
        target: Arc::new(target),
        control: Control::new(&sandbox.control_url).unwrap(),
        seed: SEED,
        scenarios: scenarios.iter().map(|name| Scenario::find(name).unwrap()).collect(),
    };
    let name = defect.map_or("careful", |defect| defect.slug);
    let cases = client_target::cases(&plan).unwrap_or_else(|wrong| panic!("{wrong:?}"));
    let named = |mut case: Case| {
        case.head.name = format!("{name}: {}", case.head.name);
        case
    };
    cases.into_iter().map(named).collect()
}

async fn run(cases: Vec<Case>) -> Record {
    let mut record = Record::default();
    bank_conformance::run(Plan { seed: SEED, jobs: JOBS, expected: Expected::default(), cases }, &mut record).await;
    record
}

/// Checks that came to one of these words for a service, with where and why.
fn with_word<'a>(
    record: &'a Record,
    service: &str,
    words: &[Word],
) -> std::collections::BTreeMap<&'a str, Vec<String>> {
    let mut found = std::collections::BTreeMap::<&str, Vec<String>>::new();
    for case in record.cases.iter().filter(|case| case.head.name.starts_with(&format!("{service}: "))) {
        for outcome in case.outcomes.iter().filter(|outcome| words.contains(&outcome.word())) {
            found.entry(outcome.check.slug).or_default().push(format!("{}: {:?}", case.head.name, outcome.verdict));
        }
    }
    found
}
