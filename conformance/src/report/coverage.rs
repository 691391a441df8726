//! How much of what is known to go wrong a run has met.
//!
//! Owns the shape of two lists: the catalogue of misbehaviours of banks (sections A to N) and the rules for clients
//! (C01 to C87). A row of the catalogue is met by a case whose scenario says that it covers it; a rule is judged by a
//! check that cites it. What a rule demands, and why some are judged by nothing, the table of the checks says.

use serde::Serialize;

use super::{CaseRecord, Record};
use crate::check::client::{self, Rule};
use crate::event::{Outcome, Word};

/// The sections of the catalogue: letter, subject, how many rows.
const SECTIONS: &[(char, &str, usize)] = &[
    ('A', "identity and duplicates", 20),
    ('B', "pending to booked", 21),
    ('C', "dates and time", 19),
    ('D', "amounts, signs, currency", 17),
    ('E', "balances", 12),
    ('F', "counterparty, text, encoding", 21),
    ('G', "accounts and institutions", 12),
    ('H', "paging and windows", 15),
    ('I', "consent, tokens, strong authentication", 18),
    ('J', "rate limits", 12),
    ('K', "errors, availability, transport", 15),
    ('L', "payments", 17),
    ('M', "webhooks and events", 10),
    ('N', "file feeds", 5),
];
/// What a run has met of both lists.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Coverage {
    /// The sections of the catalogue.
    pub(super) catalogue: Vec<Section>,
    /// The rules for clients, one section.
    pub(super) clients: Section,
}

/// Some rows and what became of them.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Section {
    /// Its letter, or nothing.
    pub(super) letter: String,
    /// What it is about.
    pub(super) title: &'static str,
    /// Its rows in order.
    pub(super) cells: Vec<Cell>,
    /// How many of them were met.
    pub(super) met: usize,
}

/// One row.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Cell {
    /// Its id: `J4`, `C01`.
    pub(super) id: String,
    /// The gravest word of its outcomes; `none` if it was not met.
    pub(super) word: &'static str,
    /// Where it was met: `retry-after-seconds in my-client / flap: failed`.
    pub(super) where_met: Vec<String>,
    /// What it demands; nothing for a row of the catalogue.
    pub(super) what: &'static str,
    /// Why nothing judges it, whatever is run.
    pub(super) unjudged: Option<&'static str>,
    /// Which part of it nothing judges.
    pub(super) but: Option<&'static str>,
}

impl Coverage {
    /// What a run has met.
    pub(super) fn of(record: &Record) -> Coverage {
        let catalogue = SECTIONS.iter().map(|(letter, title, rows)| {
            let ids = (1..=*rows).map(|row| row_id(*letter, row));
            Section::of(letter.to_string(), title, ids.map(|id| cell_of_row(record, id)).collect())
        });
        let rules = client::RULES.iter().map(|rule| cell_of_rule(record, rule));
        Coverage {
            catalogue: catalogue.collect(),
            clients: Section::of(String::new(), "rules for clients", rules.collect()),
        }
    }

    /// How many rows the catalogue has.
    pub(super) fn rows(&self) -> usize {
        self.catalogue.iter().map(|section| section.cells.len()).sum()
    }

    /// How many of them were met.
    pub(super) fn rows_met(&self) -> usize {
        self.catalogue.iter().map(|section| section.met).sum()
    }

    /// How many rules for clients there are.
    pub(super) fn rules(&self) -> usize {
        self.clients.cells.len()
    }

    /// How many of them were judged.
    pub(super) fn rules_judged(&self) -> usize {
        self.clients.met
    }

    /// How many of them some check judges, if it is run.
    pub(super) fn rules_known(&self) -> usize {
        self.clients.cells.iter().filter(|cell| cell.unjudged.is_none()).count()
    }
}

impl Section {
    fn of(letter: String, title: &'static str, cells: Vec<Cell>) -> Section {
        let met = cells.iter().filter(|cell| cell.is_met()).count();
        Section { letter, title, cells, met }
    }
}

impl Cell {
    fn of(id: String, hits: Vec<(Word, String)>) -> Cell {
        let gravest = hits.iter().map(|(word, _)| *word).max_by_key(|word| gravity(*word));
        let where_met = hits.into_iter().map(|(_, place)| place).collect();
        Cell { id, word: gravest.map_or("none", Word::name), where_met, what: "", unjudged: None, but: None }
    }

    fn is_met(&self) -> bool {
        self.word != "none" && self.word != Word::Skipped.name()
    }
}

/// A row of section C from ten on is written with a dot, since the rules for clients have its number too.
fn row_id(letter: char, row: usize) -> String {
    if letter == 'C' && row >= 10 { format!("C.{row}") } else { format!("{letter}{row}") }
}

/// A row of the catalogue: met by what plays in a scenario that covers it, or by a check that cites it.
fn cell_of_row(record: &Record, id: String) -> Cell {
    let met = |case: &CaseRecord, outcome: &Outcome| case.head.covers.contains(&id) || cites(outcome, &id);
    let hits = hits(record, met);
    Cell::of(id, hits)
}

/// A rule for clients: judged by a check that cites it.
fn cell_of_rule(record: &Record, rule: &Rule) -> Cell {
    let hits = hits(record, |_, outcome| cites(outcome, rule.id));
    let (unjudged, but) = match rule.coverage {
        client::Coverage::Judged => (None, None),
        client::Coverage::But(what) => (None, Some(what)),
        client::Coverage::Not(reason) => (Some(reason), None),
    };
    Cell { what: rule.what, unjudged, but, ..Cell::of(rule.id.to_owned(), hits) }
}

fn cites(outcome: &Outcome, id: &str) -> bool {
    outcome.check.ids.contains(&id)
}

/// The words of the outcomes that count, each with its place.
fn hits(record: &Record, counts: impl Fn(&CaseRecord, &Outcome) -> bool) -> Vec<(Word, String)> {
    let counted = record.outcomes().filter(|(case, outcome)| counts(case, outcome));
    counted.map(|(case, outcome)| (outcome.word(), place(&case.head.name, outcome))).collect()
}

fn place(case: &str, outcome: &Outcome) -> String {
    format!("{} in {case}: {}", outcome.check.slug, outcome.word().name())
}

fn gravity(word: Word) -> u8 {
    match word {
        Word::Skipped => 0,
        Word::Passed => 1,
        Word::Inconclusive => 2,
        Word::Expected => 3,
        Word::Warned => 4,
        Word::Broken => 5,
        Word::Failed => 6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::record;

    #[test]
    fn both_lists_are_whole_and_a_row_takes_its_gravest_word() {
        let coverage = Coverage::of(&record());
        assert_eq!((coverage.rows(), coverage.rules()), (214, 87));
        let cell = |id: &str| {
            let mut cells = coverage.catalogue.iter().flat_map(|section| &section.cells);
            cells.find(|cell| cell.id == id).map(|cell| (cell.word, cell.where_met.len()))
        };
        assert_eq!(cell("J4"), Some(("broken", 2)));
        assert_eq!(cell("C.19"), Some(("none", 0)));
        assert_eq!(coverage.rows_met(), 6);
    }

    #[test]
    fn a_rule_says_what_it_demands_and_why_nothing_judges_it() {
        let coverage = Coverage::of(&record());
        let rule = |id: &str| coverage.clients.cells.iter().find(|cell| cell.id == id).unwrap();
        assert_eq!(rule("C01").what, "honours Retry-After in seconds");
        assert!(rule("C05").unjudged.is_some() && rule("C08").but.is_some());
        assert_eq!((rule("C05").word, rule("C31").word), ("none", "none"), "what a scenario covers judges no client");
        let unjudged = coverage.clients.cells.iter().filter(|cell| cell.unjudged.is_some()).count();
        assert_eq!(coverage.rules_known() + unjudged, coverage.rules());
    }
}
