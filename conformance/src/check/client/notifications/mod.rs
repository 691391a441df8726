//! Checks of clients as receivers of webhooks.
//!
//! Owns their table, and the reading of what was sent to an endpoint and what it answered. What a message led to is seen
//! in what the client asked the bank afterwards and in what it hands over.

use bank_fixtures::canonical::{Canonical, Order, payment_status_word};
use serde_json::Value;

use super::shown;
use crate::check::Check;
use crate::client_target::Evidence;
use crate::journal::{Entry, Told};
use crate::verdict::{Finding, Verdict};

mod accepts_rotated_webhook_keys;
mod answers_webhooks_fast;
mod guards_webhook_endpoint;
mod ignores_unknown_webhook_types;
mod pins_webhook_algorithm;
mod recovers_from_lost_webhooks;
mod rejects_forged_webhooks;
mod rejects_stale_webhooks;
mod webhooks_are_hints;
mod webhooks_idempotent;
mod webhooks_order_independent;

/// Every check of webhooks, in the order in which they are listed.
pub(crate) static CHECKS: &[&Check] = &[
    &rejects_forged_webhooks::CHECK,
    &rejects_stale_webhooks::CHECK,
    &pins_webhook_algorithm::CHECK,
    &accepts_rotated_webhook_keys::CHECK,
    &webhooks_idempotent::CHECK,
    &webhooks_order_independent::CHECK,
    &webhooks_are_hints::CHECK,
    &answers_webhooks_fast::CHECK,
    &recovers_from_lost_webhooks::CHECK,
    &ignores_unknown_webhook_types::CHECK,
    &guards_webhook_endpoint::CHECK,
];

/// What a bank does by itself: anything else is a kind nobody was told of.
const KINDS: &[&str] = &["payment.status", "consent.status", "transaction.posted"];

/// Every message, with what it told.
fn messages(evidence: &Evidence) -> impl Iterator<Item = (&Entry, &Told)> {
    evidence.deliveries.entries().iter().filter_map(|entry| Some((entry, entry.webhook.as_ref()?)))
}

/// The messages changed on their way in one of these ways.
fn forged<'a>(evidence: &'a Evidence, names: &'a [&str]) -> impl Iterator<Item = (&'a Entry, &'a Told)> {
    messages(evidence).filter(|(_, told)| told.forgery.as_deref().is_some_and(|name| names.contains(&name)))
}

/// Messages nobody could have anything against.
fn genuine(evidence: &Evidence) -> impl Iterator<Item = (&Entry, &Told)> {
    messages(evidence).filter(|(_, told)| told.forgery.is_none() && !told.bad_signature)
}

/// A status of the 400s: understood, and not accepted.
fn is_refused(entry: &Entry) -> bool {
    entry.status().is_some_and(|status| (400..500).contains(&status))
}

/// How a message was answered, in words.
fn answer(entry: &Entry, told: &Told) -> String {
    entry.status().map_or_else(|| told.outcome.clone(), |status| status.to_string())
}

/// The finding for each message that was to be refused and was not; how many there were to refuse. A message that got no
/// answer at all was not refused, and not accepted either.
fn not_refused<'a>(
    messages: impl Iterator<Item = (&'a Entry, &'a Told)>,
    what: impl Fn(&Told) -> String,
) -> (usize, Vec<Finding>) {
    let (mut asked, mut findings) = (0, Vec::new());
    for (entry, told) in messages.filter(|(entry, _)| entry.status().is_some()) {
        asked += 1;
        if !is_refused(entry) {
            let what = format!("{} was answered {}; a status of the 400s was due", what(told), answer(entry, told));
            findings.push(Finding::new(what).with(shown(entry)));
        }
    }
    (asked, findings)
}

/// The last hand-over that is about payments, with its step.
fn last_payments(evidence: &Evidence) -> Option<(usize, &Canonical)> {
    let outputs = evidence.numbered().filter_map(|(step, record)| Some((step, record.output.as_ref()?)));
    outputs.filter(|(_, output)| !output.payments.is_empty()).last()
}

/// The records of a hand-over about one payment of the bank.
fn records<'a>(output: &'a Canonical, payment: &'a str) -> impl Iterator<Item = (usize, &'a Order)> {
    output.payments.iter().enumerate().filter(move |(_, own)| own.provider_id.as_deref() == Some(payment))
}

/// The status a message tells of, as it says it.
fn told_status(entry: &Entry) -> Option<String> {
    let body: Value = serde_json::from_str(entry.request.body.as_deref()?).ok()?;
    body.get("status")?.as_str().map(str::to_owned)
}

/// What differs between the last hand-over and the truth, for the payments the bank told of: number of payments, findings.
fn final_states(evidence: &Evidence) -> (usize, Vec<Finding>) {
    let (Some((step, output)), Some(truth)) = (last_payments(evidence), &evidence.truth) else {
        return (0, Vec::new());
    };
    let mut compared = 0;
    let mut findings = Vec::new();
    for payment in &truth.payments {
        let Some(id) = payment.provider_id.as_deref() else { continue };
        let own: Vec<_> = records(output, id).collect();
        let Some((index, first)) = own.first() else { continue };
        compared += 1;
        if own.iter().all(|(_, own)| own.status != payment.status) {
            let what = format!(
                "the payment {id} is {} in the end, and the client says {}",
                payment_status_word(payment.status),
                payment_status_word(first.status)
            );
            let pointer = format!("/payments/{index}/status");
            let proof = crate::verdict::Evidence::output(step, "output").at(pointer);
            let about = messages(evidence).filter(|(_, told)| told.entity == id).map(|(entry, _)| shown(entry));
            findings.push(about.fold(Finding::new(what).with(proof), Finding::with));
        }
    }
    (compared, findings)
}

/// The verdict where nothing of the kind was sent.
fn not_sent(evidence: &Evidence, what: &str) -> Verdict {
    let reason = match evidence.deliveries.entries().is_empty() {
        true => "the client takes no webhooks, or none was sent".to_owned(),
        false => format!("no webhook was {what}"),
    };
    super::not_seen(evidence, reason)
}

#[cfg(test)]
mod testing;

#[cfg(test)]
mod tests {
    use super::super::testing::{judge, skips};
    use super::testing::{message, received};
    use super::*;

    #[test]
    fn a_client_without_an_endpoint_is_not_judged_by_it() {
        for check in CHECKS.iter() {
            skips(check, &Evidence::default());
            assert!(check.ids.iter().all(|id| id.starts_with('C')) && !check.source.is_empty(), "{}", check.slug);
        }
    }

    #[test]
    fn ordinary_messages_accuse_nobody() {
        let evidence = received(vec![message("payment.status", 204), message("consent.status", 200)]);
        for check in CHECKS.iter() {
            let verdict = judge(check, &evidence);
            assert!(verdict.findings().is_empty(), "{}: {verdict:?}", check.slug);
        }
    }
}
