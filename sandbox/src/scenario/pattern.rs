//! Tests of texts and numbers, as they are written in `match` and `when`.

use std::str::FromStr;

use bank_fixtures::document::{Kind, Value};
use rust_decimal::Decimal;

/// One or more texts in which `*` stands for anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Texts(Vec<String>);

/// One or more conditions on a number; one of them must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Numbers(Vec<Range>);

/// Bounds, each with whether the bound itself is inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Range {
    low: Option<(Decimal, bool)>,
    high: Option<(Decimal, bool)>,
}

pub(super) const NUMBERS: &str =
    "a number, a range (2..5, 3.., ..4), a comparison (\">= 1000\", \"< 5\") or a list of these";

impl Texts {
    /// Reads one text or a list; numbers count as their text.
    pub(super) fn read(value: Value<'_>) -> Option<Texts> {
        let nothing = match value.kind() {
            Kind::Null => Some("nothing matches nothing"),
            Kind::List if value.list()?.is_empty() => Some("an empty list matches nothing"),
            _ => None,
        };
        if let Some(nothing) = nothing {
            value.refuse(nothing, "at least one text; `*` stands for anything");
            return None;
        }
        Some(Texts(value.each(|value| value.scalar().map(str::to_owned))?))
    }

    /// The texts, if none stands for more than itself.
    pub(super) fn literals(&self) -> Option<&[String]> {
        self.0.iter().all(|text| !text.contains('*')).then_some(self.0.as_slice())
    }

    pub(super) fn any(&self, text: &str) -> bool {
        self.0.iter().any(|pattern| glob(pattern, text))
    }
}

/// `*` stands for any characters, none included.
pub(super) fn glob(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(head) else { return false };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return text.ends_with(part);
        }
        match text.find(part) {
            Some(at) => text = &text[at + part.len()..],
            None => return false,
        }
    }
    true
}

impl Numbers {
    pub(super) fn read(value: Value<'_>) -> Option<Numbers> {
        let one = |value: Value<'_>| {
            value.parse(NUMBERS, |text| {
                Range::parse(text).ok_or_else(|| format!("`{text}` is no condition on a number"))
            })
        };
        let ranges = value.each(one)?;
        if ranges.is_empty() {
            value.refuse("an empty list matches nothing", NUMBERS);
            return None;
        }
        Some(Numbers(ranges))
    }

    pub(super) fn hold(&self, number: Decimal) -> bool {
        self.0.iter().any(|range| range.holds(number))
    }

    /// How many whole numbers from 1 hold at most; `None` for no bound.
    pub(super) fn most(&self) -> Option<u64> {
        self.0.iter().try_fold(0u64, |sum, range| {
            let (high, inside) = range.high?;
            let high = if inside { high.floor() } else { high.ceil() - Decimal::ONE };
            let low = range.low.map_or(
                Decimal::ONE,
                |(low, inside)| {
                    if inside { low.ceil() } else { low.floor() + Decimal::ONE }
                },
            );
            let count = high.checked_sub(low.max(Decimal::ONE))?.checked_add(Decimal::ONE)?.max(Decimal::ZERO);
            Some(sum.saturating_add(u64::try_from(count).ok()?))
        })
    }

    /// `true` if some number of the natural ones can hold.
    pub(super) fn possible(&self) -> bool {
        self.0.iter().any(|range| match (range.low, range.high) {
            (Some((low, _)), Some((high, _))) => low <= high,
            _ => true,
        })
    }
}

impl Range {
    fn parse(text: &str) -> Option<Range> {
        let text = text.trim();
        let number = |text: &str| Decimal::from_str(text.trim()).ok();
        for (sign, low, inclusive) in [(">=", true, true), ("<=", false, true), (">", true, false), ("<", false, false)]
        {
            if let Some(rest) = text.strip_prefix(sign) {
                let bound = Some((number(rest)?, inclusive));
                return Some(if low { Range { low: bound, high: None } } else { Range { low: None, high: bound } });
            }
        }
        if let Some((low, high)) = text.split_once("..") {
            let side =
                |text: &str| if text.trim().is_empty() { Some(None) } else { number(text).map(|n| Some((n, true))) };
            let range = Range { low: side(low)?, high: side(high)? };
            return (range.low.is_some() || range.high.is_some()).then_some(range);
        }
        let exact = Some((number(text)?, true));
        Some(Range { low: exact, high: exact })
    }

    fn holds(&self, number: Decimal) -> bool {
        let above = self.low.is_none_or(|(low, inside)| number > low || inside && number == low);
        above && self.high.is_none_or(|(high, inside)| number < high || inside && number == high)
    }
}

/// A place in a JSON body, as `$.data[0].id` or `/data/0/id`; kept as a JSON pointer.
pub(super) fn pointer(value: Value<'_>, text: &str) -> Option<String> {
    if text.starts_with('/') {
        return Some(text.to_owned());
    }
    let path = text.strip_prefix('$').and_then(|rest| {
        let mut pointer = String::new();
        for step in rest.replace('[', ".[").split('.').skip(1) {
            match step.strip_prefix('[') {
                Some(index) => {
                    let index = index.strip_suffix(']').filter(|index| index.bytes().all(|b| b.is_ascii_digit()))?;
                    pointer += &format!("/{index}");
                }
                None if step.is_empty() || step.contains(['*', '?', '(', '\'', '"']) => return None,
                None => pointer += &format!("/{}", step.replace('~', "~0").replace('/', "~1")),
            }
        }
        Some(pointer)
    });
    if path.is_none() {
        value.refuse(format!("`{text}` is no place in a body"), "$.creditor.name, $.items[0].id, or a JSON pointer");
    }
    path
}

#[cfg(test)]
mod tests {
    use bank_fixtures::document;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, text, expected) in [
            ("acc_1", "acc_1", true),
            ("acc_*", "acc_1", true),
            ("*", "", true),
            ("*_1", "acc_1", true),
            ("a*c*1", "acc_1", true),
            ("a*c", "acc_1", false),
            ("a*a", "a", false),
            ("**", "x", true),
        ] {
            assert_eq!(glob(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn numbers_compare() {
        let hold = |yaml: &str, number: i64| {
            let read = document::read("f", yaml, |value| Numbers::read(value.member("x")?));
            read.unwrap().hold(Decimal::from(number))
        };
        assert!(hold("x: 3", 3) && !hold("x: 3", 4));
        assert!(hold("x: \">= 1000\"", 1000) && !hold("x: \"> 1000\"", 1000));
        assert!(hold("x: 2..5", 2) && hold("x: 2..5", 5) && !hold("x: 2..5", 6));
        assert!(hold("x: [1, 7..]", 9) && !hold("x: [1, 7..]", 6));
    }

    #[test]
    fn paths_become_pointers() {
        let read = |path: &str| {
            let text = format!("x: '{path}'");
            document::read("f", &text, |value| pointer(value, value.member("x")?.scalar()?)).ok()
        };
        assert_eq!(read("$.creditor.name").as_deref(), Some("/creditor/name"));
        assert_eq!(read("$.items[0].id").as_deref(), Some("/items/0/id"));
        assert_eq!(read("/a/b").as_deref(), Some("/a/b"));
        for wrong in ["creditor", "$..a", "$.a[*]", "$.a[x]"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_answered(pattern in "[a*]{0,8}", text in "[ab]{0,8}", number in ".{0,8}") {
            let regexish = pattern.replace('*', "");
            if glob(&pattern, &text) {
                prop_assert!(regexish.len() <= text.len());
            }
            let _ = Range::parse(&number);
        }
    }
}
