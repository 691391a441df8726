//! A world: an isolated universe of banks, people, clock, clients, consents, scenario state and journal.
//!
//! Owns what a world is made of and how one is made from its description. Knows no HTTP message and no address.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::{Arc, Weak};

use arc_swap::ArcSwap;
use bank_fixtures::book::Book;
use bank_fixtures::dataset::Dataset;
use bank_fixtures::seed::Seed;
use jiff::Timestamp;
use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::auth::{AuthServer, AuthSettings, RegistrationError};
use crate::bank::Ledger;
use crate::certificate::Certifies;
use crate::clock::{self, Clock};
use crate::dialect::{DIALECTS, Dialect};
use crate::journal::Journal;
use crate::limit::Limits;
use crate::profile::BankProfile;
use crate::scenario::{Engine, Reactor, Scenario};
use crate::webhook::{EndpointError, Endpoints};

pub(crate) mod agenda;
mod blueprint;
mod courier;
mod deeds;
mod fetch;
mod grant;
mod header_faults;
mod life;
mod ping;
mod post;
mod prepare;
mod pulse;
mod registry;
mod snapshot;
mod standing;
mod turn;

use agenda::Agenda;
pub use blueprint::{Blueprint, Connections, DEFAULT_SEED};
pub use deeds::Fired;
pub use grant::{GrantError, GrantOrder, ReadyAccess};
use post::Post;
pub use prepare::Prepared;
pub use pulse::Advanced;
pub use registry::{AddError, DEFAULT, NameError, WORLDS_LIMIT, Worlds, WorldsCount};
pub use snapshot::{Origin, SNAPSHOTS_LIMIT, Snapshot, SnapshotError};
pub use standing::{LoadRefused, Standing};

use header_faults::HeaderFaults;
use life::Life;
use snapshot::Snapshots;

/// One world.
pub struct World {
    name: String,
    seed: Seed,
    clock: Clock,
    banks: Vec<Arc<BankInstance>>,
    journal: Arc<Journal>,
    engine: ArcSwap<Engine>,
    reactor: ArcSwap<Reactor>,
    agenda: Agenda,
    post: Post,
    prepared: Vec<Prepared>,
    blueprint: Blueprint,
    /// Faults that clients order themselves.
    header_faults: HeaderFaults,
    standing: Mutex<Standing>,
    /// Kept across resets and restores.
    snapshots: Arc<Snapshots>,
    origin: Option<Origin>,
    life: Life,
    this: Weak<World>,
    /// Held while one thing that is due is done.
    turn: Mutex<()>,
    /// Requests on their way.
    flights: AtomicUsize,
    /// A task fires the timers ...
    driven: AtomicBool,
    /// ... and is told here that there is an earlier one.
    roused: Arc<Notify>,
}

/// Why a world could not be made.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// A bank speaks nothing we know.
    #[error("bank `{0}` speaks `{1}`, which is no dialect; there is {2}")]
    UnknownDialect(String, String, String),
    /// Two banks have one address.
    #[error("there are two banks `{0}`")]
    TwoBanks(String),
    /// A bank is filled with nothing we know.
    #[error("bank `{0}` names the dataset `{1}`, which does not exist; there is {2}")]
    UnknownDataset(String, String, String),
    /// A client is not legal.
    #[error("a client of bank `{0}` cannot be registered")]
    Client(String, #[source] RegistrationError),
    /// A client's webhook is not legal.
    #[error("a webhook of bank `{0}` cannot be registered")]
    Webhook(String, #[source] EndpointError),
    /// A prepared consent is refused.
    #[error("the consent of `{1}` at bank `{0}` cannot be granted")]
    Consent(String, String, #[source] GrantError),
    /// Rules about connections that are of no world.
    #[error(
        "the scenario has rules at the stage `accept`: a connection is accepted before anybody knows which world it is for, \
         so that only the world `default`, or one with a port of its own, can have them"
    )]
    Connections,
    /// Something is prepared for a bank that is not there.
    #[error("the scenario prepares access to bank `{0}`, which is not in this world; there is {1}")]
    UnknownBank(String, String),
}

/// One bank of one world.
pub struct BankInstance {
    /// Its place in addresses.
    pub slug: Arc<str>,
    /// Its settings.
    pub profile: Arc<BankProfile>,
    /// What it speaks.
    pub dialect: &'static dyn Dialect,
    /// What the bank knows.
    pub ledger: Ledger,
    /// Its authorization server.
    pub auth: AuthServer,
    /// How often its clients may call.
    pub limits: Limits,
    /// Whom it tells what happened.
    pub webhooks: Endpoints,
}

impl World {
    /// Makes a world.
    ///
    /// # Errors
    /// One of its banks cannot be made, or what the scenario prepares is refused.
    pub fn make(blueprint: Blueprint) -> Result<Arc<World>, WorldError> {
        World::make_with(blueprint, Arc::default())
    }

    fn make_with(blueprint: Blueprint, snapshots: Arc<Snapshots>) -> Result<Arc<World>, WorldError> {
        blueprint.scenario.as_ref().map_or(Ok(()), |scenario| blueprint.admit(scenario))?;
        let (clock, seed) = (blueprint.resolved_clock(), blueprint.resolved_seed());
        let start = clock.now();
        let mut banks: Vec<Arc<BankInstance>> = Vec::new();
        for profile in blueprint.resolved_banks() {
            let mut bank = BankInstance::make(Arc::clone(profile), seed, start)?;
            if let Some(authority) = &blueprint.authority {
                bank.auth = bank
                    .auth
                    .behind_tls(Arc::clone(authority))
                    .map_err(|why| WorldError::Client(bank.slug.to_string(), why))?;
            }
            bank.webhooks = Endpoints::new(Arc::clone(&blueprint.webhook_hosts));
            if banks.iter().any(|other| other.slug == bank.slug) {
                return Err(WorldError::TwoBanks(bank.slug.to_string()));
            }
            banks.push(Arc::new(bank));
        }
        let (prepared, engine) = match &blueprint.scenario {
            None => (Vec::new(), Engine::empty(seed)),
            Some(scenario) => (prepare::prepare(scenario, &banks, start)?, Engine::new(Arc::clone(scenario), seed)),
        };
        let agenda = Agenda::default();
        if let Some(scenario) = &blueprint.scenario {
            agenda.schedule(scenario.timeline(), start);
        }
        let world = Arc::new_cyclic(|this| World {
            name: blueprint.name.clone(),
            seed,
            clock,
            banks,
            prepared,
            journal: Arc::default(),
            engine: ArcSwap::from_pointee(engine),
            reactor: ArcSwap::from_pointee(Reactor::new(blueprint.scenario.clone(), seed)),
            agenda,
            post: Post::default(),
            header_faults: HeaderFaults::default(),
            standing: Mutex::new(Standing::in_force(clock::wall())),
            snapshots,
            origin: None,
            life: Life::new(blueprint.ttl),
            blueprint,
            this: Weak::clone(this),
            turn: Mutex::default(),
            flights: AtomicUsize::new(0),
            driven: AtomicBool::new(false),
            roused: Arc::default(),
        });
        world.tell();
        Ok(world)
    }

    /// A new world from the same blueprint and the scenario in force now: nothing that happened in this one is known in it
    /// but its snapshots.
    ///
    /// # Errors
    /// As [`World::make`].
    pub fn again(&self) -> Result<Arc<World>, WorldError> {
        let blueprint = Blueprint { scenario: self.scenario(), ..self.blueprint.clone() };
        World::make_with(blueprint, Arc::clone(&self.snapshots))
    }

    /// Who makes certificates for its banks, behind TLS.
    pub fn authority(&self) -> Option<&Arc<dyn Certifies>> {
        self.blueprint.authority.as_ref()
    }

    /// Hosts outside this machine that its banks may tell what happened.
    pub fn webhook_hosts(&self) -> &Arc<[String]> {
        &self.blueprint.webhook_hosts
    }

    /// The scenario in force.
    pub fn scenario(&self) -> Option<Arc<Scenario>> {
        self.engine.load().scenario().cloned()
    }

    /// Puts the rules of another scenario in force, between two requests; rules written as before go on counting. What
    /// the scenario says about the making of a world holds from the next reset.
    ///
    /// # Errors
    /// It has rules that could never act in this world; the scenario in force stays.
    pub fn load(&self, scenario: Arc<Scenario>) -> Result<(), WorldError> {
        if let Err(error) = self.blueprint.admit(&scenario) {
            self.refuse(LoadRefused::unfit(clock::wall(), &error));
            return Err(error);
        }
        // Between two events too: what one has counted must not be lost.
        let turn = self.turn.lock();
        self.engine.rcu(|engine| engine.reloaded(Arc::clone(&scenario), self.seed));
        self.reactor.rcu(|reactor| reactor.reloaded(Arc::clone(&scenario)));
        self.agenda.schedule(scenario.timeline(), self.clock.now());
        *self.standing.lock() = Standing::in_force(clock::wall());
        drop(turn);
        self.rouse();
        Ok(())
    }

    /// Remembers that another scenario was refused: the one in force stays.
    pub fn refuse(&self, why: LoadRefused) {
        self.standing.lock().refused = Some(why);
    }

    /// Since when the scenario is in force, and what became of the last attempt to replace it.
    pub fn standing(&self) -> Standing {
        self.standing.lock().clone()
    }

    /// Ids of clients whose calls belong here wherever they name no world.
    pub fn claims(&self) -> &[String] {
        &self.blueprint.clients
    }

    /// What it is a copy of.
    pub fn origin(&self) -> Option<&Origin> {
        self.origin.as_ref()
    }

    /// How long it lives unused.
    pub fn ttl(&self) -> Option<std::time::Duration> {
        self.life.ttl()
    }

    /// Notes that somebody uses it.
    pub(crate) fn touch(&self) {
        self.life.touch();
    }

    /// `true` if nobody has used it for longer than it was to live unused.
    fn is_over(&self, now_ns: u64) -> bool {
        self.life.is_over(now_ns) && self.journal.begun().1 == 0
    }

    pub(crate) fn header_faults(&self) -> &HeaderFaults {
        &self.header_faults
    }

    /// Access that the scenario prepared: by bank, client and account holder.
    pub fn prepared(&self) -> &[Prepared] {
        &self.prepared
    }

    /// What it has yet to do.
    pub(crate) fn agenda(&self) -> &Agenda {
        &self.agenda
    }

    pub(crate) fn engine(&self) -> arc_swap::Guard<Arc<Engine>> {
        self.engine.load()
    }

    /// Its name: `default`, or the one in its addresses.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where all its chance comes from.
    pub fn seed(&self) -> Seed {
        self.seed
    }

    /// Its time.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Its banks, in the order they are listed.
    pub fn banks(&self) -> &[Arc<BankInstance>] {
        &self.banks
    }

    /// One of its banks.
    pub fn bank(&self, slug: &str) -> Option<Arc<BankInstance>> {
        self.banks.iter().find(|bank| &*bank.slug == slug).cloned()
    }

    pub(crate) fn journal(&self) -> &Arc<Journal> {
        &self.journal
    }
}

impl BankInstance {
    /// A bank of these parts; its limits are those of its file, unused.
    ///
    /// # Errors
    /// It speaks nothing we know.
    pub fn new(profile: Arc<BankProfile>, ledger: Ledger, auth: AuthServer) -> Result<BankInstance, WorldError> {
        let dialect = DIALECTS.iter().find(|dialect| dialect.slug() == profile.dialect).ok_or_else(|| {
            let known: Vec<&str> = DIALECTS.iter().map(|dialect| dialect.slug()).collect();
            WorldError::UnknownDialect(profile.slug.clone(), profile.dialect.clone(), known.join(", "))
        })?;
        let (slug, limits) = (Arc::from(profile.slug.as_str()), Limits::new(&profile.limits));
        Ok(BankInstance { slug, dialect: *dialect, ledger, auth, limits, profile, webhooks: Endpoints::default() })
    }

    /// A bank of its own in the same state.
    fn fork(&self) -> BankInstance {
        BankInstance {
            slug: Arc::clone(&self.slug),
            profile: Arc::clone(&self.profile),
            dialect: self.dialect,
            ledger: self.ledger.fork(),
            auth: self.auth.fork(),
            limits: self.limits.fork(),
            webhooks: self.webhooks.fork(),
        }
    }

    fn make(profile: Arc<BankProfile>, seed: Seed, start: Timestamp) -> Result<BankInstance, WorldError> {
        let dataset = Dataset::builtin(&profile.dataset).ok_or_else(|| {
            let known: Vec<&str> = Dataset::builtin_names().collect();
            WorldError::UnknownDataset(profile.slug.clone(), profile.dataset.clone(), known.join(", "))
        })?;
        let world_seed = seed;
        let seed = seed.of("bank").of(&profile.slug);
        let book = Arc::new(Book::new(dataset, seed, start, profile.zone.clone()));
        let auth = AuthServer::new(AuthSettings::of(&profile), seed);
        let auth = auth.map_err(|error| WorldError::Client(profile.slug.clone(), error))?.with_directory(world_seed);
        let ledger = Ledger::new(Arc::clone(&profile), book, seed);
        auth.grant_standing_access(&ledger, start)
            .expect("an account holder may agree to a consent that was just made");
        BankInstance::new(profile, ledger, auth)
    }
}

/// The path of a bank under the base URL.
pub fn path_of(world: &World, bank: &BankInstance) -> String {
    match world.name() {
        DEFAULT => format!("/{}", bank.slug),
        name => format!("/w/{name}/{}", bank.slug),
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").field("name", &self.name).field("banks", &self.banks).finish_non_exhaustive()
    }
}

impl fmt::Debug for BankInstance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BankInstance").field("slug", &self.slug).finish_non_exhaustive()
    }
}
