//! Judges banks and clients.
//!
//! A check states one fact about a target and returns a verdict with evidence; a suite selects checks and gives each a
//! severity; the runner turns a plan into one stream of events; every report is a fold over that stream.

pub mod check;
pub mod client_target;
pub mod params;
pub mod target;
pub mod verdict;
