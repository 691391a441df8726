//! Failures that are known and excused for a while.
//!
//! Owns the file that lists them and what an excuse does to a verdict: a known failure does not fail the run until its
//! date is past, and one that stops failing does, so that no list outlives its reasons. Knows nothing of reports.

use std::path::Path;
use std::sync::Arc;

use bank_fixtures::document::{self, Diagnostics, Value, suggest};
use jiff::civil::Date;

use crate::check::{self, Check};
use crate::file::{self, FileError, NamedText};
use crate::suite::Severity;
use crate::verdict::{Finding, Verdict};

/// Why a check may fail for now.
#[derive(Debug, Clone)]
pub struct Excuse {
    /// The check.
    pub check: &'static Check,
    /// The scenario in which it may fail; anywhere, if none is named.
    pub scenario: Option<String>,
    /// Why, in the words of whoever excused it.
    pub reason: String,
    /// The last day on which it is excused, in UTC.
    pub until: Date,
}

/// Every excuse of a run, on the day of the run.
#[derive(Debug, Clone, Default)]
pub struct Expected {
    excuses: Vec<Arc<Excuse>>,
    today: Date,
}

/// A verdict after the excuses were looked at.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The verdict.
    pub verdict: Verdict,
    /// How grave it is.
    pub severity: Severity,
    /// Why a failure is excused.
    pub excuse: Option<Arc<Excuse>>,
}

impl Expected {
    /// Reads a file of excuses; `today` is the day of the run.
    ///
    /// # Errors
    /// When it cannot be read, and everything that is wrong with it.
    pub fn load(path: &Path, today: Date) -> Result<Expected, FileError> {
        let NamedText { file, text } = file::read(path)?;
        Ok(Expected::parse(&file, &text, today)?)
    }

    /// Reads the text of such a file.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(file: &str, text: &str, today: Date) -> Result<Expected, Diagnostics> {
        let excuses = document::read(file, text, |root| {
            let map = root.map(&["expected"])?;
            map.required("expected")?.each(excuse)
        })?;
        Ok(Expected { excuses: excuses.into_iter().map(Arc::new).collect(), today })
    }

    /// What a verdict comes to when the excuses are looked at. A failure is excused up to its date; past it, the
    /// failure stands and says so. A check that passes although it is excused fails: the excuse has to go.
    pub fn judge(&self, scenario: Option<&str>, check: &'static Check, severity: Severity, verdict: Verdict) -> Judged {
        let applies = |excuse: &&Arc<Excuse>| {
            excuse.check.slug == check.slug && excuse.scenario.as_deref().is_none_or(|named| scenario == Some(named))
        };
        let Some(excuse) = self.excuses.iter().find(applies) else {
            return Judged { verdict, severity, excuse: None };
        };
        let is_over = self.today > excuse.until;
        match verdict {
            Verdict::Failed(_) if !is_over => Judged { verdict, severity, excuse: Some(Arc::clone(excuse)) },
            Verdict::Failed(mut findings) => {
                let what = format!("was expected to fail until {} ({}); that day is past", excuse.until, excuse.reason);
                findings.insert(0, Finding::new(what));
                Judged { verdict: Verdict::Failed(findings), severity, excuse: None }
            }
            // An excuse for every scenario holds as long as one of them fails; only one for this case must go.
            Verdict::Passed { measured } if excuse.scenario.is_some() || scenario.is_none() => {
                let what = format!(
                    "passes ({measured}), although it is listed as an expected failure ({}); take it off the list",
                    excuse.reason
                );
                let verdict = Verdict::Failed(vec![Finding::new(what)]);
                Judged { verdict, severity: Severity::Must, excuse: None }
            }
            verdict => Judged { verdict, severity, excuse: None },
        }
    }
}

fn excuse(value: Value<'_>) -> Option<Excuse> {
    let map = value.map(&["check", "scenario", "reason", "until"])?;
    let check = map.required("check").and_then(known_check);
    let scenario = map.optional("scenario").map(Value::word);
    let reason = map.required("reason").and_then(Value::word);
    let until = map.required("until").and_then(|until| until.parse("a date, YYYY-MM-DD", date));
    Some(Excuse {
        check: check?,
        scenario: match scenario {
            Some(named) => Some(named?.to_owned()),
            None => None,
        },
        reason: reason?.to_owned(),
        until: until?,
    })
}

fn date(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| format!("`{text}` is no date"))
}

fn known_check(value: Value<'_>) -> Option<&'static Check> {
    let slug = value.word()?;
    let found = check::find(slug);
    if found.is_none() {
        let near = suggest(slug, check::all().map(|check| check.slug));
        let wrong = value.diagnostic(format!("there is no check `{slug}`")).suggestion(near);
        value.document().record(wrong.legal("a name that `bank-conformance list checks` shows"));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "\
expected:
  - check: retry-after-date
    scenario: retry-after-date
    reason: the gateway drops the header
    until: 2026-12-31
  - check: leaks-nothing
    reason: being replaced
    until: 2026-12-31
";

    fn judged(today: &str, scenario: &str, slug: &str, verdict: Verdict) -> Judged {
        let expected = Expected::parse("expected.yaml", LIST, today.parse().unwrap()).unwrap();
        expected.judge(Some(scenario), check::find(slug).unwrap(), Severity::Must, verdict)
    }

    fn failed() -> Verdict {
        Verdict::Failed(vec![Finding::new("came back after 1 s; 2 s are due")])
    }

    #[test]
    fn a_known_failure_is_excused_up_to_its_day_and_stands_after_it() {
        let on_the_day = judged("2026-12-31", "retry-after-date", "retry-after-date", failed());
        assert_eq!(on_the_day.excuse.unwrap().reason, "the gateway drops the header");
        let after = judged("2027-01-01", "retry-after-date", "retry-after-date", failed());
        assert!(after.excuse.is_none());
        assert_eq!(after.verdict.findings().len(), 2);
        assert!(after.verdict.findings()[0].what.contains("2026-12-31"), "{:?}", after.verdict);
    }

    #[test]
    fn an_excuse_holds_only_where_it_was_given() {
        assert!(judged("2026-11-01", "flap", "retry-after-date", failed()).excuse.is_none());
        assert!(judged("2026-11-01", "flap", "leaks-nothing", failed()).excuse.is_some());
    }

    #[test]
    fn what_no_longer_fails_must_leave_the_list() {
        let passed = judged("2026-11-01", "retry-after-date", "retry-after-date", Verdict::passed("3 waits"));
        assert!(passed.verdict.findings()[0].what.contains("take it off the list"), "{:?}", passed.verdict);
        let elsewhere = judged("2026-11-01", "flap", "leaks-nothing", Verdict::passed("nothing leaked"));
        assert_eq!(elsewhere.verdict, Verdict::passed("nothing leaked"));
        let unseen = judged("2026-11-01", "retry-after-date", "retry-after-date", Verdict::skipped("no such answer"));
        assert_eq!(unseen.verdict, Verdict::skipped("no such answer"));
    }

    #[test]
    fn every_mistake_in_the_list_is_reported() {
        let wrong = "expected:\n  - {check: retry-after-dat, reason: '', until: tomorrow}\n  - {scenario: flap}\n";
        let today = "2026-11-01".parse().unwrap();
        insta::assert_snapshot!(Expected::parse("expected.yaml", wrong, today).unwrap_err());
    }
}
