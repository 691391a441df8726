//! Distinguished names: as certificates carry them, and as text (RFC 4514).

use std::fmt;
use std::str::FromStr;

use super::der::{self, Attribute};

/// A distinguished name, compared as directories do: order counts, case and repeated blanks do not.
#[derive(Debug, Clone)]
pub struct DistinguishedName {
    /// Most significant first, as in a certificate.
    parts: Vec<Vec<(String, Value)>>,
}

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Value {
    Text(String),
    /// Of a type that is no text.
    Der(Vec<u8>),
}

/// A text that is no distinguished name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a distinguished name: {why}; legal is CN=name,O=organisation,C=GB (RFC 4514)")]
pub struct BadDistinguishedName {
    /// What was written.
    pub text: String,
    /// What is wrong with it.
    pub why: &'static str,
}

/// Short names of attribute types: RFC 4514 3, then what certificates of banks and their clients carry besides. The first
/// name of a type is the one that is written.
const TYPES: &[(&str, &str)] = &[
    ("CN", "2.5.4.3"),
    ("L", "2.5.4.7"),
    ("ST", "2.5.4.8"),
    ("O", "2.5.4.10"),
    ("OU", "2.5.4.11"),
    ("C", "2.5.4.6"),
    ("STREET", "2.5.4.9"),
    ("DC", "0.9.2342.19200300.100.1.25"),
    ("UID", "0.9.2342.19200300.100.1.1"),
    ("SN", "2.5.4.4"),
    ("GN", "2.5.4.42"),
    ("serialNumber", "2.5.4.5"),
    ("title", "2.5.4.12"),
    ("businessCategory", "2.5.4.15"),
    ("postalCode", "2.5.4.17"),
    ("organizationIdentifier", "2.5.4.97"),
    ("emailAddress", "1.2.840.113549.1.9.1"),
    ("jurisdictionC", "1.3.6.1.4.1.311.60.2.1.3"),
    ("commonName", "2.5.4.3"),
    ("localityName", "2.5.4.7"),
    ("stateOrProvinceName", "2.5.4.8"),
    ("S", "2.5.4.8"),
    ("organizationName", "2.5.4.10"),
    ("organizationalUnitName", "2.5.4.11"),
    ("countryName", "2.5.4.6"),
    ("surname", "2.5.4.4"),
    ("givenName", "2.5.4.42"),
    ("E", "1.2.840.113549.1.9.1"),
    ("jurisdictionCountryName", "1.3.6.1.4.1.311.60.2.1.3"),
];

const MAX_BYTES: usize = 4096;

impl DistinguishedName {
    pub(super) fn of_der(parts: Vec<Vec<Attribute>>) -> DistinguishedName {
        let value = |value| der::text(&value).map_or_else(|| Value::Der(value.value().to_vec()), Value::Text);
        let part = |part: Vec<Attribute>| part.into_iter().map(|(kind, inner)| (kind, value(inner))).collect();
        DistinguishedName { parts: parts.into_iter().map(part).collect() }
    }

    /// The first value of an attribute type, by its short name or its object identifier.
    pub fn value(&self, kind: &str) -> Option<&str> {
        let oid = oid_of(kind)?;
        self.parts.iter().flatten().find_map(|(kind, value)| match value {
            Value::Text(text) if *kind == oid => Some(text.as_str()),
            _ => None,
        })
    }

    /// `true` if it names nobody.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// What two equal names have in common.
    fn comparable(&self) -> Vec<Vec<(&str, Value)>> {
        let mut comparable = Vec::new();
        for part in &self.parts {
            let mut part: Vec<_> = part.iter().map(|(kind, value)| (kind.as_str(), value.folded())).collect();
            part.sort();
            comparable.push(part);
        }
        comparable
    }
}

impl Value {
    fn folded(&self) -> Value {
        match self {
            Value::Text(text) => Value::Text(text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()),
            Value::Der(bytes) => Value::Der(bytes.clone()),
        }
    }
}

impl PartialEq for DistinguishedName {
    fn eq(&self, other: &DistinguishedName) -> bool {
        self.comparable() == other.comparable()
    }
}

impl Eq for DistinguishedName {}

impl FromStr for DistinguishedName {
    type Err = BadDistinguishedName;

    /// Reads RFC 4514 text. Blanks around separators, which older specifications wrote, are taken too.
    fn from_str(text: &str) -> Result<DistinguishedName, BadDistinguishedName> {
        let bad = |why| BadDistinguishedName { text: text.chars().take(200).collect(), why };
        if text.len() > MAX_BYTES {
            return Err(bad("it is longer than 4096 bytes"));
        }
        if text.trim().is_empty() {
            return Err(bad("it is empty"));
        }
        let mut parts = Vec::new();
        for part in split(text, ',') {
            let attributes: Result<Vec<_>, _> = split(part, '+').into_iter().map(attribute).collect();
            parts.push(attributes.map_err(bad)?);
        }
        // The text begins with the least significant part.
        parts.reverse();
        Ok(DistinguishedName { parts })
    }
}

/// Splits at every separator that is not escaped.
fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut begin, mut escaped) = (Vec::new(), 0, false);
    for (at, c) in text.char_indices() {
        if !escaped && c == separator {
            parts.push(&text[begin..at]);
            begin = at + c.len_utf8();
        }
        escaped = !escaped && c == '\\';
    }
    parts.push(&text[begin..]);
    parts
}

fn attribute(text: &str) -> Result<(String, Value), &'static str> {
    let (kind, value) = text.split_once('=').ok_or("a part has no `=`")?;
    let kind = oid_of(kind.trim()).ok_or("a part begins with a type that is neither known nor an object identifier")?;
    let value = value.trim_start();
    let value = match value.strip_prefix('#') {
        Some(hex) => encoded(hex.trim_end()).ok_or("a value after `#` is not DER in hexadecimal")?,
        None => Value::Text(unescaped(value)?),
    };
    Ok((kind, value))
}

/// The object identifier in dots of an attribute type.
fn oid_of(kind: &str) -> Option<String> {
    let kind = kind.strip_prefix("OID.").or_else(|| kind.strip_prefix("oid.")).unwrap_or(kind);
    if let Some(row) = TYPES.iter().find(|row| row.0.eq_ignore_ascii_case(kind)) {
        return Some(row.1.to_owned());
    }
    let number = |part: &str| !part.is_empty() && part.len() < 20 && part.bytes().all(|byte| byte.is_ascii_digit());
    (kind.contains('.') && kind.split('.').all(number)).then(|| kind.to_owned())
}

fn encoded(hex: &str) -> Option<Value> {
    let bytes = from_hex(hex)?;
    let value = yasna::parse_der(&bytes, |reader| reader.read_tagged_der()).ok()?;
    Some(der::text(&value).map_or_else(|| Value::Der(value.value().to_vec()), Value::Text))
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.as_bytes().chunks(2);
    if text.is_empty() || !text.len().is_multiple_of(2) {
        return None;
    }
    pairs.map(|pair| Some(digit(pair[0])? * 16 + digit(pair[1])?)).collect()
}

/// RFC 4514 2.4, backwards.
fn unescaped(text: &str) -> Result<String, &'static str> {
    const WRONG: &str = "a backslash is followed by neither a special character nor two hexadecimal digits";
    let (bytes, mut read, mut at) = (text.as_bytes(), Vec::new(), 0);
    // A blank at the end counts only if it is escaped.
    let mut kept = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => {
                let next = *bytes.get(at + 1).ok_or(WRONG)?;
                if b" \"#+,;<=>\\".contains(&next) {
                    read.push(next);
                    at += 2;
                } else {
                    let pair = bytes.get(at + 1..at + 3).and_then(|pair| std::str::from_utf8(pair).ok());
                    read.extend(pair.and_then(from_hex).ok_or(WRONG)?);
                    at += 3;
                }
                kept = read.len();
            }
            b'"' | b';' | b'<' | b'>' | 0 => return Err("a special character is not escaped with a backslash"),
            byte => {
                read.push(byte);
                if byte != b' ' {
                    kept = read.len();
                }
                at += 1;
            }
        }
    }
    read.truncate(kept);
    String::from_utf8(read).map_err(|_| "it is not UTF-8")
}

impl fmt::Display for DistinguishedName {
    /// RFC 4514 text, with the names of types that are known.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, part) in self.parts.iter().rev().enumerate() {
            if place > 0 {
                f.write_str(",")?;
            }
            for (place, (kind, value)) in part.iter().enumerate() {
                if place > 0 {
                    f.write_str("+")?;
                }
                let name = TYPES.iter().find(|row| row.1 == kind).map_or(kind.as_str(), |row| row.0);
                write!(f, "{name}=")?;
                match value {
                    Value::Text(text) => escape(f, text)?,
                    Value::Der(bytes) => {
                        f.write_str("#")?;
                        bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
                    }
                }
            }
        }
        Ok(())
    }
}

fn escape(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    let last = text.chars().count().saturating_sub(1);
    for (place, c) in text.chars().enumerate() {
        let at_edge = (place == 0 && matches!(c, ' ' | '#')) || (place == last && c == ' ');
        match c {
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => write!(f, "\\{c}")?,
            _ if at_edge => write!(f, "\\{c}")?,
            c if c.is_control() => c.encode_utf8(&mut [0; 4]).bytes().try_for_each(|byte| write!(f, "\\{byte:02x}"))?,
            c => write!(f, "{c}")?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> DistinguishedName {
        text.parse().unwrap()
    }

    #[test]
    fn the_same_name_is_written_in_many_ways() {
        let name = read("CN=Demo\\, App,O=Ümlaut plc,organizationIdentifier=PSDGB-FCA-1,C=GB");
        for same in [
            "cn=demo\\2c  app, o=Ümlaut PLC , 2.5.4.97=psdgb-fca-1,c=gb",
            "commonName=Demo\\, App,organizationName=\\c3\\9cmlaut plc,OID.2.5.4.97=PSDGB-FCA-1,countryName=GB",
            "CN=Demo\\, App,O=Ümlaut plc,2.5.4.97=#0c0b50534447422d4643412d31,C=GB",
        ] {
            assert_eq!(read(same), name, "{same}");
        }
        for other in [
            "C=GB,2.5.4.97=PSDGB-FCA-1,O=Ümlaut plc,CN=Demo\\, App",
            "CN=Demo\\, App",
            "CN=Demo\\, App,O=Ümlaut plc,C=GB",
        ] {
            assert_ne!(read(other), name, "{other}");
        }
        assert_eq!(name.to_string(), "CN=Demo\\, App,O=Ümlaut plc,organizationIdentifier=PSDGB-FCA-1,C=GB");
        assert_eq!(read("CN=a+UID=b,C=GB"), read("UID=b+CN=a,C=GB"));
        assert_eq!(name.value("O"), Some("Ümlaut plc"));
    }

    #[test]
    fn what_is_no_name_is_refused_with_the_reason() {
        for (text, why) in [
            ("", "empty"),
            ("demo", "no `=`"),
            ("CN=a,,C=GB", "no `=`"),
            ("XY=a", "neither known"),
            ("CN=a\\", "backslash"),
            ("CN=a\\x", "backslash"),
            ("CN=\"a\"", "not escaped"),
            ("CN=\\ff", "UTF-8"),
            ("CN=#0c", "hexadecimal"),
        ] {
            let refused = text.parse::<DistinguishedName>().unwrap_err();
            assert!(refused.why.contains(why), "{text}: {}", refused.why);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_name_or_not(text in "\\PC{0,60}", value in "\\PC{1,30}") {
            let _ = text.parse::<DistinguishedName>();
            let name = DistinguishedName { parts: vec![vec![("2.5.4.3".to_owned(), Value::Text(value))]] };
            prop_assert_eq!(read(&name.to_string()), name);
        }
    }
}
