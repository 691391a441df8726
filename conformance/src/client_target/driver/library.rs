//! Drives code of this process: integrations written in Rust, judged from their own tests.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bank_fixtures::expectation::Drive;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::{Act, output};
use crate::client_target::evidence::{End, Order};
use crate::client_target::template::Values;
use crate::clock::Stopwatch;

/// One thing an integration is asked to do, and what it is told for it.
#[derive(Debug, Clone)]
pub struct Task {
    /// What to do.
    pub drive: Drive,
    /// The payment, where the task is about one.
    pub order: Option<Order>,
    values: Values,
}

/// Code that can be judged.
pub trait Integration: Send + Sync {
    /// Does one thing. Answers canonical v1 as text, or nothing if only the wire is to be judged; an error is what the
    /// integration reports as its failure, with a document if it has one.
    fn act(&self, task: Task) -> BoxFuture<'static, Result<Option<String>, Option<String>>>;
}

/// An integration in this process.
#[derive(Clone)]
pub struct Library(pub Arc<dyn Integration>);

impl Task {
    /// The address of the bank, without a trailing slash.
    pub fn base_url(&self) -> &str {
        self.told("BANK_BASE_URL")
    }

    /// An access token of a consent that covers every account of the user.
    pub fn access_token(&self) -> &str {
        self.told("BANK_ACCESS_TOKEN")
    }

    /// What a client of another driver finds in its environment under this name (`BANK_REFRESH_TOKEN`, `WORK_DIR`, …);
    /// empty if there is no such value.
    pub fn told(&self, name: &str) -> &str {
        self.values.value(name)
    }
}

impl Library {
    pub(super) async fn act(
        &self,
        drive: Drive,
        values: &Values,
        order: Option<&Order>,
        limit: Duration,
    ) -> Result<Act, String> {
        let watch = Stopwatch::start();
        let task = Task { drive, order: order.cloned(), values: values.clone() };
        // On a task of its own: a panic of the integration is its own, and a call that never ends can be left behind.
        let mut work = tokio::spawn(self.0.act(task));
        let done = tokio::time::timeout(limit, &mut work).await;
        let (text, end, stderr) = match done {
            Err(_) => {
                work.abort();
                (None, End::TimedOut, String::new())
            }
            Ok(Ok(Ok(text))) => (text, End::Exited(0), String::new()),
            Ok(Ok(Err(text))) => (text, End::Exited(1), String::new()),
            Ok(Err(panic)) => (None, End::Exited(101), panic.to_string()),
        };
        let output = match &text {
            None => None,
            Some(text) => output::read(&None, "what the integration returned", Some(text.clone()), end).await?,
        };
        Ok(Act { output, end, stdout: text.unwrap_or_default(), stderr, elapsed: watch.elapsed() })
    }
}

impl<F, T> Integration for F
where
    F: Fn(Task) -> T + Send + Sync,
    T: Future<Output = Option<String>> + Send + 'static,
{
    fn act(&self, task: Task) -> BoxFuture<'static, Result<Option<String>, Option<String>>> {
        self(task).map(Ok).boxed()
    }
}

impl fmt::Debug for Library {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Library")
    }
}
