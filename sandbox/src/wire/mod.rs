//! Connections and the bytes on them: the part of a fault that only a socket can carry out.
//!
//! Owns resets, closes, cut and dripped bodies, and knowing when an answer has really left. Knows no bank, no rule and no
//! journal: whoever cares is told through [`Delivery`].

mod answer;
mod flow;
mod frames;
mod front;
mod link;
mod socket;
mod torn;
mod transport;

pub(crate) use answer::{Answer, Delivery, Sent, Wait};
pub(crate) use front::{Front, SecureFronts};
pub(crate) use link::{How, Link, Order, When, arm_reset};
pub(crate) use socket::{Refuse, Socket};
pub(crate) use torn::Torn;
pub(crate) use transport::{Tcp, Transport};
