//! What the command line says about scenarios: texts only; printing and exit codes are the caller's.

mod explain;
mod handbook;
mod list;
mod schema;
mod starter;

use bank_fixtures::document::{Diagnostics, suggest};

use super::{Disk, Scenario};

pub use explain::{fault as explain_fault, scenario as explain_scenario};
pub use handbook::handbook;
pub use list::{LISTS, list};
pub use schema::schema;
pub use starter::starter;

/// A name that is not in a table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is not {what}{}; legal: {legal}", .suggestion.as_ref().map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default())]
pub struct UnknownName {
    /// What was expected, with its article.
    pub what: &'static str,
    /// What was given.
    pub name: String,
    /// What was probably meant.
    pub suggestion: Option<String>,
    /// The names there are.
    pub legal: String,
}

impl UnknownName {
    fn new<'c>(what: &'static str, name: &str, names: impl Iterator<Item = &'c str> + Clone) -> UnknownName {
        UnknownName {
            what,
            name: name.to_owned(),
            suggestion: suggest(name, names.clone()).map(str::to_owned),
            legal: names.collect::<Vec<_>>().join(", "),
        }
    }
}

/// Reads a scenario file, with the files it includes, and says in one line that it is right.
///
/// # Errors
/// Everything that is wrong with it.
pub fn check(file: &str, text: &str) -> Result<String, Diagnostics> {
    let scenario = Scenario::compile_with(file, text, &Disk)?;
    let rules = scenario.rules.len();
    let plural = if rules == 1 { "" } else { "s" };
    let from = match scenario.included().len() {
        0 => String::new(),
        1 => " from 2 files".to_owned(),
        more => format!(" from {} files", more + 1),
    };
    let mut line = format!("{file}: ok, scenario `{}` with {rules} rule{plural}{from}", scenario.name());
    if scenario.is_about_all_connections() {
        line += "\n  note: nobody knows for which world a connection is when it is accepted: rules at the stage `accept` are for the world \
                 `default`, or for one with a port of its own (--world-port); other worlds refuse them";
    }
    Ok(line)
}

/// Rows in aligned columns; the last column is not padded.
fn columns(rows: &[Vec<String>], indent: &str) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..count).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = indent.to_owned();
        for (column, cell) in row.iter().enumerate() {
            line += cell;
            if column + 1 < row.len() {
                line += &" ".repeat(widths[column] - cell.chars().count() + 2);
            }
        }
        text += line.trim_end();
        text.push('\n');
    }
    text
}
