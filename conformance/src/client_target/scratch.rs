//! A folder that lives as long as one case.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// An empty folder, removed with everything in it when dropped.
#[derive(Debug)]
pub(crate) struct Scratch(PathBuf);

static NEXT: AtomicU64 = AtomicU64::new(1);

impl Scratch {
    /// Makes one below the system's folder for temporary files.
    ///
    /// # Errors
    /// It could not be made.
    pub(crate) fn new() -> io::Result<Scratch> {
        loop {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let path = std::env::temp_dir().join(format!("bank-conformance-{}-{number}", std::process::id()));
            match std::fs::create_dir(&path) {
                Ok(()) => return Ok(Scratch(path)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(error),
            }
        }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed is left to the system, which empties that folder anyway.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
