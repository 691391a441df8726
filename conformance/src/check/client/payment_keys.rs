//! C30: every payment request carries a key nobody can guess.

use super::payments::orders;
use super::{judged, not_seen, shown};
use crate::check::{Area, Check, Run};
use crate::client_target::Evidence;
use crate::params::{Param, ParamValue, Params};
use crate::verdict::{Finding, Verdict};

pub(super) static CHECK: Check = Check {
    slug: "payment-keys",
    ids: &["C30"],
    title: "sends every payment with an idempotency key that cannot be guessed",
    source: "draft-ietf-httpapi-idempotency-key-header §2; Open Finance Brasil payments (x-idempotency-key, at most 40 characters)",
    advice: "Draw a UUID or 128 random bits for each order, write them down, and send them with every attempt.",
    area: Area::ClientPayments,
    params: &[Param {
        name: "bits",
        default: ParamValue::Ratio(122.0),
        about: "least entropy of a key that is no UUID, estimated from its length and the kinds of characters in it",
    }],
    run: Run::Client(judge),
};

fn judge(evidence: &Evidence, params: &Params) -> Verdict {
    let least = params.ratio("bits");
    let (mut findings, mut sent) = (Vec::new(), 0);
    for step in &evidence.steps {
        for order in orders(evidence, step) {
            sent += 1;
            let what = match order.idempotency_key.as_deref() {
                None => "a payment was sent without an idempotency key".to_owned(),
                Some(key) if is_uuid(key) || bits(key) >= least => continue,
                Some(key) => format!("the key `{key}` can be guessed (about {:.0} bits)", bits(key)),
            };
            findings.push(Finding::new(what).with(shown(order)));
        }
    }
    if sent == 0 {
        return not_seen(evidence, "no payment was ordered");
    }
    judged(evidence, findings, format!("{sent} payment requests with keys"))
}

fn is_uuid(key: &str) -> bool {
    let places = [8, 13, 18, 23];
    let fits =
        |(place, byte): (usize, u8)| if places.contains(&place) { byte == b'-' } else { byte.is_ascii_hexdigit() };
    key.len() == 36 && key.bytes().enumerate().all(fits)
}

/// Whether a character is of one kind.
type Kind = fn(&u8) -> bool;

/// The entropy a key of these characters can have at most: what looks random may not be, what is short cannot be.
fn bits(key: &str) -> f64 {
    let kinds: [(Kind, f64); 3] = [
        (u8::is_ascii_digit, 10.0),
        (|byte| matches!(byte, b'a'..=b'f' | b'A'..=b'F'), 6.0),
        (|byte| byte.is_ascii_alphabetic() && !byte.is_ascii_hexdigit(), 20.0),
    ];
    let alphabet: f64 = kinds.iter().filter(|(is, _)| key.bytes().any(|byte| is(&byte))).map(|(_, size)| size).sum();
    // Words repeat themselves; random text of this length does not.
    let distinct = key.bytes().collect::<std::collections::BTreeSet<_>>().len() as f64;
    key.len() as f64 * alphabet.min(2.0 * distinct).max(1.0).log2()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{call, evidence, findings, passes, skips};
    use super::*;
    use crate::client_target::Drive;

    fn with(key: &str) -> Evidence {
        evidence(Drive::Pay, vec![call(0, "payments.create", "POST /payments", 201).key(key, "b")])
    }

    #[test]
    fn uuids_and_long_random_texts_pass_and_order_numbers_do_not() {
        passes(&CHECK, &with("0d6a8b9e-94c5-4fbb-a7b8-6a7f3b6a9d10"));
        passes(&CHECK, &with("q8Zr2LmX0vTn5KdY7cWb3HsG"));
        insta::assert_snapshot!(findings(&CHECK, &with("order-17")), @"the key `order-17` can be guessed (about 30 bits)");
        let mut keyless = with("k");
        keyless.journal = crate::journal::Journal::new(vec![crate::journal::Entry {
            seq: 1,
            ..call(0, "payments.create", "POST /payments", 400)
        }]);
        insta::assert_snapshot!(findings(&CHECK, &keyless), @"a payment was sent without an idempotency key");
        skips(&CHECK, &evidence(Drive::Sync, Vec::new()));
    }
}
