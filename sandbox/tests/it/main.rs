//! The sandbox as a client, a tester and an operator meet it: over sockets and on the command line.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

mod alike;
mod authorization;
mod bench;
mod business;
mod certificates;
mod cli;
mod consents;
mod control;
mod deeds;
mod doors;
mod elsewhere;
mod fault_header;
mod faults;
mod frames;
mod hangs;
mod http2;
mod journal;
mod lies;
mod malformed;
mod manners;
mod mutated;
mod mutual;
mod openapi;
mod process;
mod profiles;
mod register;
mod reload;
mod rewrites;
mod rules;
mod secure;
mod snapshots;
mod sockets;
mod staples;
mod time;
mod uk;
mod uk_events;
mod uk_payments;
mod webhooks;
mod worlds;
