//! A connection before its first request: who decides about it, and how it gets into the journal if no request follows.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::record::Record;
use super::{App, address};
use crate::auth::SecurityProfile;
use crate::fault::{ConnectionPlan, Plan, Provenance, Stage};
use crate::journal::Ending;
use crate::tls::Suites;
use crate::world::World;

/// A connection that counts as open until it is dropped.
pub(crate) struct Accepted {
    app: Arc<App>,
    /// Number inside this process, from 1.
    pub(crate) number: u64,
    /// Connections open now, this one included.
    pub(crate) open: u64,
}

/// What was decided about a connection.
pub(crate) struct Admission {
    pub(crate) plan: ConnectionPlan,
    pub(crate) because: Vec<Provenance>,
    world: Arc<World>,
}

impl App {
    /// A new connection.
    pub(crate) fn accept(self: &Arc<App>) -> Accepted {
        let number = self.connections.fetch_add(1, Ordering::Relaxed) + 1;
        let open = self.open.fetch_add(1, Ordering::Relaxed) + 1;
        Accepted { app: Arc::clone(self), number, open }
    }

    /// What the bank that a host names offers inside TLS, whatever others do; `None` if it has no wish.
    pub(crate) fn suites(&self, host: &str) -> Option<Suites> {
        let bank = address::bank_of_host(&self.worlds, host)?;
        let strict =
            matches!(bank.auth.settings.security.profile, SecurityProfile::Fapi1Advanced | SecurityProfile::FapiCiba);
        strict.then_some(Suites::Fapi1)
    }

    /// What the scenario makes of a connection at a stage before any request. A TLS client that names a host of a world
    /// gets that world's rules; of everybody else nothing is known, so that the world of the listener decides, or
    /// the default one.
    pub(crate) fn admit(&self, stage: Stage, host: Option<&str>) -> Admission {
        let named = host.and_then(|host| address::world_of_host(&self.worlds, host));
        let home = || self.home.as_deref().and_then(|home| self.worlds.find(home));
        let world = named.or_else(home).unwrap_or_else(|| self.worlds.default_world());
        let Plan { connection, because, .. } = world.engine().decide_connection(stage, host, world.clock().now());
        Admission { plan: connection, because, world }
    }
}

impl Admission {
    /// Nothing was decided.
    pub(crate) fn is_empty(&self) -> bool {
        self.because.is_empty()
    }

    /// Waits as long as the scenario makes the connection wait.
    pub(crate) async fn delay(&self) {
        if !self.plan.delay.is_zero() {
            self.world.pause(self.plan.delay).await;
        }
    }

    /// Writes into the journal that the connection ended here, for what was decided here and `before`.
    pub(crate) fn refused(self, before: &[Provenance], connection: u64, ending: Ending) {
        let mut record = Record::of_connection(&self.world, connection);
        let entry = record.entry();
        entry.decisions = [before, &self.because].concat();
        entry.ending = ending;
    }
}

impl Drop for Accepted {
    fn drop(&mut self) {
        self.app.open.fetch_sub(1, Ordering::Relaxed);
    }
}
