//! A bank in one process: several banks, each speaking one published API standard, that misbehave when a scenario says so.
//!
//! `bank` (what a bank knows) ← `auth`, `dialect` ← `app` (the one place with the order of layers) ← `server` (listeners
//! and sockets). `clock` is the only reader of time.

pub mod sandbox;
pub mod world;

mod app;
pub mod auth;
pub mod bank;
pub mod certificate;
pub mod cli;
pub mod clock;
mod control;
pub mod dialect;
pub mod exchange;
pub mod fault;
mod journal;
pub mod limit;
pub mod operation;
pub mod profile;
pub mod scenario;
mod server;
mod tls;
pub mod webhook;
mod wire;

pub use sandbox::{Builder, Door, Running, RunningTls, Sandbox, StartError};
pub use tls::{
    AlternativeName, AuthorityError, Bundle, BundleError, BundleOrder, Credential, KEY_KINDS, KeyKind, SIGNERS, SUITES,
    Signer, Suites, VALIDITIES, Validity,
};
