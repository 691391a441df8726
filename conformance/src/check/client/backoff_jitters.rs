//! C08: waits are spread, so that clients that failed together do not come back together.

use super::backoff::{quantile, sample};
use super::{judged, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::params::{Param, ParamValue, Params};
use crate::verdict::{Finding, Verdict};

/// Shorter waits drown in the noise of the machine.
const LEAST_MEDIAN_SECONDS: f64 = 0.1;

pub(super) static CHECK: Check = Check {
    slug: "backoff-jitters",
    ids: &["C08"],
    title: "spreads its waits at random",
    source: "house; AWS Architecture Blog \"Exponential backoff and jitter\"",
    advice: "Draw each wait at random from a range (equal or full jitter), so that all the calls that failed at one \
             moment do not hit the bank again at one moment.",
    area: Area::ClientWire,
    params: &[Param {
        name: "spread",
        default: ParamValue::Ratio(0.10),
        about: "least distance from the 10th to the 90th percentile of a wait, as a share of its median",
    }],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, params: &Params) -> Verdict {
    let sample = match sample(evidence) {
        Ok(sample) => sample,
        Err(verdict) => return verdict,
    };
    let mut spreads: Vec<f64> = sample
        .waits
        .iter()
        .map(|waits| (quantile(waits, 0.5), quantile(waits, 0.9) - quantile(waits, 0.1)))
        .filter(|(median, _)| *median >= LEAST_MEDIAN_SECONDS)
        .map(|(median, width)| width / median)
        .collect();
    if spreads.is_empty() {
        return Verdict::inconclusive(format!(
            "every wait is shorter than 100 ms in the median, too short to see a spread ({})",
            sample.words()
        ));
    }
    spreads.sort_by(f64::total_cmp);
    let (spread, least) = (quantile(&spreads, 0.5), params.ratio("spread"));
    let mut findings = Vec::new();
    if spread < least {
        let what = format!("waits spread by {:.0} % of their median, below {:.0} %", spread * 100.0, least * 100.0);
        let finding = Finding::new(format!("{what} ({})", sample.words()));
        let proofs = sample.runs.iter().take(3).flat_map(|run| run.attempts.iter().take(3));
        findings.push(proofs.fold(finding, |finding, entry| finding.with(shown(entry))));
    }
    judged(evidence, findings, format!("{}, spread {:.0} %", sample.words(), spread * 100.0))
}

#[cfg(test)]
mod tests {
    use super::super::backoff::made_of;
    use super::super::testing::{findings, judge, passes};
    use super::*;

    #[test]
    fn ten_per_cent_either_way_passes_and_noise_does_not() {
        passes(&CHECK, &made_of(20, |call, index| (100 << index) * (90 + call) / 100));
        insta::assert_snapshot!(findings(&CHECK, &made_of(20, |call, index| (200 << index) + call % 8)), @"waits spread by 1 % of their median, below 10 % (20 calls, median waits 203, 403, 803, 1603 ms)");
    }

    #[test]
    fn short_waits_say_nothing() {
        assert!(matches!(judge(&CHECK, &made_of(20, |_, _| 60)), Verdict::Inconclusive { .. }));
    }
}
