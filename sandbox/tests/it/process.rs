//! The command as a process that serves: in a folder of its own, ended when dropped.

use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// A running `bank-sandbox` on free ports.
pub(crate) struct Process {
    pub(crate) child: Child,
    pub(crate) folder: PathBuf,
    /// What it said when everything was listening.
    pub(crate) greeting: String,
    /// What the ready file said then.
    pub(crate) told: Value,
}

impl Process {
    /// Starts it with more arguments, and with a scenario file of this text if there is one.
    pub(crate) fn start(name: &str, arguments: &[&str], scenario: Option<&str>) -> Process {
        let folder = std::env::temp_dir().join(format!("bank-sandbox-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_bank-sandbox"));
        let ready = folder.join("ready.json");
        command.args(["--port", "0", "--control-port", "0", "--ready-file"]).arg(&ready).args(arguments);
        if let Some(text) = scenario {
            let file = folder.join("file.yaml");
            std::fs::write(&file, text).unwrap();
            command.arg("--scenario").arg(file);
        }
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut greeting = String::new();
        while !greeting.contains("Ctrl-C") {
            let mut buffer = [0; 4096];
            let read = child.stdout.as_mut().unwrap().read(&mut buffer).unwrap();
            assert!(read > 0, "it ended early: {greeting}");
            greeting.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
        }
        let told = serde_json::from_str(&std::fs::read_to_string(&ready).unwrap()).unwrap();
        Process { child, folder, greeting, told }
    }

    /// A URL of the ready file.
    pub(crate) fn url(&self, key: &str) -> String {
        self.told[key].as_str().unwrap().to_owned()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
