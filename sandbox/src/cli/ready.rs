//! The file that says what was bound: written when requests are served, in one step.

use std::io;
use std::path::Path;

use serde::Serialize;

use crate::sandbox::{Door, Running};
use crate::world::path_of;

#[derive(Serialize)]
struct Ready {
    v: u8,
    pid: u32,
    base_url: String,
    control_url: String,
    address: String,
    control_address: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    tls: Option<Tls>,
    worlds: Vec<World>,
}

#[derive(Serialize)]
struct Tls {
    base_url: String,
    address: String,
    /// Where clients are asked for a certificate.
    mutual_base_url: String,
    mutual_address: String,
    /// Where the authority's certificate is to be had.
    ca_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    ca_file: Option<String>,
}

#[derive(Serialize)]
struct World {
    name: String,
    banks: Vec<Bank>,
    /// Listeners that are this world's alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ports: Vec<Port>,
}

#[derive(Serialize)]
struct Port {
    base_url: String,
    address: String,
}

#[derive(Serialize)]
struct Bank {
    slug: String,
    base_url: String,
}

/// Writes the file beside its place and moves it there, so that a reader never sees half of it.
///
/// # Errors
/// The folder does not exist, or cannot be written to.
pub(super) fn write(path: &Path, running: &Running) -> io::Result<()> {
    let bank = |world: &crate::world::World, bank: &crate::world::BankInstance| Bank {
        slug: bank.slug.to_string(),
        base_url: format!("{}{}", running.base_url, path_of(world, bank)),
    };
    let port = |door: &Door| Port { base_url: door.base_url.clone(), address: door.address.to_string() };
    let worlds = running.worlds().all().into_iter().map(|world| World {
        name: world.name().to_owned(),
        banks: world.banks().iter().map(|instance| bank(&world, instance)).collect(),
        ports: running.doors.iter().filter(|door| door.world == world.name()).map(port).collect(),
    });
    let ready = Ready {
        v: 1,
        pid: std::process::id(),
        base_url: running.base_url.clone(),
        control_url: running.control_url.clone(),
        address: running.address.to_string(),
        control_address: running.control_address.to_string(),
        tls: running.tls.as_ref().map(|tls| Tls {
            base_url: tls.base_url.clone(),
            address: tls.address.to_string(),
            mutual_base_url: tls.mutual_base_url.clone(),
            mutual_address: tls.mutual_address.to_string(),
            ca_url: format!("{}/v1/ca.pem", running.control_url),
            ca_file: tls.ca_file.as_ref().map(|file| file.display().to_string()),
        }),
        worlds: worlds.collect(),
    };
    let text = serde_json::to_vec_pretty(&ready).expect("strings and numbers serialise");
    let mut beside = path.as_os_str().to_owned();
    beside.push(".tmp");
    std::fs::write(&beside, text)?;
    std::fs::rename(&beside, path)
}
