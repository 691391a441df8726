//! A sandbox in this process: what the command starts, and tests and the judge embed.
//!
//! Owns putting worlds and listeners together and taking them down. Knows no command line.

mod running;

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use bank_fixtures::document::Diagnostics;
use bank_fixtures::seed::Seed;
use tokio::net::TcpListener;
use tokio::sync::watch;

pub use self::running::{Door, Running, RunningTls};
use self::running::{serve_control, sweep, url_of};
use crate::app::{App, FaultHeader, JournalHeader, Settings};
use crate::certificate::Certifies;
use crate::control::Control;
use crate::journal::Secrets;
use crate::profile::BankProfile;
use crate::scenario::{ClockSpec, Scenario};
use crate::server::{self, Entrance};
use crate::tls::{AuthorityError, Clients, Suites, Tls};
use crate::wire::SecureFronts;
use crate::world::{AddError, Blueprint, Connections, DEFAULT, NameError, WORLDS_LIMIT, World, WorldError, Worlds};

/// Where a sandbox comes from.
#[derive(Debug)]
pub struct Sandbox;

/// What to start. Without any setting: two listeners on free loopback ports, one world, every shipped bank.
#[derive(Debug, Clone)]
pub struct Builder {
    seed: Option<Seed>,
    scenario: Option<Arc<Scenario>>,
    clock: Option<ClockSpec>,
    banks: Vec<Arc<BankProfile>>,
    worlds: Vec<String>,
    doors: Vec<(String, u16)>,
    webhook_hosts: Vec<String>,
    bind: IpAddr,
    port: u16,
    control_port: u16,
    control_token: Option<String>,
    public_base: Option<String>,
    journal_header: JournalHeader,
    secrets: Secrets,
    max_worlds: usize,
    fault_header: FaultHeader,
    tls: Option<TlsOrder>,
}

/// A TLS listener to be started.
#[derive(Debug, Clone)]
struct TlsOrder {
    port: u16,
    mutual_port: u16,
    suites: Suites,
    public_mutual: Option<String>,
    ca_dir: Option<PathBuf>,
}

/// Why nothing was started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A listener could not be bound.
    #[error("cannot listen for {what} on {address}")]
    Bind {
        /// Which listener.
        what: &'static str,
        /// Where.
        address: SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Everybody could reach the control API.
    #[error("the control API must not listen on {0}, where others can reach it, without a control token")]
    OpenControl(IpAddr),
    /// There is no certificate authority.
    #[error("there is no certificate authority for TLS")]
    Authority(#[from] AuthorityError),
    /// A world's name is not legal.
    #[error(transparent)]
    Name(#[from] NameError),
    /// A world cannot be added to the others.
    #[error(transparent)]
    Crowd(#[from] AddError),
    /// A world could not be made.
    #[error("the world `{world}` cannot be made")]
    World {
        /// Its name.
        world: String,
        /// Why.
        #[source]
        source: Box<WorldError>,
    },
}

impl Sandbox {
    /// A sandbox to be set up and started.
    pub fn builder() -> Builder {
        Builder {
            seed: None,
            scenario: None,
            clock: None,
            banks: Vec::new(),
            worlds: Vec::new(),
            doors: Vec::new(),
            webhook_hosts: Vec::new(),
            bind: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 0,
            control_port: 0,
            control_token: None,
            public_base: None,
            journal_header: JournalHeader::Sent,
            secrets: Secrets::Hidden,
            max_worlds: WORLDS_LIMIT,
            fault_header: FaultHeader::Ignored,
            tls: None,
        }
    }
}

impl Builder {
    /// Where all chance comes from; overrides the scenario's.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Builder {
        self.seed = Some(Seed::new(seed));
        self
    }

    /// The scenario of the default world, and of every world named here, as YAML text.
    ///
    /// # Errors
    /// The text is no scenario: everything that is wrong with it.
    pub fn scenario(self, text: &str) -> Result<Builder, Diagnostics> {
        Ok(self.compiled(Arc::new(Scenario::compile("scenario.yaml", text)?)))
    }

    /// The same, compiled already.
    #[must_use]
    pub fn compiled(mut self, scenario: Arc<Scenario>) -> Builder {
        self.scenario = Some(scenario);
        self
    }

    /// How time runs; overrides the scenario's.
    #[must_use]
    pub fn clock(mut self, clock: ClockSpec) -> Builder {
        self.clock = Some(clock);
        self
    }

    /// Adds a bank; without any, the scenario's or every shipped one.
    #[must_use]
    pub fn bank(mut self, profile: Arc<BankProfile>) -> Builder {
        self.banks.push(profile);
        self
    }

    /// Adds a world besides the default one.
    #[must_use]
    pub fn world(mut self, name: impl Into<String>) -> Builder {
        self.worlds.push(name.into());
        self
    }

    /// A port at which everything is for one world, which is added if it is not there yet; 0 takes a free one.
    #[must_use]
    pub fn world_port(mut self, name: impl Into<String>, port: u16) -> Builder {
        self.doors.push((name.into(), port));
        self
    }

    /// Lets banks tell a host outside this machine what happened.
    #[must_use]
    pub fn webhook_host(mut self, host: impl Into<String>) -> Builder {
        self.webhook_hosts.push(host.into());
        self
    }

    /// Address of all listeners.
    #[must_use]
    pub fn bind(mut self, address: IpAddr) -> Builder {
        self.bind = address;
        self
    }

    /// Port of bank traffic; 0 takes a free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Builder {
        self.port = port;
        self
    }

    /// Port of the control API; 0 takes a free one.
    #[must_use]
    pub fn control_port(mut self, port: u16) -> Builder {
        self.control_port = port;
        self
    }

    /// What control callers must present as a bearer token.
    #[must_use]
    pub fn control_token(mut self, token: impl Into<String>) -> Builder {
        self.control_token = Some(token.into());
        self
    }

    /// External base URL of bank traffic, where it is not what clients connect to.
    #[must_use]
    pub fn public_base(mut self, base: impl Into<String>) -> Builder {
        self.public_base = Some(base.into().trim_end_matches('/').to_owned());
        self
    }

    /// Serves bank traffic inside TLS too, on two listeners of their own (at the second clients are asked for a certificate),
    /// with certificates of an authority of its own.
    #[must_use]
    pub fn tls(mut self) -> Builder {
        self.order_tls();
        self
    }

    fn order_tls(&mut self) -> &mut TlsOrder {
        self.tls.get_or_insert(TlsOrder {
            port: 0,
            mutual_port: 0,
            suites: Suites::Modern,
            public_mutual: None,
            ca_dir: None,
        })
    }

    /// Port of bank traffic inside mutual TLS, where clients are asked for a certificate; 0 takes a free one. Switches TLS on.
    #[must_use]
    pub fn mutual_tls_port(mut self, port: u16) -> Builder {
        self.order_tls().mutual_port = port;
        self
    }

    /// What is offered inside TLS to clients that name no bank by host. Switches TLS on.
    #[must_use]
    pub fn tls_suites(mut self, suites: Suites) -> Builder {
        self.order_tls().suites = suites;
        self
    }

    /// External base URL of bank traffic inside mutual TLS, where [`Builder::public_base`] is set. Switches TLS on.
    #[must_use]
    pub fn public_mutual_base(mut self, base: impl Into<String>) -> Builder {
        self.order_tls().public_mutual = Some(base.into().trim_end_matches('/').to_owned());
        self
    }

    /// Port of bank traffic inside TLS; 0 takes a free one. Switches TLS on.
    #[must_use]
    pub fn tls_port(mut self, port: u16) -> Builder {
        self.order_tls().port = port;
        self
    }

    /// Folder the certificate authority is kept in, made if it is not there yet. Switches TLS on.
    #[must_use]
    pub fn ca_dir(mut self, folder: impl Into<PathBuf>) -> Builder {
        self.order_tls().ca_dir = Some(folder.into());
        self
    }

    /// Leaves `x-sandbox-journal` out of answers.
    #[must_use]
    pub fn without_journal_header(mut self) -> Builder {
        self.journal_header = JournalHeader::Withheld;
        self
    }

    /// Lets readers of the journal ask for tokens, card numbers and IBANs as they were sent (`?secrets=show`).
    #[must_use]
    pub fn show_secrets(mut self) -> Builder {
        self.secrets = Secrets::Shown;
        self
    }

    /// Most worlds besides the default one.
    #[must_use]
    pub fn max_worlds(mut self, limit: usize) -> Builder {
        self.max_worlds = limit;
        self
    }

    /// Lets clients order faults for their own calls with the header `Sandbox-Fault`.
    #[must_use]
    pub fn fault_header(mut self) -> Builder {
        self.fault_header = FaultHeader::Obeyed;
        self
    }

    /// Makes the worlds, binds the listeners and serves, until the result is shut down or dropped.
    ///
    /// # Errors
    /// A world cannot be made as ordered, or a listener cannot be bound.
    pub async fn start(self) -> Result<Running, StartError> {
        if !self.bind.is_loopback() && self.control_token.is_none() {
            return Err(StartError::OpenControl(self.bind));
        }
        // The authority comes first: banks have their keys certified by it.
        let authority = self.tls.as_ref().map(|order| Tls::new(order.ca_dir.as_deref(), order.suites).map(Arc::new));
        let authority = authority.transpose()?;
        let worlds = Arc::new(Worlds::new(self.make(DEFAULT, authority.as_ref())?, self.max_worlds));
        for name in &self.named_worlds() {
            Worlds::check_name(name)?;
            worlds.add(self.make(name, authority.as_ref())?)?;
        }
        let mut doors = Vec::new();
        for (world, port) in &self.doors {
            let (listener, address) = bind("the traffic of one world", SocketAddr::new(self.bind, *port)).await?;
            doors.push((listener, Door { world: world.clone(), base_url: url_of("http", address), address }));
        }
        let tls = match self.tls.as_ref().zip(authority) {
            None => None,
            Some((order, tls)) => {
                let listener = bind("bank traffic in TLS", SocketAddr::new(self.bind, order.port)).await?;
                let address = SocketAddr::new(self.bind, order.mutual_port);
                Some((tls, listener, bind("bank traffic in mutual TLS", address).await?))
            }
        };
        let traffic = bind("bank traffic", SocketAddr::new(self.bind, self.port)).await?;
        let control = bind("the control API", SocketAddr::new(self.bind, self.control_port)).await?;
        let (address, control_address) = (traffic.1, control.1);
        let base_url = self.public_base.clone().unwrap_or_else(|| url_of("http", address));
        let (stop, stopped) = watch::channel(false);
        let public = self.public_base.clone();
        let public_mutual = self.tls.as_ref().and_then(|order| order.public_mutual.clone());
        let settings = Settings {
            public_base: self.public_base,
            journal_header: self.journal_header,
            fault_header: self.fault_header,
        };
        let app = Arc::new(App::new(Arc::clone(&worlds), settings));
        let control_url = url_of("http", control_address);
        let running_tls = tls.as_ref().map(|(tls, (_, address), (_, mutual))| RunningTls {
            base_url: url_of("https", *address),
            address: *address,
            mutual_base_url: url_of("https", *mutual),
            mutual_address: *mutual,
            tls: Arc::clone(tls),
            ca_pem: tls.ca_pem().into(),
            ca_file: tls.ca_file(),
        });
        let state = Control {
            worlds: Arc::clone(&worlds),
            base_url: base_url.clone(),
            token: self.control_token,
            secrets: self.secrets,
            tls: tls.as_ref().map(|(tls, ..)| Arc::clone(tls)),
            doors: doors.iter().map(|(_, door)| (door.world.clone(), door.base_url.clone())).collect(),
        };
        let mut tasks = vec![
            tokio::spawn(server::serve(traffic.0, Entrance::Clear, Arc::clone(&app), stopped.clone())),
            tokio::spawn(serve_control(control.0, state, stopped.clone())),
            tokio::spawn(sweep(Arc::clone(&worlds), stopped.clone())),
        ];
        if let Some((tls, (secure, address), (mutual, mutual_address))) = tls {
            let (tls_port, mutual_port) = (address.port(), mutual_address.port());
            let public = public.map(|public| (public, public_mutual));
            let fronts = Arc::new(SecureFronts { tls: tls_port, mutual: mutual_port, public });
            for (listener, clients) in [(secure, Clients::Unasked), (mutual, Clients::Asked)] {
                let entrance = Entrance::Secure { tls: Arc::clone(&tls), fronts: Arc::clone(&fronts), clients };
                tasks.push(tokio::spawn(server::serve(listener, entrance, Arc::clone(&app), stopped.clone())));
            }
        }
        let mut opened = Vec::new();
        for (listener, door) in doors {
            let app = Arc::new(app.at_home(&door.world));
            tasks.push(tokio::spawn(server::serve(listener, Entrance::Clear, app, stopped.clone())));
            opened.push(door);
        }
        let doors = opened;
        Ok(Running { base_url, control_url, address, control_address, tls: running_tls, doors, worlds, stop, tasks })
    }

    /// Every world besides the default one, each once.
    fn named_worlds(&self) -> Vec<String> {
        let mut named = self.worlds.clone();
        for (world, _) in &self.doors {
            if world != DEFAULT && !named.contains(world) {
                named.push(world.clone());
            }
        }
        named
    }

    fn make(&self, name: &str, authority: Option<&Arc<Tls>>) -> Result<Arc<World>, StartError> {
        let mut blueprint = Blueprint::new(name, self.scenario.clone());
        (blueprint.seed, blueprint.clock, blueprint.banks) = (self.seed, self.clock, self.banks.clone());
        blueprint.webhook_hosts = self.webhook_hosts.clone().into();
        blueprint.authority = authority.map(|tls| Arc::clone(tls) as Arc<dyn Certifies>);
        if self.doors.iter().any(|(world, _)| world == name) {
            blueprint.connections = Connections::Own;
        }
        World::make(blueprint).map_err(|source| StartError::World { world: name.to_owned(), source: Box::new(source) })
    }
}

async fn bind(what: &'static str, address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |source| StartError::Bind { what, address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}
