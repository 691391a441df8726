//! A bank in one process: several banks, each speaking one published API standard, that misbehave when a scenario says so.
//!
//! `bank` (what a bank knows) ← `auth`, `dialect` ← `app` (the one place with the order of layers) ← `server` (listeners
//! and sockets). `clock` is the only reader of time.

pub mod auth;
pub mod bank;
pub mod clock;
pub mod dialect;
pub mod exchange;
pub mod fault;
pub mod limit;
pub mod operation;
pub mod world;
