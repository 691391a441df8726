//! Every check of logins has been seen failing, and none accuses the innocent.
//!
//! Each wrong login is caught by exactly the checks that name its defect, under the scenarios that judge by them; the
//! careful one by none, under all of them. What the bank says of its lies and what the judge expects of a client are two
//! tables that never meet but here.

use std::collections::{BTreeMap, BTreeSet};

use bank_conformance::check::client::logins::lie::LIES;
use bank_conformance::check::{self, Area};
use bank_conformance::reference_client::{LOGIN_DEFECTS, LoginDefect};
use bank_conformance::runner::Case;
use bank_conformance::target::embedded::Embedded;
use bank_conformance::target::reference::reference_login;
use bank_fixtures::expectation::{Drive, Head};
use bank_fixtures::library;
use bank_sandbox::fault::authorization_lies;

use crate::wrong::{self, CAREFUL, SEED};

/// Points of the tables that are answers instead of the bank's own: a client is told an error, not a lie.
const ERRORS: &[&str] = &["challenge", "error"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_wrong_login_is_caught_by_exactly_its_checks_and_the_careful_one_by_none() {
    let sandbox = Embedded::start(SEED).await.unwrap();
    let scenarios = about_logins();
    let mut cases = cases(&sandbox, None, &scenarios.keys().copied().collect::<Vec<_>>());
    for defect in LOGIN_DEFECTS {
        let judges = |checks: &[String]| checks.iter().any(|slug| defect.caught_by.contains(&slug.as_str()));
        let names: Vec<&str> = scenarios.iter().filter(|(_, checks)| judges(checks)).map(|(name, _)| *name).collect();
        cases.extend(self::cases(&sandbox, Some(defect), &names));
    }
    let wrong = LOGIN_DEFECTS.iter().map(|defect| (defect.slug, defect.caught_by));
    let wrong = wrong::deviations(cases, wrong).await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_check_of_logins_has_a_scenario_and_a_killer() {
    let killed: BTreeSet<&str> = LOGIN_DEFECTS.iter().flat_map(|defect| defect.caught_by).copied().collect();
    let judged: BTreeSet<String> = about_logins().into_values().flatten().collect();
    for check in check::all().filter(|check| check.area == Area::ClientLogin) {
        assert!(killed.contains(check.slug), "no wrong login makes `{}` fail", check.slug);
        assert!(judged.contains(check.slug), "no scenario judges `{}`", check.slug);
    }
}

#[test]
fn the_judge_has_an_expectation_of_every_lie_the_bank_can_tell() {
    let told: BTreeSet<(&str, &str)> = authorization_lies().filter(|(point, _)| !ERRORS.contains(point)).collect();
    let judged: BTreeSet<(&str, &str)> = LIES.iter().map(|lie| (lie.point, lie.name)).collect();
    assert_eq!(told, judged);
}

/// The scenarios that drive a login, with the checks they name.
fn about_logins() -> BTreeMap<&'static str, Vec<String>> {
    let files = ["faults", "journeys"].into_iter().flat_map(library::files);
    let heads =
        files.map(|file| (file.name(), Head::parse(file.path, file.text).unwrap_or_else(|wrong| panic!("{wrong}"))));
    heads
        .filter(|(_, head)| head.expect.drive.contains(&Drive::Login))
        .map(|(name, head)| (name, head.expect.client.into_iter().map(|expected| expected.slug).collect()))
        .collect()
}

fn cases(sandbox: &Embedded, defect: Option<&LoginDefect>, scenarios: &[&str]) -> Vec<Case> {
    let target = reference_login(bank_tests::bank_conformance(), defect).unwrap();
    wrong::cases(sandbox, defect.map_or(CAREFUL, |defect| defect.slug), target, scenarios)
}
