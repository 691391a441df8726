//! The arguments.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::world::Worlds;

const AFTER_HELP: &str = "\
Without a command it serves. Exit codes: 0 done, 1 a replay that does not agree, 2 wrong command line, 3 a wrong file, 5 something outside stood in the way.

Examples:
  bank-sandbox                                             a bank on 127.0.0.1:8080, its control API on 8081
  bank-sandbox --scenario lost-reply                       the same bank, misbehaving as a shipped scenario says
  bank-sandbox --fault 'payments.create: hang 35s x3'      misbehaving as a one-liner says
  bank-sandbox --port 0 --control-port 0 --ready-file up.json
  bank-sandbox check scenarios/*.yaml                      every mistake in these files";

/// A bank in one process: real API standards, real OAuth, and every way of misbehaving that real banks have.
#[derive(Debug, Parser)]
#[command(name = "bank-sandbox", version, after_help = AFTER_HELP, args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    #[command(flatten)]
    pub(super) serve: Serve,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Serve banks until interrupted (the default)
    Serve(Box<Serve>),
    /// Find every mistake in scenario files
    Check {
        /// Scenario files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Say what a scenario file will do call by call, or what one fault is
    Explain {
        /// A scenario file, a shipped scenario's name, or the word `fault`
        #[arg(value_name = "FILE|NAME|fault")]
        what: String,
        /// The fault, after the word `fault`
        #[arg(value_name = "FAULT")]
        name: Option<String>,
    },
    /// Derive the decisions of a journal again, and compare
    Replay {
        /// A journal as the control API gives it: one entry per line
        #[arg(value_name = "JOURNAL")]
        journal: PathBuf,
        /// Only this entry, with everything that was derived
        #[arg(long, value_name = "SEQ")]
        entry: Option<u64>,
        /// The scenario that was in force (a file, or a shipped scenario's name): phases and effects are derived too
        #[arg(long, value_name = "FILE|NAME")]
        scenario: Option<String>,
    },
    /// List what there is: faults, operations, conditions, keys, errors, stages, scenarios
    List {
        /// What to list
        #[arg(value_name = "WHAT")]
        what: String,
    },
    /// Print a commented scenario file to start from
    New {
        /// Name of the scenario
        #[arg(value_name = "NAME", default_value = "my-scenario")]
        name: String,
    },
    /// Print the JSON Schema of scenario files, for editors
    Schema,
    /// Write certificates for a client, and everything that belongs to them, to a folder
    Cert(Box<super::cert::Cert>),
}

#[derive(Debug, Clone, Args)]
pub(super) struct Serve {
    /// Port of bank traffic; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 8080, env = "BANK_SANDBOX_PORT")]
    pub(super) port: u16,
    /// Port of the control API; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 8081, env = "BANK_SANDBOX_CONTROL_PORT")]
    pub(super) control_port: u16,
    #[command(flatten)]
    pub(super) secure: Secure,
    /// Address of all listeners; beyond loopback the control API needs a token
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1", env = "BANK_SANDBOX_BIND")]
    pub(super) bind: IpAddr,
    /// What control callers must present as a bearer token
    #[arg(long, value_name = "TOKEN", env = "BANK_SANDBOX_CONTROL_TOKEN", hide_env_values = true)]
    pub(super) control_token: Option<String>,
    /// Let webhooks go to this host too; without it they stay on this machine (may be repeated)
    #[arg(long = "webhook-allow", value_name = "HOST")]
    pub(super) webhook_hosts: Vec<String>,
    /// Serve another world beside the default one, at /w/NAME (may be repeated)
    #[arg(long = "world", value_name = "NAME")]
    pub(super) worlds: Vec<String>,
    /// Serve a world at a port of its own too, without /w/NAME; 0 takes a free one (may be repeated)
    #[arg(long = "world-port", value_name = "NAME=PORT", value_parser = door)]
    pub(super) doors: Vec<(String, u16)>,
    /// Serve only these banks: names of shipped banks, or bank files (may be repeated)
    #[arg(long = "bank", value_name = "NAME|FILE")]
    pub(super) banks: Vec<String>,
    /// Misbehave as this scenario says: a file, or a shipped scenario's name
    #[arg(long, value_name = "FILE|NAME")]
    pub(super) scenario: Option<String>,
    #[command(flatten)]
    pub(super) watching: Watching,
    /// Misbehave as this rule says too: 'payments.create: hang 35s x3' (may be repeated)
    #[arg(long = "fault", value_name = "RULE")]
    pub(super) faults: Vec<String>,
    /// Where all chance comes from; overrides the scenario's
    #[arg(long, value_name = "NUMBER")]
    pub(super) seed: Option<u64>,
    /// Leave x-sandbox-journal out of answers, for byte-faithful output
    #[arg(long)]
    pub(super) no_headers: bool,
    /// Let clients order faults for their own calls: 'Sandbox-Fault: 503 x2; retry-after=1'
    #[arg(long)]
    pub(super) fault_header: bool,
    /// Most worlds besides the default one
    #[arg(long, value_name = "NUMBER", default_value_t = crate::world::WORLDS_LIMIT)]
    pub(super) max_worlds: usize,
    /// Let readers of the journal ask for tokens, card numbers and IBANs as they were sent
    #[arg(long)]
    pub(super) show_secrets: bool,
    /// External base URL, where clients do not connect to us directly
    #[arg(long, value_name = "URL")]
    pub(super) public_base: Option<String>,
    /// Write what was bound to this file, as JSON, once requests are served
    #[arg(long, value_name = "PATH")]
    pub(super) ready_file: Option<PathBuf>,
}

/// Bank traffic inside TLS.
#[derive(Debug, Clone, Args)]
pub(super) struct Secure {
    /// Serve bank traffic inside TLS too
    #[arg(long, env = "BANK_SANDBOX_TLS")]
    pub(super) tls: bool,
    /// Port of bank traffic inside TLS; 0 takes a free one; needs --tls
    #[arg(long, value_name = "PORT", default_value_t = 8443, env = "BANK_SANDBOX_TLS_PORT", requires = "tls")]
    pub(super) tls_port: u16,
    /// Port of bank traffic inside mutual TLS, where clients are asked for a certificate; 0 takes a free one; needs --tls
    #[arg(long, value_name = "PORT", default_value_t = 8444, env = "BANK_SANDBOX_MTLS_PORT", requires = "tls")]
    pub(super) mtls_port: u16,
    /// What TLS offers clients that name no bank by host; fapi1: at TLS 1.2 the two RSA suites alone; needs --tls
    #[arg(long, value_name = "SUITES", default_value = "modern", value_parser = ["modern", "fapi1"], requires = "tls")]
    pub(super) tls_suites: String,
    /// External base URL inside mutual TLS, beside --public-base; needs --tls
    #[arg(long, value_name = "URL", requires = "tls")]
    pub(super) public_mtls_base: Option<String>,
    /// Keep the certificate authority in this folder, so that clients have to be told of it once; needs --tls
    #[arg(long, value_name = "FOLDER", requires = "tls")]
    pub(super) ca_dir: Option<PathBuf>,
}

/// Whether a scenario file is loaded again when it changes.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct Watching {
    /// Load the scenario file again when it changes (the default for a file; with this, it must be one)
    #[arg(long, overrides_with = "no_watch")]
    pub(super) watch: bool,
    /// Never load the scenario file again
    #[arg(long, overrides_with = "watch")]
    pub(super) no_watch: bool,
}

/// A world and its port.
fn door(text: &str) -> Result<(String, u16), String> {
    let legal = "legal is NAME=PORT, such as red=9001; port 0 takes a free one";
    let (name, port) = text.split_once('=').ok_or_else(|| format!("`{text}` names no port; {legal}"))?;
    Worlds::check_name(name).map_err(|error| error.to_string())?;
    let port = port.parse().map_err(|_| format!("`{port}` is no port; {legal}"))?;
    Ok((name.to_owned(), port))
}
