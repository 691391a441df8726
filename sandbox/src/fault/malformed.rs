//! JSON that no parser may accept.

use bytes::Bytes;

use super::prelude::*;

/// The row of the catalogue.
pub(super) const FAULT: Fault = Fault {
    slug: "malformed",
    layer: Layer::Body,
    stages: &[Stage::Send],
    about: "the body is made syntactically wrong JSON; status and headers stay",
    legal: "unclosed, trailing-comma, single-quotes or garbage",
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
    /// Bytes that are not text in the middle.
    Garbage,
}

/// Every way with its name in scenario files.
pub(super) const MALFORMED: &[(&str, Malformed)] = &[
    ("unclosed", Malformed::Unclosed),
    ("trailing-comma", Malformed::TrailingComma),
    ("single-quotes", Malformed::SingleQuotes),
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
            Malformed::Garbage => [&body[..end / 2], b"\x00\xff\xfe\x1b", &body[end / 2..]].concat(),
        };
        Bytes::from(broken)
    }
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
