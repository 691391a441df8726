//! From a client's own model to canonical v1, by rules a target file declares.
//!
//! Owns the walk over the client's rows and the document that comes out. What a rule looks like in a file is
//! [`read`]'s, what becomes of one value is [`convert`]'s, and which members there are the published contract says.
//! A conversion that fails names the rule, the JSON pointer and the value; all that fail are named at once.

mod contract;
mod convert;
mod read;
mod rows;
mod rule;

use std::fmt::Write;

use bank_fixtures::canonical::Canonical;

pub(crate) use read::mapping;
pub use rows::{Csv, Sql, SqlSource};

use crate::json::{self, quoted};
use contract::entity;
use rule::{Row, Rows, Rule, Trouble};

/// Rules for a whole document.
#[derive(Debug, Clone)]
pub struct Mapping {
    tables: Vec<Table>,
}

/// Rules for the rows of one kind: `transactions`.
#[derive(Debug, Clone)]
struct Table {
    entity: String,
    rows: Rows,
    members: Vec<(String, Rule)>,
}

/// More mistakes than this are counted, not shown.
const MOST_SHOWN: usize = 20;

impl Mapping {
    /// The canonical document a client's own document stands for.
    ///
    /// # Errors
    /// In words: it is not JSON, or everything in it that a rule cannot convert.
    pub(crate) fn apply(&self, place: &str, text: &str) -> Result<Canonical, String> {
        let not_json = |error: &dyn std::fmt::Display| format!("{place}: {error}");
        let exact = json::parse(text).map_err(|error| not_json(&error))?;
        let value: serde_json::Value = serde_json::from_str(text).map_err(|error| not_json(&error))?;
        let mut troubles = self.in_vain(&value);
        let tables: Vec<String> = self.tables.iter().map(|table| table.apply(&value, &exact, &mut troubles)).collect();
        if !troubles.is_empty() {
            return Err(told(place, &troubles));
        }
        let document = format!(r#"{{"canonical":"v1",{}}}"#, tables.join(","));
        Canonical::parse("the mapped result", &document)
            .map_err(|wrong| format!("what the mapping makes of {place} is not canonical v1:\n{wrong}"))
    }
}

impl Mapping {
    /// Where rows were looked for, if none of the places is there at all: a result that is only about payments has no
    /// entries, but a mapping that looks in the wrong places would make an empty reading of any document.
    fn in_vain(&self, document: &serde_json::Value) -> Vec<Trouble> {
        let trouble = |table: &Table| {
            let pointer = table.rows.in_vain(document)?;
            Some(Trouble { rule: table.entity.clone(), pointer, what: "no row here".to_owned() })
        };
        self.tables.iter().map(trouble).collect::<Option<Vec<_>>>().unwrap_or_default()
    }
}

impl Table {
    /// `"transactions":[…]`
    fn apply(&self, value: &serde_json::Value, exact: &json::Value, troubles: &mut Vec<Trouble>) -> String {
        let rows = self.rows.of(value, exact);
        let rows: Vec<String> = rows.iter().map(|row| self.row(row, troubles)).collect();
        format!("{}:[{}]", quoted(&self.entity), rows.join(","))
    }

    fn row(&self, row: &Row<'_>, troubles: &mut Vec<Trouble>) -> String {
        let contract = entity(&self.entity);
        let mut members = Vec::new();
        for (name, rule) in &self.members {
            let named =
                |trouble: Trouble| Trouble { rule: format!("{}.{name}{}", self.entity, trouble.rule), ..trouble };
            match rule.apply(row) {
                Ok(Some(json)) => members.push(format!("{}:{json}", quoted(name))),
                Ok(None) if contract.is_required(name) => troubles.push(named(Trouble {
                    rule: String::new(),
                    pointer: row.pointer().to_owned(),
                    what: format!("nothing found ({}), and canonical v1 needs it", rule.shown()),
                })),
                Ok(None) => {}
                Err(trouble) => troubles.push(named(trouble)),
            }
        }
        format!("{{{}}}", members.join(","))
    }
}

fn told(place: &str, troubles: &[Trouble]) -> String {
    let mut text = format!("{place} cannot be mapped:");
    for trouble in troubles.iter().take(MOST_SHOWN) {
        let pointer = if trouble.pointer.is_empty() { "the document" } else { &trouble.pointer };
        // Writing to a string cannot fail.
        let _ = write!(text, "\n  mapping.{} at {pointer}: {}", trouble.rule, trouble.what);
    }
    if troubles.len() > MOST_SHOWN {
        let _ = write!(text, "\n  and {} more", troubles.len() - MOST_SHOWN);
    }
    text
}

#[cfg(test)]
mod tests;
