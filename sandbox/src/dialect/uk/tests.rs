//! The dialect from outside, call by call: no socket, no tokens.

mod bench;
mod consents;
mod events;
mod funds;
mod messages;
mod payments;
mod permissions;
mod reading;
mod schema;
mod vrp;
