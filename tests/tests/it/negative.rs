//! The 82 negative tests of an authorization server, N01 to N82: each is a check of ours, a test of the server, or has a
//! reason not to be one. What is claimed here is looked for.

use std::collections::BTreeMap;

use bank_conformance::check;
use bank_tests::workspace;

/// Catalogue ids that no check covers: where they are shown instead (a file and a test in it), and why there.
const ELSEWHERE: &[(&str, &str, &str, &str)] = &[
    ("N19", FAPI, "fapi1_answers_in_the_fragment_with_an_id_token", "the judge plays no client of FAPI 1"),
    ("N20", FAPI, "fapi1_answers_in_the_fragment_with_an_id_token", "the judge plays no client of FAPI 1"),
    (
        "N23",
        "sandbox/src/auth/tests/back.rs",
        "a_code_without_challenge_takes_no_verifier",
        "a bank that demands PKCE has no code without a challenge",
    ),
    (
        "N80",
        "sandbox/tests/it/mutual.rs",
        "fapi_1_has_two_suites_and_others_have_more",
        "the judge shakes hands as its library does",
    ),
];

const FAPI: &str = "sandbox/src/auth/tests/fapi.rs";

#[test]
fn every_negative_test_is_somewhere() {
    let mut checks: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for check in check::all() {
        for id in check.ids.iter().filter(|id| id.starts_with('N')) {
            checks.entry(id).or_default().push(check.slug);
        }
    }
    let mut wrong = Vec::new();
    for number in 1..=82 {
        let id = format!("N{number:02}");
        let elsewhere = ELSEWHERE.iter().find(|row| row.0 == id);
        match (checks.get(id.as_str()), elsewhere) {
            (None, None) => wrong.push(format!("{id} is nowhere")),
            (Some(by), Some(_)) => wrong.push(format!("{id} is covered by {by:?}: it needs no excuse")),
            _ => {}
        }
    }
    for (id, file, test, why) in ELSEWHERE {
        let text = std::fs::read_to_string(workspace().join(file)).unwrap_or_default();
        if !text.contains(&format!("fn {test}(")) || why.is_empty() {
            wrong.push(format!("{id}: {file} has no test `{test}`"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
