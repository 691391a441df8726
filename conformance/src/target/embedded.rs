//! The sandbox in this process: the only file of this crate that may name it.

use bank_sandbox::{Running, Sandbox};

/// A sandbox that runs as long as this value lives.
#[derive(Debug)]
pub struct Embedded {
    /// Base address of its control API.
    pub control_url: String,
    _running: Running,
}

impl Embedded {
    /// Starts a sandbox on free loopback ports.
    ///
    /// # Errors
    /// In words, why it does not start.
    pub async fn start(seed: u64) -> Result<Embedded, String> {
        let started = Sandbox::builder().seed(seed).port(0).control_port(0).start().await;
        let running = started.map_err(|error| format!("the embedded sandbox does not start: {error}"))?;
        Ok(Embedded { control_url: running.control_url.clone(), _running: running })
    }
}
