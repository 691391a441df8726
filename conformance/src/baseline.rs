//! This run next to an earlier one.
//!
//! Owns the reading of an earlier JSON report (version 1; members it does not need are ignored) and what changed since.
//! Knows nothing of how that is shown.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;

use crate::event::Word;
use crate::file::{self, NamedText, Unreadable};
use crate::report::Record;

/// What failed in an earlier run, and what was judged at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    words: BTreeMap<Judgement, String>,
}

/// One check in one case, by their names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Judgement {
    /// Name of the case.
    pub case: String,
    /// Name of the check.
    pub check: String,
}

/// What changed since the earlier run. Failed and warned both count as failing; an expected failure does not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Failing now, and not then.
    pub new: Vec<Judgement>,
    /// Failing then, and passing or expected now.
    pub fixed: Vec<Judgement>,
    /// Failing then and now.
    pub still_failing: Vec<Judgement>,
    /// Failing then, and without a judgement now.
    pub not_judged: Vec<Judgement>,
}

/// Why an earlier report cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// It cannot be read at all.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// It is no report of version 1.
    #[error("{file} is no JSON report of version 1 ({reason}); write one with --report json={file}")]
    Wrong {
        /// Its path.
        file: String,
        /// Why not.
        reason: String,
    },
}

#[derive(Deserialize)]
struct Report {
    report: String,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    checks: Vec<Check>,
}

#[derive(Deserialize)]
struct Check {
    check: String,
    verdict: String,
}

impl Baseline {
    /// Reads the JSON report of an earlier run.
    ///
    /// # Errors
    /// When it cannot be read, or is something else.
    pub fn load(path: &Path) -> Result<Baseline, BaselineError> {
        let NamedText { file, text } = file::read(path)?;
        Baseline::parse(&text).map_err(|reason| BaselineError::Wrong { file, reason })
    }

    fn parse(text: &str) -> Result<Baseline, String> {
        let report: Report = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if report.report != "v1" {
            return Err(format!("it states the version `{}`", report.report));
        }
        let words = report.cases.into_iter().flat_map(|Case { name, checks }| {
            checks.into_iter().map(move |Check { check, verdict }| (Judgement { case: name.clone(), check }, verdict))
        });
        Ok(Baseline { words: words.collect() })
    }

    /// What changed from the earlier run to this one.
    pub fn compare(&self, record: &Record) -> Comparison {
        let failed = [Word::Failed.name(), Word::Warned.name()];
        let then: BTreeSet<&Judgement> =
            self.words.iter().filter(|(_, word)| failed.contains(&word.as_str())).map(|(name, _)| name).collect();
        let now: BTreeMap<Judgement, Word> = record
            .outcomes()
            .map(|(case, outcome)| {
                let name = Judgement { case: case.head.name.clone(), check: outcome.check.slug.to_owned() };
                (name, outcome.word())
            })
            .collect();
        let mut comparison = Comparison::default();
        for (name, word) in &now {
            match (word, then.contains(name)) {
                (Word::Failed | Word::Warned, true) => comparison.still_failing.push(name.clone()),
                (Word::Failed | Word::Warned, false) => comparison.new.push(name.clone()),
                (Word::Passed | Word::Expected, true) => comparison.fixed.push(name.clone()),
                _ => {}
            }
        }
        let is_judged = |name: &Judgement| {
            now.get(name).is_some_and(|word| !matches!(word, Word::Inconclusive | Word::Skipped | Word::Broken))
        };
        comparison.not_judged = then.into_iter().filter(|name| !is_judged(name)).cloned().collect();
        comparison
    }
}

impl Comparison {
    /// The four lists with their headings, in the order in which they matter.
    pub fn parts(&self) -> [(&'static str, &[Judgement]); 4] {
        [
            ("new", &self.new),
            ("still failing", &self.still_failing),
            ("fixed", &self.fixed),
            ("failing then, not judged now", &self.not_judged),
        ]
    }

    /// One line: `since the earlier run: 1 new, 2 still failing, 1 fixed`; then one line for each, but for the fixed.
    pub fn text(&self) -> String {
        let counts: Vec<String> = self
            .parts()
            .iter()
            .filter(|(_, names)| !names.is_empty())
            .map(|(heading, names)| format!("{} {heading}", names.len()))
            .collect();
        let counts = if counts.is_empty() { "nothing fails, then or now".to_owned() } else { counts.join(", ") };
        let mut text = format!("since the earlier run: {counts}\n");
        for (heading, names) in self.parts() {
            for Judgement { case, check } in names {
                text.push_str(&format!("  {heading}: {check} in {case}\n"));
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::record;

    fn earlier(checks: &[(&str, &str, &str)]) -> Baseline {
        let case = |(case, check, verdict): &(&str, &str, &str)| serde_json::json!({"name": case, "elapsed_ms": 1, "checks": [{"check": check, "verdict": verdict, "ids": []}]});
        let report =
            serde_json::json!({"report": "v1", "seed": 1, "cases": checks.iter().map(case).collect::<Vec<_>>()});
        Baseline::parse(&report.to_string()).unwrap()
    }

    #[test]
    fn what_changed_is_told_apart() {
        let before = earlier(&[
            ("bank one", "reads-answer", "failed"),
            ("bank one", "ids-unique", "failed"),
            ("client / lost-reply", "pkce-required", "warned"),
            ("client / gone", "leaks-nothing", "failed"),
        ]);
        insta::assert_snapshot!(before.compare(&record()).text());
        assert_eq!(earlier(&[]).compare(&record()).new.len(), 2);
    }

    #[test]
    fn what_is_no_report_is_refused() {
        assert!(Baseline::parse("{}").unwrap_err().contains("report"));
        assert!(Baseline::parse(r#"{"report": "v2", "cases": []}"#).unwrap_err().contains("v2"));
    }
}
