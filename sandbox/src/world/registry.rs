//! The worlds of one process.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::RwLock;

use super::World;

/// Name of the world that lives at the root.
pub const DEFAULT: &str = "default";
/// Longest name of a world.
const NAME_LIMIT: usize = 40;
/// Most worlds besides the default one, unless the operator says otherwise.
pub const WORLDS_LIMIT: usize = 10_000;

/// Every world of the process; the default world always exists.
#[derive(Debug)]
pub struct Worlds {
    state: RwLock<State>,
    default: RwLock<Arc<World>>,
    limit: usize,
    /// Whether any world claims a client: asked by every request.
    claimed: AtomicBool,
    /// Worlds that were given a name by us.
    unnamed: AtomicU64,
    made: AtomicU64,
    removed: AtomicU64,
    expired: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    worlds: BTreeMap<String, Arc<World>>,
    /// Name of the world that claims a client, by client id.
    claims: HashMap<String, String>,
}

/// How many worlds there are and were, the default one left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorldsCount {
    /// Now.
    pub now: usize,
    /// At most.
    pub limit: usize,
    /// Ever added.
    pub made: u64,
    /// Removed by order.
    pub removed: u64,
    /// Removed because nobody used them.
    pub expired: u64,
}

/// Why a world was not added.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddError {
    /// Its name is taken.
    #[error("there is a world `{0}` already")]
    Taken(String),
    /// There are too many.
    #[error(
        "there are {0} worlds, as many as this sandbox keeps; remove one, or start it with a larger `--max-worlds`"
    )]
    Full(usize),
    /// A client belongs to another world.
    #[error("the client `{0}` belongs to the world `{1}` already")]
    Claimed(String, String),
}

/// A name that no world can have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` cannot name a world: 1 to {NAME_LIMIT} of `a`-`z`, `0`-`9` and single `-` inside, because it becomes part of \
     paths and host names"
)]
pub struct NameError(pub String);

impl Worlds {
    /// The worlds of a process that has one, and may have so many others.
    pub fn new(default: Arc<World>, limit: usize) -> Worlds {
        Worlds {
            state: RwLock::default(),
            default: RwLock::new(default),
            limit,
            claimed: AtomicBool::new(false),
            unnamed: AtomicU64::new(0),
            made: AtomicU64::new(0),
            removed: AtomicU64::new(0),
            expired: AtomicU64::new(0),
        }
    }

    /// The world at the root.
    pub fn default_world(&self) -> Arc<World> {
        Arc::clone(&self.default.read())
    }

    /// A world by name.
    pub fn find(&self, name: &str) -> Option<Arc<World>> {
        if name == DEFAULT { Some(self.default_world()) } else { self.state.read().worlds.get(name).cloned() }
    }

    /// Every world: the default first, the others by name.
    pub fn all(&self) -> Vec<Arc<World>> {
        std::iter::once(self.default_world()).chain(self.state.read().worlds.values().cloned()).collect()
    }

    /// How many there are.
    pub fn count(&self) -> WorldsCount {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        WorldsCount {
            now: self.state.read().worlds.len(),
            limit: self.limit,
            made: of(&self.made),
            removed: of(&self.removed),
            expired: of(&self.expired),
        }
    }

    /// Checks that there is room, before anybody goes to the trouble of making a world.
    ///
    /// # Errors
    /// The name is taken, or there are too many.
    pub fn check_room(&self, name: &str) -> Result<(), AddError> {
        self.state.read().check_room(name, self.limit)
    }

    /// Adds a world.
    ///
    /// # Errors
    /// Its name is taken, a client it claims is another's, or there are too many.
    pub fn add(&self, world: Arc<World>) -> Result<(), AddError> {
        let mut state = self.state.write();
        state.check_room(world.name(), self.limit)?;
        for client in world.claims() {
            if let Some(other) = state.claims.get(client) {
                return Err(AddError::Claimed(client.clone(), other.clone()));
            }
        }
        for client in world.claims() {
            state.claims.insert(client.clone(), world.name().to_owned());
        }
        self.claimed.store(!state.claims.is_empty(), Ordering::Release);
        state.worlds.insert(world.name().to_owned(), world);
        self.made.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Puts a world in the place of the one with its name; `false` if there is none any more.
    pub fn replace(&self, world: Arc<World>) -> bool {
        if world.name() == DEFAULT {
            std::mem::replace(&mut *self.default.write(), world).journal().end();
            return true;
        }
        match self.state.write().worlds.get_mut(world.name()) {
            Some(place) => {
                std::mem::replace(place, world).journal().end();
                true
            }
            None => false,
        }
    }

    /// Removes a world; the default world stays.
    pub fn remove(&self, name: &str) -> Option<Arc<World>> {
        let removed = self.take(&mut self.state.write(), name)?;
        self.removed.fetch_add(1, Ordering::Relaxed);
        Some(removed)
    }

    /// Removes every world that nobody used for as long as it was to live; says how many.
    pub fn sweep(&self, now_ns: u64) -> usize {
        let over: Vec<String> = {
            let state = self.state.read();
            state.worlds.values().filter(|world| world.is_over(now_ns)).map(|world| world.name().to_owned()).collect()
        };
        let mut swept = Vec::new();
        for name in over {
            let mut state = self.state.write();
            // Somebody may have used it, or put another in its place, since we looked.
            if state.worlds.get(&name).is_some_and(|world| world.is_over(now_ns)) {
                swept.extend(self.take(&mut state, &name));
            }
        }
        self.expired.fetch_add(swept.len() as u64, Ordering::Relaxed);
        swept.len()
    }

    /// `true` if some world claims a client.
    pub(crate) fn any_claims(&self) -> bool {
        self.claimed.load(Ordering::Acquire)
    }

    /// The world that claims a client.
    pub(crate) fn claimant(&self, client_id: &str) -> Option<Arc<World>> {
        let state = self.state.read();
        state.worlds.get(state.claims.get(client_id)?).cloned()
    }

    /// Every world that claims some client.
    pub(crate) fn claimants(&self) -> Vec<Arc<World>> {
        let state = self.state.read();
        state.worlds.values().filter(|world| !world.claims().is_empty()).cloned().collect()
    }

    /// A name no world has: `w1`, `w2` …
    pub fn free_name(&self) -> String {
        loop {
            let name = format!("w{}", self.unnamed.fetch_add(1, Ordering::Relaxed) + 1);
            if !self.state.read().worlds.contains_key(&name) {
                return name;
            }
        }
    }

    /// Checks that a world can have this name.
    ///
    /// # Errors
    /// It cannot stand in a path or host name, or would be ambiguous there.
    pub fn check_name(name: &str) -> Result<(), NameError> {
        let legal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let ambiguous = name.starts_with('-') || name.ends_with('-') || name.contains("--");
        if name.is_empty() || name.len() > NAME_LIMIT || ambiguous || !name.bytes().all(legal) {
            return Err(NameError(name.to_owned()));
        }
        Ok(())
    }

    fn take(&self, state: &mut State, name: &str) -> Option<Arc<World>> {
        let removed = state.worlds.remove(name)?;
        state.claims.retain(|_, world| world != name);
        self.claimed.store(!state.claims.is_empty(), Ordering::Release);
        removed.journal().end();
        Some(removed)
    }
}

impl State {
    fn check_room(&self, name: &str, limit: usize) -> Result<(), AddError> {
        if name == DEFAULT || self.worlds.contains_key(name) {
            return Err(AddError::Taken(name.to_owned()));
        }
        if self.worlds.len() >= limit { Err(AddError::Full(limit)) } else { Ok(()) }
    }
}
