//! The reader: RFC 8259 and nothing looser, keeping what serde throws away.

use super::Value;

/// Why a text is not JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not JSON at line {line}, column {column}: {what}")]
pub struct JsonError {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong there.
    pub what: &'static str,
}

/// Nesting beyond this is refused: no bank needs it, and a hostile answer must not exhaust the stack.
const MAX_DEPTH: usize = 64;

/// Reads a document.
///
/// # Errors
/// The first place that RFC 8259 does not allow; also a byte order mark, text after the value, an unpaired surrogate and
/// nesting deeper than 64.
pub fn parse(text: &str) -> Result<Value, JsonError> {
    let mut parser = Parser { text, rest: text };
    parser.blanks();
    let value = parser.value(0)?;
    parser.blanks();
    if parser.rest.is_empty() { Ok(value) } else { Err(parser.error("text after the end of the document")) }
}

/// Reads a document from bytes, which must be UTF-8.
///
/// # Errors
/// As [`parse`].
pub fn parse_bytes(bytes: &[u8]) -> Result<Value, JsonError> {
    match std::str::from_utf8(bytes) {
        Ok(text) => parse(text),
        Err(error) => {
            let valid = String::from_utf8_lossy(&bytes[..error.valid_up_to()]).into_owned();
            Err(locate(&valid, valid.len(), "bytes that are not UTF-8"))
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    rest: &'a str,
}

impl Parser<'_> {
    fn value(&mut self, depth: usize) -> Result<Value, JsonError> {
        if depth > MAX_DEPTH {
            return Err(self.error("nesting deeper than 64"));
        }
        match self.rest.bytes().next() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.list(depth),
            Some(b'"') => self.string().map(Value::Text),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => {
                let words = [("null", Value::Null), ("true", Value::Bool(true)), ("false", Value::Bool(false))];
                for (word, value) in words {
                    if self.take(word) {
                        return Ok(value);
                    }
                }
                Err(self.error(if self.rest.is_empty() { "the text ends here" } else { "no JSON value begins here" }))
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, JsonError> {
        let mut members = Vec::new();
        self.take("{");
        self.blanks();
        if self.take("}") {
            return Ok(Value::Object(members));
        }
        loop {
            self.blanks();
            if !self.rest.starts_with('"') {
                return Err(self.error("a member name in quotes is due here"));
            }
            let name = self.string()?;
            self.blanks();
            if !self.take(":") {
                return Err(self.error("`:` is due here"));
            }
            self.blanks();
            members.push((name, self.value(depth + 1)?));
            self.blanks();
            if self.take("}") {
                return Ok(Value::Object(members));
            }
            if !self.take(",") {
                return Err(self.error("`,` or `}` is due here"));
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Value, JsonError> {
        let mut items = Vec::new();
        self.take("[");
        self.blanks();
        if self.take("]") {
            return Ok(Value::List(items));
        }
        loop {
            self.blanks();
            items.push(self.value(depth + 1)?);
            self.blanks();
            if self.take("]") {
                return Ok(Value::List(items));
            }
            if !self.take(",") {
                return Err(self.error("`,` or `]` is due here"));
            }
        }
    }

    fn number(&mut self) -> Result<Value, JsonError> {
        let bytes = self.rest.as_bytes();
        let digits_from = |start: usize| bytes[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let mut end = usize::from(bytes.first() == Some(&b'-'));
        let whole = digits_from(end);
        if whole == 0 || (whole > 1 && bytes[end] == b'0') {
            return Err(self.error("a number has digits and no leading zero"));
        }
        end += whole;
        if bytes.get(end) == Some(&b'.') {
            let fraction = digits_from(end + 1);
            if fraction == 0 {
                return Err(self.error("a number has digits after its point"));
            }
            end += 1 + fraction;
        }
        if matches!(bytes.get(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
            let exponent = digits_from((end + 1 + sign).min(bytes.len()));
            if exponent == 0 {
                return Err(self.error("a number has digits in its exponent"));
            }
            end += 1 + sign + exponent;
        }
        let (number, rest) = self.rest.split_at(end);
        self.rest = rest;
        Ok(Value::Number(number.to_owned()))
    }

    fn string(&mut self) -> Result<String, JsonError> {
        self.take("\"");
        let mut text = String::new();
        loop {
            let plain = self.rest.find(['"', '\\']).unwrap_or(self.rest.len());
            let (chunk, rest) = self.rest.split_at(plain);
            if let Some(control) = chunk.find(|c: char| c < ' ') {
                self.rest = &self.rest[control..];
                return Err(self.error("a control character in a string must be escaped"));
            }
            text.push_str(chunk);
            self.rest = rest;
            if self.take("\"") {
                return Ok(text);
            }
            if !self.take("\\") {
                return Err(self.error("the text ends inside a string"));
            }
            text.push(self.escape()?);
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let simple = [
            ("\"", '"'),
            ("\\", '\\'),
            ("/", '/'),
            ("b", '\u{8}'),
            ("f", '\u{c}'),
            ("n", '\n'),
            ("r", '\r'),
            ("t", '\t'),
        ];
        for (sign, character) in simple {
            if self.take(sign) {
                return Ok(character);
            }
        }
        if !self.take("u") {
            return Err(self.error("no such escape"));
        }
        let first = self.hex_unit()?;
        let code = match first {
            0xd800..=0xdbff => {
                if !self.take("\\u") {
                    return Err(self.error("an unpaired surrogate"));
                }
                let second = self.hex_unit()?;
                if !(0xdc00..=0xdfff).contains(&second) {
                    return Err(self.error("an unpaired surrogate"));
                }
                0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)
            }
            other => other,
        };
        char::from_u32(code).ok_or_else(|| self.error("an unpaired surrogate"))
    }

    fn hex_unit(&mut self) -> Result<u32, JsonError> {
        let digits = self.rest.get(..4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let Some(digits) = digits else { return Err(self.error("`\\u` is followed by four hexadecimal digits")) };
        self.rest = &self.rest[4..];
        u32::from_str_radix(digits, 16).map_err(|_| self.error("`\\u` is followed by four hexadecimal digits"))
    }

    fn blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    fn take(&mut self, token: &str) -> bool {
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn error(&self, what: &'static str) -> JsonError {
        locate(self.text, self.text.len() - self.rest.len(), what)
    }
}

fn locate(text: &str, offset: usize, what: &'static str) -> JsonError {
    let before = &text[..offset];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    JsonError { line, column, what }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_stay_as_written() {
        let value = parse(r#"{"a": 0.10, "b": -1E+400, "c": 123456789012345678901234567890}"#).unwrap();
        let number = |name: &str| value.root().member(name).unwrap().value.to_string();
        assert_eq!((number("a").as_str(), number("b").as_str()), ("0.10", "-1E+400"));
        assert_eq!(number("c"), "123456789012345678901234567890");
    }

    #[test]
    fn every_value_knows_its_pointer_and_duplicates_are_seen() {
        let value = parse(r#"{"a/b": [{"x~y": 1}, {"k": 1, "k": 2}]}"#).unwrap();
        let items: Vec<String> = value
            .root()
            .member("a/b")
            .unwrap()
            .items()
            .flat_map(|i| i.members().map(|m| m.1.pointer).collect::<Vec<_>>())
            .collect();
        assert_eq!(items, ["/a~1b/0/x~0y", "/a~1b/1/k", "/a~1b/1/k"]);
        assert_eq!(value.root().duplicates(), ["/a~1b/1/k"]);
    }

    #[test]
    fn what_rfc_8259_forbids_is_refused_with_its_place() {
        let wrong = [
            "",
            " ",
            "{",
            "[1,]",
            "{\"a\":1,}",
            "{a:1}",
            "01",
            "-",
            "1.",
            ".5",
            "+1",
            "1e",
            "NaN",
            "'a'",
            "\"a",
            "\"\u{1}\"",
            "\"\\x\"",
            "\"\\ud800\"",
            "\"\\ud800\\u0041\"",
            "\"\\udc00\"",
            "[1 2]",
            "1 2",
            "\u{feff}1",
            "tru",
            "{\"a\" 1}",
        ];
        for text in wrong {
            assert!(parse(text).is_err(), "{text:?}");
        }
        let error = parse("{\n  \"ä\": tru\n}").unwrap_err();
        assert_eq!(error.to_string(), "not JSON at line 2, column 8: no JSON value begins here");
        assert!(parse(&"[".repeat(100_000)).is_err());
        assert_eq!(parse_bytes(b"\"\xff\"").unwrap_err().what, "bytes that are not UTF-8");
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC{0,60}|[\\[\\]{}\",:0-9eE.\\\\u\\-ntf a]{0,40}") {
            let _ = parse(&text);
        }

        #[test]
        fn agrees_with_serde_json(text in "[\\[\\]{}\",:0-9eE.\\-ntrufalse a]{0,12}") {
            let theirs = serde_json::from_str::<serde_json::Value>(&text);
            // serde_json refuses numbers beyond f64; everything else must agree.
            let out_of_range = theirs.as_ref().is_err_and(|error| error.to_string().contains("out of range"));
            prop_assert!(out_of_range || theirs.is_ok() == parse(&text).is_ok(), "{}", text);
        }
    }
}
