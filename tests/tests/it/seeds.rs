//! The careful client is accused of nothing in two hundred worlds nobody chose.

use bank_conformance::check::{self, Run};
use bank_conformance::client_target::{Control, rehearse};
use bank_conformance::params::Params;
use bank_conformance::target::embedded::Embedded;
use bank_conformance::verdict::Verdict;
use futures_util::StreamExt;

const SEEDS: u64 = 200;
const SCENARIO: &str = "sandbox: 1
name: any-world
dataset: half-year
clock: { mode: manual }
banks: { plain: { limits: { headers: ietf, rules: [] } } }
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_careful_client_is_accused_of_nothing_under_two_hundred_seeds() {
    let sandbox = Embedded::start(1).await.unwrap();
    let control = Control::new(&sandbox.control_url).unwrap();
    let wrong: Vec<String> = futures_util::stream::iter(0..SEEDS)
        .map(|seed| accusations(&control, seed))
        .buffer_unordered(4)
        .flat_map(futures_util::stream::iter)
        .collect()
        .await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

async fn accusations(control: &Control, seed: u64) -> Vec<String> {
    let evidence = match rehearse(control, seed, SCENARIO).await {
        Ok(evidence) => evidence,
        Err(error) => return vec![format!("seed {seed}: {error}")],
    };
    let mut wrong = Vec::new();
    for (index, step) in evidence.steps.iter().enumerate() {
        let errors = step.output.iter().flat_map(|output| &output.errors);
        wrong.extend(errors.map(|error| format!("seed {seed}, step {index}: {:?}", error.failure)));
    }
    for check in check::all() {
        if let Run::Client(run) = check.run
            && let verdict @ (Verdict::Failed(_) | Verdict::Broken { .. }) =
                run(&evidence, &Params::defaults(check.params))
        {
            wrong.push(format!("seed {seed}, {}: {verdict:?}", check.slug));
        }
    }
    wrong
}
