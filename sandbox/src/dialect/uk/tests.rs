//! The dialect from outside, call by call: no socket, no tokens.

mod agreement;
mod bench;
mod consents;
mod events;
mod families;
mod files;
mod funds;
mod lives;
mod messages;
mod mutations;
mod payments;
mod permissions;
mod reading;
mod schema;
mod vrp;
