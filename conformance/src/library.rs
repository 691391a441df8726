//! Judges an integration written in Rust from its own tests.
//!
//! Owns the shortest way from a scenario to a verdict: the sandbox, the case, the checks the scenario names. The
//! integration is a function that is called once for each thing the scenario asks of it.
//!
//! ```
//! use bank_conformance::library::{Task, judge};
//!
//! /// Yours: talks to the bank at `task.base_url()`, and hands over canonical v1, or `None` to be judged by the wire alone.
//! async fn my_integration(task: Task) -> Option<String> {
//!     let client = reqwest::Client::new();
//!     for _ in 0..3 {
//!         let request = client.get(format!("{}/accounts", task.base_url())).bearer_auth(task.access_token());
//!         match request.send().await {
//!             Ok(answer) if answer.headers().contains_key("retry-after") => {
//!                 let wait = answer.headers()["retry-after"].to_str().ok()?.parse().ok()?;
//!                 tokio::time::sleep(std::time::Duration::from_secs(wait)).await;
//!             }
//!             _ => break,
//!         }
//!     }
//!     None
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! // In your crate under #[tokio::test]:
//! let judgement = judge("retry-after-seconds", my_integration).await.unwrap();
//! judgement.assert_passed();
//! # }
//! ```

use std::num::NonZeroUsize;
use std::sync::Arc;

use bank_fixtures::document::Diagnostics;

pub use crate::client_target::{Drive, Integration, Task};

use crate::client_target::{self, ClientTarget, Control, Driver, Library, Scenario};
use crate::event::{Totals, Word};
use crate::expected::Expected;
use crate::report::{Record, console};
use crate::runner::Plan;
use crate::target::embedded::Embedded;

/// The seed of the bank's data and of every chance in it.
const SEED: u64 = 42;

/// What came of it.
#[derive(Debug)]
pub struct Judgement {
    record: Record,
}

/// Why there is no judgement: never the integration's fault.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// The scenario is not there, or cannot be read.
    #[error("{0}")]
    Scenario(String),
    /// The scenario names checks that do not exist.
    #[error("{}", .0.iter().map(Diagnostics::to_string).collect::<String>())]
    Expectation(Vec<Diagnostics>),
    /// The scenario asks nothing of a client.
    #[error("the scenario `{0}` names no check of clients")]
    Nothing(String),
    /// The sandbox does not start.
    #[error("{0}")]
    Sandbox(String),
}

/// Runs an integration under a scenario (its name, or the path of a file) and judges it by the checks the scenario names.
///
/// # Errors
/// The scenario cannot be used, or the sandbox does not start.
pub async fn judge(scenario: &str, integration: impl Integration + 'static) -> Result<Judgement, LibraryError> {
    let found = Scenario::find(scenario).map_err(LibraryError::Scenario)?;
    let sandbox = Embedded::start(SEED).await.map_err(LibraryError::Sandbox)?;
    let control = Control::new(&sandbox.control_url).map_err(|error| LibraryError::Sandbox(error.to_string()))?;
    let driver = Driver::Library(Library(Arc::new(integration)));
    let target = Arc::new(ClientTarget::of("integration", driver));
    let plan = client_target::Plan { target, control, seed: SEED, scenarios: vec![found] };
    let cases = client_target::cases(&plan).map_err(LibraryError::Expectation)?;
    if cases.is_empty() {
        return Err(LibraryError::Nothing(scenario.to_owned()));
    }
    let mut record = Record::default();
    crate::run(Plan { seed: SEED, jobs: NonZeroUsize::MIN, expected: Expected::default(), cases }, &mut record).await;
    Ok(Judgement { record })
}

impl Judgement {
    /// Stops the test unless something was judged and nothing failed; the report is the message.
    ///
    /// # Panics
    /// If a check failed, was broken, or none could be judged.
    #[track_caller]
    pub fn assert_passed(&self) {
        let totals = self.totals();
        let is_judged = totals.of(Word::Passed) + totals.of(Word::Warned) > 0;
        let is_wrong = totals.of(Word::Failed) + totals.of(Word::Broken) > 0;
        assert!(is_judged && !is_wrong, "\n{}", self.text());
    }

    /// How many checks came to which word.
    pub fn totals(&self) -> Totals {
        self.record.totals()
    }

    /// The report, as the console shows it.
    pub fn text(&self) -> String {
        console::text(&self.record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn careless(task: Task) -> Option<String> {
        let client = reqwest::Client::new();
        for _ in 0..3 {
            let asked = client.get(format!("{}/accounts", task.base_url())).bearer_auth(task.access_token());
            let _ = asked.send().await;
        }
        None
    }

    #[tokio::test]
    async fn an_integration_in_this_process_is_judged_like_any_other() {
        let judgement = judge("retry-after-seconds", careless).await.unwrap();
        assert_eq!(judgement.totals().of(Word::Failed), 1, "{}", judgement.text());
        assert!(judgement.text().contains("retry-after-seconds"), "{}", judgement.text());
        let missing = judge("retry-after-secnds", careless).await.unwrap_err().to_string();
        assert!(missing.contains("did you mean `retry-after-seconds`?"), "{missing}");
    }
}
