//! Faults that a client orders for its own calls, with a header.
//!
//! Owns one small engine per operation and text of the header, so that `503 x2` means two calls of that operation with that
//! text in this world, whatever connection they come on. Knows no HTTP.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use bank_fixtures::document::Diagnostics;
use bank_fixtures::seed::Seed;
use parking_lot::Mutex;

use crate::operation::Operation;
use crate::scenario::{Engine, Scenario};

/// Different texts remembered; the oldest goes, and what it counted with it.
const TEXTS_LIMIT: usize = 1_000;

/// What the header has said in one world.
#[derive(Debug, Default)]
pub(crate) struct HeaderFaults(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    engines: HashMap<(Operation, String), Arc<Engine>>,
    /// Oldest first.
    order: VecDeque<(Operation, String)>,
}

impl HeaderFaults {
    /// What decides about calls of an operation with this text.
    ///
    /// # Errors
    /// Everything that is wrong with the text.
    pub(crate) fn engine(&self, operation: Operation, text: &str, seed: Seed) -> Result<Arc<Engine>, Diagnostics> {
        let key = (operation, text.to_owned());
        if let Some(engine) = self.0.lock().engines.get(&key) {
            return Ok(Arc::clone(engine));
        }
        let engine = Arc::new(Engine::new(Arc::new(Scenario::of_faults(&[text])?), seed));
        let mut known = self.0.lock();
        // Of two calls that come first at once, the second finds what the first has made.
        if let Some(engine) = known.engines.get(&key) {
            return Ok(Arc::clone(engine));
        }
        if known.order.len() >= TEXTS_LIMIT
            && let Some(oldest) = known.order.pop_front()
        {
            known.engines.remove(&oldest);
        }
        known.order.push_back(key.clone());
        known.engines.insert(key, Arc::clone(&engine));
        Ok(engine)
    }

    /// The same texts with a copy of everything they have counted.
    pub(super) fn fork(&self) -> HeaderFaults {
        let known = self.0.lock();
        let engines = known.engines.iter().map(|(key, engine)| (key.clone(), Arc::new(engine.fork()))).collect();
        HeaderFaults(Mutex::new(Known { engines, order: known.order.clone() }))
    }
}
