//! `run`: judge and report.

use super::args::RunArgs;
use super::plan::Prepared;
use super::reports::Outlets;
use super::{Refusal, output};
use crate::baseline::Baseline;
use crate::event::ExitCode;

/// Judges what was asked for; the exit code of the run.
pub(crate) async fn run(args: RunArgs) -> Result<ExitCode, Refusal> {
    let mut outlets = Outlets::open(&args.report)?;
    let unusable = |reason: String| Refusal::new(ExitCode::InvalidInput, reason);
    let baseline = args.baseline.as_deref().map(Baseline::load).transpose();
    let baseline = baseline.map_err(|error| unusable(error.to_string()))?;
    let prepared = Prepared::new(&args).await?;
    if prepared.plan.cases.is_empty() {
        return Err(Refusal::new(ExitCode::NothingSelected, prepared.why_nothing()));
    }
    let totals = crate::run(prepared.plan, &mut outlets).await;
    outlets.finish(baseline.as_ref())?;
    if totals.exit_code() == ExitCode::NothingSelected {
        output::comment("nothing could be judged: every check was skipped\n");
    }
    Ok(totals.exit_code())
}
