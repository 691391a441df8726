//! The bundled reference client, and its deliberately wrong variants, as targets.

use std::path::Path;

use crate::client_target::{ClientTarget, Drive, Driver, OutputPlace, Template, TemplateError, When};
use crate::reference_client::Defect;

/// The subcommand of `program` (this program's own path) that is the client.
pub const SUBCOMMAND: &str = "reference-client";

/// The reference client, or one of the wrong ones.
///
/// # Errors
/// If the program's path cannot be an argument (it contains `${`).
pub fn reference_client(program: &Path, defect: Option<&Defect>) -> Result<ClientTarget, TemplateError> {
    let argv = |job: &str| -> Result<Vec<Template>, TemplateError> {
        let program = program.display().to_string();
        let defect = defect.map(|defect| ["--defect", defect.slug]);
        let words = [program.as_str(), SUBCOMMAND, job].into_iter().chain(defect.into_iter().flatten());
        words.map(|word| Template::parse(word, When::Always)).collect()
    };
    let jobs = [(Drive::Sync, "sync"), (Drive::Pay, "pay"), (Drive::Status, "status")];
    let commands =
        jobs.into_iter().map(|(drive, job)| Ok((drive, argv(job)?))).collect::<Result<_, TemplateError>>()?;
    let name = defect.map_or("reference client", |defect| defect.slug);
    Ok(ClientTarget::of(name, Driver::Command { commands, output: OutputPlace::Stdout }))
}
