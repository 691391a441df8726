//! A small, honest integration, and deliberately wrong ones.
//!
//! Owns a client of the generic bank written the way a careful team would: it reads accounts, balances and transactions
//! page by page, makes payments once, and hands over canonical v1. It shares nothing with the simulator; what it knows of
//! the bank it knows from the bank's documentation. [`DEFECTS`] replace one of its habits each, to prove that the checks
//! of clients can fail.

mod backoff;
mod bank;
mod defect;
mod failure;
mod habits;
mod hook;
mod lapse;
mod login;
mod mapping;
mod output;
mod pay;
mod policy;
mod serve;
mod session;
mod settings;
mod standing;
mod sync;
mod transport;
mod vault;
mod wire;

use std::io::{self, Write};

use bank::Bank;
use policy::Policy;
use settings::{Order, Settings};

pub use defect::{DEFECTS, Defect};
pub use habits::{SERVICE_DEFECTS, ServiceDefect};
pub use login::{LOGIN_DEFECTS, LoginDefect, log_in};
pub use serve::serve;

/// What the client is asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Job {
    /// Read everything the consent allows.
    Sync,
    /// Make the payment of the `ORDER_…` variables.
    Pay,
    /// Find out what became of that payment.
    Status,
    /// Cancel that payment.
    Cancel,
}

/// Why the client could not even start, or hand over its result.
#[derive(Debug, thiserror::Error)]
pub enum ReferenceClientError {
    /// The environment lacks something.
    #[error("{0}")]
    Settings(String),
    /// The HTTP library could not be set up.
    #[error("the HTTP client could not be set up")]
    Http(#[source] reqwest::Error),
    /// Standard output could not be written.
    #[error("the result could not be written")]
    Write(#[source] io::Error),
}

/// The jobs by their names on the command line.
pub const JOBS: &[(&str, Job)] =
    &[("sync", Job::Sync), ("pay", Job::Pay), ("status", Job::Status), ("cancel", Job::Cancel)];

/// Does a job with the settings found in the environment and writes canonical v1 to `out` and one line per request to
/// `log`. Answers whether everything succeeded: what did not is in the document's `errors`.
///
/// # Errors
/// [`ReferenceClientError`]; trouble with the bank is not one of them.
pub async fn run(
    job: Job,
    defect: Option<&Defect>,
    out: &mut dyn Write,
    log: &mut dyn Write,
) -> Result<bool, ReferenceClientError> {
    run_with(job, defect, &|name| std::env::var(name).ok(), out, log).await
}

/// As [`run`], with settings from wherever the caller has them.
///
/// # Errors
/// [`ReferenceClientError`]; trouble with the bank is not one of them.
pub async fn run_with(
    job: Job,
    defect: Option<&Defect>,
    lookup: &(dyn Fn(&str) -> Option<String> + Sync),
    out: &mut dyn Write,
    log: &mut dyn Write,
) -> Result<bool, ReferenceClientError> {
    let wrong = |error: settings::SettingsError| ReferenceClientError::Settings(error.to_string());
    let settings = Settings::read(lookup).map_err(wrong)?;
    let order = match job {
        Job::Sync => None,
        Job::Pay | Job::Status | Job::Cancel => Some(Order::read(lookup).map_err(wrong)?),
    };
    let policy = defect.map_or_else(Policy::careful, Defect::policy);
    let mut bank = Bank::new(&settings, policy, log).map_err(ReferenceClientError::Http)?;
    let output = match (job, &order) {
        (Job::Pay, Some(order)) => pay::pay(&mut bank, &settings, order).await,
        (Job::Status, Some(order)) => pay::status(&mut bank, &settings, order).await,
        (Job::Cancel, Some(order)) => pay::cancel(&mut bank, &settings, order).await,
        _ => sync::sync(&mut bank, &settings).await,
    };
    // In one piece: whoever reads us gets it in one piece too.
    let mut document = serde_json::to_vec(&output).map_err(|error| ReferenceClientError::Write(error.into()))?;
    document.push(b'\n');
    out.write_all(&document).map_err(ReferenceClientError::Write)?;
    Ok(output.errors.is_empty())
}
