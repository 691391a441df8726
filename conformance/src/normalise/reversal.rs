//! Which entry undoes which, and what is then left of the first.
//!
//! Owns the order of evidence: what the source says itself, a shared reference, a code, and text last. Text alone never
//! changes what another entry counts for. Knows no standard.

use bank_fixtures::record::{Nature, Relation, TransactionStatus};
use rust_decimal::Decimal;

use super::history::Known;
use super::model::{Effective, Entry, Link};
use super::pending::alike;

/// Links entries that undo others, in the order in which they happened.
pub(super) fn link(entries: &mut [Known]) {
    let mut order: Vec<usize> = (0..entries.len()).filter(|index| entries[*index].entry.is_booked()).collect();
    order.sort_by_key(|index| entries[*index].entry.day());
    for position in 0..order.len() {
        let index = order[position];
        let undoes = |link: &Link| link.relation != Relation::Supersedes;
        if entries[index].links.iter().any(undoes) {
            continue;
        }
        let earlier = &order[..position];
        if let Some((nature, target, confidence)) =
            explicit(entries, index).or_else(|| concluded(entries, index, earlier))
        {
            settle(entries, index, target, nature, confidence);
        }
    }
}

/// The source names the earlier entry.
fn explicit(entries: &[Known], index: usize) -> Option<(Nature, usize, Decimal)> {
    let known = &entries[index];
    let id = known.entry.reference_id.as_ref()?;
    let target = entries
        .iter()
        .position(|other| other.account_id == known.account_id && other.entry.provider_id.as_ref() == Some(id))?;
    let stated = known.entry.nature;
    let nature = if stated == Nature::Original { Nature::Reversal } else { stated };
    (target != index).then_some((nature, target, Decimal::ONE))
}

/// The entry says what it is, and another one fits.
fn concluded(entries: &[Known], index: usize, earlier: &[usize]) -> Option<(Nature, usize, Decimal)> {
    let entry = &entries[index].entry;
    let unpaid_item = entry.bank_tx_code.iter().skip(1).map(String::as_str).eq(["MCRD", "UPCT"]);
    let nature = if unpaid_item { Nature::Chargeback } else { entry.nature };
    let undoes = matches!(
        nature,
        Nature::Reversal | Nature::Return | Nature::Chargeback | Nature::ChargebackReversal | Nature::Correction
    );
    if !undoes {
        return None;
    }
    let fits = |target: &&usize| {
        let target = &entries[**target];
        let opposite = target.entry.direction.is_some() && target.entry.direction != entry.direction;
        let right_kind = match nature {
            Nature::ChargebackReversal => target.entry.nature == Nature::Chargeback,
            _ => !matches!(target.entry.nature, Nature::Chargeback | Nature::Return | Nature::Reversal),
        };
        let (ours, theirs) = (entry.amount.value().abs(), target.entry.amount.value().abs());
        let size = if nature == Nature::Chargeback { ours <= theirs } else { ours == theirs };
        target.account_id == entries[index].account_id
            && target.entry.amount.unit() == entry.amount.unit()
            && matches!(target.effective, Effective::AsStated(_))
            && opposite
            && right_kind
            && size
    };
    let candidates: Vec<usize> = earlier.iter().rev().filter(fits).copied().collect();
    if let Some(target) = candidates.iter().find(|target| shares_reference(entry, &entries[**target].entry)) {
        return Some((nature, *target, Decimal::ONE));
    }
    // A code without a reference: the merchant and the amount have to agree. Text alone is not enough to link.
    let by_code = entry.nature_confidence.is_none() && !unpaid_item;
    let same_size = |target: &&usize| entries[**target].entry.amount.value().abs() == entry.amount.value().abs();
    let likely = candidates.iter().filter(same_size).find(|target| alike(entry, &entries[**target].entry));
    likely.filter(|_| by_code).map(|target| (nature, *target, Decimal::new(8, 1)))
}

/// Same end-to-end id, mandate or bank reference; or the text quotes the other's end-to-end id.
fn shares_reference(one: &Entry, other: &Entry) -> bool {
    let same = |ours: &Option<String>, theirs: &Option<String>| ours.is_some() && ours == theirs;
    let quoted = other.end_to_end_id.as_ref().is_some_and(|id| id.len() >= 8 && one.text().contains(id.as_str()));
    same(&one.end_to_end_id, &other.end_to_end_id)
        || same(&one.mandate_id, &other.mandate_id)
        || same(&one.provider_ref, &other.provider_ref)
        || quoted
}

fn settle(entries: &mut [Known], index: usize, target: usize, nature: Nature, confidence: Decimal) {
    let relation = match nature {
        Nature::Chargeback => Relation::Disputes,
        Nature::Refund => Relation::Refunds,
        Nature::Correction => Relation::Corrects,
        _ => Relation::Reverses,
    };
    entries[index].entry.nature = nature;
    entries[index].links.push(Link { relation, to: target, confidence });
    let (ours, theirs) = (&entries[index].entry.amount, &entries[target].entry.amount);
    let cancels = ours.value() == -theirs.value() && ours.unit() == theirs.unit();
    let part = ours.clone().abs();
    match nature {
        Nature::Refund => {}
        Nature::Chargeback if cancels => entries[target].effective = Effective::Chargeback,
        Nature::ChargebackReversal => {
            entries[target].effective = Effective::Reversed;
            let disputed = entries[target].links.iter().find(|link| link.relation == Relation::Disputes);
            if let Some(disputed) = disputed.map(|link| link.to) {
                entries[disputed].effective = Effective::AsStated(TransactionStatus::Booked);
                entries[disputed].reversed = None;
            }
        }
        _ if cancels => entries[target].effective = Effective::Reversed,
        _ => entries[target].reversed = Some(part),
    }
}
