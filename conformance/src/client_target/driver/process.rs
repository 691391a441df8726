//! One run of a client's command.
//!
//! Owns starting the process, bounding what it prints and how long it takes, and ending it with everything it started.
//! Knows nothing of what it prints.

use std::io::Write;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};

use super::Echo;
use crate::client_target::evidence::End;
use crate::clock::Stopwatch;

/// A client may print this much; the rest is read and thrown away.
const MOST_OUTPUT_BYTES: usize = 32 << 20;

/// Comes when a process is to be killed in the middle.
pub(crate) type Cut<'a> = BoxFuture<'a, ()>;

/// What a finished process left behind.
#[derive(Debug)]
pub(crate) struct Finished {
    /// How it ended.
    pub(crate) end: End,
    /// Its standard output.
    pub(crate) stdout: String,
    /// Its standard error.
    pub(crate) stderr: String,
    /// How long it took.
    pub(crate) elapsed: Duration,
}

/// Why a command could not be run to its own end: never the fault of the client under judgement.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProcessError {
    /// It could not be started.
    #[error("`{program}` could not be started in {folder}: {source}")]
    Start { program: String, folder: String, source: std::io::Error },
    /// It could not be waited for.
    #[error("`{program}` could not be waited for: {source}")]
    Wait { program: String, source: std::io::Error },
    /// Someone else ended it.
    #[error("`{program}` was ended from outside ({status})")]
    Killed { program: String, status: ExitStatus },
}

/// Runs a command to its end, at most for `limit`, and kills it when `cut` comes first.
pub(crate) async fn run(
    argv: &[String],
    env: impl IntoIterator<Item = (String, String)>,
    folder: &Path,
    limit: Duration,
    echo: Echo,
    cut: Cut<'_>,
) -> Result<Finished, ProcessError> {
    let (program, arguments) = argv.split_first().expect("a command has a program");
    let watch = Stopwatch::start();
    let mut child = spawn(program, arguments, env, folder)?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (mut printed, mut logged) = (Vec::new(), Vec::new());
    let all = async {
        let (status, (), ()) =
            tokio::join!(child.wait(), collect(stdout, &mut printed, echo), collect(stderr, &mut logged, echo));
        status
    };
    let ended = tokio::select! {
        ended = tokio::time::timeout(limit, all) => Some(ended),
        () = cut => None,
    };
    let end = match ended {
        None => {
            end_group(&mut child).await;
            End::Killed
        }
        Some(Err(_)) => {
            end_group(&mut child).await;
            End::TimedOut
        }
        Some(Ok(Err(source))) => return Err(ProcessError::Wait { program: program.clone(), source }),
        Some(Ok(Ok(status))) => match status.code() {
            Some(code) => End::Exited(code),
            None => return Err(ProcessError::Killed { program: program.clone(), status }),
        },
    };
    let text =
        |bytes: Vec<u8>| String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into());
    Ok(Finished { end, stdout: text(printed), stderr: text(logged), elapsed: watch.elapsed() })
}

/// The process may run to its end.
pub(crate) fn never() -> Cut<'static> {
    Box::pin(std::future::pending())
}

/// Starts a command in a group of its own, so that what it starts can be ended with it.
pub(super) fn spawn(
    program: &str,
    arguments: &[String],
    env: impl IntoIterator<Item = (String, String)>,
    folder: &Path,
) -> Result<Child, ProcessError> {
    let mut command = Command::new(program);
    command.args(arguments).envs(env).current_dir(folder);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    #[cfg(unix)]
    command.process_group(0);
    let start =
        |source| ProcessError::Start { program: program.to_owned(), folder: folder.display().to_string(), source };
    command.spawn().map_err(start)
}

async fn collect(pipe: Option<impl AsyncRead + Unpin>, into: &mut Vec<u8>, echo: Echo) {
    let Some(mut pipe) = pipe else { return };
    let mut chunk = [0; 8192];
    // A pipe that breaks has said all it will say.
    while let Ok(count @ 1..) = pipe.read(&mut chunk).await {
        if echo == Echo::Stderr {
            // Nobody to read it is no reason to stop the command.
            let _ = std::io::stderr().write_all(&chunk[..count]);
        }
        let room = MOST_OUTPUT_BYTES.saturating_sub(into.len()).min(count);
        into.extend_from_slice(&chunk[..room]);
    }
}

/// Ends a process and everything it started, at once.
pub(super) async fn end_group(child: &mut Child) {
    signal_group(child, "-KILL").await;
    // Already gone is just as good.
    let _ = child.kill().await;
}

/// Signals a process and everything it started.
pub(super) async fn signal_group(child: &Child, signal: &str) {
    #[cfg(unix)]
    if let Some(id) = child.id() {
        // The standard library cannot signal a group, and the command may have started others.
        let group = Command::new("kill").args([signal, "--", &format!("-{id}")]).stderr(Stdio::null()).status();
        let _ = group.await;
    }
    #[cfg(not(unix))]
    let _ = (child, signal);
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    async fn sh(script: &str, limit: Duration) -> Result<Finished, ProcessError> {
        let argv = ["sh", "-c", script].map(str::to_owned);
        run(&argv, [("WORD".to_owned(), "hello".to_owned())], Path::new("."), limit, Echo::Silent, never()).await
    }

    #[tokio::test]
    async fn a_command_is_killed_when_it_is_to_be() {
        let argv = ["sh", "-c", "sleep 600"].map(str::to_owned);
        let cut = Box::pin(std::future::ready(()));
        let finished = run(&argv, [], Path::new("."), Duration::from_secs(20), Echo::Silent, cut).await.unwrap();
        assert_eq!(finished.end, End::Killed);
    }

    #[tokio::test]
    async fn output_and_exit_code_are_kept() {
        let finished = sh("echo $WORD; echo oops >&2; exit 3", Duration::from_secs(20)).await.unwrap();
        assert_eq!(
            (finished.end, finished.stdout.as_str(), finished.stderr.as_str()),
            (End::Exited(3), "hello\n", "oops\n")
        );
    }

    #[tokio::test]
    async fn a_command_that_does_not_end_is_ended_with_what_it_started() {
        let finished = sh("echo started; sleep 600 & sleep 600; wait", Duration::from_millis(300)).await.unwrap();
        assert_eq!((finished.end, finished.stdout.as_str()), (End::TimedOut, "started\n"));
    }

    #[tokio::test]
    async fn a_command_that_cannot_start_or_is_killed_is_not_the_clients_fault() {
        let missing =
            run(&["./no-such-program".to_owned()], [], Path::new("."), Duration::from_secs(5), Echo::Silent, never())
                .await;
        assert!(missing.unwrap_err().to_string().starts_with("`./no-such-program` could not be started in ."));
        let killed = sh("kill -KILL $$", Duration::from_secs(20)).await.unwrap_err().to_string();
        assert!(killed.contains("was ended from outside"), "{killed}");
    }
}
