//! What makes an account or an entry the same one next time.
//!
//! Owns the derived ids: hashes over what does not change. A bank's ids are only a part of that, and only where they
//! deserve it. Knows no standard.

use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};
use bank_fixtures::unit::Denomination;
use icu_normalizer::ComposingNormalizerBorrowed;

use super::model::{Account, Direction, Entry, Quality, Scheme, Unit};
use super::reader::is_placeholder;

/// What an id was derived from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// A number that survives a new consent.
    Identifier,
    /// The bank's id, for want of better.
    ProviderId,
}

/// The stable id of an account: IBAN and BBAN beat the bank's id, which changes with the consent.
pub fn account_id(institution: &str, account: &Account) -> (String, Basis) {
    let lasting = |scheme| account.identifiers.iter().find(|identifier| identifier.scheme == scheme);
    match lasting(Scheme::Iban).or_else(|| lasting(Scheme::Bban)) {
        Some(identifier) => (hash(&["acct", institution, &identifier.value]), Basis::Identifier),
        None => (unknown_account_id(institution, &account.provider_id), Basis::ProviderId),
    }
}

/// The id of an account of which only the bank's id is known.
pub fn unknown_account_id(institution: &str, provider_id: &str) -> String {
    hash(&["acct", institution, provider_id])
}

/// The id of an entry by the bank's own, if that can be trusted.
pub fn id_key(account_id: &str, entry: &Entry) -> Option<String> {
    let usable = match entry.quality {
        Quality::Immutable => true,
        Quality::StableWhenBooked => entry.is_booked(),
        Quality::Unstable | Quality::Absent => false,
    };
    entry.provider_id.as_ref().filter(|_| usable).map(|id| hash(&["id", account_id, id]))
}

/// What an entry looks like, without the number that tells equal ones apart.
pub fn looks(account_id: &str, entry: &Entry) -> Vec<String> {
    let dates = &entry.dates;
    let day = dates.booking_date.or(dates.value_date).or(dates.transaction_date);
    let amount = entry.amount.minor().map_or_else(|| entry.amount.text(), |minor| minor.to_string());
    let direction = match entry.direction {
        Some(Direction::Credit) => "credit",
        Some(Direction::Debit) => "debit",
        None => "",
    };
    let reference = entry.end_to_end_id.clone().or_else(|| entry.provider_ref.clone()).unwrap_or_default();
    let party = entry.counterparty.as_ref();
    let number = party.and_then(|party| party.identifiers.first()).map(|identifier| identifier.value.clone());
    let party = number.or_else(|| party.and_then(|party| party.name.as_deref()).map(normalised)).unwrap_or_default();
    let remittance: Vec<String> = entry.unstructured.iter().map(|line| normalised(line)).collect();
    let day = day.map(|day| day.to_string()).unwrap_or_default();
    let waits = if entry.is_pending() { "pending" } else { "" };
    // Ids must not change: where no currency is stated, none is part of them.
    let currency = if *entry.amount.unit() == Unit::None { "" } else { entry.amount.unit().code() };
    let fields = ["fp", account_id, &day, &amount, currency, direction, &reference, &party, &remittance.join(" ")];
    fields.iter().map(|field| (*field).to_owned()).chain([waits.to_owned()]).collect()
}

/// The fingerprint: what it looks like, and which of its equals it is.
pub fn fingerprint(looks: &[String], ordinal: usize) -> String {
    let ordinal = ordinal.to_string();
    let fields: Vec<&str> = looks.iter().map(String::as_str).chain([ordinal.as_str()]).collect();
    hash(&fields)
}

/// A text as far as sameness goes: NFC, one case, single blanks, placeholders gone.
pub fn normalised(text: &str) -> String {
    let nfc = ComposingNormalizerBorrowed::new_nfc().normalize(text).to_lowercase();
    if is_placeholder(&nfc) {
        return String::new();
    }
    nfc.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first 128 bits of SHA-256 over the fields in NFC, each behind its length in bytes (big-endian, 32 bits).
fn hash(fields: &[&str]) -> String {
    let mut bytes = Vec::new();
    for field in fields {
        let field = ComposingNormalizerBorrowed::new_nfc().normalize(field);
        bytes.extend_from_slice(&u32::try_from(field.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend_from_slice(field.as_bytes());
    }
    let mut text = String::with_capacity(32);
    for byte in &digest(&SHA256, &bytes).as_ref()[..16] {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_do_not_run_into_each_other() {
        assert_ne!(hash(&["a", "bc"]), hash(&["ab", "c"]));
        assert_eq!(hash(&["Cafe\u{301}"]), hash(&["Caf\u{e9}"]));
        assert_eq!(hash(&["a"]).len(), 32);
    }

    #[test]
    fn sameness_of_texts() {
        assert_eq!(normalised("  CAFÉ   Rosa "), normalised("cafe\u{301} rosa"));
        assert_eq!(normalised("NOT PROVIDED"), "");
    }
}
