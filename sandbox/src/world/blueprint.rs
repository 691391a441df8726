//! What a world is made from, so that it can be made again.

use std::sync::Arc;
use std::time::Duration;

use bank_fixtures::seed::Seed;

use super::{DEFAULT, WorldError};
use crate::certificate::Certifies;
use crate::clock::{self, Clock};
use crate::profile::{BankProfile, ConsentDecision};
use crate::scenario::{ClockSpec, Scenario};

/// The seed of a world that names none.
pub const DEFAULT_SEED: Seed = Seed::new(1);

/// The description of a world. What is left open is the scenario's to say, and as usual where the scenario says nothing:
/// one fixed seed, the machine's time, every shipped bank.
#[derive(Debug, Clone)]
pub struct Blueprint {
    /// Its name.
    pub name: String,
    /// How its banks misbehave, and what it is made of.
    pub scenario: Option<Arc<Scenario>>,
    /// Where all its chance comes from, whatever the scenario says.
    pub seed: Option<Seed>,
    /// How its time runs, whatever the scenario says.
    pub clock: Option<ClockSpec>,
    /// Its banks, whatever the scenario says, unless empty.
    pub banks: Vec<Arc<BankProfile>>,
    /// Ids of clients whose calls belong here wherever they name no world.
    pub clients: Vec<String>,
    /// How long it lives unused, in real time; for ever without.
    pub ttl: Option<Duration>,
    /// Hosts outside this machine that its banks may tell what happened.
    pub webhook_hosts: Arc<[String]>,
    /// Who makes certificates for its banks, where the sandbox has TLS listeners.
    pub authority: Option<Arc<dyn Certifies>>,
    /// Whose connections it has.
    pub connections: Connections,
}

/// Whether anybody knows of a connection, before its first request, that it is for this world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connections {
    /// Connections are for any world; what happens to them at first is the default world's to say.
    Shared,
    /// A listener is this world's alone.
    Own,
}

impl Blueprint {
    /// A world as the scenario describes it.
    pub fn new(name: &str, scenario: Option<Arc<Scenario>>) -> Blueprint {
        Blueprint {
            name: name.to_owned(),
            scenario,
            seed: None,
            clock: None,
            banks: Vec::new(),
            clients: Vec::new(),
            ttl: None,
            webhook_hosts: Arc::default(),
            authority: None,
            connections: Connections::Shared,
        }
    }

    /// Refuses a scenario with rules that could never act in this world.
    ///
    /// # Errors
    /// It has rules about all connections, and this world has none of its own.
    pub(super) fn admit(&self, scenario: &Scenario) -> Result<(), WorldError> {
        let has_connections = self.name == DEFAULT || self.connections == Connections::Own;
        if scenario.is_about_all_connections() && !has_connections { Err(WorldError::Connections) } else { Ok(()) }
    }

    /// Says who decides about consents, whatever its banks say.
    pub fn decide_consents(&mut self, decision: ConsentDecision) {
        let decided = |bank: &Arc<BankProfile>| {
            let mut bank = BankProfile::clone(bank);
            bank.consents.decision = decision;
            Arc::new(bank)
        };
        self.banks = self.resolved_banks().iter().map(decided).collect();
    }

    pub(super) fn resolved_seed(&self) -> Seed {
        let named = self.scenario.as_ref().and_then(|scenario| scenario.seed()).map(Seed::new);
        self.seed.or(named).unwrap_or(DEFAULT_SEED)
    }

    /// The clock, set to its start.
    pub(super) fn resolved_clock(&self) -> Clock {
        let named = self.scenario.as_ref().and_then(|scenario| scenario.clock());
        match self.clock.or(named) {
            None => Clock::real(),
            Some(ClockSpec { start, mode, delays }) => {
                Clock::new(start.unwrap_or_else(clock::wall), mode).with_delays(delays)
            }
        }
    }

    pub(super) fn resolved_banks(&self) -> &[Arc<BankProfile>] {
        match (&self.scenario, self.banks.is_empty()) {
            (_, false) => &self.banks,
            (Some(scenario), true) => scenario.banks(),
            (None, true) => BankProfile::shipped(),
        }
    }
}
