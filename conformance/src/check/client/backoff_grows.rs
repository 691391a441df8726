//! C07: waits grow from attempt to attempt.

use std::time::Duration;

use super::backoff::{SURE_CALLS, sample};
use super::{judged, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::params::{Param, ParamValue, Params};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "backoff-grows",
    ids: &["C07"],
    title: "waits longer before every further attempt",
    source: "house; AWS Builders' Library \"Timeouts, retries and backoff with jitter\", SRE book ch. 22",
    advice: "Multiply the wait by two (up to a cap) before each further attempt, starting at 50 ms or more, so that a \
             bank that is down is asked less and less often.",
    area: Area::ClientWire,
    params: &[
        Param {
            name: "growth",
            default: ParamValue::Ratio(1.15),
            about: "least mean growth of the median wait from one attempt to the next",
        },
        Param {
            name: "first",
            default: ParamValue::Duration(Duration::from_millis(50)),
            about: "least median wait before the first repetition",
        },
    ],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, params: &Params) -> Verdict {
    let sample = match sample(evidence) {
        Ok(sample) => sample,
        Err(verdict) => return verdict,
    };
    let medians = sample.medians();
    let (first, last) = (medians[0], medians[medians.len() - 1]);
    let growth = if first > 0.0 { (last / first).powf(1.0 / (medians.len() - 1) as f64) } else { 0.0 };
    let (least_growth, least_first) = (params.ratio("growth"), params.duration("first").as_secs_f64());
    let mut wrong = Vec::new();
    if first < least_first {
        wrong.push(format!(
            "the first wait is {:.0} ms in the median, below {:.0} ms",
            first * 1000.0,
            least_first * 1000.0
        ));
    }
    if growth < least_growth {
        wrong.push(format!("waits grow by a factor of {growth:.2} per attempt, below {least_growth:.2}"));
    }
    if !wrong.is_empty() && growth >= 1.0 && first >= least_first && sample.runs.len() < SURE_CALLS {
        return Verdict::inconclusive(format!(
            "{}; {SURE_CALLS} calls are needed to be sure ({})",
            wrong.join("; "),
            sample.words()
        ));
    }
    let example = sample.runs.first();
    let prove = |what: &String| {
        let finding = Finding::new(format!("{what} ({})", sample.words()));
        example
            .into_iter()
            .flat_map(|run| run.attempts.iter())
            .fold(finding, |finding, entry| finding.with(shown(entry)))
    };
    judged(evidence, wrong.iter().map(prove).collect(), format!("{}, growth {growth:.2}", sample.words()))
}

#[cfg(test)]
mod tests {
    use super::super::backoff::made_of;
    use super::super::testing::{findings, judge, passes};
    use super::*;

    #[test]
    fn doubling_and_linear_waits_pass() {
        passes(&CHECK, &made_of(20, |_, index| 100 << index));
        passes(&CHECK, &made_of(20, |_, index| 100 * (u64::from(index) + 1)));
    }

    #[test]
    fn constant_and_immediate_waits_fail() {
        insta::assert_snapshot!(findings(&CHECK, &made_of(20, |_, _| 200)), @"waits grow by a factor of 1.00 per attempt, below 1.15 (20 calls, median waits 200, 200, 200, 200 ms)");
        insta::assert_snapshot!(findings(&CHECK, &made_of(20, |_, index| 2 << index)), @"the first wait is 2 ms in the median, below 50 ms (20 calls, median waits 2, 4, 8, 16 ms)");
    }

    #[test]
    fn too_few_calls_are_inconclusive() {
        let verdict = judge(&CHECK, &made_of(7, |_, _| 200));
        assert_eq!(verdict, Verdict::inconclusive("7 calls were sent again at least twice; 8 are needed"));
    }
}
