//! The `mapping` of a target file.
//!
//! Owns its keys and what each may hold. Members are checked against the published contract when the file is read, so that
//! a mapping that exists can only fail over a value.

use bank_fixtures::document::{Kind, Map, Value, suggest};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json_path::JsonPath;

use super::contract::{Entity, entities};
use super::convert::{AmountRule, DateRule, Exponent, Figures, Format, InstantRule, Sign};
use super::rule::{Rows, Rule, Source};
use super::{Mapping, Table};
use crate::json::quoted;

const PATH: &str = "a JSONPath (RFC 9535): $.id, or {value: open} for what is always the same";
const FORMAT: &str = "iso, unix, unix_ms, or the letters of strptime: \"%d.%m.%Y\"";
const RULES: &str = "one of value, from, texts, amount, credit with debit, date, instant, members, each";

/// Keys of a table that are no members.
const ROWS: &str = "rows";

/// Reads the rules of a document.
pub(crate) fn mapping(value: Value<'_>) -> Option<Mapping> {
    let names: Vec<&str> = entities().iter().map(|entity| entity.name.as_str()).collect();
    let tables = value.entries()?.into_iter().map(|(key, rules)| {
        let known = entities().iter().find(|entity| entity.name == key.key_text());
        let Some(entity) = known else {
            unknown(key, &names);
            return None;
        };
        table(entity, rules)
    });
    let tables: Vec<Option<Table>> = tables.collect();
    if tables.is_empty() {
        value.refuse("no rules", format!("rules for any of {}", names.join(", ")));
        return None;
    }
    Some(Mapping { tables: tables.into_iter().collect::<Option<Vec<_>>>()? })
}

fn table(entity: &Entity, value: Value<'_>) -> Option<Table> {
    let entries = value.entries()?;
    let rows = match value.member(ROWS) {
        Some(rows) => self::rows(rows),
        None => {
            value.refuse("the key `rows` is missing", "rows: $.transactions[*]");
            None
        }
    };
    let mut members = Vec::new();
    for (key, rule) in entries.into_iter().filter(|(key, _)| key.key_text() != ROWS) {
        let name = key.key_text();
        if !entity.members.iter().any(|member| member.name == name) {
            unknown(key, &[&[ROWS], entity.names().as_slice()].concat());
            members.push(None);
            continue;
        }
        members.push(self::rule(rule, entity.words(name)).map(|rule| (name.to_owned(), rule)));
    }
    for missing in entity.members.iter().filter(|member| entity.is_required(&member.name)) {
        if value.member(&missing.name).is_none() {
            value.refuse(
                format!("no rule for `{}`, which canonical v1 needs", missing.name),
                format!("{}: {PATH}", missing.name),
            );
            members.push(None);
        }
    }
    Some(Table { entity: entity.name.clone(), rows: rows?, members: members.into_iter().collect::<Option<Vec<_>>>()? })
}

/// One path, or a list: each inside the rows of the one before.
fn rows(value: Value<'_>) -> Option<Rows> {
    let paths: Vec<Option<JsonPath>> = value.list_or_one().into_iter().map(path).collect();
    let paths = paths.into_iter().collect::<Option<Vec<_>>>()?;
    if paths.is_empty() {
        value.refuse("no path", PATH);
        return None;
    }
    Some(Rows(paths))
}

/// `words` are those the member takes; none for any text.
fn rule(value: Value<'_>, words: &[String]) -> Option<Rule> {
    if value.kind() != Kind::Map {
        return source_at(value, 0).map(|source| Rule::Text(source, Vec::new()));
    }
    let kinds = ["value", "from", "texts", "amount", "credit", "date", "instant", "each", "members"];
    let Some(kind) = kinds.into_iter().find(|kind| value.member(kind).is_some()) else {
        value.refuse("no rule", RULES);
        return None;
    };
    match kind {
        "value" => constant(value.map(&["value"])?, words),
        "from" => text(value.map(&["from", "up", "words"])?, words),
        "texts" => source(value.map(&["texts", "up"])?, "texts").map(Rule::Texts),
        "date" => {
            let map = value.map(&["date", "up", "format", "zone"])?;
            let (source, format, zone) = (source(map, "date"), format(map), zone(map));
            Some(Rule::Date(source?, DateRule { format: format?, zone: zone? }))
        }
        "instant" => {
            let map = value.map(&["instant", "up", "format", "zone"])?;
            let (source, format, zone) = (source(map, "instant"), format(map), zone(map));
            Some(Rule::Instant(source?, InstantRule { format: format?, zone: zone? }))
        }
        "members" => members(value.map(&["members"])?.required("members")?).map(Rule::Object),
        "each" => {
            let map = value.map(&["each", "members"])?;
            let (rows, members) = (map.required("each").and_then(rows), map.required("members").and_then(members));
            Some(Rule::Each(rows?, members?))
        }
        _ => amount(value),
    }
}

fn members(value: Value<'_>) -> Option<Vec<(String, Rule)>> {
    let read = |(key, value): (Value<'_>, Value<'_>)| Some((key.key_text().to_owned(), rule(value, &[])?));
    value.entries()?.into_iter().map(read).collect::<Vec<_>>().into_iter().collect()
}

fn constant(map: Map<'_>, words: &[String]) -> Option<Rule> {
    let value = map.required("value")?;
    let json = match value.kind() {
        Kind::List => {
            let texts = value.each(|item| item.scalar().map(quoted))?;
            format!("[{}]", texts.join(","))
        }
        Kind::Boolean => value.scalar()?.to_owned(),
        _ => quoted(legal_word(value, value.scalar()?, words)?),
    };
    Some(Rule::Constant(json))
}

fn text(map: Map<'_>, legal: &[String]) -> Option<Rule> {
    let source = source(map, "from");
    let words = match map.optional("words") {
        None => Some(Vec::new()),
        Some(words) => {
            let read = |(key, value): (Value<'_>, Value<'_>)| {
                Some((key.key_text().to_owned(), legal_word(value, value.scalar()?, legal)?.to_owned()))
            };
            words.entries()?.into_iter().map(read).collect::<Vec<_>>().into_iter().collect::<Option<Vec<_>>>()
        }
    };
    Some(Rule::Text(source?, words?))
}

fn amount(value: Value<'_>) -> Option<Rule> {
    let keys = &["amount", "credit", "debit", "up", "currency", "exponent", "decimal", "group", "sign"];
    let map = value.map(keys)?;
    let figures = match map.optional("amount") {
        Some(amount) => {
            for other in ["credit", "debit"] {
                if let Some(other) = map.optional(other) {
                    other.refuse("both `amount` and a column of one direction", "amount, or credit with debit");
                }
            }
            let source = path(amount).zip(up(map));
            source.map(|(path, up)| Figures::One(Source { path, up }))
        }
        None => {
            let (credit, debit) = (source(map, "credit"), source(map, "debit"));
            credit.zip(debit).map(|(credit, debit)| Figures::Two { credit, debit })
        }
    };
    let currency = map.required("currency").and_then(|value| rule(value, &[]));
    let exponent = map.optional("exponent").map(|value| match value.scalar()? {
        "currency" => Some(Exponent::Currency),
        text if text.chars().all(|c| c.is_ascii_digit()) => value.integer(0..=18).map(Exponent::Fixed),
        other => {
            value.refuse(
                format!("`{other}` is no exponent"),
                "digits behind the point that are not written as such: 2, or currency for minor units",
            );
            None
        }
    });
    let mark =
        |key: &str, legal: [&'static str; 4]| map.optional(key).map(|value| value.word_of(&legal)?.chars().next());
    let decimal = mark("decimal", [".", ",", "٫", "'"]).unwrap_or(Some('.'));
    let group = map.optional("group").map(|value| value.word_of(&[".", ",", " ", "'", "_"])?.chars().next());
    let sign = map.optional("sign").map(sign).unwrap_or(Some(Sign::Stated));
    let (decimal, group) = (decimal?, group.unwrap_or(Some('\0'))?);
    if decimal == group {
        value
            .refuse("one character cannot be both the decimal point and the group", "decimal: \",\" with group: \".\"");
        return None;
    }
    Some(Rule::Amount(Box::new(AmountRule {
        figures: figures?,
        currency: currency?,
        exponent: exponent.unwrap_or(Some(Exponent::Fixed(0)))?,
        decimal,
        group: Some(group).filter(|group| *group != '\0'),
        sign: sign?,
    })))
}

fn sign(value: Value<'_>) -> Option<Sign> {
    if value.kind() != Kind::Map {
        return match value.word_of(&["stated", "inverted"])? {
            "inverted" => Some(Sign::Inverted),
            _ => Some(Sign::Stated),
        };
    }
    let map = value.map(&["from", "up", "negative"])?;
    let source = source(map, "from");
    let negative = map.required("negative").map(|value| {
        value.list_or_one().into_iter().map(|word| word.scalar().map(str::to_owned)).collect::<Option<Vec<_>>>()
    });
    Some(Sign::By(source?, negative??))
}

fn source(map: Map<'_>, key: &str) -> Option<Source> {
    let (path, up) = (map.required(key).and_then(path), up(map));
    Some(Source { path: path?, up: up? })
}

fn source_at(value: Value<'_>, up: usize) -> Option<Source> {
    path(value).map(|path| Source { path, up })
}

fn up(map: Map<'_>) -> Option<usize> {
    map.optional("up").map(|value| value.integer(1..=8)).unwrap_or(Some(0))
}

fn path(value: Value<'_>) -> Option<JsonPath> {
    let wrong = |text: &str, at: usize| format!("`{text}` is no JSONPath: character {} is wrong", at + 1);
    value.parse(PATH, |text| JsonPath::parse(text).map_err(|error| wrong(text, error.position())))
}

fn format(map: Map<'_>) -> Option<Format> {
    let Some(value) = map.optional("format") else { return Some(Format::Iso) };
    match value.scalar()? {
        "iso" => Some(Format::Iso),
        "unix" => Some(Format::Unix),
        "unix_ms" => Some(Format::UnixMillis),
        letters if letters.contains('%') => value.parse(FORMAT, |letters| {
            // Letters that cannot be written cannot be read either.
            let tried = jiff::fmt::strtime::format(letters, &Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC));
            tried.map(|_| Format::Letters(letters.to_owned()))
        }),
        other => {
            value.refuse(format!("`{other}` is no format"), FORMAT);
            None
        }
    }
}

fn zone(map: Map<'_>) -> Option<Option<TimeZone>> {
    let legal = "an IANA zone: Europe/Berlin, UTC";
    map.optional("zone").map(|value| value.parse(legal, TimeZone::get).map(Some)).unwrap_or(Some(None))
}

fn legal_word<'d>(value: Value<'d>, word: &'d str, legal: &[String]) -> Option<&'d str> {
    if legal.is_empty() || legal.iter().any(|known| known == word) {
        return Some(word);
    }
    let suggestion = suggest(word, legal.iter().map(String::as_str));
    let near = suggestion.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    value.refuse(format!("`{word}` is no word of canonical v1 here{near}"), legal.join(", "));
    None
}

fn unknown(key: Value<'_>, legal: &[&str]) {
    let name = key.key_text();
    let near = suggest(name, legal.iter().copied()).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    key.refuse(format!("`{name}` is not known to canonical v1{near}"), legal.join(", "));
}
