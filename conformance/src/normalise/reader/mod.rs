//! Reading single values as any standard may write them: exact or absent, never guessed.
//!
//! Owns texts, ids, lists, flags and counts, with the warning each deviation earns; figures, days and identifiers have files of their
//! own. Knows the profile and how the standard writes figures; knows no member names.

mod day;
mod figure;
mod identifier;

pub(super) use day::Stamp;

use bank_fixtures::error_class::ErrorClass;
use icu_normalizer::ComposingNormalizerBorrowed;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::WarningCode;
use super::fields::Fields;
use super::model::{Origin, Problem};
use super::profile::Profile;
use super::standard::Standard;
use crate::json::{At, Value};

/// Reads values of one document.
pub(super) struct Reader<'p> {
    pub(super) standard: &'static Standard,
    pub(super) profile: &'p Profile,
    pub(super) fields: Fields,
    pub(super) problems: Vec<Problem>,
    pub(super) fetched: Timestamp,
    zone: Option<TimeZone>,
}

impl<'p> Reader<'p> {
    pub(super) fn new(standard: &'static Standard, profile: &'p Profile, fetched: Timestamp) -> Reader<'p> {
        let by_standard = || standard.zone.and_then(|name| TimeZone::get(name).ok());
        let zone = profile.zone.clone().or_else(by_standard);
        Reader { standard, profile, fields: Fields::default(), problems: Vec::new(), fetched, zone }
    }

    /// How many deviations there were before a row.
    pub(super) fn mark(&self) -> usize {
        self.fields.mark()
    }

    /// What a row was read from, and what was wrong with it since the mark.
    pub(super) fn origin(&self, row: &At<'_>, mark: usize) -> Origin {
        self.fields.origin(row, mark)
    }

    /// Records a deviation.
    pub(super) fn warn(&mut self, code: WarningCode, at: &At<'_>, message: impl Into<String>) {
        self.fields.warn(code, at, message);
    }

    /// Keeps a record out and says why.
    pub(super) fn quarantine(&mut self, at: &At<'_>, message: &str) {
        let message = format!("{}: {message}", at.pointer);
        self.problems.push(Problem {
            class: ErrorClass::ProtocolViolation,
            http_status: None,
            provider_code: None,
            message: Some(message),
            field: None,
        });
    }

    /// The first of these members that is there and not null.
    pub(super) fn find<'a>(&self, at: &At<'a>, paths: &[&str]) -> Option<At<'a>> {
        paths.iter().find_map(|path| member(at, path))
    }

    /// A text for people, in NFC.
    pub(super) fn text(&mut self, at: &At<'_>) -> Option<String> {
        let text = self.fields.text(at)?;
        let text = ComposingNormalizerBorrowed::new_nfc().normalize(&text).into_owned();
        let cleaned = self.profile.remove_text.iter().fold(text, |text, cut| cut.replace_all(&text, "").into_owned());
        Some(cleaned)
    }

    /// A text of a member, if it is there.
    pub(super) fn text_at(&mut self, at: &At<'_>, paths: &[&str]) -> Option<String> {
        let found = self.find(at, paths)?;
        self.text(&found)
    }

    /// A text that says something: blank and placeholders count as absent.
    pub(super) fn said_at(&mut self, at: &At<'_>, paths: &[&str]) -> Option<String> {
        self.text_at(at, paths).filter(|text| !is_placeholder(text))
    }

    /// An opaque id; blank counts as absent.
    pub(super) fn id_at(&mut self, at: &At<'_>, paths: &[&str]) -> Option<String> {
        let found = self.find(at, paths)?;
        if matches!(found.value, Value::Text(text) if text.trim().is_empty()) {
            return None;
        }
        self.fields.id(&found)
    }

    /// The items of a list. One value where a list belongs is a list of one; null and nothing are empty.
    pub(super) fn list_at<'a>(&mut self, at: &At<'a>, paths: &[&str]) -> Vec<At<'a>> {
        let Some(found) = self.find(at, paths) else { return Vec::new() };
        match found.value {
            Value::List(_) => found.items().collect(),
            Value::Object(_) => {
                self.warn(WarningCode::TypeCoerced, &found, "an object where an array belongs");
                vec![found]
            }
            Value::Text(_) => vec![found],
            other => {
                self.warn(WarningCode::Schema, &found, format!("{}, an array is due", other.kind()));
                Vec::new()
            }
        }
    }

    /// `true` or `false`, also in quotes.
    pub(super) fn flag_at(&mut self, at: &At<'_>, paths: &[&str]) -> Option<bool> {
        let found = self.find(at, paths)?;
        let quoted = match found.value {
            Value::Text(text) => text.trim().to_ascii_lowercase().parse::<bool>().ok(),
            _ => None,
        };
        if quoted.is_some() {
            self.warn(WarningCode::TypeCoerced, &found, "a boolean in quotes");
            return quoted;
        }
        self.fields.boolean(&found)
    }

    /// A whole number, also in quotes.
    pub(super) fn count_at(&mut self, at: &At<'_>, paths: &[&str]) -> Option<u64> {
        let found = self.find(at, paths)?;
        let (text, quoted) = match found.value {
            Value::Number(text) => (text, false),
            Value::Text(text) => (text, true),
            other => {
                self.warn(WarningCode::Schema, &found, format!("{}, a whole number is due", other.kind()));
                return None;
            }
        };
        let count = text.trim().parse().ok();
        match count {
            None => self.warn(WarningCode::Schema, &found, format!("`{text}` is not a whole number")),
            Some(_) if quoted => self.warn(WarningCode::TypeCoerced, &found, "a number in quotes"),
            Some(_) => {}
        }
        count
    }
}

/// A member by its dotted path; null is absence.
pub(super) fn member<'a>(at: &At<'a>, path: &str) -> Option<At<'a>> {
    let mut here = at.clone();
    for step in path.split('.').filter(|step| !step.is_empty()) {
        here = match step.parse::<usize>() {
            Ok(index) => here.items().nth(index)?,
            Err(_) => here.member(step)?,
        };
    }
    (*here.value != Value::Null).then_some(here)
}

/// Words that stand where nothing is meant.
pub(super) fn is_placeholder(text: &str) -> bool {
    const PLACEHOLDERS: &[&str] = &["", "-", "n/a", "notprovided", "not provided"];
    PLACEHOLDERS.contains(&text.trim().to_lowercase().as_str())
}
