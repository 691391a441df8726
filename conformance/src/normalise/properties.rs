//! What holds of every document, whatever stands in it: order is nothing but order, reading again writes nothing, a bad
//! row costs no other, and nothing a bank sends makes a reader fall over.

use bank_fixtures::golden::reading;
use jiff::Timestamp;
use proptest::prelude::*;

use super::document::{Reading, Request, Resource, read};
use super::goldens;
use super::history::{History, Read};
use super::profile::Profile;
use super::{standard, view};
use crate::json::{self, Value};

/// A booked row of the Berlin Group; few days, amounts, texts and ids, so that equals are frequent.
fn row() -> impl Strategy<Value = String> {
    (1u32..5, 1i64..4, 0usize..3, 0usize..5).prop_map(|(day, amount, text, id)| {
        let id = if id < 3 { format!("\"transactionId\": \"t{id}\", ") } else { String::new() };
        format!(
            "{{{id}\"bookingDate\": \"2026-03-0{day}\", \"transactionAmount\": {{\"currency\": \"EUR\", \"amount\": \
             \"-{amount}.00\"}}, \"remittanceInformationUnstructured\": \"text {text}\"}}"
        )
    })
}

fn page(rows: &[String]) -> String {
    format!("{{\"transactions\": {{\"booked\": [{}]}}}}", rows.join(","))
}

fn understood(body: &str) -> Reading {
    let request = Request {
        resource: Resource::Transactions,
        account: Some("acc"),
        known: &[],
        fetched: "2026-06-15T12:00:00Z".parse().expect("an instant"),
        status: 200,
        url: None,
        moves_money: false,
    };
    read(standard::of("berlin-group").expect("a standard"), &Profile::default(), body.as_bytes(), request)
}

fn take(history: &mut History, body: &str) {
    let at: Timestamp = "2026-06-15T12:00:00Z".parse().expect("an instant");
    history.take(Read { pages: vec![understood(body)], complete: None, at });
}

fn known(body: &str) -> History {
    let mut history = History::new(&Profile::default());
    take(&mut history, body);
    history
}

/// Stable ids, sorted.
fn ids(history: &History) -> Vec<String> {
    let mut ids: Vec<String> = history.entries.iter().map(|known| known.id.clone()).collect();
    ids.sort_unstable();
    ids
}

/// What may stand where something else belongs.
const STRANGE: &[&str] = &[
    "null",
    "true",
    "{}",
    "[]",
    "\"\"",
    "\"\\ud83d\\udca5\\u202e\\u0000\"",
    "1e400",
    "1e-2147483648",
    "-0",
    "79228162514264337593543950335",
    "\"79228162514264337593543950335\"",
    "\"-79228162514264337593543950335\"",
    "\"0.0000000000000000000000000001\"",
    "\"RFé\"",
    "\"DEé\"",
    "\"9999-12-31\"",
    "\"-009999-01-01\"",
    "\"2026-03-29T02:30:60é+99:99\"",
    "99999999999999999",
    "[{}, [[]], null]",
];

/// Puts something strange in the place of the n-th value.
fn disturb(value: &mut Value, left: &mut usize, strange: &Value) -> bool {
    if *left == 0 {
        *value = strange.clone();
        return true;
    }
    *left -= 1;
    match value {
        Value::List(items) => items.iter_mut().any(|item| disturb(item, left, strange)),
        Value::Object(members) => members.iter_mut().any(|(_, member)| disturb(member, left, strange)),
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn order_is_nothing_but_order(rows in prop::collection::vec(row(), 0..12), turn in 0usize..12) {
        let mut turned = rows.clone();
        turned.reverse();
        let middle = turn.min(turned.len());
        turned.rotate_left(middle);
        prop_assert_eq!(ids(&known(&page(&rows))), ids(&known(&page(&turned))));
    }

    #[test]
    fn reading_again_writes_nothing(rows in prop::collection::vec(row(), 0..12)) {
        let mut history = known(&page(&rows));
        let before = view::history(&history)["transactions"].clone();
        let first = ids(&history);
        take(&mut history, &page(&rows));
        prop_assert_eq!(&view::history(&history)["transactions"], &before);
        prop_assert_eq!(ids(&history), first);
    }

    #[test]
    fn a_bad_row_costs_no_other(rows in prop::collection::vec(row(), 0..12), place in 0usize..12, strange in 0..STRANGE.len()) {
        let mut with = rows.clone();
        let place = place.min(with.len());
        let bad = format!("{{\"transactionId\": \"bad\", \"transactionAmount\": {}}}", STRANGE[strange]);
        with.insert(place, bad);
        let kept = |history: &History| {
            let of_rows = history.entries.iter().filter(|known| known.entry.provider_id.as_deref() != Some("bad"));
            let mut ids: Vec<String> = of_rows.map(|known| known.id.clone()).collect();
            ids.sort_unstable();
            ids
        };
        prop_assert_eq!(kept(&known(&page(&with))), ids(&known(&page(&rows))));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn nothing_makes_a_reader_fall_over(case in any::<prop::sample::Index>(), read in any::<prop::sample::Index>(),
                                        places in prop::collection::vec((0usize..60, 0..STRANGE.len()), 1..4)) {
        let case = case.get(reading::all());
        let profile = goldens::profile(case);
        let mut history = History::new(&profile);
        let broken = read.index(case.reads.len());
        for (index, golden) in case.reads.iter().enumerate() {
            let mut golden = golden.clone();
            if index == broken {
                for body in &mut golden.pages {
                    let Ok(mut document) = json::parse_bytes(body) else { continue };
                    for (place, strange) in &places {
                        let strange = json::parse(STRANGE[*strange]).expect("strange, but JSON");
                        disturb(&mut document, &mut place.clone(), &strange);
                    }
                    *body = document.to_string().into_bytes();
                }
            }
            goldens::take(case, &profile, &mut history, &golden);
        }
        prop_assert!(view::history(&history).is_object());
    }

    #[test]
    fn nor_do_bytes_that_are_no_document(case in any::<prop::sample::Index>(), cut in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let case = case.get(reading::all());
        let profile = goldens::profile(case);
        let mut history = History::new(&profile);
        let mut golden = case.reads[0].clone();
        let body = &mut golden.pages[0];
        let place = cut.index(body.len());
        if byte % 2 == 0 { body.truncate(place) } else { body[place] = byte }
        goldens::take(case, &profile, &mut history, &golden);
        prop_assert!(view::history(&history).is_object());
    }
}
