//! C07: waits multiply rather than add up.

use super::backoff::sample;
use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::params::{Param, ParamValue, Params};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "backoff-exponential",
    ids: &["C07"],
    title: "multiplies its waits from attempt to attempt",
    source: "house; AWS Builders' Library \"Timeouts, retries and backoff with jitter\"",
    advice: "Double the wait before each attempt up to a cap; adding a constant relieves a bank that is down too slowly.",
    area: Area::ClientWire,
    params: &[Param {
        name: "ratio",
        default: ParamValue::Ratio(2.6),
        about: "least ratio of the sixth median wait to the third",
    }],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, params: &Params) -> Verdict {
    let sample = match sample(evidence) {
        Ok(sample) => sample,
        Err(verdict) => return verdict,
    };
    let medians = sample.medians();
    let (Some(third), Some(sixth)) = (medians.get(2), medians.get(5)) else {
        return not_seen(evidence, format!("six waits in a row are needed to tell ({})", sample.words()));
    };
    let (ratio, least) = (if *third > 0.0 { sixth / third } else { 0.0 }, params.ratio("ratio"));
    let mut findings = Vec::new();
    if ratio < least {
        let what = format!("the sixth wait is {ratio:.2} times the third, below {least:.1} ({})", sample.words());
        let proofs = sample.runs.iter().take(1).flat_map(|run| run.attempts.iter());
        findings.push(proofs.fold(Finding::new(what), |finding, entry| finding.with(shown(entry))));
    }
    judged(evidence, findings, format!("{}, ratio {ratio:.2}", sample.words()))
}

#[cfg(test)]
mod tests {
    use super::super::backoff::made_with;
    use super::super::testing::{findings, passes, skips};
    use super::*;

    #[test]
    fn doubling_passes_adding_fails_and_few_waits_say_nothing() {
        passes(&CHECK, &made_with(20, 6, |_, index| 60 << index));
        insta::assert_snapshot!(findings(&CHECK, &made_with(20, 6, |_, index| 60 * (u64::from(index) + 1))), @"the sixth wait is 2.00 times the third, below 2.6 (20 calls, median waits 60, 120, 180, 240, 300, 360 ms)");
        skips(&CHECK, &made_with(20, 5, |_, index| 60 << index));
    }
}
