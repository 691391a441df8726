//! One rule: where a member comes from, and what is made of it.

use serde_json::Value;
use serde_json_path::JsonPath;

use super::convert::{AmountRule, DateRule, InstantRule};
use crate::json::{self, quoted};

/// Where the rows of a table are: one path, or one inside the rows of the other.
#[derive(Debug, Clone)]
pub(super) struct Rows(pub(super) Vec<JsonPath>);

/// A row, with the rows around it.
pub(super) struct Row<'v> {
    /// Outermost first; never empty.
    around: Vec<Place<'v>>,
    exact: &'v json::Value,
}

#[derive(Clone)]
struct Place<'v> {
    value: &'v Value,
    pointer: String,
}

/// A place in a row.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) path: JsonPath,
    /// How many rows further out it is looked for.
    pub(super) up: usize,
}

/// What a member is made of.
#[derive(Debug, Clone)]
pub(super) enum Rule {
    /// Always the same: JSON.
    Constant(String),
    /// One text, or one word for another.
    Text(Source, Vec<(String, String)>),
    /// Every text of a path, in order.
    Texts(Source),
    /// An amount with its currency.
    Amount(Box<AmountRule>),
    /// A day.
    Date(Source, DateRule),
    /// An instant.
    Instant(Source, InstantRule),
    /// An object of rules; left out if none of them finds anything.
    Object(Vec<(String, Rule)>),
    /// A list of such objects.
    Each(Rows, Vec<(String, Rule)>),
}

/// What could not be converted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    /// The rule: below the member it is about.
    pub(super) rule: String,
    /// Where the value is.
    pub(super) pointer: String,
    /// What is wrong, with the value.
    pub(super) what: String,
}

/// A value with its place.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) text: String,
    pub(super) pointer: String,
}

impl Rows {
    /// The rows of a document.
    pub(super) fn of<'v>(&self, document: &'v Value, exact: &'v json::Value) -> Vec<Row<'v>> {
        let top = Row { around: vec![Place { value: document, pointer: String::new() }], exact };
        let mut rows = self.inside(&top);
        // The document is around every row, but is none.
        rows.iter_mut().for_each(|row| drop(row.around.remove(0)));
        rows
    }

    fn inside<'v>(&self, row: &Row<'v>) -> Vec<Row<'v>> {
        let mut rows = vec![Row { around: row.around.clone(), exact: row.exact }];
        for path in &self.0 {
            let below = |row: &Row<'v>| -> Vec<Row<'v>> {
                let places = located(path, row.innermost()).into_iter();
                let row_at =
                    |place| Row { around: row.around.iter().cloned().chain([place]).collect(), exact: row.exact };
                places.map(row_at).collect()
            };
            rows = rows.iter().flat_map(below).collect();
        }
        rows
    }

    /// The member the first path begins with, if the document has none of that name.
    pub(super) fn in_vain(&self, document: &Value) -> Option<String> {
        let first = self.0.first()?;
        let begins = first.to_string();
        let member = begins.strip_prefix("$['").and_then(|rest| rest.split_once("']")).map(|(name, _)| name);
        let member = member.or_else(|| {
            let name = begins.strip_prefix("$.")?;
            name.split(['.', '[']).next()
        })?;
        document.get(member).is_none().then(|| format!("/{member}"))
    }
}

impl<'v> Row<'v> {
    fn innermost(&self) -> &Place<'v> {
        self.around.last().expect("a row is around itself")
    }

    /// Where the row is.
    pub(super) fn pointer(&self) -> &str {
        &self.innermost().pointer
    }
}

impl Source {
    /// The one value there; `None` if there is none, or `null`.
    pub(super) fn find(&self, row: &Row<'_>) -> Result<Option<Found>, Trouble> {
        let found = self.find_all(row)?;
        match found.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(one.clone())),
            [first, ..] => Err(Trouble {
                rule: String::new(),
                pointer: first.pointer.clone(),
                what: format!("{} values where one is due ({})", found.len(), self.path),
            }),
        }
    }

    fn find_all(&self, row: &Row<'_>) -> Result<Vec<Found>, Trouble> {
        let depth = row.around.len();
        let Some(place) = depth.checked_sub(1 + self.up).and_then(|index| row.around.get(index)) else {
            let what = format!("`up: {}` leaves the {depth} rows there are", self.up);
            return Err(Trouble { rule: String::new(), pointer: row.pointer().to_owned(), what });
        };
        let found = located(&self.path, place).into_iter().filter(|place| !place.value.is_null());
        found.map(|place| text_at(row.exact, &place)).collect()
    }
}

impl Rule {
    /// The member as JSON; `None` if there is nothing to make it of.
    pub(super) fn apply(&self, row: &Row<'_>) -> Result<Option<String>, Trouble> {
        match self {
            Rule::Constant(json) => Ok(Some(json.clone())),
            Rule::Text(source, words) => match source.find(row)? {
                None => Ok(None),
                Some(found) => word(words, &found).map(|word| Some(quoted(word))),
            },
            Rule::Texts(source) => {
                let texts: Vec<String> = source.find_all(row)?.iter().map(|found| quoted(&found.text)).collect();
                Ok((!texts.is_empty()).then(|| format!("[{}]", texts.join(","))))
            }
            Rule::Amount(amount) => amount.apply(row),
            Rule::Date(source, date) => source.find(row)?.map(|found| date.apply(&found)).transpose(),
            Rule::Instant(source, instant) => source.find(row)?.map(|found| instant.apply(&found)).transpose(),
            Rule::Object(members) => object(members, row),
            Rule::Each(rows, members) => {
                let objects = rows.inside(row).iter().map(|row| object(members, row)).collect::<Result<Vec<_>, _>>()?;
                let objects: Vec<String> = objects.into_iter().flatten().collect();
                Ok((!objects.is_empty()).then(|| format!("[{}]", objects.join(","))))
            }
        }
    }

    /// Where it looks, for messages.
    pub(super) fn shown(&self) -> String {
        match self {
            Rule::Constant(json) => json.clone(),
            Rule::Text(source, _) | Rule::Texts(source) | Rule::Date(source, _) | Rule::Instant(source, _) => {
                source.path.to_string()
            }
            Rule::Amount(amount) => amount.shown(),
            Rule::Object(members) => members.iter().map(|(_, rule)| rule.shown()).collect::<Vec<_>>().join(", "),
            Rule::Each(rows, _) => rows.0.iter().map(ToString::to_string).collect::<Vec<_>>().join(" / "),
        }
    }
}

fn object(members: &[(String, Rule)], row: &Row<'_>) -> Result<Option<String>, Trouble> {
    let (mut json, mut is_found) = (Vec::new(), false);
    for (name, rule) in members {
        let named = |trouble: Trouble| Trouble { rule: format!(".{name}{}", trouble.rule), ..trouble };
        if let Some(value) = rule.apply(row).map_err(named)? {
            is_found |= !matches!(rule, Rule::Constant(_));
            json.push(format!("{}:{value}", quoted(name)));
        }
    }
    Ok(is_found.then(|| format!("{{{}}}", json.join(","))))
}

/// The word for a text; itself where no words are declared.
fn word<'a>(words: &'a [(String, String)], found: &'a Found) -> Result<&'a str, Trouble> {
    if words.is_empty() {
        return Ok(&found.text);
    }
    let known = words.iter().find(|(from, _)| *from == found.text);
    known.map(|(_, to)| to.as_str()).ok_or_else(|| {
        let legal: Vec<&str> = words.iter().map(|(from, _)| from.as_str()).collect();
        Trouble {
            rule: String::new(),
            pointer: found.pointer.clone(),
            what: format!("`{}` is none of the words declared ({})", found.text, legal.join(", ")),
        }
    })
}

fn located<'v>(path: &JsonPath, place: &Place<'v>) -> Vec<Place<'v>> {
    let nodes = path.query_located(place.value);
    let below = |node: serde_json_path::LocatedNode<'v>| Place {
        value: node.node(),
        pointer: format!("{}{}", place.pointer, node.location().to_json_pointer()),
    };
    nodes.into_iter().map(below).collect()
}

/// The text of a value as it was written: the digits of a number are not computed with.
fn text_at(exact: &json::Value, place: &Place<'_>) -> Result<Found, Trouble> {
    let trouble = |what: String| Trouble { rule: String::new(), pointer: place.pointer.clone(), what };
    let text = match at(exact, &place.pointer) {
        Some(json::Value::Text(text) | json::Value::Number(text)) => text.clone(),
        Some(json::Value::Bool(yes)) => yes.to_string(),
        Some(other) => return Err(trouble(format!("{} is no single value", other.kind()))),
        None => return Err(trouble("nothing there".to_owned())),
    };
    Ok(Found { text, pointer: place.pointer.clone() })
}

fn at<'v>(exact: &'v json::Value, pointer: &str) -> Option<&'v json::Value> {
    pointer.split('/').skip(1).try_fold(exact, |value, token| match value {
        json::Value::List(items) => items.get(token.parse::<usize>().ok()?),
        json::Value::Object(members) => {
            let name = token.replace("~1", "/").replace("~0", "~");
            members.iter().rev().find(|(member, _)| *member == name).map(|(_, value)| value)
        }
        _ => None,
    })
}
