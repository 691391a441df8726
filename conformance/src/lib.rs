//! Judges banks and clients.
//!
//! A check states one fact about a target and returns a verdict with evidence; a suite selects checks and gives each a
//! severity; the runner turns a plan into one stream of events; every report is a fold over that stream. [`run`] is the
//! façade.

pub mod baseline;
pub mod check;
pub mod cli;
pub mod client_target;
pub mod clock;
pub mod dialect;
pub mod event;
pub mod expected;
pub mod file;
pub mod flow;
pub mod http;
pub mod journal;
pub mod json;
pub mod library;
pub mod machine;
pub mod normalise;
pub mod params;
pub mod probe;
pub mod reference_client;
pub mod report;
pub mod runner;
pub mod suite;
pub mod target;
pub mod verdict;

pub use runner::run;
