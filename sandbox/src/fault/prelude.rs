//! What every fault file needs: the row, the effect trait, the plan it changes and the value it is read from.

pub(super) use std::sync::Arc;

pub(super) use bank_fixtures::document::{Kind, Value};

pub(super) use super::plan::{Act, Break, Close, Ending, Http1End, Keep, Plan, Stall, TlsFlaw, Wire};
pub(super) use super::rewrite::Rewrite;
pub(super) use super::stage::Stage;
pub(super) use super::{Effect, Fault, Hidden, Layer, Moment};
