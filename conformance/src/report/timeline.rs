//! The requests of a case as a picture: one bar each, from arrival to the last byte.
//!
//! Owns the choice of the requests that are shown and where their bars stand. Draws nothing itself.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::journal::{Ending, Entry, Journal};
use crate::verdict::{EvidenceSource, Finding};

/// Requests on one picture at most; those a finding cites are never left out for others.
const MOST_BARS: usize = 60;
/// Bars shown around a cited one when not all fit.
const AROUND: u64 = 2;
/// Narrowest bar, in thousandths of the width.
const NARROWEST: f64 = 3.0;
/// Characters of a target that fit beside its bar.
const LABEL: usize = 56;

/// The requests of a case on one axis of time.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Timeline {
    /// The bars, oldest first.
    pub(super) bars: Vec<Bar>,
    /// Length of the axis in words: `4.2 s`.
    pub(super) length: String,
    /// How many requests are not shown.
    pub(super) left_out: usize,
}

/// One request.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Bar {
    /// Number in the journal.
    pub(super) seq: u64,
    /// Method and target.
    pub(super) label: String,
    /// Status and how it ended: `503`, `200, cut`.
    pub(super) outcome: String,
    /// `good`, `refused` (4xx), `broken` (5xx or no whole answer).
    pub(super) tone: &'static str,
    /// Arrival after the first request, in words.
    pub(super) at: String,
    /// Left end in thousandths of the axis.
    pub(super) from: f64,
    /// Width in thousandths of the axis.
    pub(super) width: f64,
    /// Rules of the scenario that decided about it, with their effects.
    pub(super) rules: Vec<String>,
    /// Whether a finding cites it.
    pub(super) cited: bool,
}

/// The journal entries some findings cite.
pub(super) fn cited<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> BTreeSet<u64> {
    let evidence = findings.into_iter().flat_map(|finding| &finding.evidence);
    evidence
        .filter_map(|evidence| match evidence.source {
            EvidenceSource::Journal { seq, .. } => Some(seq),
            EvidenceSource::Exchange(_) | EvidenceSource::Output { .. } => None,
        })
        .collect()
}

impl Timeline {
    /// The picture of a journal; `None` if nothing was asked of the bank.
    pub(super) fn of(journal: &Journal, cited: &BTreeSet<u64>) -> Option<Timeline> {
        let all = journal.entries();
        let near = |entry: &&Entry| all.len() <= MOST_BARS || cited.iter().any(|seq| seq.abs_diff(entry.seq) <= AROUND);
        let mut shown: Vec<&Entry> = all.iter().filter(near).take(MOST_BARS).collect();
        if shown.is_empty() {
            shown = all.iter().take(MOST_BARS).collect();
        }
        let first = shown.first()?.started_ns;
        let last = shown.iter().map(|entry| entry.ended_ns.unwrap_or(entry.started_ns)).max()?;
        let length = (last.saturating_sub(first)).max(1) as f64;
        let bars = shown.iter().map(|entry| {
            let from = entry.started_ns.saturating_sub(first) as f64 / length * 1000.0;
            let taken = entry.ended_ns.unwrap_or(last).saturating_sub(entry.started_ns) as f64;
            let width = (taken / length * 1000.0).max(NARROWEST);
            Bar {
                seq: entry.seq,
                label: label(entry),
                outcome: outcome(entry),
                tone: tone(entry),
                at: seconds(entry.started_ns.saturating_sub(first)),
                from: from.min(1000.0 - NARROWEST),
                width: width.min(1000.0 - from.min(1000.0 - NARROWEST)),
                rules: entry
                    .decisions
                    .iter()
                    .map(|decision| format!("{}: {}", decision.rule, decision.effect))
                    .collect(),
                cited: cited.contains(&entry.seq),
            }
        });
        Some(Timeline {
            bars: bars.collect(),
            length: seconds(last.saturating_sub(first)),
            left_out: all.len() - shown.len(),
        })
    }
}

/// Method and target without the world, the middle left out if it is long: how a target begins and ends tells most.
fn label(entry: &Entry) -> String {
    let target = entry.target.strip_prefix("/w/").and_then(|rest| rest.split_once('/')).map(|(_, path)| path);
    let target = target.map_or(entry.target.clone(), |path| format!("/{path}"));
    let characters: Vec<char> = format!("{} {target}", entry.method).chars().collect();
    if characters.len() <= LABEL {
        return characters.into_iter().collect();
    }
    let (begin, end) = (&characters[..LABEL / 3], &characters[characters.len() - (LABEL - LABEL / 3 - 1)..]);
    begin.iter().chain(&['…']).chain(end).collect()
}

/// Status and, if the answer did not go out whole, how it ended.
pub(super) fn outcome(entry: &Entry) -> String {
    let status = entry.response.as_ref().map(|response| response.status.to_string());
    let ending = match entry.ending {
        Some(Ending::Complete) => None,
        Some(Ending::Cut) => Some("cut"),
        Some(Ending::Reset) => Some("connection reset"),
        Some(Ending::Closed | Ending::HalfClosed) => Some("closed without an answer"),
        Some(Ending::StreamReset) => Some("stream reset"),
        Some(Ending::GoAway) => Some("GOAWAY"),
        Some(Ending::Garbage) => Some("no HTTP"),
        Some(Ending::Refused) => Some("refused"),
        Some(Ending::Hung) => Some("never answered"),
        Some(Ending::ClientGone) => Some("the client went away"),
        None => Some("not ended"),
    };
    status.into_iter().chain(ending.map(str::to_owned)).collect::<Vec<_>>().join(", ")
}

fn tone(entry: &Entry) -> &'static str {
    match (entry.response.as_ref().map(|response| response.status), entry.ending) {
        (Some(400..=499), _) => "refused",
        (Some(..=399), Some(Ending::Complete)) => "good",
        _ => "broken",
    }
}

fn seconds(nanoseconds: u64) -> String {
    format!("{:.3} s", nanoseconds as f64 / 1e9)
}

/// At most so many characters.
pub(super) fn clipped(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(seq: u64, status: u16) -> Entry {
        let line = format!(
            r#"{{"v":1,"seq":{seq},"journal_id":"w-{seq}","connection":1,"started_ns":{},"ended_ns":{},"method":"GET","target":"/plain/accounts?page={seq}","request":{{}},"response":{{"status":{status}}},"ending":"complete"}}"#,
            seq * 1_000_000,
            seq * 1_000_000 + 500_000
        );
        Journal::parse(&line).unwrap().entries()[0].clone()
    }

    #[test]
    fn every_bar_is_on_the_axis_and_cited_requests_are_never_left_out() {
        let journal = Journal::new((1..=500).map(|seq| entry(seq, if seq == 400 { 429 } else { 200 })).collect());
        let timeline = Timeline::of(&journal, &BTreeSet::from([400])).unwrap();
        assert_eq!((timeline.bars.len(), timeline.left_out), (5, 495));
        let cited = timeline.bars.iter().find(|bar| bar.cited).unwrap();
        assert_eq!((cited.seq, cited.tone), (400, "refused"));
        assert!(timeline.bars.iter().all(|bar| bar.from >= 0.0 && bar.from + bar.width <= 1000.001));
        assert_eq!(Timeline::of(&journal, &BTreeSet::new()).unwrap().bars.len(), MOST_BARS);
        assert!(Timeline::of(&Journal::default(), &BTreeSet::new()).is_none());
    }
}
