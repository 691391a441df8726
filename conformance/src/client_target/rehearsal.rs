//! The bundled client in this process, without a process of its own.
//!
//! Owns what it takes to put it through hundreds of worlds in seconds. What is recorded is the same evidence as that of a
//! command, so the same checks judge it.

use std::path::Path;

use bank_fixtures::canonical::Canonical;
use bank_fixtures::expectation::Drive;

use super::access::Access;
use super::case::CaseError;
use super::control::{Control, ControlError};
use super::evidence::{End, Evidence, Step};
use super::order::Holdings;
use super::scratch::Scratch;
use crate::clock::Stopwatch;
use crate::journal::Journal;
use crate::reference_client::{self, Job};
use crate::target::reference::reference_client as target;

/// Makes a world of this scenario and seed and lets the careful client read it twice and pay once.
///
/// # Errors
/// The harness's trouble, never the client's.
pub async fn rehearse(control: &Control, seed: u64, scenario: &str) -> Result<Evidence, CaseError> {
    let target = target(Path::new("bank-conformance"), None).map_err(|error| CaseError::Lacks(error.to_string()))?;
    let world = control.create_world(seed, scenario, None).await?;
    let access = Access::obtain(control, &world, &target).await?;
    let scratch = Scratch::new()?;
    let mut evidence = Evidence {
        scenario: "rehearsal".to_owned(),
        base_url: access.base_url.clone(),
        secrets: access.secrets(),
        hands_over: true,
        ..Evidence::default()
    };
    let oracle = || control.oracle(&world.name, &target.bank, &access.consent.consent_id);
    let drives = [(Drive::Pay, Job::Pay), (Drive::Sync, Job::Sync), (Drive::Sync, Job::Sync)];
    for (index, (drive, job)) in drives.into_iter().enumerate() {
        let mut values = access.values();
        values.set("WORK_DIR", scratch.path().display().to_string());
        let mut order = None;
        if drive == Drive::Pay {
            let holdings = serde_json::from_str::<Holdings>(&oracle().await?)?;
            // Somebody without a current account that holds the money has nothing to pay with.
            let Some(payable) = holdings.order(format!("rehearsal-{seed}")) else { continue };
            payable.fill(&mut values);
            order = Some(payable);
        }
        let (mut out, mut log) = (Vec::new(), Vec::new());
        let lookup = |name: &str| values.iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_owned());
        let watch = Stopwatch::start();
        let ran = reference_client::run_with(job, None, &lookup, &mut out, &mut log).await;
        let failed = |reason: String| CaseError::Driver { step: index + 1, drive: drive.name(), reason };
        let whole = ran.map_err(|error| failed(error.to_string()))?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let output = Canonical::parse("standard output", &text(&out)).map_err(|wrong| failed(wrong.to_string()))?;
        let before = evidence.journal.last_seq();
        let lines = control.journal(&world.name, before).await?;
        evidence.journal.extend(Journal::parse(&lines).map_err(ControlError::from)?);
        evidence.steps.push(Step {
            drive,
            order,
            journal: (before, evidence.journal.last_seq()),
            output: Some(output),
            truth: None,
            end: End::Exited(i32::from(!whole)),
            stdout: text(&out),
            stderr: text(&log),
            elapsed: watch.elapsed(),
        });
    }
    evidence.truth = Some(Canonical::parse("oracle", &oracle().await?).map_err(CaseError::Truth)?);
    control.delete_world(&world.name).await?;
    Ok(evidence)
}
