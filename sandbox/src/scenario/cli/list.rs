//! Tables of what can be named in a scenario.

use bank_fixtures::{expectation::Head, library};

use super::{UnknownName, columns};
use crate::bank::BANK_EVENTS;
use crate::fault::oauth::{Takes, lies};
use crate::fault::outcome::REASONS;
use crate::fault::{ERRORS, FAULTS, STAGES};
use crate::operation::OPERATIONS;
use crate::scenario::deed::DEED_KEYS;
use crate::scenario::deliver::DELIVER_KEYS;
use crate::scenario::key::KEYS;
use crate::scenario::known::BANK_KEYS;
use crate::scenario::limit::LIMIT_KEYS;
use crate::scenario::matcher::MATCH_KEYS;
use crate::scenario::when::WHEN_KEYS;
use crate::webhook::FORGERIES;

/// What can be listed, with one line each.
pub const LISTS: &[(&str, &str)] = &[
    ("faults", "what `do` can do"),
    ("oauth", "what `oauth` can say, point by point, and what a correct client makes of it"),
    ("operations", "what `match: {op: …}` can name"),
    ("conditions", "what `match`, `when` and `bank` can ask"),
    ("keys", "what `key` can count separately"),
    ("limits", "what `limit` takes"),
    ("errors", "what `error` can name, with the class a client should understand"),
    ("stages", "when an effect takes place"),
    ("events", "what `event` and `until` can name besides operations"),
    ("deeds", "what `do` of an event rule or of the timeline can do"),
    ("deliveries", "what `deliver` can do to webhooks"),
    ("forgeries", "what `forge` of `deliver` can send beside a webhook"),
    ("reasons", "why a payment can be refused after it was taken"),
    ("scenarios", "the scenarios that come with the simulator"),
];

/// The rows of a list as text.
///
/// # Errors
/// There is no such list.
pub fn list(what: &str) -> Result<String, UnknownName> {
    let pair = |rows: &[(&str, &str)]| rows.iter().map(|row| vec![row.0.to_owned(), row.1.to_owned()]).collect();
    let rows: Vec<Vec<String>> = match what {
        "faults" => FAULTS
            .iter()
            .map(|fault| vec![fault.slug.to_owned(), fault.layer.name().to_owned(), fault.about.to_owned()])
            .collect(),
        "oauth" => lies()
            .map(|lie| {
                let name = match lie.takes {
                    Takes::Nothing => format!("{}: {}", lie.point, lie.name),
                    takes => format!("{}: {{{}: {}}}", lie.point, lie.name, takes.example()),
                };
                vec![name, lie.about.to_owned(), lie.client.to_owned()]
            })
            .collect(),
        "operations" => OPERATIONS.iter().map(|row| vec![row.1.to_owned(), row.2.to_owned()]).collect(),
        "conditions" => {
            let named = |key: &str, rows: &[(&str, &str)]| {
                rows.iter().map(|row| vec![format!("{key}.{}", row.0), row.1.to_owned()]).collect::<Vec<_>>()
            };
            [named("match", MATCH_KEYS), named("when", WHEN_KEYS), named("when.bank", BANK_KEYS)].concat()
        }
        "keys" => pair(KEYS),
        "limits" => pair(LIMIT_KEYS),
        "errors" => {
            ERRORS.iter().map(|(name, kind)| vec![(*name).to_owned(), kind.class().name().to_owned()]).collect()
        }
        "stages" => STAGES.iter().map(|row| vec![row.1.to_owned(), row.2.to_owned()]).collect(),
        "events" => BANK_EVENTS.iter().map(|row| vec![row.1.to_owned(), row.2.to_owned()]).collect(),
        "deeds" => pair(DEED_KEYS),
        "deliveries" => pair(DELIVER_KEYS),
        "forgeries" => FORGERIES.iter().map(|row| vec![row.name.to_owned(), row.about.to_owned()]).collect(),
        "reasons" => pair(REASONS),
        "scenarios" => scenarios(),
        _ => return Err(UnknownName::new("a list", what, LISTS.iter().map(|row| row.0))),
    };
    Ok(columns(&rows, ""))
}

fn scenarios() -> Vec<Vec<String>> {
    ["faults", "journeys"]
        .into_iter()
        .flat_map(library::files)
        .filter_map(|file| {
            let head = Head::parse(file.path, file.text).ok()?;
            Some(vec![head.name, head.covers.join(" "), head.title.unwrap_or_default()])
        })
        .collect()
}
