//! Secrets in free text, found by their shape and checksum wherever they stand: JSON Web Tokens, bearer tokens, card numbers
//! and IBANs.
//!
//! Owns what such a secret looks like and what is shown instead. A token becomes its fingerprint; a card number or IBAN
//! keeps its last four characters, because a hash of so few digits could be guessed. Knows no header and no member.

use std::borrow::Cow;

use bank_fixtures::identifier::Iban;

use super::redact::replaced;

/// A secret and what stands in its place.
struct Found {
    start: usize,
    end: usize,
    shown: String,
}

/// Digits of a card number (ISO/IEC 7812).
const PAN_DIGITS: std::ops::RangeInclusive<usize> = 13..=19;
/// Characters of an IBAN (ISO 13616).
const IBAN_LENGTH: std::ops::RangeInclusive<usize> = 15..=34;
/// Shorter words after `Bearer` are prose.
const BEARER_LENGTH: usize = 16;

/// The text with every such secret replaced; everything else stays byte for byte.
pub(super) fn hide(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut shown = String::new();
    let (mut copied, mut at) = (0, 0);
    while at < bytes.len() {
        let begins = bytes[at].is_ascii_alphanumeric() && (at == 0 || !bytes[at - 1].is_ascii_alphanumeric());
        match begins.then(|| find(text, at)).flatten() {
            Some(found) => {
                shown.push_str(&text[copied..found.start]);
                shown.push_str(&found.shown);
                (copied, at) = (found.end, found.end);
            }
            None => at += 1,
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    shown.push_str(&text[copied..]);
    Cow::Owned(shown)
}

/// The secret whose first word begins here.
fn find(text: &str, at: usize) -> Option<Found> {
    let bytes = text.as_bytes();
    jwt(text, at).or_else(|| bearer(text, at)).or_else(|| iban(bytes, at)).or_else(|| pan(bytes, at))
}

/// Three or more base64url parts (RFC 7515, RFC 7516), the first of which is a JSON object; or what a broken body left of
/// two.
fn jwt(text: &str, start: usize) -> Option<Found> {
    let rest = text[start..].strip_prefix("eyJ")?;
    let legal = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let length = rest.bytes().take_while(|byte| legal(byte)).count();
    let whole = &text[start..start + 3 + length];
    let mut parts = whole.split('.');
    let (head, payload) = (parts.next()?, parts.next()?);
    let complete = parts.next().is_some();
    if head.len() < 8 || payload.is_empty() || !(complete || payload.starts_with("eyJ")) {
        return None;
    }
    Some(Found { start, end: start + whole.len(), shown: replaced(whole.as_bytes()) })
}

/// What follows the word `Bearer` (RFC 6750 2.1).
fn bearer(text: &str, at: usize) -> Option<Found> {
    let scheme = text.get(at..at + 6).filter(|word| word.eq_ignore_ascii_case("bearer"))?;
    let after = &text[at + scheme.len()..];
    let blanks = after.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let legal = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(byte);
    let length = after.bytes().skip(blanks).take_while(|byte| legal(byte)).count();
    if blanks == 0 || length < BEARER_LENGTH {
        return None;
    }
    let start = at + scheme.len() + blanks;
    Some(Found { start, end: start + length, shown: replaced(&text.as_bytes()[start..start + length]) })
}

/// An IBAN in electronic form, or in print form: groups of four with one blank or hyphen between.
fn iban(bytes: &[u8], start: usize) -> Option<Found> {
    let [first, second, third, fourth, ..] = bytes.get(start..)? else { return None };
    if !(first.is_ascii_alphabetic() && second.is_ascii_alphabetic()) {
        return None;
    }
    if !(third.is_ascii_digit() && fourth.is_ascii_digit()) {
        return None;
    }
    let mut ends = vec![word_end(bytes, start, u8::is_ascii_alphanumeric)];
    if ends[0] - start == 4 {
        while let Some(end) = next_group(bytes, ends[ends.len() - 1], u8::is_ascii_alphanumeric) {
            let group = end - ends[ends.len() - 1] - 1;
            if group > 4 {
                break;
            }
            ends.push(end);
            if group < 4 {
                break;
            }
        }
    }
    // The longest that is right: a short word may follow the last group.
    ends.into_iter().rev().find_map(|end| {
        let compact = compacted(&bytes[start..end]);
        let shown = format!("iban:{}****{}", &compact[..2], compact.get(compact.len().checked_sub(4)?..)?);
        is_iban(&compact).then_some(Found { start, end, shown })
    })
}

/// Check digits (ISO 7064 MOD 97-10) in upper case; in lower case, where identifiers of every kind live, the country's own
/// format as well.
fn is_iban(compact: &str) -> bool {
    if !IBAN_LENGTH.contains(&compact.len()) {
        return false;
    }
    if compact.bytes().any(|byte| byte.is_ascii_lowercase()) {
        return compact.parse::<Iban>().is_ok();
    }
    let (front, rest) = compact.split_at(4);
    let remainder = rest.bytes().chain(front.bytes()).fold(0, |remainder, byte| match byte {
        b'0'..=b'9' => (remainder * 10 + u32::from(byte - b'0')) % 97,
        letter => (remainder * 100 + u32::from(letter - b'A') + 10) % 97,
    });
    remainder == 1
}

/// A card number: 13 to 19 digits in one piece or in the groups printed on cards, with the right check digit.
fn pan(bytes: &[u8], start: usize) -> Option<Found> {
    let is_fraction = start >= 2 && bytes[start - 1] == b'.' && bytes[start - 2].is_ascii_digit();
    if !bytes[start].is_ascii_digit() || is_fraction {
        return None;
    }
    let mut ends = vec![word_end(bytes, start, u8::is_ascii_digit)];
    while ends.len() < 5
        && let Some(end) = next_group(bytes, ends[ends.len() - 1], u8::is_ascii_digit)
    {
        ends.push(end);
    }
    (1..=ends.len()).rev().find_map(|count| {
        let end = ends[count - 1];
        let mut from = start;
        let lengths: Vec<usize> = ends[..count]
            .iter()
            .map(|end| {
                let length = end - from;
                from = end + 1;
                length
            })
            .collect();
        let printed = match lengths[..] {
            [_] => true,
            [4, 4, 4, last] => (1..=4).contains(&last),
            [4, 4, 4, 4, last] => (1..=3).contains(&last),
            [4, 6, last] => (4..=5).contains(&last),
            _ => false,
        };
        let ends_word = bytes.get(end).is_none_or(|byte| !byte.is_ascii_alphanumeric());
        let amount = bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
        let digits = compacted(&bytes[start..end]);
        let found = printed && ends_word && !amount && PAN_DIGITS.contains(&digits.len()) && luhn(&digits);
        found.then(|| Found { start, end, shown: format!("pan:****{}", &digits[digits.len() - 4..]) })
    })
}

/// The check digit of ISO/IEC 7812; a row of zeros has it too and is no card.
fn luhn(digits: &str) -> bool {
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let sum: u32 = digits
        .bytes()
        .rev()
        .map(|byte| u32::from(byte - b'0'))
        .enumerate()
        .map(|(place, digit)| if place % 2 == 1 { doubled(digit) } else { digit })
        .sum();
    sum > 0 && sum.is_multiple_of(10)
}

fn word_end(bytes: &[u8], start: usize, legal: impl Fn(&u8) -> bool) -> usize {
    start + bytes[start..].iter().take_while(|byte| legal(byte)).count()
}

/// The end of the group after one blank or hyphen.
fn next_group(bytes: &[u8], end: usize, legal: impl Fn(&u8) -> bool) -> Option<usize> {
    let separated = matches!(bytes.get(end)?, b' ' | b'-') && bytes.get(end + 1).is_some_and(&legal);
    separated.then(|| word_end(bytes, end + 1, legal))
}

fn compacted(bytes: &[u8]) -> String {
    bytes.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(|byte| char::from(*byte)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const JWT: &str = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl";

    #[test]
    fn secrets_are_found_by_shape() {
        let cases = [
            ("paid with 4111 1111 1111 1111 today", "paid with pan:****1111 today"),
            ("4111-1111-1111-1111,378282246310005", "pan:****1111,pan:****0005"),
            ("[1,5555555555554444]", "[1,pan:****4444]"),
            ("4111 1111 1111 1111 12/28", "pan:****1111 12/28"),
            ("amex 3782 822463 10005.", "amex pan:****0005."),
            ("to GB29NWBK60161331926819!", "to iban:GB****6819!"),
            ("GB29 NWBK 6016 1331 9268 19 and", "iban:GB****6819 and"),
            ("AT61 1904 3002 3457 3201 and so on", "iban:AT****3201 and so on"),
            ("gb29nwbk60161331926819", "iban:gb****6819"),
        ];
        for (text, expected) in cases {
            assert_eq!(hide(text), expected);
        }
        let fingerprint = replaced(JWT.as_bytes());
        assert_eq!(hide(&format!("<a>{JWT}</a>")), format!("<a>{fingerprint}</a>"));
        assert_eq!(hide("bearer abcdefghijklmnop/=x"), format!("bearer {}", replaced(b"abcdefghijklmnop/=x")));
        assert!(!hide("eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOi").contains("eyJ"), "a broken body left two parts");
    }

    #[test]
    fn what_only_looks_like_a_secret_stays() {
        for text in [
            "",
            "4111111111111112",
            "0000000000000000",
            "1234567890123452.50",
            "0.4111111111111111",
            "2026-03-01T08:00:00Z",
            "GB30NWBK60161331926819",
            "a4111111111111111",
            "send an access token: Authorization: Bearer TOKEN",
            "eyJ.",
            "eyJust a word",
            "5f0c6d1e-1111-4111-8111-111111111111",
            "ä 12 € ü",
        ] {
            assert_eq!(hide(text), text);
        }
    }

    fn with_check_digit(mut digits: String) -> String {
        let check = (0..10).find(|check| luhn(&format!("{digits}{check}"))).expect("one of ten fits");
        digits.push_str(&check.to_string());
        digits
    }

    proptest! {
        #[test]
        fn no_card_iban_or_token_survives(
            before in "[ -/:-~äß]{0,20}[ \":,;(/]",
            after in "[ \",;)<&][ -~]{0,20}",
            card in "[1-9][0-9]{11,17}",
            account in "[0-9]{18}",
            payload in "[A-Za-z0-9_-]{20,60}",
        ) {
            let card = with_check_digit(card);
            let iban = Iban::from_bban("DE", &account).expect("German accounts are digits");
            let jwt = format!("eyJhbGciOiJFUzI1NiJ9.{payload}.{payload}");
            let printed = |text: &str| text.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect::<Vec<_>>().join(" ");
            for secret in [card.clone(), iban.as_str().to_owned(), printed(iban.as_str()), jwt] {
                let shown = hide(&format!("{before}{secret}{after}")).into_owned();
                prop_assert!(!shown.contains(&secret), "{secret} in {shown}");
            }
        }

        /// Prose and numbers shorter than a card stay as they are.
        #[test]
        fn other_text_is_unchanged(
            before in "([a-zäöü]{1,12}|[ .,:;/?&={}\"<>\n]){0,20}",
            number in "[0-9]{1,12}",
            after in "([ .,:;/?&={}\"<>\n][a-zäöü]{1,12}){0,20}",
        ) {
            let text = format!("{before} {number}{after}");
            prop_assume!(!text.contains("bearer"));
            prop_assert_eq!(hide(&text), text.as_str());
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,200}", raw in proptest::collection::vec(any::<u8>(), 0..200)) {
            hide(&text);
            hide(&String::from_utf8_lossy(&raw));
        }
    }
}
