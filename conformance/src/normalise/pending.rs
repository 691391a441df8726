//! Which booked entry a pending one became.
//!
//! Owns the explicit link and the matching without one, with how sure it is. Knows no standard.

use bank_fixtures::record::Relation;
use rust_decimal::Decimal;

use super::codes;
use super::history::Known;
use super::identity::normalised;
use super::model::{Effective, Entry, Link};

/// How alike the texts of a hold and its booking must be.
const ALIKE: f64 = 0.8;

/// Links pending entries to the booked ones that took their place. After a complete read, one that is still listed has
/// not been replaced.
pub(super) fn link(entries: &mut [Known], days: u16, complete: bool) {
    for booked in 0..entries.len() {
        let Some(id) = entries[booked].entry.pending_id.clone() else { continue };
        let is_it = |known: &Known| {
            known.entry.provider_id.as_ref() == Some(&id) && known.account_id == entries[booked].account_id
        };
        if let Some(pending) = entries.iter().position(is_it).filter(|pending| *pending != booked) {
            supersede(entries, pending, booked, Decimal::ONE);
        }
    }
    for pending in 0..entries.len() {
        let known = &entries[pending];
        let waits = known.entry.is_pending() && known.superseded_by.is_none() && !(complete && known.seen);
        if !waits {
            continue;
        }
        let best = (0..entries.len())
            .filter_map(|booked| Some((booked, likeness(&entries[pending], &entries[booked], days)?)))
            .min_by_key(|(_, (same_amount, delay))| (!same_amount, *delay));
        if let Some((booked, (same_amount, _))) = best {
            let confidence = Decimal::new(if same_amount { 9 } else { 7 }, 1);
            supersede(entries, pending, booked, confidence);
        }
    }
}

/// Whether `booked` can be what `pending` became: same amount or not, and after how many days.
fn likeness(pending: &Known, booked: &Known, days: u16) -> Option<(bool, i32)> {
    let (hold, entry) = (&pending.entry, &booked.entry);
    let taken = booked.links.iter().any(|link| link.relation == Relation::Supersedes);
    if !entry.is_booked() || taken || pending.account_id != booked.account_id {
        return None;
    }
    if hold.amount.unit() != entry.amount.unit() || hold.direction != entry.direction {
        return None;
    }
    let delay = entry.day()?.since(hold.day()?).ok()?.get_days();
    if delay < 0 || delay > i32::from(days) || !alike(hold, entry) {
        return None;
    }
    let same_amount = hold.amount.value() == entry.amount.value();
    let open = [hold, entry].into_iter().filter_map(|entry| entry.merchant.as_ref()?.mcc.as_deref());
    (same_amount || open.into_iter().any(codes::opens_authorisations)).then_some((same_amount, delay))
}

fn supersede(entries: &mut [Known], pending: usize, booked: usize, confidence: Decimal) {
    let link = Link { relation: Relation::Supersedes, to: pending, confidence };
    if !entries[booked].links.iter().any(|known| known.to == pending) {
        entries[booked].links.push(link);
    }
    entries[pending].superseded_by = Some(Link { relation: Relation::Supersedes, to: booked, confidence });
    entries[pending].effective = Effective::Superseded;
}

/// Whether merchant, counterparty or text of two entries are alike.
pub(super) fn alike(one: &Entry, other: &Entry) -> bool {
    let names = |entry: &Entry| -> Vec<String> {
        let merchant = entry.merchant.as_ref().and_then(|merchant| merchant.name.clone());
        let party = entry.counterparty.as_ref().and_then(|party| party.name.clone());
        let all = [merchant, party, Some(entry.text())];
        all.into_iter().flatten().map(|name| normalised(&name)).filter(|name| !name.is_empty()).collect()
    };
    let (ones, others) = (names(one), names(other));
    ones.iter().any(|one| others.iter().any(|other| similarity(one, other) >= ALIKE))
}

/// Sørensen–Dice over pairs of letters; a longer text that contains the other whole is as good.
fn similarity(one: &str, other: &str) -> f64 {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    if short == long || (short.chars().count() >= 6 && long.contains(short)) {
        return 1.0;
    }
    let pairs = |text: &str| -> Vec<(char, char)> { text.chars().zip(text.chars().skip(1)).collect() };
    let (short, mut long) = (pairs(short), pairs(long));
    let total = short.len() + long.len();
    if total == 0 {
        return 0.0;
    }
    let mut shared = 0usize;
    for pair in short {
        if let Some(found) = long.iter().position(|other| *other == pair) {
            long.swap_remove(found);
            shared += 1;
        }
    }
    2.0 * shared as f64 / total as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similarity_is_of_letters() {
        assert!(similarity("restaurant rosa", "restaurant rosa berlin") >= ALIKE);
        assert!(similarity("restaurant rosa", "restaurant rose") >= ALIKE);
        assert!(similarity("restaurant rosa", "taxi central") < ALIKE);
        assert!(similarity("", "") >= ALIKE && similarity("a", "") < ALIKE);
    }
}
