//! JSON that no parser may accept.

use bytes::Bytes;

use super::json_text::JsonText;
use super::prelude::*;

/// The row of the catalogue.
pub(super) const FAULT: Fault = Fault {
    slug: "malformed",
    layer: Layer::Body,
    stages: &[Stage::Send],
    about: "the body is made syntactically wrong JSON; status and headers stay",
    legal: "unclosed, trailing-comma, single-quotes, nan (for the first number), trailing-text, two-documents or garbage",
    example: "malformed: trailing-comma",
    compile,
};

/// How a body is broken. Each way turns every text into something that is not JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// The last bracket is missing.
    Unclosed,
    /// A comma before the last bracket.
    TrailingComma,
    /// `'` for `"`.
    SingleQuotes,
    /// `NaN` for the first number, quoted or not.
    Nan,
    /// A line of text behind the JSON, as a crashed server writes it.
    TrailingText,
    /// The whole body twice.
    TwoDocuments,
    /// Bytes that are not text in the middle.
    Garbage,
}

/// Every way with its name in scenario files.
pub(super) const MALFORMED: &[(&str, Malformed)] = &[
    ("unclosed", Malformed::Unclosed),
    ("trailing-comma", Malformed::TrailingComma),
    ("single-quotes", Malformed::SingleQuotes),
    ("nan", Malformed::Nan),
    ("trailing-text", Malformed::TrailingText),
    ("two-documents", Malformed::TwoDocuments),
    ("garbage", Malformed::Garbage),
];

fn compile(value: Value<'_>) -> Option<Arc<dyn Effect>> {
    Some(Arc::new(value.one_of(MALFORMED)?))
}

impl Effect for Malformed {
    fn apply(&self, _: &Moment<'_>, plan: &mut Plan) {
        plan.rewrites.push(Rewrite::Malformed(*self));
    }
}

impl Malformed {
    /// The body, broken.
    pub(super) fn of(self, body: &Bytes) -> Bytes {
        let end = body.iter().rposition(|byte| !byte.is_ascii_whitespace()).map_or(0, |last| last + 1);
        let body = &body[..end];
        let bracket = body.last().is_some_and(|byte| matches!(byte, b'}' | b']'));
        let broken = match self {
            Malformed::Unclosed if bracket => body[..end - 1].to_vec(),
            Malformed::Unclosed => [body, b"{"].concat(),
            Malformed::TrailingComma if bracket => [&body[..end - 1], b",", &body[end - 1..]].concat(),
            Malformed::TrailingComma => [body, b","].concat(),
            Malformed::SingleQuotes if body.contains(&b'"') => {
                body.iter().map(|byte| if *byte == b'"' { b'\'' } else { *byte }).collect()
            }
            Malformed::SingleQuotes => [body, b"''"].concat(),
            Malformed::Nan => nan(body),
            Malformed::TrailingText => [body, b"\nWarning: headers already sent in gateway on line 1\n"].concat(),
            Malformed::TwoDocuments => [body, b"\n", body].concat(),
            Malformed::Garbage => [&body[..end / 2], b"\x00\xff\xfe\x1b", &body[end / 2..]].concat(),
        };
        Bytes::from(broken)
    }
}

/// The body with `NaN` in the place of the first value that is a number; behind it if there is none.
fn nan(body: &[u8]) -> Vec<u8> {
    let Some(text) = JsonText::of(body) else { return [body, b"NaN"].concat() };
    let mut placed = false;
    let new = text.with_tokens(|token, is_name| {
        let number = token.trim_matches('"').starts_with(|first: char| first == '-' || first.is_ascii_digit());
        (!is_name && number && !std::mem::replace(&mut placed, true)).then(|| "NaN".to_owned())
    });
    if placed { new.into_bytes() } else { [body, b" NaN"].concat() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_parser_accepts_it(number in any::<i64>(), text in ".{0,12}", shape in 0..5usize) {
            let body = match shape {
                0 => serde_json::json!({"a": number, "b": [text]}),
                1 => serde_json::json!([number, text]),
                2 => serde_json::json!({}),
                3 => serde_json::json!(number),
                _ => serde_json::json!(text),
            };
            for (name, kind) in MALFORMED {
                let broken = kind.of(&Bytes::from(body.to_string()));
                prop_assert!(serde_json::from_slice::<serde_json::Value>(&broken).is_err(), "{name}: {broken:?}");
            }
        }
    }
}
