//! The dialect from outside, call by call: no socket, no tokens.

mod bench;
mod consents;
mod reading;
mod schema;
