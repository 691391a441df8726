//! Drivers: how a client is started, asked to do something, listened to, and stopped.
//!
//! Owns what every way of driving has in common: one deed of the client, its result, and the rule that trouble with
//! the driving itself is the harness's and never the client's. Knows no scenario and no check.

mod command;
mod http;
mod library;
mod output;
mod process;
mod read;
mod service;

use std::sync::Arc;
use std::time::Duration;

use bank_fixtures::canonical::Canonical;
use bank_fixtures::expectation::Drive;

pub use http::{Body, Call, HttpDriver, Operation};
pub use library::{Integration, Library, Task};
pub use output::OutputPlace;
pub(crate) use process::{Cut, never};
pub(crate) use read::{read, template};
pub use service::{Ready, Service};

use super::evidence::{End, Order};
use super::target_file::ClientTarget;
use super::template::{Template, Values};

/// How a client is driven.
#[derive(Debug, Clone)]
pub enum Driver {
    /// A command per operation, which hands over its result.
    Command {
        /// The commands: program and arguments.
        commands: Vec<(Drive, Vec<Template>)>,
        /// Where the result is.
        output: OutputPlace,
    },
    /// One command of the user's own (a test suite, say), judged by the wire alone.
    Observe {
        /// Program and arguments.
        command: Vec<Template>,
        /// What becomes of what it prints.
        echo: Echo,
    },
    /// A service that is called over HTTP.
    Http(Arc<HttpDriver>),
    /// Code in this process.
    Library(Library),
}

/// What becomes of what a wrapped command prints, besides being kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Echo {
    /// Nothing.
    Silent,
    /// It goes to standard error as it comes.
    Stderr,
}

/// What a client did when asked for one thing.
#[derive(Debug)]
pub(crate) struct Act {
    /// What it handed over.
    pub(crate) output: Option<Canonical>,
    /// How it ended.
    pub(crate) end: End,
    /// What it printed.
    pub(crate) stdout: String,
    /// What it printed to standard error.
    pub(crate) stderr: String,
    /// How long it took.
    pub(crate) elapsed: Duration,
}

/// A client being driven through one case.
pub(crate) enum Session<'a> {
    /// A process per deed.
    Command(&'a ClientTarget),
    /// A service.
    Http(Box<http::Session<'a>>),
    /// Code of this process.
    Library(&'a Library, Duration),
}

impl Driver {
    /// `true` if the client has a process that can be killed in the middle of what it does, and started again.
    pub(crate) fn can_be_killed(&self) -> bool {
        matches!(self, Driver::Command { .. })
    }

    /// `true` if the client can be asked to do this.
    pub(crate) fn can(&self, drive: Drive) -> bool {
        match self {
            Driver::Command { commands, .. } => commands.iter().any(|(known, _)| *known == drive),
            Driver::Http(http) => http.calls.iter().any(|(known, _)| *known == drive),
            Driver::Observe { .. } | Driver::Library(_) => true,
        }
    }
}

impl<'a> Session<'a> {
    /// Makes what the client is told complete, before anything is started.
    ///
    /// # Errors
    /// In words, what the machine does not give.
    pub(crate) async fn prepare(target: &'a ClientTarget, values: &mut Values) -> Result<Session<'a>, String> {
        match &target.driver {
            Driver::Command { .. } | Driver::Observe { .. } => Ok(Session::Command(target)),
            Driver::Library(library) => Ok(Session::Library(library, target.timeout)),
            Driver::Http(http) => {
                http::Session::prepare(target, http, values).await.map(|session| Session::Http(Box::new(session)))
            }
        }
    }

    /// Starts what must run before the first deed.
    ///
    /// # Errors
    /// In words, why it does not.
    pub(crate) async fn start(&mut self, values: &Values) -> Result<(), String> {
        match self {
            Session::Command(_) | Session::Library(..) => Ok(()),
            Session::Http(session) => session.start(values).await,
        }
    }

    /// Asks the client to do one thing and waits until it has; a process is killed when `cut` comes first.
    ///
    /// # Errors
    /// In words, what went wrong that is not the client's doing.
    pub(crate) async fn act(
        &mut self,
        drive: Drive,
        values: &Values,
        order: Option<&Order>,
        cut: Cut<'_>,
    ) -> Result<Act, String> {
        match self {
            Session::Command(target) => command::act(target, drive, values, cut).await,
            Session::Library(library, limit) => library.act(drive, values, order, *limit).await,
            Session::Http(session) => session.act(drive, values).await,
        }
    }

    /// Stops what runs. What it printed since the last deed.
    pub(crate) async fn stop(self) -> (String, String) {
        match self {
            Session::Command(_) | Session::Library(..) => (String::new(), String::new()),
            Session::Http(session) => session.stop().await,
        }
    }
}
