//! Clients under judgement: how they are driven and what is recorded.
//!
//! Owns the target file, the drivers, the control API client and the record of a run. Knows no check: what the record
//! means is judged elsewhere.

mod access;
mod case;
mod control;
mod driver;
mod events;
mod evidence;
mod mapping;
mod order;
mod rehearsal;
mod scratch;
mod selection;
mod target_file;
mod template;

pub use bank_fixtures::expectation::Drive;
pub use case::{CaseError, ClientCase};
pub use control::{Control, ControlError};
pub use driver::{
    Body, Call, Driver, Echo, HttpDriver, Integration, Library, Operation, OutputPlace, Ready, Service, Task,
};
pub use evidence::{End, Evidence, Order, Secret, Step};
pub use mapping::{Csv, Mapping, Sql, SqlSource};
pub use rehearsal::rehearse;
pub use selection::{Plan, SCENARIO_FOLDERS, Scenario, cases};
pub use target_file::{ClientTarget, Connection, Credentials, DEFAULT_TIMEOUT};
pub use template::{NAMES, Name, Template, TemplateError, Values, When};

/// Long computations run beside the executor: the sandbox may be served by the same threads, and a client must not find
/// its bank slow because the harness is busy.
pub(crate) async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|failed| std::panic::resume_unwind(failed.into_panic()))
}

/// An error with its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |error| error.source());
    std::iter::once(error.to_string()).chain(causes.map(ToString::to_string)).collect::<Vec<_>>().join(": ")
}
