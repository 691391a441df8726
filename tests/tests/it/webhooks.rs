//! Every check of webhooks has been seen failing, and none accuses the innocent.
//!
//! Each wrong service is caught by exactly the checks that name its defect, under the scenarios that judge by
//! them and some more; the careful one by none. Services run as they do for users: a process, an endpoint, a bank that tells it things.

use std::collections::BTreeSet;

use bank_conformance::check::{self, Area, Run};
use bank_conformance::reference_client::{SERVICE_DEFECTS, ServiceDefect};
use bank_conformance::runner::Case;
use bank_conformance::target::embedded::Embedded;
use bank_conformance::target::reference::reference_service;
use bank_fixtures::expectation::Head;
use bank_fixtures::library;

use crate::wrong::{self, CAREFUL, SEED};

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
    let wrong = SERVICE_DEFECTS.iter().map(|defect| (defect.slug, defect.caught_by));
    let wrong = wrong::deviations(cases, wrong).await;
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
    wrong::cases(sandbox, defect.map_or(CAREFUL, |defect| defect.slug), target, scenarios)
}
