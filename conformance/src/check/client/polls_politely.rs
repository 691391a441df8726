//! C21: what takes time is not asked for in a loop.

use std::time::Duration;

use super::payments::{is_final, stated};
use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::journal::Entry;
use crate::params::{Param, ParamValue, Params};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "polls-politely",
    ids: &["C21"],
    title: "asks for the state of a payment at growing intervals of a second or more, and stops when it is final",
    source: "house; bank documentation (N26: at most one poll a second)",
    advice: "Wait a second before the first look, longer before each further one, and stop at a final state.",
    area: Area::ClientPayments,
    params: &[Param {
        name: "every",
        default: ParamValue::Duration(Duration::from_millis(950)),
        about: "least time between two looks",
    }],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, params: &Params) -> Verdict {
    let every = params.duration("every");
    let (mut findings, mut polls) = (Vec::new(), 0);
    for step in &evidence.steps {
        let looks: Vec<&Entry> = evidence
            .entries(step)
            .filter(|entry| entry.method == "GET" && entry.is("payments.*") && entry.succeeded())
            .collect();
        let gaps: Vec<Duration> = looks.windows(2).map(|pair| pair[1].gap_after(pair[0])).collect();
        polls += gaps.len();
        if let Some(place) = gaps.iter().position(|gap| *gap < every) {
            let what = format!(
                "asked {} times, after {:.3} s at the shortest; {:.2} s were due",
                looks.len(),
                gaps.iter().min().copied().unwrap_or_default().as_secs_f64(),
                every.as_secs_f64()
            );
            findings.push(Finding::new(what).with(shown(looks[place])).with(shown(looks[place + 1])));
        } else if let (Some(first), Some(last)) = (gaps.first(), gaps.get(2..).and_then(<[Duration]>::last))
            && last <= first
        {
            let what = format!(
                "waited {:.1} s between looks from the first to the last of {}",
                first.as_secs_f64(),
                looks.len()
            );
            findings.push(looks.iter().take(4).fold(Finding::new(what), |finding, look| finding.with(shown(look))));
        }
        let done = looks.iter().position(|look| stated(look).is_some_and(|payment| is_final(payment.status)));
        if let Some(again) = done.and_then(|place| looks.get(place + 1)) {
            findings.push(Finding::new("asked again after the payment was final").with(shown(again)));
        }
    }
    if polls == 0 {
        return not_seen(evidence, "the client did not ask twice in one step what became of a payment");
    }
    judged(evidence, findings, format!("{polls} waits between looks at a payment"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, passes, skips};
    use super::*;
    use crate::client_target::Drive;

    fn looks(at: &[u64]) -> Evidence {
        let look = |at: &u64| call(*at, "payments.list", "GET /payments?idempotency_key=k", 200);
        evidence(Drive::Status, at.iter().map(look).collect())
    }

    #[test]
    fn a_second_and_more_each_time_passes() {
        passes(&CHECK, &looks(&[0, 1_000, 2_500, 5_000]));
        insta::assert_snapshot!(findings(&CHECK, &looks(&[0, 100, 200])), @"asked 3 times, after 0.100 s at the shortest; 0.95 s were due");
        insta::assert_snapshot!(findings(&CHECK, &looks(&[0, 1_000, 2_000, 3_000])), @"waited 1.0 s between looks from the first to the last of 4");
        skips(&CHECK, &looks(&[0]));
    }
}
