//! Drives a client by starting a process for each thing it is asked to do.

use bank_fixtures::expectation::Drive;

use super::output::{self, OutputPlace};
use super::process::{self, Cut};
use super::{Act, Driver, Echo};
use crate::client_target::evidence::End;
use crate::client_target::target_file::ClientTarget;
use crate::client_target::template::{Template, Values};

/// Runs the command of a deed to its end and takes its result.
pub(super) async fn act(target: &ClientTarget, drive: Drive, values: &Values, cut: Cut<'_>) -> Result<Act, String> {
    let (argv, place, echo) = match &target.driver {
        Driver::Observe { command, echo } => (command, None, *echo),
        Driver::Command { commands, output } => {
            let command = commands.iter().find(|(known, _)| *known == drive);
            let command = command.ok_or_else(|| format!("the target has no command for `{}`", drive.name()))?;
            (&command.1, Some(output), Echo::Silent)
        }
        Driver::Http(_) | Driver::Library(_) => return Err("this client is not driven by commands".to_owned()),
    };
    let argv: Vec<String> = argv.iter().map(|argument| argument.fill(values)).collect();
    let finished = process::run(&argv, environment(target, values), &target.folder, target.timeout, echo, cut).await;
    let finished = finished.map_err(|error| error.to_string())?;
    let result = match place {
        None => None,
        // What was cut off in the middle has no result.
        Some(_) if finished.end == End::Killed => None,
        Some(OutputPlace::Stdout) => {
            let text = Some(finished.stdout.clone());
            output::read(&target.mapping, "standard output", text, finished.end).await?
        }
        Some(place) => output::collect(place, target, values, finished.end).await?,
    };
    Ok(Act {
        output: result,
        end: finished.end,
        stdout: finished.stdout,
        stderr: finished.stderr,
        elapsed: finished.elapsed,
    })
}

/// What a process of the client finds in its environment, besides what this process has.
pub(super) fn environment(target: &ClientTarget, values: &Values) -> Vec<(String, String)> {
    let standard = values.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    let own = target.env.iter().map(|(name, template): &(String, Template)| (name.clone(), template.fill(values)));
    standard.chain(own).collect()
}
