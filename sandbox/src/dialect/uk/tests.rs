//! The dialect from outside, call by call: no socket, no tokens.

mod bench;
mod consents;
mod payments;
mod reading;
mod schema;
