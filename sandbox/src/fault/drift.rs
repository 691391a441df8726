//! JSON that is JSON, and not what the documentation led everybody to expect.

use std::fmt::Write as _;
use std::ops::Range;

use bytes::Bytes;

use super::json_text::{JsonText, Member};
use super::prelude::*;

/// The row of the catalogue.
pub(super) const FAULT: Fault = Fault {
    slug: "drift",
    layer: Layer::Body,
    stages: &[Stage::Send],
    about: "the body stays JSON and is no longer what was documented: other types, more members, another spelling; a body that has nothing of the kind is left alone",
    legal: "new-members, nulls (for members that other rows have), no-nulls, duplicate-keys, numbers-as-text, text-as-numbers, decimal-comma, huge-numbers, deep-nesting, escapes, spaces or mojibake",
    example: "drift: new-members",
    compile,
};

/// How a body drifts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drift {
    /// Every row has members nobody documented.
    NewMembers,
    /// Members that other rows have are null instead of absent.
    Nulls,
    /// Members that are null are absent instead.
    NoNulls,
    /// The first member of every row comes twice, null the first time: RFC 8259 lets parsers choose.
    DuplicateKeys,
    /// Numbers are quoted.
    NumbersAsText,
    /// Texts that are numbers lose their quotes.
    TextAsNumbers,
    /// `12,30` in texts that are decimal numbers.
    DecimalComma,
    /// Decimal numbers, quoted or not, are larger than any machine's.
    HugeNumbers,
    /// A member with a thousand lists inside each other.
    DeepNesting,
    /// Every character of every text is written as `\uXXXX`.
    Escapes,
    /// Line breaks and tabs wherever JSON allows them.
    Spaces,
    /// Texts that were taken for Latin-1 and encoded once more.
    Mojibake,
}

/// Every drift with its name in scenario files.
pub(super) const DRIFTS: &[(&str, Drift)] = &[
    ("new-members", Drift::NewMembers),
    ("nulls", Drift::Nulls),
    ("no-nulls", Drift::NoNulls),
    ("duplicate-keys", Drift::DuplicateKeys),
    ("numbers-as-text", Drift::NumbersAsText),
    ("text-as-numbers", Drift::TextAsNumbers),
    ("decimal-comma", Drift::DecimalComma),
    ("huge-numbers", Drift::HugeNumbers),
    ("deep-nesting", Drift::DeepNesting),
    ("escapes", Drift::Escapes),
    ("spaces", Drift::Spaces),
    ("mojibake", Drift::Mojibake),
];

const NEW_MEMBERS: &str = r#""x_added_lately":{"since":"2026-01-01","tags":["new",null,1.0]}"#;
const HUGE: &str = "123456789012345678901234567890123456789012345678901234567890.12";
const LEVELS: usize = 1000;

fn compile(value: Value<'_>) -> Option<Arc<dyn Effect>> {
    Some(Arc::new(value.one_of(DRIFTS)?))
}

impl Effect for Drift {
    fn apply(&self, _: &Moment<'_>, plan: &mut Plan) {
        plan.rewrites.push(Rewrite::Drift(*self));
    }
}

impl Drift {
    /// The body, drifted.
    pub(super) fn of(self, body: &Bytes) -> Bytes {
        JsonText::of(body).map_or_else(|| body.clone(), |text| Bytes::from(self.rewritten(text)))
    }

    fn rewritten(self, text: JsonText<'_>) -> String {
        match self {
            Drift::NewMembers => in_rows(text, |_, members| Some([members, &[NEW_MEMBERS.to_owned()]].concat())),
            Drift::Nulls => {
                let mut known: Vec<String> = Vec::new();
                in_rows(text, |names, _| {
                    known.extend(names.iter().filter(|name| !known.contains(name)).cloned().collect::<Vec<_>>());
                    None
                });
                in_rows(text, |names, members| {
                    let absent = known.iter().filter(|name| !names.contains(name));
                    Some(members.iter().cloned().chain(absent.map(|name| format!("\"{name}\":null"))).collect())
                })
            }
            Drift::NoNulls => in_rows(text, |_, members| {
                Some(members.iter().filter(|member| !member.ends_with("null")).cloned().collect())
            }),
            Drift::DuplicateKeys => in_rows(text, |names, members| {
                let first = format!("\"{}\":null", names.first()?);
                Some([&[first], members].concat())
            }),
            Drift::NumbersAsText => text.with_tokens(|token, _| is_number(token).then(|| format!("\"{token}\""))),
            Drift::TextAsNumbers => text.with_tokens(|token, is_name| quoted_number(token, is_name).map(str::to_owned)),
            Drift::DecimalComma => text.with_tokens(|token, is_name| {
                let number = quoted_number(token, is_name).filter(|number| number.contains('.'))?;
                Some(format!("\"{}\"", number.replace('.', ",")))
            }),
            Drift::HugeNumbers => text.with_tokens(|token, is_name| match quoted_number(token, is_name) {
                Some(number) => number.contains('.').then(|| format!("\"{HUGE}\"")),
                None => (is_number(token) && token.contains('.')).then(|| HUGE.to_owned()),
            }),
            Drift::DeepNesting => {
                let (open, close) = ("[".repeat(LEVELS), "]".repeat(LEVELS));
                with_members(text, &text.root(), |_, members| {
                    Some([members, &[format!("\"x_nested\":{open}{close}")]].concat())
                })
                .unwrap_or_else(|| text.text().to_owned())
            }
            Drift::Escapes => text.with_tokens(|token, _| {
                let plain: String = serde_json::from_str(token).ok()?;
                let escaped = plain.encode_utf16().fold(String::from("\""), |mut escaped, unit| {
                    write!(escaped, "\\u{unit:04x}").expect("writing to a string cannot fail");
                    escaped
                });
                Some(escaped + "\"")
            }),
            Drift::Spaces => {
                let spaced = text.with_tokens(|token, _| Some(format!("\t{token}\r\n ")));
                format!("\r\n{spaced}\n\n")
            }
            Drift::Mojibake => text.with_tokens(|token, is_name| {
                let foreign = token.starts_with('"') && !is_name && !token.is_ascii();
                foreign.then(|| token.bytes().map(char::from).collect())
            }),
        }
    }
}

/// The text with the members of every row (of the whole object, if there are no rows) changed.
fn in_rows(text: JsonText<'_>, mut change: impl FnMut(&[String], &[String]) -> Option<Vec<String>>) -> String {
    let places = text.rows().map_or_else(|| vec![text.root()], |rows| rows.items);
    let (mut new, mut at) = (String::with_capacity(text.text().len()), 0);
    for place in places {
        let Some(row) = with_members(text, &place, &mut change) else { continue };
        new.push_str(&text.text()[at..place.start]);
        new.push_str(&row);
        at = place.end;
    }
    new + &text.text()[at..]
}

/// An object with other members: `change` gets their names and their whole texts. `None` if it has none or nothing changes.
fn with_members(
    text: JsonText<'_>,
    object: &Range<usize>,
    mut change: impl FnMut(&[String], &[String]) -> Option<Vec<String>>,
) -> Option<String> {
    let members: Vec<Member> = text.members(object)?;
    let names: Vec<String> = members.iter().map(|member| text.name(member).to_owned()).collect();
    let whole = |member: &Member| text.text()[member.name.start..member.value.end].to_owned();
    let members: Vec<String> = members.iter().map(whole).collect();
    Some(format!("{{{}}}", change(&names, &members)?.join(",")))
}

fn is_number(token: &str) -> bool {
    token.starts_with(|first: char| first == '-' || first.is_ascii_digit())
}

/// The number inside a quoted value, if it can stand without quotes.
fn quoted_number(token: &str, is_name: bool) -> Option<&str> {
    let inside = token.strip_prefix('"')?.strip_suffix('"')?;
    (!is_name && is_number(inside) && inside.parse::<serde_json::Number>().is_ok()).then_some(inside)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::json_text::tests::json;
    use super::*;

    fn drifted(drift: Drift, body: &str) -> String {
        String::from_utf8(drift.of(&Bytes::from(body.to_owned())).to_vec()).unwrap()
    }

    #[test]
    fn each_drift_on_one_page() {
        let page = r#"{"data":[{"id":"a","amount":"-12.30","n":1.5},{"id":"é","note":null}]}"#;
        let of = |drift| drifted(drift, page);
        assert!(of(Drift::NewMembers).contains(r#""n":1.5,"x_added_lately":"#));
        assert_eq!(
            of(Drift::Nulls),
            r#"{"data":[{"id":"a","amount":"-12.30","n":1.5,"note":null},{"id":"é","note":null,"amount":null,"n":null}]}"#
        );
        assert_eq!(of(Drift::NoNulls), r#"{"data":[{"id":"a","amount":"-12.30","n":1.5},{"id":"é"}]}"#);
        assert!(of(Drift::DuplicateKeys).contains(r#"{"id":null,"id":"a""#));
        assert!(of(Drift::NumbersAsText).contains(r#""n":"1.5""#));
        assert!(of(Drift::TextAsNumbers).contains(r#""amount":-12.30,"#));
        assert!(of(Drift::DecimalComma).contains(r#""amount":"-12,30","n":1.5"#));
        assert!(of(Drift::HugeNumbers).contains(&format!(r#""amount":"{HUGE}","n":{HUGE}"#)));
        assert!(of(Drift::DeepNesting).ends_with("]]]}"));
        assert!(of(Drift::Escapes).contains(r#""\u0069\u0064":"\u0061""#));
        assert!(of(Drift::Mojibake).contains(r#""Ã©""#) || of(Drift::Mojibake).contains("\u{c3}\u{a9}"));
        assert_eq!(drifted(Drift::NewMembers, "<html>"), "<html>");
    }

    proptest! {
        #[test]
        fn what_drifts_stays_json(value in json()) {
            let body = Bytes::from(value.to_string());
            for (name, drift) in DRIFTS {
                let drifted = drift.of(&body);
                prop_assert!(JsonText::of(&drifted).is_some() || *drift == Drift::DeepNesting, "{name}: {drifted:?}");
            }
            for same in [Drift::Escapes, Drift::Spaces] {
                prop_assert_eq!(&serde_json::from_slice::<serde_json::Value>(&same.of(&body)).unwrap(), &value);
            }
        }
    }
}
