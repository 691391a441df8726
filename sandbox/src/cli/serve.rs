//! `serve`: start, say what to do next, wait to be stopped.

use std::path::Path;
use std::sync::Arc;

use bank_fixtures::document::Diagnostics;
use bank_fixtures::library;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use super::args::Serve;
use super::watch::Watch;
use super::{Exit, output, ready, tools};
use crate::operation::Operation;
use crate::profile::BankProfile;
use crate::sandbox::{Builder, Running, Sandbox, StartError};
use crate::scenario::{Disk, Scenario};
use crate::tls::{SUITES, Suites};
use crate::world::{DEFAULT, GrantOrder};

/// Whose token the greeting shows.
const GREETING_CLIENT: &str = "demo";

/// Why serving did not begin.
pub(super) enum Refused {
    /// Files are wrong.
    Files(Vec<Diagnostics>),
    /// A sentence, and how it ends.
    Because(Exit, String),
}

pub(super) fn run(options: Serve) -> Exit {
    // Looked at before it is read, so that no change falls between the two.
    let watch = match watched(&options) {
        Ok(watch) => watch,
        Err(why) => return tools::refused(why),
    };
    let builder = match builder(&options) {
        Ok(builder) => builder,
        Err(why) => return tools::refused(why),
    };
    log_to_stderr();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            output::failure(&error);
            return Exit::Broken;
        }
    };
    runtime.block_on(serve(builder, options.ready_file.as_deref(), watch))
}

/// The scenario file to follow, if there is one and it is to be followed.
fn watched(options: &Serve) -> Result<Option<Watch>, Refused> {
    let file = options.scenario.as_deref().filter(|name| shipped(name).is_none());
    match file {
        _ if options.watching.no_watch => Ok(None),
        Some(file) => {
            let doors = options.doors.iter().map(|(world, _)| world.clone());
            let mut worlds: Vec<String> = options.worlds.iter().cloned().chain(doors).collect();
            worlds.sort_unstable();
            worlds.dedup();
            worlds.retain(|world| world != DEFAULT);
            Ok(Some(Watch::new(file.into(), &options.faults, &worlds)))
        }
        None if options.watching.watch => {
            let sentence = "--watch needs a file to watch: `--scenario FILE`";
            Err(Refused::Because(Exit::Usage, sentence.to_owned()))
        }
        None => Ok(None),
    }
}

/// Warnings and failures go to stderr; `RUST_LOG` asks for more or less.
fn log_to_stderr() {
    let filter = EnvFilter::builder().with_default_directive(LevelFilter::WARN.into()).from_env_lossy();
    // Somebody who embeds the command line may have installed a subscriber of their own.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}

async fn serve(builder: Builder, ready_file: Option<&Path>, watch: Option<Watch>) -> Exit {
    // Asked for before anything is served: a signal that comes while we start is not lost.
    let stop = Stop::listen();
    let running = match builder.start().await {
        Ok(running) => running,
        Err(error) => {
            output::failure(&error);
            return exit_of(&error);
        }
    };
    let written = ready_file.map_or(Ok(()), |path| ready::write(path, &running));
    if let Err(error) = written {
        output::note(format!("error: cannot write the --ready-file: {error}"));
        running.shutdown().await;
        return Exit::Broken;
    }
    output::result(greeting(&running));
    let following = async {
        match watch {
            Some(watch) => watch.follow(running.worlds()).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = stop.signalled() => {}
        never = following => match never {},
    }
    running.shutdown().await;
    if let Some(path) = ready_file {
        // What it says is no longer true.
        let _ = std::fs::remove_file(path);
    }
    Exit::Done
}

fn exit_of(error: &StartError) -> Exit {
    match error {
        StartError::Bind { source, .. } => {
            if source.kind() == std::io::ErrorKind::AddrInUse {
                output::note("help: something listens there already; `--port 0 --control-port 0` takes free ports");
            }
            Exit::Broken
        }
        StartError::World { .. } => Exit::InvalidFile,
        StartError::Authority(_) => Exit::Broken,
        StartError::OpenControl(_) | StartError::Name(_) | StartError::Crowd(_) => Exit::Usage,
    }
}

fn builder(options: &Serve) -> Result<Builder, Refused> {
    let mut builder = Sandbox::builder().bind(options.bind).port(options.port).control_port(options.control_port);
    let (mut wrong, mut banks) = (Vec::new(), Vec::new());
    for name in &options.banks {
        match bank(name) {
            Ok(profile) => banks.push(profile),
            Err(Refused::Files(mut found)) => wrong.append(&mut found),
            Err(other) => return Err(other),
        }
    }
    match scenario(options) {
        Ok(Some(scenario)) => builder = builder.compiled(scenario),
        Ok(None) => {}
        Err(Refused::Files(mut found)) => wrong.append(&mut found),
        Err(other) => return Err(other),
    }
    if !wrong.is_empty() {
        return Err(Refused::Files(wrong));
    }
    builder = banks.into_iter().fold(builder, Builder::bank);
    builder = options.worlds.iter().fold(builder, |builder, name| builder.world(name));
    builder = options.doors.iter().fold(builder, |builder, (name, port)| builder.world_port(name, *port));
    if options.secure.tls {
        builder = builder.tls_port(options.secure.tls_port).mutual_tls_port(options.secure.mtls_port);
        let suites = SUITES.iter().find(|row| row.1 == options.secure.tls_suites);
        builder = builder.tls_suites(suites.map_or(Suites::Modern, |row| row.0));
        builder = options.secure.public_mtls_base.iter().fold(builder, Builder::public_mutual_base);
        builder = options.secure.ca_dir.iter().fold(builder, Builder::ca_dir);
    }
    if let Some(seed) = options.seed {
        builder = builder.seed(seed);
    }
    if let Some(token) = &options.control_token {
        builder = builder.control_token(token);
    }
    for host in &options.webhook_hosts {
        builder = builder.webhook_host(host);
    }
    if let Some(base) = &options.public_base {
        let sound =
            url::Url::parse(base).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.query().is_none());
        if !sound {
            let sentence =
                format!("--public-base `{base}` is no base URL; legal is https://bank.example or https://host/path");
            return Err(Refused::Because(Exit::Usage, sentence));
        }
        builder = builder.public_base(base);
    }
    builder = builder.max_worlds(options.max_worlds);
    if options.fault_header {
        builder = builder.fault_header();
    }
    if options.show_secrets {
        builder = builder.show_secrets();
    }
    Ok(if options.no_headers { builder.without_journal_header() } else { builder })
}

fn bank(name: &str) -> Result<Arc<BankProfile>, Refused> {
    if let Some(shipped) = BankProfile::named(name) {
        return Ok(shipped);
    }
    let path = Path::new(name);
    if !looks_like_file(name) {
        let known: Vec<&str> = BankProfile::shipped().iter().map(|bank| bank.slug.as_str()).collect();
        let sentence = format!("--bank `{name}` is neither a file nor a shipped bank; there is {}", known.join(", "));
        return Err(Refused::Because(Exit::Usage, sentence));
    }
    let slug = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or("bank");
    let profile = BankProfile::parse(slug, name, &read(name)?);
    profile.map(Arc::new).map_err(|found| Refused::Files(vec![found]))
}

fn scenario(options: &Serve) -> Result<Option<Arc<Scenario>>, Refused> {
    let compiled = match &options.scenario {
        None if options.faults.is_empty() => return Ok(None),
        None => Scenario::of_faults(&options.faults),
        Some(name) => {
            let (file, text) = scenario_text(name)?;
            Scenario::compile_with(&file, &text, &Disk).and_then(|scenario| scenario.with_faults(&options.faults))
        }
    };
    compiled.map(|scenario| Some(Arc::new(scenario))).map_err(|found| Refused::Files(vec![found]))
}

/// The text of a scenario file, or of a shipped scenario.
pub(super) fn scenario_text(name: &str) -> Result<(String, String), Refused> {
    if let Some(file) = shipped(name) {
        return Ok((file.path.to_owned(), file.text.to_owned()));
    }
    if looks_like_file(name) {
        return Ok((name.to_owned(), read(name)?));
    }
    let sentence =
        format!("`{name}` is neither a file nor a shipped scenario; `bank-sandbox list scenarios` lists those");
    Err(Refused::Because(Exit::Usage, sentence))
}

fn shipped(name: &str) -> Option<library::LibraryFile> {
    ["faults", "journeys", "packs"].iter().find_map(|folder| library::find(folder, name))
}

fn looks_like_file(name: &str) -> bool {
    Path::new(name).exists() || name.contains(['/', '\\', '.'])
}

fn read(name: &str) -> Result<String, Refused> {
    std::fs::read_to_string(name)
        .map_err(|error| Refused::Because(Exit::Broken, format!("cannot read {name}: {error}")))
}

/// What to do next.
fn greeting(running: &Running) -> String {
    let mut lines = vec![format!("bank-sandbox {} is serving.", env!("CARGO_PKG_VERSION")), String::new()];
    for world in running.worlds().all() {
        for bank in world.banks() {
            let url = format!("{}{}", running.base_url, crate::world::path_of(&world, bank));
            lines.push(format!("  bank     {url}  {} ({})", bank.profile.name, bank.profile.title));
        }
        if let Some(scenario) = world.scenario() {
            lines.push(format!("  scenario {} in world {}", scenario.name(), world.name()));
        }
    }
    for door in &running.doors {
        let banks = running.worlds().find(&door.world);
        for bank in banks.iter().flat_map(|world| world.banks()) {
            lines.push(format!("  port     {}/{}  in world {}", door.base_url, bank.slug, door.world));
        }
    }
    lines.push(format!("  control  {}/v1/worlds", running.control_url));
    if let Some(tls) = &running.tls {
        for world in running.worlds().all() {
            for instance in world.banks() {
                let path = crate::world::path_of(&world, instance);
                lines.push(format!("  tls      {}{path}", tls.base_url));
                lines.push(format!("  mtls     {}{path}", tls.mutual_base_url));
            }
        }
        lines.push(match &tls.ca_file {
            Some(file) => format!("  ca       {}", file.display()),
            None => format!("  ca       {}/v1/ca.pem", running.control_url),
        });
    }
    if let Some(user) = first_user(running) {
        lines.push(format!("  user     {} / {}", user.0, user.1));
    }
    if let Some((secret, curl)) = first_call(running) {
        lines.push(format!("  client   {GREETING_CLIENT} / {secret}"));
        lines.extend([String::new(), "Try:".to_owned(), format!("  {curl}")]);
    }
    lines.extend([String::new(), "Ctrl-C stops it.".to_owned()]);
    lines.join("\n")
}

fn first_user(running: &Running) -> Option<(String, String)> {
    let world = running.worlds().find(DEFAULT)?;
    let customer = world.banks().first()?.ledger.book().customers().first()?;
    Some((customer.username.clone(), customer.password.clone()))
}

/// The secret of the client in the greeting, and a call with a token that works.
fn first_call(running: &Running) -> Option<(String, String)> {
    let world = running.worlds().find(DEFAULT)?;
    let bank = world.banks().first()?;
    let secret = bank.auth.client(GREETING_CLIENT)?.secret.clone()?;
    let (username, _) = first_user(running)?;
    let order = GrantOrder { client_id: GREETING_CLIENT.to_owned(), username, ..GrantOrder::default() };
    let access = bank.grant(order, world.clock().now()).ok()?;
    let mut routes = bank.dialect.routes().iter();
    let path = routes.find(|route| route.operation == Operation::AccountsList && !route.path.contains('{'))?.path;
    let url = format!("{}{}{path}", running.base_url, crate::world::path_of(&world, bank));
    Some((secret, format!("curl -H 'Authorization: Bearer {}' {url}", access.access_token)))
}

/// The signals that stop us.
#[cfg(unix)]
struct Stop {
    interrupt: std::io::Result<tokio::signal::unix::Signal>,
    terminate: std::io::Result<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Stop {
    fn listen() -> Stop {
        use tokio::signal::unix::{SignalKind, signal};
        Stop { interrupt: signal(SignalKind::interrupt()), terminate: signal(SignalKind::terminate()) }
    }

    async fn signalled(mut self) {
        tokio::select! {
            () = next(&mut self.interrupt) => {}
            () = next(&mut self.terminate) => {}
        }
    }
}

/// The next signal; never, where the system would not tell us.
#[cfg(unix)]
async fn next(signals: &mut std::io::Result<tokio::signal::unix::Signal>) {
    match signals {
        Ok(signals) => {
            signals.recv().await;
        }
        Err(_) => std::future::pending().await,
    }
}

/// The signal that stops us.
#[cfg(not(unix))]
struct Stop;

#[cfg(not(unix))]
impl Stop {
    fn listen() -> Stop {
        Stop
    }

    async fn signalled(self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
