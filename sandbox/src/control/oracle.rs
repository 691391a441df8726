//! The oracle: what a perfect client would now believe, in the canonical contract, and what it could not know.
//!
//! Owns the way from the bank's own truth to the contract. What a standard has no place for is data of `fixtures`; what a
//! scenario hides, its rules say themselves.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bank_fixtures::canonical::{
    AccountBalance, Because, Canonical, Entry, Given, Holder, LISTS, Members, Order, Unknowable, payment_status_word,
    state_effects,
};
use bank_fixtures::record::{Address, Instant, Party, PaymentStatus};
use bank_fixtures::standard::Standard;
use serde::Deserialize;

use super::problem::{Failure, Query};
use super::{Control, bank_of};
use crate::bank::{PaymentTruth, Refusal, Truth};
use crate::fault::Hidden;
use crate::scenario::Scenario;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    bank: Option<String>,
    consent: String,
    as_of: Option<String>,
}

/// What a perfect client would now believe.
pub(super) async fn oracle(
    State(control): State<Arc<Control>>,
    Path(world): Path<String>,
    Query(asked): Query<Question>,
) -> Result<Response, Failure> {
    let world = control.world(&world)?;
    let bank = bank_of(&world, asked.bank.as_deref())?;
    let now = world.clock().now();
    let as_of = match asked.as_of.as_deref() {
        None => now,
        Some(text) => {
            let at = Instant::parse(text).map(|instant| instant.at);
            let at = at.ok_or_else(|| {
                Failure::refused(format!("as_of: `{text}` is not RFC 3339 with an offset: 2026-03-01T09:30:00Z"))
            })?;
            // Banks state times to the millisecond: whoever asks with one of theirs means all that happened in it.
            let at = if at.subsec_nanosecond() % 1_000_000 == 0 && at <= now {
                at.saturating_add(jiff::SignedDuration::from_nanos(999_999)).map_or(now, |end| end.min(now))
            } else {
                at
            };
            if at > now {
                return Err(Failure::refused(format!(
                    "as_of: {at} is later than the world's now, {now}: what is to come is known to nobody"
                )));
            }
            at
        }
    };
    let truth = bank.ledger.truth_as_of(&asked.consent, as_of, now).map_err(|refusal| match refusal {
        Refusal::UnknownConsent(_) => Failure::unknown("consent", &asked.consent, &[]),
        refusal => Failure::conflict(refusal.to_string()),
    })?;
    let mut canonical = canonical(truth);
    canonical.unknowable = unknowable(&bank.ledger.profile().dialect, world.scenario().as_deref());
    Ok(([(header::CONTENT_TYPE, "application/json")], canonical.to_json()).into_response())
}

/// What no client of a bank of this dialect can know while a scenario is in force.
fn unknowable(dialect: &str, scenario: Option<&Scenario>) -> Vec<Unknowable> {
    let standard = Standard::of_dialect(dialect);
    let mut found = standard.map(Standard::unknowable).unwrap_or_default();
    for hiding in scenario.map(Scenario::hidden).unwrap_or_default() {
        let lists = LISTS.iter().filter(|list| hiding.lists.is_empty() || hiding.lists.contains(list));
        for list in lists {
            let member = match &hiding.what {
                Hidden::Rows => Some((*list).to_owned()),
                Hidden::Ids => Some(format!("{list}.provider_id")),
                Hidden::Member(path) => path.iter().find_map(|name| {
                    let member = standard?.member_of(list, name)?;
                    Some(format!("{list}.{member}"))
                }),
            };
            let source = Some(format!("rule `{}` of the scenario", hiding.rule));
            let hidden = member.map(|member| Unknowable { member, because: Because::Bank, source, account_id: None });
            found.extend(hidden.filter(|one| !found.contains(one)));
        }
    }
    found
}

fn canonical(truth: Truth) -> Canonical {
    let balances = truth.balances.into_iter().flat_map(|(account_id, balances)| {
        balances.into_iter().map(move |balance| AccountBalance::of_bank(account_id.clone(), balance))
    });
    let mut canonical = Canonical {
        customers: truth.customers.into_iter().map(holder).collect(),
        accounts: truth.accounts.into_iter().map(Into::into).collect(),
        balances: balances.collect(),
        transactions: truth.transactions.into_iter().map(Entry::of_bank).collect(),
        payments: truth.payments.into_iter().map(order).collect(),
        ..Canonical::default()
    };
    state_effects(&mut canonical);
    canonical
}

fn holder(party: Party) -> Holder {
    let mut members = Members::none();
    members.say("emails", Given::Texts(party.emails));
    members.say("phones", Given::Texts(party.phones));
    members.say("addresses", Given::Objects(party.address.iter().map(address).collect()));
    Holder { id: party.id, kind: Some(party.kind), name: Some(party.name), members }
}

fn address(address: &Address) -> Members {
    let mut members = Members::none();
    members.say("lines", Given::Texts(address.lines.clone()));
    members.say_text("city", Some(address.city.as_str()));
    members.say_text("postcode", Some(address.postcode.as_str()));
    members.say_text("country", Some(address.country.as_str()));
    members
}

fn order(PaymentTruth { payment, earlier, idempotency_key }: PaymentTruth) -> Order {
    let mut members = Members::none();
    members.say("status_history", Given::Objects(earlier.into_iter().map(turn).collect()));
    members.say("final", Given::Flag(payment.status.is_final()));
    members.say_text("debtor_account_id", Some(payment.debtor_account_id));
    members.say_text("creditor_name", Some(payment.creditor_name));
    members.say_text("creditor_account", Some(payment.creditor_account.value));
    members.say_text("end_to_end_id", payment.end_to_end_id);
    members.say("remittance", Given::Texts(payment.reference.into_iter().collect()));
    if let Some(day) = payment.requested_date {
        members.say("requested_date", Given::Date(day));
    }
    members.say("created_at", Given::Instant(payment.created_at));
    members.say("updated_at", Given::Instant(payment.updated_at));
    Order {
        id: None,
        provider_id: Some(payment.id),
        idempotency_key: Some(idempotency_key),
        status: payment.status,
        amount: payment.amount.into(),
        reason: payment.reason,
        members,
    }
}

fn turn((status, since): (PaymentStatus, Instant)) -> Members {
    let mut members = Members::none();
    members.say_text("status", Some(payment_status_word(status)));
    members.say("at", Given::Instant(since));
    members
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(scenario: Option<&str>) -> Vec<String> {
        let scenario = scenario.map(|text| Scenario::compile("s.yaml", text).unwrap());
        let all = unknowable("generic", scenario.as_ref());
        all.into_iter().map(|one| format!("{} {}", one.because.word(), one.member)).collect()
    }

    #[test]
    fn a_dialect_and_a_scenario_hide_what_they_hide() {
        let plain = members(None);
        assert!(plain.contains(&"dialect transactions.check_number".to_owned()), "{plain:?}");
        assert!(!plain.iter().any(|one| one.ends_with("transactions.booking_date")));
        let text = "sandbox: 1\nname: s\nrules:\n  - {name: dateless, match: {op: transactions.list}, do: {patch: {/data/*/booked_on: ~}}}\n  - {name: gaps, match: {op: transactions.list}, do: {data: {drop: 1}}}\n";
        let hidden = members(Some(text));
        assert!(hidden.contains(&"bank transactions.booking_date".to_owned()));
        assert!(hidden.contains(&"bank transactions".to_owned()));
        assert!(unknowable("a-dialect-without-facts", None).is_empty());
    }
}
