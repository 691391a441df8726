//! A `Date` header that is wrong: the clock of the machine in front of the bank.

use std::time::Duration;

use axum::http::HeaderValue;
use axum::http::header::DATE;
use bank_fixtures::duration;
use jiff::Timestamp;

use super::prelude::*;
use super::retry_after::http_date;

/// The row of the catalogue.
pub(super) const FAULT: Fault = Fault {
    slug: "date",
    layer: Layer::Http,
    stages: &[Stage::Send],
    about: "the header Date is ahead of the world's clock or behind it, or no date at all; nothing else of the answer moves",
    legal: "how far: +90s, -2h; or garbage",
    example: "date: -2h",
    compile,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Date {
    Ahead(Duration),
    Behind(Duration),
    Garbage,
}

fn compile(value: Value<'_>) -> Option<Arc<dyn Effect>> {
    let read = |text: &str| parse(text).ok_or_else(|| format!("`{text}` is not a distance from the true time"));
    Some(Arc::new(value.parse(FAULT.legal, read)?))
}

fn parse(text: &str) -> Option<Date> {
    match text.as_bytes().first()? {
        b'+' => duration::parse(&text[1..]).ok().map(Date::Ahead),
        b'-' => duration::parse(&text[1..]).ok().map(Date::Behind),
        _ => (text == "garbage").then_some(Date::Garbage),
    }
}

impl Effect for Date {
    fn apply(&self, moment: &Moment<'_>, plan: &mut Plan) {
        let text = match *self {
            Date::Ahead(by) => http_date(moment.now.saturating_add(by).unwrap_or(Timestamp::MAX)),
            Date::Behind(by) => http_date(moment.now.saturating_sub(by).unwrap_or(Timestamp::MIN)),
            Date::Garbage => "today".to_owned(),
        };
        plan.rewrites.push(Rewrite::Header(DATE, HeaderValue::from_str(&text).ok()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distance_needs_its_sign() {
        assert_eq!(parse("+90s"), Some(Date::Ahead(Duration::from_secs(90))));
        assert_eq!(parse("-2h"), Some(Date::Behind(Duration::from_secs(7200))));
        assert_eq!(parse("garbage"), Some(Date::Garbage));
        for wrong in ["", "90s", "+", "-", "+soon", "tomorrow", "ä"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
