//! A service of the client's that runs through a whole case.
//!
//! Owns starting it, waiting until it is ready, keeping what it prints, noticing that it is gone, and stopping it with
//! everything it started. Knows nothing of what it is asked.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Child;

use super::process;
use crate::client_target::template::{Template, Values};
use crate::clock::{self, Stopwatch};

/// How a service is started.
#[derive(Debug, Clone)]
pub struct Service {
    /// Program and arguments.
    pub command: Vec<Template>,
    /// How it is seen to be ready.
    pub ready: Ready,
    /// How long that may take.
    pub within: Duration,
}

/// How a service is seen to be ready.
#[derive(Debug, Clone)]
pub enum Ready {
    /// This address answers with a success.
    Url(Template),
    /// Somebody listens at this port of the machine.
    Port(Template),
    /// It has printed this.
    Log(String),
}

/// How often a service that starts is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(40);
/// How long a service may take to end after it was asked to.
const END_WITHIN: Duration = Duration::from_secs(2);
/// A service may print this much between two deeds; the rest is thrown away.
const MOST_PRINTED_BYTES: usize = 8 << 20;
/// Lines of a service that are shown when it does not start.
const LINES_SHOWN: usize = 12;

/// A running service.
pub(super) struct Running {
    child: Child,
    program: String,
    printed: Printed,
    logged: Printed,
    /// Everything it printed so far has been read up to its end.
    readers: Vec<tokio::task::JoinHandle<()>>,
}

#[derive(Debug, Clone, Default)]
struct Printed(Arc<Mutex<Vec<u8>>>);

/// How a service that is gone went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Gone {
    /// By itself, with this exit code.
    Exited(i32),
    /// Someone else ended it: says nothing about the client.
    Killed(String),
}

impl Running {
    /// Starts a service and waits until it is ready.
    pub(super) async fn start(
        service: &Service,
        values: &Values,
        env: Vec<(String, String)>,
        folder: &Path,
        http: &reqwest::Client,
    ) -> Result<Running, String> {
        let argv: Vec<String> = service.command.iter().map(|argument| argument.fill(values)).collect();
        let (program, arguments) = argv.split_first().ok_or("the service has no program")?;
        let mut child = process::spawn(program, arguments, env, folder).map_err(|error| error.to_string())?;
        let (printed, logged) = (Printed::default(), Printed::default());
        let readers = vec![
            tokio::spawn(printed.clone().follow(child.stdout.take())),
            tokio::spawn(logged.clone().follow(child.stderr.take())),
        ];
        let mut running = Running { child, program: program.clone(), printed, logged, readers };
        match running.wait_until_ready(service, values, http).await {
            Ok(()) => Ok(running),
            Err(reason) => {
                let (out, log) = running.stop().await;
                Err(format!("{reason}{}", last_lines(&format!("{out}{log}"))))
            }
        }
    }

    async fn wait_until_ready(
        &mut self,
        service: &Service,
        values: &Values,
        http: &reqwest::Client,
    ) -> Result<(), String> {
        let watch = Stopwatch::start();
        loop {
            if self.is_ready(&service.ready, values, http).await {
                return Ok(());
            }
            if let Some(gone) = self.gone() {
                return Err(format!("the service `{}` {gone} before it was ready", self.program));
            }
            if watch.elapsed() > service.within {
                let how = match &service.ready {
                    Ready::Url(url) => format!("{} answers with a success", url.fill(values)),
                    Ready::Port(port) => format!("somebody listens at port {}", port.fill(values)),
                    Ready::Log(text) => format!("it prints `{text}`"),
                };
                return Err(format!(
                    "the service `{}` was not ready after {:?}: ready is when {how}",
                    self.program, service.within
                ));
            }
            clock::wait(LOOK_EVERY).await;
        }
    }

    async fn is_ready(&self, ready: &Ready, values: &Values, http: &reqwest::Client) -> bool {
        match ready {
            Ready::Url(url) => {
                let answer = http.get(url.fill(values)).timeout(Duration::from_secs(2)).send().await;
                answer.is_ok_and(|answer| answer.status().is_success())
            }
            Ready::Port(port) => {
                tokio::net::TcpStream::connect(format!("127.0.0.1:{}", port.fill(values))).await.is_ok()
            }
            Ready::Log(text) => self.printed.contains(text) || self.logged.contains(text),
        }
    }

    /// How it went, if it is gone.
    pub(super) fn gone(&mut self) -> Option<Gone> {
        let status = self.child.try_wait().ok().flatten()?;
        Some(status.code().map_or_else(|| Gone::Killed(status.to_string()), Gone::Exited))
    }

    /// What it printed since this was asked last: standard output, standard error.
    pub(super) fn said(&self) -> (String, String) {
        (self.printed.take(), self.logged.take())
    }

    /// Stops it: asked first, then ended, with everything it started. What it printed since it was asked last.
    pub(super) async fn stop(mut self) -> (String, String) {
        if self.gone().is_none() {
            process::signal_group(&self.child, "-TERM").await;
            let _ = tokio::time::timeout(END_WITHIN, self.child.wait()).await;
        }
        process::end_group(&mut self.child).await;
        for reader in &mut self.readers {
            // A process that left the group may keep a pipe open; what it prints is not waited for.
            let _ = tokio::time::timeout(Duration::from_millis(200), reader).await;
        }
        self.said()
    }
}

impl Printed {
    async fn follow(self, pipe: Option<impl AsyncRead + Unpin>) {
        let Some(mut pipe) = pipe else { return };
        let mut chunk = [0; 8192];
        while let Ok(count @ 1..) = pipe.read(&mut chunk).await {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let room = MOST_PRINTED_BYTES.saturating_sub(kept.len()).min(count);
            kept.extend_from_slice(&chunk[..room]);
        }
    }

    fn contains(&self, text: &str) -> bool {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).contains(text)
    }

    fn take(&self) -> String {
        let bytes = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into())
    }
}

impl std::fmt::Display for Gone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Gone::Exited(code) => write!(f, "ended by itself (exit code {code})"),
            Gone::Killed(status) => write!(f, "was ended from outside ({status})"),
        }
    }
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let shown = &lines[lines.len().saturating_sub(LINES_SHOWN)..];
    if shown.is_empty() { "; it printed nothing".to_owned() } else { format!("; it printed\n{}", shown.join("\n")) }
}

#[cfg(all(test, unix))]
mod tests {
    use super::super::super::template::When;
    use super::*;

    async fn started(script: &str, ready: Ready, within: Duration) -> Result<Running, String> {
        let words = ["sh", "-c", script];
        let command = words.iter().map(|word| Template::parse(word, When::Always).expect("a template")).collect();
        let service = Service { command, ready, within };
        Running::start(&service, &Values::default(), Vec::new(), Path::new("."), &reqwest::Client::new()).await
    }

    #[tokio::test]
    async fn a_service_runs_until_it_is_stopped_with_what_it_started() {
        let ready = Ready::Log("listening".to_owned());
        let script = "sleep 600 & echo pid $!; echo listening; echo warned >&2; wait";
        let mut running = started(script, ready, Duration::from_secs(20)).await.unwrap();
        assert_eq!(running.gone(), None);
        let (out, log) = running.stop().await;
        assert!(out.ends_with("listening\n") && log == "warned\n", "{out}{log}");
        let child = out.split_whitespace().nth(1).unwrap();
        // Dead, or dead and not yet buried.
        let state = std::fs::read_to_string(format!("/proc/{child}/stat")).unwrap_or_default();
        assert!(state.is_empty() || state.contains(" Z "), "something of the service still runs: {state}");
    }

    #[tokio::test]
    async fn a_service_that_does_not_get_ready_says_how_far_it_came() {
        let never = started("echo half way; sleep 600", Ready::Port(port("1")), Duration::from_millis(200)).await;
        insta::assert_snapshot!(never.err().unwrap(), @r"
        the service `sh` was not ready after 200ms: ready is when somebody listens at port 1; it printed
        half way
        ");
        let gone = started("echo no such module >&2; exit 3", Ready::Port(port("1")), Duration::from_secs(20)).await;
        insta::assert_snapshot!(gone.err().unwrap(), @r"
        the service `sh` ended by itself (exit code 3) before it was ready; it printed
        no such module
        ");
    }

    fn port(text: &str) -> Template {
        Template::parse(text, When::Always).expect("a template")
    }
}
