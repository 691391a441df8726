//! Cursors: opaque to clients, bound to the list they were made for.
//!
//! Owns their text form. A cursor carries the number of its page and where the list goes on; a check over the list's name
//! and the contents refuses cursors of other lists and damaged ones.

use bank_fixtures::seed::Seed;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;

use crate::bank::Place;

/// Where a list goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::dialect) enum Cursor {
    /// In the entries of an account.
    Entries(Place),
    /// In a list whose rows are numbered.
    Rows {
        /// Number of the page, from 1.
        page: u32,
        /// Rows still to come, or the number below which they are.
        left: u64,
    },
}

impl Cursor {
    /// The text that goes into a link.
    pub(in crate::dialect) fn text(&self, list: &str) -> String {
        let contents = self.contents();
        let mut bytes = contents.clone();
        bytes.extend(check(list, &contents).to_be_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a cursor of a list; `None` for one of another list and for any other text.
    pub(in crate::dialect) fn read(text: &str, list: &str) -> Option<Cursor> {
        let bytes = decode(text)?;
        let (contents, sum) = bytes.split_last_chunk::<CHECK_BYTES>()?;
        if u64::from_be_bytes(*sum) != check(list, contents) {
            return None;
        }
        Cursor::of_contents(contents)
    }

    /// The page a cursor stands for, whatever list it belongs to.
    pub(in crate::dialect) fn page_of(text: &str) -> Option<u32> {
        let bytes = decode(text)?;
        let (contents, _) = bytes.split_last_chunk::<CHECK_BYTES>()?;
        Cursor::of_contents(contents).map(|cursor| cursor.page())
    }

    fn page(&self) -> u32 {
        match self {
            Cursor::Entries(place) => place.page,
            Cursor::Rows { page, .. } => *page,
        }
    }

    fn contents(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(64);
        match self {
            Cursor::Entries(place) => {
                bytes.push(ENTRIES);
                bytes.extend(place.page.to_be_bytes());
                bytes.extend(place.as_of.as_nanosecond().to_be_bytes());
                bytes.extend(place.version.to_be_bytes());
                bytes.extend(place.pending_shown.to_be_bytes());
                bytes.extend(place.book_left.to_be_bytes());
                bytes.extend(place.activity_left.to_be_bytes());
            }
            Cursor::Rows { page, left } => {
                bytes.push(ROWS);
                bytes.extend(page.to_be_bytes());
                bytes.extend(left.to_be_bytes());
            }
        }
        bytes
    }

    fn of_contents(contents: &[u8]) -> Option<Cursor> {
        let mut rest = contents;
        let [kind] = take(&mut rest)?;
        let page = u32::from_be_bytes(take(&mut rest)?);
        let cursor = match kind {
            ENTRIES => Cursor::Entries(Place {
                page,
                as_of: Timestamp::from_nanosecond(i128::from_be_bytes(take(&mut rest)?)).ok()?,
                version: u64::from_be_bytes(take(&mut rest)?),
                pending_shown: u32::from_be_bytes(take(&mut rest)?),
                book_left: u64::from_be_bytes(take(&mut rest)?),
                activity_left: u64::from_be_bytes(take(&mut rest)?),
            }),
            ROWS => Cursor::Rows { page, left: u64::from_be_bytes(take(&mut rest)?) },
            _ => return None,
        };
        rest.is_empty().then_some(cursor)
    }
}

const ENTRIES: u8 = 1;
const ROWS: u8 = 2;
const CHECK_BYTES: usize = 8;
/// No cursor is longer; longer text is not even decoded.
const MAX_TEXT_BYTES: usize = 128;

fn decode(text: &str) -> Option<Vec<u8>> {
    if text.len() > MAX_TEXT_BYTES { None } else { URL_SAFE_NO_PAD.decode(text).ok() }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (head, tail) = rest.split_first_chunk::<N>()?;
    *rest = tail;
    Some(*head)
}

/// Not a secret: a cursor protects a client from mistakes, and shows nothing its consent does not.
fn check(list: &str, contents: &[u8]) -> u64 {
    contents
        .chunks(8)
        .fold(Seed::new(0).of(list), |seed, chunk| {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            seed.at(u64::from_be_bytes(word))
        })
        .number()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_cursor() -> impl Strategy<Value = Cursor> {
        let rows = (any::<u32>(), any::<u64>()).prop_map(|(page, left)| Cursor::Rows { page, left });
        let seconds = -1_000_000_000i64..4_000_000_000;
        let entries = (any::<u32>(), seconds, any::<(u64, u32, u64, u64)>()).prop_map(|(page, second, rest)| {
            let (version, pending_shown, book_left, activity_left) = rest;
            let as_of = Timestamp::from_second(second).unwrap();
            Cursor::Entries(Place { as_of, version, page, pending_shown, book_left, activity_left })
        });
        prop_oneof![rows, entries]
    }

    proptest! {
        #[test]
        fn a_cursor_works_in_its_own_list_only(cursor in any_cursor(), list in "[a-z]{0,9}", other in "[A-Z]{1,9}") {
            let text = cursor.text(&list);
            prop_assert_eq!(Cursor::read(&text, &list), Some(cursor));
            prop_assert_eq!(Cursor::page_of(&text), Some(cursor.page()));
            prop_assert_eq!(Cursor::read(&text, &other), None);
        }

        #[test]
        fn a_damaged_cursor_is_refused(cursor in any_cursor(), position in any::<prop::sample::Index>(), by in 1u8..64) {
            let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".as_bytes();
            let mut text = cursor.text("list").into_bytes();
            let position = position.index(text.len());
            let digit = alphabet.iter().position(|byte| *byte == text[position]).unwrap();
            text[position] = alphabet[(digit + usize::from(by)) % 64];
            prop_assert_eq!(Cursor::read(std::str::from_utf8(&text).unwrap(), "list"), None);
        }

        #[test]
        fn reading_never_panics(text in ".{0,200}") {
            let _ = (Cursor::read(&text, "list"), Cursor::page_of(&text));
        }
    }
}
