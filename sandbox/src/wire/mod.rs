//! Connections and the bytes on them: the part of a fault that only a socket can carry out.
//!
//! Owns resets, closes, cut and dripped bodies, and knowing when an answer has really left. Knows no bank, no rule and no
//! journal: whoever cares is told through [`Delivery`].

mod answer;
mod link;
mod socket;

pub(crate) use answer::{Answer, Delivery, Sent};
pub(crate) use link::Link;
pub(crate) use socket::{Refuse, Socket};
