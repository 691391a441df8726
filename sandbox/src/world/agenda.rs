//! What a world has yet to do, in order of time: items of the timeline and what follows on events a while later.
//!
//! Owns the queue. When its timers fire, and in which turn with the bank's own steps, is [`super::pulse`]'s.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use parking_lot::Mutex;

use super::deeds::{About, Cause};
use crate::scenario::{Deeds, Item};
use crate::webhook::Delivery;

/// The timers of one world.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    state: Mutex<State>,
}

#[derive(Debug, Clone, Default)]
struct State {
    /// By the time they are due, then by the number of their making.
    timers: BTreeMap<(Timestamp, u64), Timer>,
    made: u64,
    /// End of the maintenance under way, or of the last one.
    maintenance: Option<Timestamp>,
}

/// Something due at a time.
#[derive(Debug, Clone)]
pub(crate) enum Timer {
    /// An item of the timeline, which has happened so many times before.
    Item(Arc<Item>, u64),
    /// What a rule ordered on an event.
    Deeds { cause: Box<Cause>, deeds: Arc<Deeds>, about: Option<Arc<About>> },
    /// An attempt to deliver a message.
    Delivery(Box<Delivery>),
    /// A window in which a rule gathers messages is over.
    Window(Arc<str>),
    /// A delay that waits on the world's clock is over: nothing to do, but a time to go to.
    Release,
}

impl Agenda {
    /// The same timers, for a copy of the world.
    pub(super) fn fork(&self) -> Agenda {
        Agenda { state: Mutex::new(self.state.lock().clone()) }
    }

    pub(crate) fn plan(&self, at: Timestamp, timer: Timer) {
        let mut state = self.state.lock();
        state.made += 1;
        let key = (at, state.made);
        state.timers.insert(key, timer);
    }

    /// Puts a timeline into force at `now` in the place of the one before; items written as before stay as planned.
    pub(crate) fn schedule(&self, timeline: &[Arc<Item>], now: Timestamp) {
        let mut state = self.state.lock();
        let mut kept: Vec<Arc<Item>> = Vec::new();
        state.timers.retain(|_, timer| match timer {
            Timer::Item(item, _) if timeline.contains(item) => {
                kept.push(Arc::clone(item));
                true
            }
            Timer::Item(..) => false,
            _ => true,
        });
        for item in timeline.iter().filter(|item| !kept.contains(item)) {
            // What lies before the beginning does not happen any more.
            if let Some(at) = Some(item.first(now)).filter(|at| *at >= now) {
                state.made += 1;
                let key = (at, state.made);
                state.timers.insert(key, Timer::Item(Arc::clone(item), 0));
            }
        }
    }

    /// When the next timer is due.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.state.lock().timers.first_key_value().map(|((at, _), _)| *at)
    }

    /// When the next timer is due that a clock may jump to: repeated items would keep it jumping for ever.
    pub(crate) fn next_single(&self) -> Option<Timestamp> {
        let state = self.state.lock();
        let single = |timer: &Timer| !matches!(timer, Timer::Item(item, _) if item.every.is_some());
        state.timers.iter().find(|(_, timer)| single(timer)).map(|((at, _), _)| *at)
    }

    /// Takes the first timer, if it is due by then.
    pub(crate) fn take(&self, limit: Timestamp) -> Option<(Timestamp, Timer)> {
        let mut state = self.state.lock();
        let first = state.timers.first_entry().filter(|entry| entry.key().0 <= limit)?;
        let ((at, _), timer) = first.remove_entry();
        Some((at, timer))
    }

    /// Every bank is down until then.
    pub(crate) fn maintain(&self, until: Timestamp) {
        let mut state = self.state.lock();
        state.maintenance = state.maintenance.max(Some(until));
    }

    /// How long the maintenance under way will last.
    pub(crate) fn maintenance(&self, now: Timestamp) -> Option<Duration> {
        let until = self.state.lock().maintenance.filter(|until| *until > now)?;
        Some(until.duration_since(now).unsigned_abs())
    }
}
