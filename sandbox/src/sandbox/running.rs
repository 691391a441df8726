//! A sandbox while it serves: where it is reached, what runs beside the traffic, and how it stops.
//!
//! Knows nothing of how it was ordered.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::clock;
use crate::control::{self, Control};
use crate::tls::{Bundle, BundleError, BundleOrder, Tls};
use crate::world::Worlds;

/// How long control calls under way may take once the sandbox stops.
const CONTROL_GRACE: Duration = Duration::from_millis(500);

/// How often worlds are looked through for those nobody uses any more.
const SWEEP_EVERY: Duration = Duration::from_millis(250);

/// A sandbox that serves. Dropping it stops it without waiting for answers under way.
#[derive(Debug)]
pub struct Running {
    /// External base URL of bank traffic, without a trailing slash; a bank is at `{base_url}/{bank}`.
    pub base_url: String,
    /// Base URL of the control API, without a trailing slash.
    pub control_url: String,
    /// What the bank traffic listener was bound to.
    pub address: SocketAddr,
    /// What the control listener was bound to.
    pub control_address: SocketAddr,
    /// The TLS listener, if there is one.
    pub tls: Option<RunningTls>,
    /// Listeners at which everything is for one world.
    pub doors: Vec<Door>,
    pub(super) worlds: Arc<Worlds>,
    pub(super) stop: watch::Sender<bool>,
    pub(super) tasks: Vec<JoinHandle<()>>,
}

/// A listener at which everything is for one world.
#[derive(Debug)]
pub struct Door {
    /// Name of the world.
    pub world: String,
    /// Base URL, without a trailing slash; a bank is at `{base_url}/{bank}`.
    pub base_url: String,
    /// What the listener was bound to.
    pub address: SocketAddr,
}

/// The two listeners of bank traffic inside TLS.
#[derive(Debug)]
pub struct RunningTls {
    /// Base URL, without a trailing slash; a bank is at `{base_url}/{bank}`.
    pub base_url: String,
    /// What the listener was bound to.
    pub address: SocketAddr,
    /// The same where clients are asked for a certificate.
    pub mutual_base_url: String,
    /// What that listener was bound to.
    pub mutual_address: SocketAddr,
    /// Certificate of the authority that clients must trust.
    pub ca_pem: Arc<str>,
    /// The file it is kept in, where a folder was named.
    pub ca_file: Option<PathBuf>,
    pub(super) tls: Arc<Tls>,
}

impl RunningTls {
    /// Certificates and keys for a client.
    ///
    /// # Errors
    /// A name that no certificate can carry.
    pub fn bundle(&self, order: &BundleOrder) -> Result<Bundle, BundleError> {
        self.tls.bundle(order)
    }
}

impl Running {
    /// The worlds it serves.
    pub fn worlds(&self) -> &Worlds {
        &self.worlds
    }

    /// Base URL of a bank of a world; `None` if either does not exist.
    pub fn bank_url(&self, world: &str, bank: &str) -> Option<String> {
        let world = self.worlds.find(world)?;
        let bank = world.bank(bank)?;
        Some(format!("{}{}", self.base_url, crate::world::path_of(&world, &bank)))
    }

    /// Stops taking connections, lets answers under way finish for a moment, and ends.
    pub async fn shutdown(self) {
        let _ = self.stop.send(true);
        for task in self.tasks {
            let _ = task.await;
        }
    }
}

/// Serves the control API until it is told to stop.
pub(super) async fn serve_control(listener: TcpListener, control: Control, mut stop: watch::Receiver<bool>) {
    let mut stopped = stop.clone();
    let stopping = async move {
        let _ = stopped.wait_for(|stop| *stop).await;
    };
    let serving = axum::serve(listener, control::router(control)).with_graceful_shutdown(stopping).into_future();
    tokio::select! {
        served = serving => {
            if let Err(error) = served {
                tracing::error!(%error, "the control API stopped");
            }
        }
        // Somebody waiting for the next journal entry would hold us up.
        () = async {
            let _ = stop.wait_for(|stop| *stop).await;
            clock::sleep(CONTROL_GRACE).await;
        } => {}
    }
}

/// Removes worlds nobody uses any more, as long as the sandbox runs.
pub(super) async fn sweep(worlds: Arc<Worlds>, mut stop: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = clock::sleep(SWEEP_EVERY) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        let swept = worlds.sweep(clock::monotonic_ns());
        if swept > 0 {
            tracing::info!(worlds = swept, "worlds nobody used were removed");
        }
    }
}

/// How a local client reaches an address: an unspecified one is reached over loopback.
pub(super) fn url_of(scheme: &str, address: SocketAddr) -> String {
    let mut address = address;
    if address.ip().is_unspecified() {
        let loopback =
            if address.is_ipv4() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { std::net::Ipv6Addr::LOCALHOST.into() };
        address.set_ip(loopback);
    }
    format!("{scheme}://{address}")
}
