//! What a request's body may look like: shapes as tables, and the reading that finds every mistake at once.
//!
//! Owns the kinds of field the standard has and the code each mistake gets. Which fields a body has is written where its
//! resource is.

use bank_fixtures::currency::Currency;
use jiff::Timestamp;

use super::error::{Code, Mistake, Refused};
use super::json::Json;
use crate::exchange::{Call, Problem, ProblemKind};

/// What a value may be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// Text of 1 to so many characters.
    Text(usize),
    /// One of these words.
    Word(&'static [&'static str]),
    /// An amount: up to 13 digits, and up to 5 behind the point.
    Amount,
    /// A currency's code.
    Currency,
    /// An instant with its offset.
    Instant,
    /// True or false.
    Flag,
    /// Text of a form of its own, and how to say what is legal.
    Form(fn(&str) -> bool, &'static str),
    /// A number, whole or not.
    Number,
    /// A whole number above zero.
    Count,
    /// An object of anything: it is kept and never looked at.
    Open,
    /// Anything at all.
    Any,
    /// An object of these members and no others.
    Object(&'static [Field]),
    /// A list of so many to so many.
    List(&'static Shape, usize, usize),
}

/// A member of an object.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field(pub &'static str, pub Need, pub Shape);

/// Whether a member has to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// It has to.
    Must,
    /// It may be left out.
    May,
}

/// The body of a call, of this shape.
///
/// # Errors
/// Another content type, no JSON, or every place where it differs from the shape.
pub(super) fn read(call: &Call<'_>, shape: &Shape) -> Result<Json, Refused> {
    let kind = call.header("content-type").unwrap_or("");
    let essence = kind.split(';').next().unwrap_or("").trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        let class = ProblemKind::UnsupportedMediaType.class();
        return Err(Refused::bare(axum::http::StatusCode::UNSUPPORTED_MEDIA_TYPE, class));
    }
    let json = Json::read(&call.request.body)
        .map_err(|error| Refused::mistake(Code::Format, "", format!("the body is not JSON: {error}")))?;
    let mut mistakes = Vec::new();
    check(&json, shape, "", &mut mistakes);
    if mistakes.is_empty() { Ok(json) } else { Err(Refused::request(mistakes)) }
}

/// Finds every place where a value differs from a shape.
pub(super) fn check(json: &Json, shape: &Shape, path: &str, mistakes: &mut Vec<Mistake>) {
    let mut wrong = |code, message: String| mistakes.push(Mistake::new(code, path, message));
    match (shape, json) {
        (Shape::Any, _)
        | (Shape::Open, Json::Object(_))
        | (Shape::Flag, Json::Flag(_))
        | (Shape::Number, Json::Number(_)) => {}
        (Shape::Open, _) => wrong(Code::Expected, "write an object".to_owned()),
        (Shape::Number, _) => wrong(Code::Invalid, "write a number".to_owned()),
        (Shape::Count, Json::Number(number)) if number.as_u64().is_some_and(|count| (1..=999).contains(&count)) => {}
        (Shape::Count, _) => wrong(Code::Invalid, "write a whole number from 1 to 999".to_owned()),
        (Shape::Form(fits, _), Json::Text(text)) if fits(text) => {}
        (Shape::Form(_, legal), _) => wrong(Code::Invalid, format!("write {legal}")),
        (Shape::Flag, _) => wrong(Code::Invalid, "write true or false".to_owned()),
        (Shape::Text(most), Json::Text(text)) if (1..=*most).contains(&text.chars().count()) && !has_control(text) => {}
        (Shape::Text(most), _) => {
            wrong(Code::Invalid, format!("write a string of 1 to {most} characters without control characters"));
        }
        (Shape::Word(words), Json::Text(text)) if words.contains(&text.as_str()) => {}
        (Shape::Word(words), _) if words.len() > MOST_NAMED => {
            wrong(Code::Invalid, "write one of the codes of the ISO 20022 external code set".to_owned());
        }
        (Shape::Word(words), _) => wrong(Code::Invalid, format!("write one of {}", words.join(", "))),
        (Shape::Amount, Json::Text(text)) if is_amount(text) => {}
        (Shape::Amount, _) => {
            let legal = "write an amount as a string: up to 13 digits, and up to 5 more behind a point";
            wrong(Code::Invalid, legal.to_owned());
        }
        (Shape::Currency, Json::Text(text)) if text.parse::<Currency>().is_ok() => {}
        (Shape::Currency, _) => wrong(Code::Invalid, "write an ISO 4217 code".to_owned()),
        (Shape::Instant, Json::Text(text)) if instant(text).is_some() => {}
        (Shape::Instant, _) => {
            let legal = "write an ISO 8601 date and time with its offset, such as 2026-03-01T09:30:00+00:00";
            wrong(Code::InvalidDate, legal.to_owned());
        }
        (Shape::Object(fields), Json::Object(members)) => {
            for (position, (name, value)) in members.iter().enumerate() {
                let at = below(path, name);
                if members[..position].iter().any(|earlier| earlier.0 == *name) {
                    mistakes.push(Mistake::new(Code::Unexpected, &at, "this field comes twice"));
                }
                match fields.iter().find(|field| field.0 == name) {
                    Some(field) => check(value, &field.2, &at, mistakes),
                    None => {
                        let known: Vec<&str> = fields.iter().map(|field| field.0).collect();
                        let legal = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                        let message = format!("this field is not expected here; expected are {legal}");
                        mistakes.push(Mistake::new(Code::Unexpected, &at, message));
                    }
                }
            }
            for field in fields.iter().filter(|field| field.1 == Need::Must && json.get(field.0).is_none()) {
                mistakes.push(Mistake::new(Code::Missing, &below(path, field.0), "this field is missing"));
            }
        }
        (Shape::Object(_), _) => wrong(Code::Expected, "write an object".to_owned()),
        (Shape::List(item, least, most), Json::List(items)) => {
            if !(*least..=*most).contains(&items.len()) {
                let most = if *most == usize::MAX { String::new() } else { format!(" and at most {most}") };
                wrong(Code::Invalid, format!("write a list of at least {least}{most}"));
            }
            for (index, value) in items.iter().enumerate() {
                check(value, item, &format!("{path}[{index}]"), mistakes);
            }
        }
        (Shape::List(..), _) => wrong(Code::Expected, "write a list".to_owned()),
    }
}

/// More words than anybody reads are not listed.
const MOST_NAMED: usize = 40;

/// An instant with an offset, in any spelling of ISO 8601.
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

fn is_amount(text: &str) -> bool {
    let digits = |text: &str, most| (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once('.') {
        Some((whole, fraction)) => digits(whole, 13) && digits(fraction, 5),
        None => digits(text, 13),
    }
}

fn has_control(text: &str) -> bool {
    text.chars().any(char::is_control)
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// A header that has to be there.
pub(super) fn header<'a>(call: &'a Call<'_>, name: &str, most: usize) -> Result<&'a str, Refused> {
    let mut values = call.request.headers.get_all(name).iter();
    let Some(value) = values.next() else {
        return Err(Refused::mistake(Code::HeaderMissing, name, format!("send the header {name}")));
    };
    let legal = |text: &&str| (1..=most).contains(&text.len()) && text.trim() == *text;
    let wrong = || {
        let message = format!("send one {name} of 1 to {most} visible characters without blanks at its ends");
        Refused::mistake(Code::HeaderInvalid, name, message)
    };
    value.to_str().ok().filter(legal).filter(|_| values.next().is_none()).ok_or_else(wrong)
}

/// RFC 9110 12.5.1, as far as these media types need it.
///
/// # Errors
/// The client accepts none of them.
pub(super) fn accepts(call: &Call<'_>, served: &[&str]) -> Result<(), Problem> {
    let headers = call.request.headers.get_all("accept");
    let ranges: Vec<&str> = headers.iter().filter_map(|value| value.to_str().ok()).flat_map(|v| v.split(',')).collect();
    let fits = |range: &&str| {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or("").to_ascii_lowercase();
        let refused = parts.any(|part| part.replace(' ', "").strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0)));
        let same_kind = |kind: &&str| {
            *kind == name || name.strip_suffix("/*").is_some_and(|group| kind.split('/').next() == Some(group))
        };
        !refused && (name == "*/*" || served.iter().any(same_kind))
    };
    if ranges.is_empty() || ranges.iter().any(fits) {
        return Ok(());
    }
    Err(Problem::new(ProblemKind::NotAcceptable, format!("accept {}", served.join(" or "))))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BODY: Shape = Shape::Object(&[
        Field(
            "Data",
            Need::Must,
            Shape::Object(&[
                Field("Amount", Need::Must, Shape::Amount),
                Field("When", Need::May, Shape::Instant),
                Field("Words", Need::May, Shape::List(&Shape::Word(&["A", "B"]), 1, 2)),
            ]),
        ),
        Field("Risk", Need::Must, Shape::Object(&[])),
    ]);

    fn mistakes(text: &str) -> Vec<(Code, String)> {
        let mut mistakes = Vec::new();
        check(&Json::read(text.as_bytes()).unwrap(), &BODY, "", &mut mistakes);
        mistakes.into_iter().map(|mistake| (mistake.code, mistake.path.unwrap_or_default())).collect()
    }

    #[test]
    fn every_mistake_is_found_at_once_with_its_path() {
        assert_eq!(mistakes(r#"{"Data":{"Amount":"10.00"},"Risk":{}}"#), []);
        let found = mistakes(r#"{"Data":{"When":"1 May","Words":["A","C","B"],"Other":1}}"#);
        let expected = [
            (Code::InvalidDate, "Data.When"),
            (Code::Invalid, "Data.Words"),
            (Code::Invalid, "Data.Words[1]"),
            (Code::Unexpected, "Data.Other"),
            (Code::Missing, "Data.Amount"),
            (Code::Missing, "Risk"),
        ];
        assert_eq!(found, expected.map(|(code, path)| (code, path.to_owned())));
        assert_eq!(mistakes("[]"), [(Code::Expected, String::new())]);
    }

    #[test]
    fn instants_come_in_many_spellings_but_never_without_an_offset() {
        let legal = ["2026-03-01T09:30:00Z", "2026-03-01T09:30:00.123+01:00", "2026-03-01T09:30:00+0100"];
        assert!(legal.iter().all(|text| instant(text).is_some()));
        let illegal = ["2026-03-01T09:30:00", "2026-03-01", "2026-02-30T00:00:00Z", "11-Dec-17", ""];
        assert!(illegal.iter().all(|text| instant(text).is_none()));
    }

    proptest! {
        #[test]
        fn amounts_are_those_of_the_standard(text in "-?[0-9]{0,15}(\\.[0-9]{0,7})?") {
            let (whole, fraction) = text.split_once('.').unwrap_or((&text, "0"));
            let legal = (1..=13).contains(&whole.len()) && (1..=5).contains(&fraction.len()) && !text.starts_with('-');
            prop_assert_eq!(is_amount(&text), legal);
        }
    }
}
