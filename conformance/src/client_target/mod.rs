//! Clients under judgement: how they are driven and what is recorded.
//!
//! Owns the target file, the drivers, the control API client and the record of a run. Knows no check: what the record
//! means is judged elsewhere.

mod access;
mod case;
mod control;
mod evidence;
mod order;
mod process;
mod scratch;
mod selection;
mod target_file;
mod template;

pub use bank_fixtures::expectation::Drive;
pub use case::{CaseError, ClientCase};
pub use control::{Control, ControlError};
pub use evidence::{End, Evidence, Order, Secret, Step};
pub use selection::{Plan, Scenario, cases};
pub use target_file::{ClientTarget, DEFAULT_TIMEOUT, Driver, OutputPlace};
pub use template::{NAMES, Name, Template, TemplateError, Values, When};
