//! Runs a plan: cases side by side, the checks of a case in order.
//!
//! Owns concurrency, measurement, and the rule that a panic of a check is the harness's fault. Knows nothing of
//! how a verdict is reported.

use std::num::NonZeroUsize;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt};

use crate::check::Run;
use crate::client_target::{Evidence, aside};
use crate::clock::Stopwatch;
use crate::event::{CaseHead, Event, Outcome, Sink, Totals};
use crate::expected::{Expected, Judged};
use crate::journal::Journal;
use crate::probe::BankProbe;
use crate::suite::{Asked, Selected};
use crate::verdict::Verdict;

/// What to judge, and with what.
pub struct Plan {
    /// The seed of every random choice.
    pub seed: u64,
    /// How many cases run side by side.
    pub jobs: NonZeroUsize,
    /// Failures that are known and excused for now.
    pub expected: Expected,
    /// The cases, in the order in which they are reported.
    pub cases: Vec<Case>,
}

/// One target in one situation, judged by some checks.
pub struct Case {
    /// What reports say about it.
    pub head: CaseHead,
    /// Who is judged.
    pub subject: Subject,
    /// The checks, in the order in which they run.
    pub checks: Vec<Selected>,
}

impl Case {
    /// A case of this name that plays in no scenario.
    pub fn new(name: impl Into<String>, subject: Subject, checks: Vec<Selected>) -> Case {
        Case { head: CaseHead { name: name.into(), ..CaseHead::default() }, subject, checks }
    }
}

/// Who is judged.
pub enum Subject {
    /// A bank, prepared and asked check by check.
    Bank(Arc<dyn PrepareBank>),
    /// A client, run once; then every check judges the record.
    Client(Arc<dyn ObserveClient>),
}

/// Makes a bank ready to be asked.
pub trait PrepareBank: Send + Sync {
    /// Starts or finds the bank. The text of an error says what went wrong and what to do.
    fn prepare(&self) -> BoxFuture<'_, Result<BankProbe, String>>;
}

/// Lets a client run and records what it does.
pub trait ObserveClient: Send + Sync {
    /// Runs it through its case. An error is the harness's fault (or the machine's), never the client's.
    fn observe(&self) -> BoxFuture<'_, Result<Evidence, String>>;
}

/// Runs a plan and tells the sink everything that happens.
pub async fn run(plan: Plan, sink: &mut dyn Sink) -> Totals {
    let watch = Stopwatch::start();
    let stage = Stage { sink: Mutex::new(sink), totals: Mutex::new(Totals::default()), expected: &plan.expected };
    let heads = plan.cases.iter().map(|case| case.head.clone()).collect();
    stage.tell(&Event::RunStarted { seed: plan.seed, cases: heads });
    futures_util::stream::iter(plan.cases.into_iter().enumerate())
        .for_each_concurrent(plan.jobs.get(), |(index, case)| run_case(index, case, &stage))
        .await;
    stage.tell(&Event::RunFinished { elapsed: watch.elapsed() });
    stage.totals.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// Where the cases meet: the sink, the totals and what is excused.
struct Stage<'a> {
    sink: Mutex<&'a mut dyn Sink>,
    totals: Mutex<Totals>,
    expected: &'a Expected,
}

/// A case that runs: where it stands in the plan, and where it plays.
#[derive(Clone, Copy)]
struct Place<'a> {
    index: usize,
    scenario: Option<&'a str>,
}

impl Stage<'_> {
    fn tell(&self, event: &Event) {
        if let Event::Checked(outcome) = event {
            self.totals.lock().unwrap_or_else(PoisonError::into_inner).count(outcome.word());
        }
        self.sink.lock().unwrap_or_else(PoisonError::into_inner).accept(event);
    }

    fn checked(&self, place: Place<'_>, selected: &Selected, verdict: Verdict, elapsed: Duration) {
        let Selected { check, severity, .. } = *selected;
        let judged = self.expected.judge(place.scenario, check, severity, verdict);
        let Judged { verdict, severity, excuse } = judged;
        self.tell(&Event::Checked(Outcome { case: place.index, check, severity, verdict, excuse, elapsed }));
    }
}

async fn run_case(index: usize, case: Case, stage: &Stage<'_>) {
    let watch = Stopwatch::start();
    let place = Place { index, scenario: case.head.scenario.as_deref() };
    stage.tell(&Event::CaseStarted { case: index });
    match &case.subject {
        Subject::Bank(target) => match unpanicked(target.prepare()).await {
            Ok(bank) => judge_bank(place, &bank, &case.checks, stage).await,
            Err(reason) => all_broken(place, &case.checks, &reason, stage),
        },
        Subject::Client(target) => match unpanicked(target.observe()).await {
            Ok(evidence) => {
                let journal = judge_client(place, evidence, case.checks, stage).await;
                stage.tell(&Event::Observed { case: index, journal: Arc::new(journal) });
            }
            Err(reason) => all_broken(place, &case.checks, &reason, stage),
        },
    }
    stage.tell(&Event::CaseFinished { case: index, elapsed: watch.elapsed() });
}

async fn judge_bank(place: Place<'_>, bank: &BankProbe, checks: &[Selected], stage: &Stage<'_>) {
    for selected in checks {
        let watch = Stopwatch::start();
        let verdict = match selected.check.run {
            Run::Bank(_) if !selected.check.applies_to(bank.target.dialect) => {
                let spoken = bank.target.dialect.slug();
                Verdict::skipped(format!("a rule of the generic contract, and this bank speaks {spoken}"))
            }
            Run::Bank(run) => unpanicked(run(bank).map(Ok)).await.unwrap_or_else(Verdict::broken),
            Run::Client(_) => Verdict::skipped("judges a client, and this target is a bank"),
        };
        stage.checked(place, selected, verdict, watch.elapsed());
    }
}

/// Judges a record, and gives its journal back.
async fn judge_client(place: Place<'_>, evidence: Evidence, checks: Vec<Selected>, stage: &Stage<'_>) -> Journal {
    let judge = move || {
        let judged: Vec<(Selected, Verdict, Duration)> = checks
            .into_iter()
            .map(|selected| {
                let watch = Stopwatch::start();
                let verdict = judged_by(&selected, &evidence);
                (selected, verdict, watch.elapsed())
            })
            .collect();
        (judged, evidence.journal)
    };
    let (judged, journal) = aside(judge).await;
    for (selected, verdict, elapsed) in judged {
        if selected.asked == Asked::ByName || matches!(verdict, Verdict::Failed(_)) {
            stage.checked(place, &selected, verdict, elapsed);
        }
    }
    journal
}

fn judged_by(selected: &Selected, evidence: &Evidence) -> Verdict {
    match selected.check.run {
        Run::Client(run) => {
            let judged = std::panic::catch_unwind(AssertUnwindSafe(|| run(evidence, &selected.params)));
            judged.unwrap_or_else(|payload| Verdict::broken(panic_text(&*payload)))
        }
        Run::Bank(_) => Verdict::skipped("judges a bank, and this target is a client"),
    }
}

fn all_broken(place: Place<'_>, checks: &[Selected], reason: &str, stage: &Stage<'_>) {
    for selected in checks.iter().filter(|selected| selected.asked == Asked::ByName) {
        stage.checked(place, selected, Verdict::broken(reason), Duration::ZERO);
    }
}

async fn unpanicked<T>(future: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    AssertUnwindSafe(future).catch_unwind().await.unwrap_or_else(|payload| Err(panic_text(&*payload)))
}

fn panic_text(payload: &(dyn std::any::Any + Send)) -> String {
    let said = payload.downcast_ref::<&str>().copied().or(payload.downcast_ref::<String>().map(String::as_str));
    format!("the harness itself failed: {}", said.unwrap_or("no message"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Area, Check};
    use crate::event::ExitCode;
    use crate::report::Record;
    use crate::suite::Severity;

    static PASSES: Check = check("passes", Run::Bank(|_| Box::pin(async { Verdict::passed("fine") })));
    static PANICS: Check = check("panics", Run::Bank(|_| Box::pin(async { panic!("no bank is that bad") })));
    static OF_CLIENTS: Check = check("of-clients", Run::Client(|_, _| Verdict::passed("fine")));

    const fn check(slug: &'static str, run: Run) -> Check {
        Check { slug, ids: &[], title: "", source: "", advice: "", area: Area::Errors, params: &[], run }
    }

    struct Absent;

    impl PrepareBank for Absent {
        fn prepare(&self) -> BoxFuture<'_, Result<BankProbe, String>> {
            Box::pin(async { Err("nobody listens there".to_owned()) })
        }
    }

    struct Present;

    impl PrepareBank for Present {
        fn prepare(&self) -> BoxFuture<'_, Result<BankProbe, String>> {
            Box::pin(async { Ok(probe()) })
        }
    }

    fn probe() -> BankProbe {
        use crate::http::{Http, Network};
        use crate::target::bank::{BankTarget, ConsentRoute, HISTORY_DAYS, Permission};
        let target = BankTarget {
            name: "nowhere".to_owned(),
            base_url: "http://127.0.0.1:9".to_owned(),
            dialect: crate::dialect::usual(),
            issuer: "http://127.0.0.1:9".to_owned(),
            client: None,
            anchors: None,
            other_client: None,
            consent: ConsentRoute::Ready { access_token: "token".to_owned() },
            control: None,
            payments: Permission::Withheld,
            bursts: Permission::Withheld,
            history_days: HISTORY_DAYS,
            seed: 1,
        };
        target.probe(Http::over(Arc::new(Network::new().unwrap())))
    }

    fn plan(cases: Vec<Case>) -> Plan {
        Plan { seed: 1, jobs: NonZeroUsize::MIN, expected: Expected::default(), cases }
    }

    async fn judged(bank: Arc<dyn PrepareBank>, checks: &[&'static Check]) -> (Totals, Vec<Verdict>) {
        let select = |check: &&'static Check| Selected {
            check,
            severity: Severity::Must,
            params: Default::default(),
            asked: Asked::ByName,
        };
        let checks = checks.iter().map(select).collect();
        let case = Case::new("case", Subject::Bank(bank), checks);
        let mut record = Record::default();
        let totals = run(plan(vec![case]), &mut record).await;
        assert_eq!(totals, record.totals());
        (totals, record.cases.remove(0).outcomes.into_iter().map(|outcome| outcome.verdict).collect())
    }

    #[tokio::test]
    async fn a_check_that_panics_is_broken_and_the_others_go_on() {
        let (totals, verdicts) = judged(Arc::new(Present), &[&PANICS, &PASSES, &OF_CLIENTS]).await;
        assert_eq!(verdicts[0], Verdict::broken("the harness itself failed: no bank is that bad"));
        assert_eq!(verdicts[1], Verdict::passed("fine"));
        assert!(matches!(&verdicts[2], Verdict::Skipped { .. }));
        assert_eq!(totals.exit_code(), ExitCode::Broken);
    }

    #[tokio::test]
    async fn a_bank_that_cannot_be_prepared_is_broken_not_failed() {
        let (totals, verdicts) = judged(Arc::new(Absent), &[&PASSES]).await;
        assert_eq!(verdicts, [Verdict::broken("nobody listens there")]);
        assert_eq!(totals.exit_code(), ExitCode::Broken);
    }

    #[tokio::test]
    async fn a_bank_nobody_listens_at_breaks_checks_rather_than_failing_them() {
        let reads = crate::check::find("reads-answer").unwrap();
        let (totals, verdicts) = judged(Arc::new(Present), &[reads]).await;
        assert!(matches!(&verdicts[0], Verdict::Broken { reason } if reason.contains("127.0.0.1:9")), "{verdicts:?}");
        assert_eq!((totals.broken, totals.failed), (1, 0));
    }
}
