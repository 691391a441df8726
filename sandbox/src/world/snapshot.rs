//! Copies of a world: kept to go back to, or let loose under a name of their own.
//!
//! A copy holds everything that happened: orders, consents, entries, idempotency keys, grants, tokens, sessions, registered
//! clients and webhooks, limits, what the rules have counted, variables, the scenario in force, the clock, and what is yet to
//! happen: timers of the copy fire in the copy. A snapshot stands still: nothing in it happens until a world is made of it.
//! It shares what cannot change: profiles, the procedural book, compiled rules. Its journal begins empty, and its
//! [`Origin`] says where the story before is told. Each part is copied in one piece, one part after the other: a call that is
//! under way meanwhile may be in one and not yet in the next.

use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::{Arc, Weak};

use arc_swap::ArcSwap;
use jiff::Timestamp;
use parking_lot::Mutex;

use super::life::Life;
use super::standing::Standing;
use super::{Blueprint, Connections, World};
use crate::clock;

/// Most snapshots of one world.
pub const SNAPSHOTS_LIMIT: usize = 100;

/// Where a copy comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Name of the world that was copied.
    pub world: String,
    /// The snapshot in between, if there was one.
    pub snapshot: Option<String>,
    /// The last exchange that had begun there.
    pub seq: u64,
    /// Virtual time then.
    pub at: Timestamp,
}

/// A world that stands still.
#[derive(Debug)]
pub struct Snapshot {
    /// Its name among the snapshots of the world.
    pub id: String,
    /// Real time at which it was taken.
    pub taken_at: Timestamp,
    /// What it is a copy of.
    pub origin: Origin,
    world: World,
}

/// Why there is no snapshot.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// The name is in use.
    #[error("there is a snapshot `{0}` already")]
    Taken(String),
    /// There are too many.
    #[error("a world keeps at most {SNAPSHOTS_LIMIT} snapshots: remove one first")]
    Full,
    /// There is none of this name; these are the names there are.
    #[error("no snapshot `{0}`")]
    Unknown(String, Vec<String>),
}

/// The snapshots of one world, in the order they were taken.
#[derive(Debug, Default)]
pub(super) struct Snapshots(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    snapshots: Vec<Arc<Snapshot>>,
    /// How many got a name from us.
    unnamed: u64,
}

impl World {
    /// Takes a snapshot under this name, or one of our own (`s1`, `s2` …).
    ///
    /// # Errors
    /// The name is in use, or there are too many.
    pub fn snapshot(&self, name: Option<&str>) -> Result<Arc<Snapshot>, SnapshotError> {
        let mut kept = self.snapshots.0.lock();
        if kept.snapshots.len() >= SNAPSHOTS_LIMIT {
            return Err(SnapshotError::Full);
        }
        let taken = |kept: &Kept, id: &str| kept.snapshots.iter().any(|snapshot| snapshot.id == id);
        let id = match name {
            Some(name) if taken(&kept, name) => return Err(SnapshotError::Taken(name.to_owned())),
            Some(name) => name.to_owned(),
            None => loop {
                kept.unnamed += 1;
                let id = format!("s{}", kept.unnamed);
                if !taken(&kept, &id) {
                    break id;
                }
            },
        };
        let origin = self.as_origin(Some(id.clone()));
        let world = self.copy(self.blueprint.clone(), &origin, Arc::default(), &Weak::new());
        let snapshot = Arc::new(Snapshot { id, taken_at: clock::wall(), origin, world });
        kept.snapshots.push(Arc::clone(&snapshot));
        Ok(snapshot)
    }

    /// Its snapshots, in the order they were taken.
    pub fn snapshots(&self) -> Vec<Arc<Snapshot>> {
        self.snapshots.0.lock().snapshots.clone()
    }

    /// One of its snapshots.
    ///
    /// # Errors
    /// There is none of this name.
    pub fn find_snapshot(&self, id: &str) -> Result<Arc<Snapshot>, SnapshotError> {
        let kept = self.snapshots.0.lock();
        kept.snapshots.iter().find(|snapshot| snapshot.id == id).cloned().ok_or_else(|| kept.unknown(id))
    }

    /// Removes a snapshot.
    ///
    /// # Errors
    /// There is none of this name.
    pub fn remove_snapshot(&self, id: &str) -> Result<(), SnapshotError> {
        let mut kept = self.snapshots.0.lock();
        match kept.snapshots.iter().position(|snapshot| snapshot.id == id) {
            Some(place) => {
                kept.snapshots.remove(place);
                Ok(())
            }
            None => Err(kept.unknown(id)),
        }
    }

    /// This world as it was when a snapshot was taken; it keeps its name, its clients and its snapshots.
    ///
    /// # Errors
    /// There is no snapshot of this name.
    pub fn restored(&self, id: &str) -> Result<Arc<World>, SnapshotError> {
        let snapshot = self.find_snapshot(id)?;
        let blueprint = Blueprint { scenario: snapshot.world.blueprint.scenario.clone(), ..self.blueprint.clone() };
        Ok(snapshot.world.alive(blueprint, &snapshot.origin, Arc::clone(&self.snapshots)))
    }

    /// A world of its own under another name, as this one is now or as it was when a snapshot was taken. Clients that
    /// belong to this world still do; `change` may give it clients and a life of its own.
    ///
    /// # Errors
    /// There is no snapshot of this name.
    pub fn fork(
        &self,
        name: &str,
        snapshot: Option<&str>,
        change: impl FnOnce(&mut Blueprint),
    ) -> Result<Arc<World>, SnapshotError> {
        let mut blueprint = Blueprint {
            name: name.to_owned(),
            clients: Vec::new(),
            connections: Connections::Shared,
            ..self.blueprint.clone()
        };
        change(&mut blueprint);
        Ok(match snapshot {
            None => self.alive(blueprint, &self.as_origin(None), Arc::default()),
            Some(id) => {
                let snapshot = self.find_snapshot(id)?;
                blueprint.scenario = snapshot.world.blueprint.scenario.clone();
                snapshot.world.alive(blueprint, &snapshot.origin, Arc::default())
            }
        })
    }

    fn as_origin(&self, snapshot: Option<String>) -> Origin {
        Origin { world: self.name.clone(), snapshot, seq: self.journal.begun().0, at: self.clock.now() }
    }

    /// A copy in which time goes on.
    fn alive(&self, blueprint: Blueprint, origin: &Origin, snapshots: Arc<Snapshots>) -> Arc<World> {
        let world = Arc::new_cyclic(|this| self.copy(blueprint, origin, snapshots, this));
        world.tell();
        world
    }

    fn copy(&self, blueprint: Blueprint, origin: &Origin, snapshots: Arc<Snapshots>, this: &Weak<World>) -> World {
        // Not while something that is due is half done.
        let _turn = self.turn.lock();
        let agenda = self.agenda.fork();
        World {
            name: blueprint.name.clone(),
            seed: self.seed,
            clock: self.clock.forked(origin.at),
            banks: self.banks.iter().map(|bank| Arc::new(bank.fork())).collect(),
            journal: Arc::default(),
            engine: ArcSwap::from_pointee(self.engine.load().fork()),
            reactor: ArcSwap::from_pointee(self.reactor.load().fork()),
            post: self.post.fork(&agenda),
            agenda,
            prepared: self.prepared.clone(),
            header_faults: self.header_faults.fork(),
            standing: Mutex::new(Standing::in_force(clock::wall())),
            snapshots,
            origin: Some(origin.clone()),
            life: Life::new(blueprint.ttl),
            blueprint,
            this: Weak::clone(this),
            turn: Mutex::default(),
            flights: AtomicUsize::new(0),
            driven: AtomicBool::new(false),
            roused: Arc::default(),
        }
    }
}

impl Kept {
    fn unknown(&self, id: &str) -> SnapshotError {
        let names = self.snapshots.iter().map(|snapshot| snapshot.id.clone()).collect();
        SnapshotError::Unknown(id.to_owned(), names)
    }
}
