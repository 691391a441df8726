//! The UK banks before the judge: consents are lodged and agreed to without a browser, and nobody well-behaved is accused.

use std::num::NonZeroUsize;
use std::sync::Arc;

use bank_conformance::check;
use bank_conformance::dialect;
use bank_conformance::event::{Event, Sink, Word};
use bank_conformance::expected::Expected;
use bank_conformance::runner::{Case, Plan, Subject};
use bank_conformance::suite::{self, Selected};
use bank_conformance::target::embedded::Embedded;
use bank_conformance::target::sandbox::SandboxBank;

const BANKS: &[(&str, &str)] = &[("albion", "uk-open-banking-4.0"), ("severn", "uk-open-banking-3.1")];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_banks_pass_every_check_that_is_meant_for_them() {
    let sandbox = Embedded::start(42).await.unwrap();
    let cases = BANKS.iter().map(|(bank, spoken)| {
        let own = dialect::of(spoken).unwrap().area();
        let own = check::all().filter(|check| own == Some(check.area));
        let checks = suite::find("bank").unwrap().checks().chain(own).map(Selected::built_in).collect();
        let target = SandboxBank {
            control_url: sandbox.control_url.clone(),
            bank: (*bank).to_owned(),
            scenario: None,
            user: None,
            seed: 42,
        };
        Case::new(*bank, Subject::Bank(Arc::new(target)), checks)
    });
    let plan =
        Plan { seed: 42, jobs: NonZeroUsize::new(2).unwrap(), expected: Expected::default(), cases: cases.collect() };
    let mut heard = Heard(Vec::new());
    bank_conformance::run(plan, &mut heard).await;
    let wrong: Vec<&String> =
        heard.0.iter().filter(|row| row.0 != Word::Passed && row.0 != Word::Skipped).map(|row| &row.2).collect();
    assert!(wrong.is_empty(), "{}", wrong.iter().map(|line| line.as_str()).collect::<Vec<_>>().join("\n"));
    for (index, (bank, _)) in BANKS.iter().enumerate() {
        let passed = heard.0.iter().filter(|row| row.1 == index && row.0 == Word::Passed).count();
        assert!(passed > 25, "{bank}: {passed} checks were observed");
    }
}

struct Heard(Vec<(Word, usize, String)>);

impl Sink for Heard {
    fn accept(&mut self, event: &Event) {
        if let Event::Checked(outcome) = event {
            let line = format!("{}: {:?}", outcome.check.slug, outcome.verdict);
            self.0.push((outcome.word(), outcome.case, line));
        }
    }
}
