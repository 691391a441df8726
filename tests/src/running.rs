//! A `bank-sandbox` process of a test's own, stopped when the test ends.

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// A running `bank-sandbox` with its own ports.
#[derive(Debug)]
pub struct Running {
    child: Child,
    folder: PathBuf,
    /// Base URL of the bank listener, without a trailing slash.
    pub base_url: String,
    /// Base URL of the control listener, without a trailing slash.
    pub control_url: String,
}

impl Running {
    /// Starts the program with `arguments` on free ports and waits until it says that it is ready.
    ///
    /// # Panics
    /// If it ends before it is ready.
    pub fn start(arguments: &[&str]) -> Running {
        let folder = std::env::temp_dir().join(format!("bank-tests-{}-{}", std::process::id(), unique()));
        std::fs::create_dir_all(&folder).expect("the temporary folder is writable");
        let ready_file = folder.join("ready.json");
        let mut child = Command::new(crate::bank_sandbox())
            .args(["serve", "--port", "0", "--control-port", "0", "--ready-file"])
            .arg(&ready_file)
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(folder.join("stderr")).expect("the temporary folder is writable"))
            .spawn()
            .expect("the program can be started");
        // It greets once it serves; the pipe ends if it dies first.
        let greeting = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let ready = greeting.lines().map_while(Result::ok).any(|line| line.contains("Ctrl-C stops it"));
        assert!(ready, "bank-sandbox ended before it was ready\n{}", stderr(&folder));
        let text = std::fs::read_to_string(&ready_file).expect("the ready file is written before the greeting");
        let ready: serde_json::Value = serde_json::from_str(&text).expect("the ready file is JSON");
        let url = |name: &str| ready[name].as_str().unwrap_or_else(|| panic!("no {name} in {ready}")).to_owned();
        Running { base_url: url("base_url"), control_url: url("control_url"), child, folder }
    }

    /// What it has written to standard error so far.
    pub fn stderr(&self) -> String {
        stderr(&self.folder)
    }

    /// `true` while the process lives.
    pub fn is_alive(&mut self) -> bool {
        self.child.try_wait().is_ok_and(|exited| exited.is_none())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn stderr(folder: &std::path::Path) -> String {
    let mut text = String::new();
    if let Ok(mut file) = std::fs::File::open(folder.join("stderr")) {
        let _ = file.read_to_string(&mut text);
    }
    text
}

fn unique() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
