//! Programs that are wrong on purpose, and the careful one beside them: each wrong one has to be caught by exactly the checks
//! that name its defect, the careful one by none.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::Arc;

use bank_conformance::client_target::{self, ClientTarget, Control, Scenario};
use bank_conformance::event::Word;
use bank_conformance::expected::Expected;
use bank_conformance::report::Record;
use bank_conformance::runner::{Case, Plan};
use bank_conformance::target::embedded::Embedded;

pub(crate) const SEED: u64 = 42;
/// What the cases of the careful program are called by.
pub(crate) const CAREFUL: &str = "careful";
/// A case mostly waits for processes to start and end.
const JOBS: NonZeroUsize = NonZeroUsize::new(8).unwrap();

/// Cases of a program under these scenarios; their names begin with its own.
pub(crate) fn cases(sandbox: &Embedded, name: &str, target: ClientTarget, scenarios: &[&str]) -> Vec<Case> {
    let plan = client_target::Plan {
        target: Arc::new(target),
        control: Control::new(&sandbox.control_url).unwrap(),
        seed: SEED,
        scenarios: scenarios.iter().map(|name| Scenario::find(name).unwrap()).collect(),
    };
    let cases = client_target::cases(&plan).unwrap_or_else(|wrong| panic!("{wrong:?}"));
    let named = |mut case: Case| {
        case.head.name = format!("{name}: {}", case.head.name);
        case
    };
    cases.into_iter().map(named).collect()
}

/// Runs the cases of all programs and says what is not as it has to be. `wrong` gives each wrong program with the checks
/// that have to catch it.
pub(crate) async fn deviations<'a>(
    cases: Vec<Case>,
    wrong: impl Iterator<Item = (&'a str, &'a [&'a str])>,
) -> Vec<String> {
    let mut record = Record::default();
    bank_conformance::run(Plan { seed: SEED, jobs: JOBS, expected: Expected::default(), cases }, &mut record).await;
    let mut deviations = Vec::new();
    for (name, caught_by) in wrong.chain([(CAREFUL, &[][..])]) {
        let expected: BTreeSet<&str> = caught_by.iter().copied().collect();
        let caught = with_word(&record, name, &[Word::Failed, Word::Warned]);
        if caught.keys().copied().collect::<BTreeSet<_>>() != expected {
            deviations.push(format!("{name}: expected {expected:?}, caught by {caught:#?}"));
        }
        let broken = with_word(&record, name, &[Word::Broken]);
        if !broken.is_empty() {
            deviations.push(format!("{name}: broken {broken:#?}"));
        }
    }
    let unseen = with_word(&record, CAREFUL, &[Word::Skipped, Word::Inconclusive]);
    if !unseen.is_empty() {
        deviations.push(format!("the careful one shows nothing to {unseen:#?}"));
    }
    deviations
}

/// Checks that came to one of these words for a program, with where and why.
fn with_word<'a>(record: &'a Record, name: &str, words: &[Word]) -> BTreeMap<&'a str, Vec<String>> {
    let mut found = BTreeMap::<&str, Vec<String>>::new();
    for case in record.cases.iter().filter(|case| case.head.name.starts_with(&format!("{name}: "))) {
        for outcome in case.outcomes.iter().filter(|outcome| words.contains(&outcome.word())) {
            found.entry(outcome.check.slug).or_default().push(format!("{}: {:?}", case.head.name, outcome.verdict));
        }
    }
    found
}
