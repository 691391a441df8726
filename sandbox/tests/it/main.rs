//! The sandbox as a client, a tester and an operator meet it: over sockets and on the command line.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

mod bench;
mod cli;
mod control;
mod faults;
mod malformed;
mod mutated;
mod time;
mod webhooks;
mod worlds;
