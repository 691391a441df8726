//! The worlds of one process.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use parking_lot::RwLock;

use super::World;

/// Name of the world that lives at the root.
pub const DEFAULT: &str = "default";
/// Longest name of a world.
const NAME_LIMIT: usize = 40;

/// Every world of the process; the default world always exists.
#[derive(Debug)]
pub struct Worlds {
    map: RwLock<BTreeMap<String, Arc<World>>>,
    default: RwLock<Arc<World>>,
    /// Worlds that were given a name by us.
    unnamed: AtomicU64,
}

/// A name that no world can have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` cannot name a world: 1 to {NAME_LIMIT} of `a`-`z`, `0`-`9` and single `-` inside, because it becomes part of \
     paths and host names"
)]
pub struct NameError(pub String);

impl Worlds {
    /// The worlds of a process that has one.
    pub fn new(default: Arc<World>) -> Worlds {
        Worlds { map: RwLock::default(), default: RwLock::new(default), unnamed: AtomicU64::new(0) }
    }

    /// The world at the root.
    pub fn default_world(&self) -> Arc<World> {
        Arc::clone(&self.default.read())
    }

    /// A world by name.
    pub fn find(&self, name: &str) -> Option<Arc<World>> {
        if name == DEFAULT { Some(self.default_world()) } else { self.map.read().get(name).cloned() }
    }

    /// Every world: the default first, the others by name.
    pub fn all(&self) -> Vec<Arc<World>> {
        std::iter::once(self.default_world()).chain(self.map.read().values().cloned()).collect()
    }

    /// Adds a world; `false` if its name is taken.
    pub fn add(&self, world: Arc<World>) -> bool {
        if world.name() == DEFAULT {
            return false;
        }
        let mut map = self.map.write();
        if map.contains_key(world.name()) {
            return false;
        }
        map.insert(world.name().to_owned(), world);
        true
    }

    /// Puts a world in the place of the one with its name.
    pub fn replace(&self, world: Arc<World>) {
        if world.name() == DEFAULT {
            *self.default.write() = world;
        } else {
            self.map.write().insert(world.name().to_owned(), world);
        }
    }

    /// Removes a world; the default world stays.
    pub fn remove(&self, name: &str) -> Option<Arc<World>> {
        self.map.write().remove(name)
    }

    /// A name no world has: `w1`, `w2` …
    pub fn free_name(&self) -> String {
        use std::sync::atomic::Ordering;
        loop {
            let name = format!("w{}", self.unnamed.fetch_add(1, Ordering::Relaxed) + 1);
            if !self.map.read().contains_key(&name) {
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
}
