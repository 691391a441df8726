//! The sandbox in this process: the only file of this crate that may name it.

use bank_sandbox::{Builder, Running, Sandbox};

/// A sandbox that runs as long as this value lives.
#[derive(Debug)]
pub struct Embedded {
    /// Base address of its control API.
    pub control_url: String,
    /// Base addresses of bank traffic inside TLS and inside mutual TLS, if it was started with them.
    pub secure_urls: Option<(String, String)>,
    /// Base address of bank traffic.
    pub base_url: String,
    _running: Running,
}

impl Embedded {
    /// Starts a sandbox on free loopback ports.
    ///
    /// # Errors
    /// In words, why it does not start.
    pub async fn start(seed: u64) -> Result<Embedded, String> {
        Embedded::run(Sandbox::builder().seed(seed)).await
    }

    /// Starts one that has TLS listeners too, and an authority of its own.
    ///
    /// # Errors
    /// In words, why it does not start.
    pub async fn start_secure(seed: u64) -> Result<Embedded, String> {
        Embedded::run(Sandbox::builder().seed(seed).tls_port(0).mutual_tls_port(0)).await
    }

    async fn run(builder: Builder) -> Result<Embedded, String> {
        let started = builder.port(0).control_port(0).start().await;
        let running = started.map_err(|error| format!("the embedded sandbox does not start: {error}"))?;
        let secure_urls = running.tls.as_ref().map(|tls| (tls.base_url.clone(), tls.mutual_base_url.clone()));
        let (control_url, base_url) = (running.control_url.clone(), running.base_url.clone());
        Ok(Embedded { control_url, base_url, secure_urls, _running: running })
    }
}
