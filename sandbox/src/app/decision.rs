//! The scenario's turn: what it is told about a call, what it decided, and the acts that come before anything else.
//!
//! Owns which facts of a call rules may ask about and how a decision gets into the journal. Knows no rule's reasons.

use jiff::Timestamp;

use super::record::Record;
use super::view::View;
use super::{FaultHeader, header_fault};
use crate::bank::{BankEvent, Fated, Subject};
use crate::clock;
use crate::dialect::CallFacts;
use crate::exchange::{Call, Reply};
use crate::fault::{Act, Plan};
use crate::scenario::Facts;
use crate::wire::Link;
use crate::world::{BankInstance, World};

/// Asks the scenario, once, and writes into the journal what it said and what is known of the call.
pub(super) fn decide(
    world: &World,
    call: &Call<'_>,
    bank: &BankInstance,
    fault_header: FaultHeader,
    record: &mut Record,
    link: &Link,
) -> (Plan, CallFacts) {
    let about = bank.dialect.facts(call);
    let claimed = match &call.access {
        Some(_) => None,
        None => bank.auth.claimed_client_id(call.request),
    };
    let client_id = call.access.as_ref().map(|access| access.client_id.as_str()).or(claimed.as_deref());
    let facts = Facts {
        operation: call.operation,
        request: call.request,
        access: call.access.as_deref(),
        client_id,
        call: &about,
        now: call.now,
        bank: &View { bank, access: call.access.as_deref(), now: call.now },
    };
    // What the client ordered for this very call stands in front of the file's rules, as `--fault` does.
    let ordered = match fault_header {
        FaultHeader::Obeyed => header_fault::ordered(world, &facts),
        FaultHeader::Ignored => None,
    };
    let mut plan = match ordered {
        None => world.engine().decide(&facts),
        Some(plan) if plan.is_ended() => plan,
        Some(plan) => plan.followed_by(world.engine().decide(&facts)),
    };
    record.hold(std::mem::take(&mut plan.tickets));
    if let Some(left) = world.agenda().maintenance(call.now) {
        plan.down(left);
    }
    let entry = record.entry();
    entry.decided_ns = clock::monotonic_ns();
    entry.operation = call.operation;
    entry.access = call.access.clone();
    (entry.account_id, entry.page) = (about.account.clone(), about.page);
    entry.idempotency_key = about.idempotency_key.clone();
    // What happened to the connection has happened to every call on it.
    entry.decisions = link.because().to_vec();
    entry.decisions.append(&mut plan.because);
    entry.client_id = claimed;
    (plan, about)
}

/// Changes what the bank knows, as the scenario ordered for this call. What it ordered for an order that this call is yet to
/// make is remembered until the call is over.
pub(super) fn act<'b>(bank: &'b BankInstance, acts: &[Act], call: &Call<'_>, about: &CallFacts) -> Vec<Fated<'b>> {
    let mut fates = Vec::new();
    if acts.is_empty() {
        return fates;
    }
    let (request, access, now) = (call.request, call.access.as_deref(), call.now);
    // At the authorization server a code or a token says which consent a call is about.
    let of_secret = || bank.auth.consent_of(request);
    let consent = access.and_then(|access| access.consent_id.clone()).or_else(of_secret);
    let consent = consent.as_deref();
    for act in acts {
        // What this call does not name, or what is gone already, cannot be changed: nothing to do.
        let _ = match (act, access, consent) {
            (Act::ExpireAccessToken, Some(access), _) => {
                bank.auth.expire_access_token(&access.token_id, now);
                Ok(())
            }
            (Act::EndConsent(end), _, Some(id)) => bank.turn_consent(id, *end, now),
            (Act::RotateKeys, ..) => {
                bank.auth.rotate_signing_key();
                Ok(())
            }
            (Act::ReplaceKeys, ..) => {
                bank.auth.replace_signing_key();
                Ok(())
            }
            (Act::Decide(outcome), ..) => {
                bank.auth.orders.give_for(request, *outcome);
                Ok(())
            }
            (Act::SetAccount(status), ..) => {
                about.account.as_ref().map_or(Ok(()), |id| bank.ledger.set_account(id, *status, now))
            }
            (Act::OverrulePayment(end), Some(access), _) if call.operation.moves_money() => {
                let key = about.idempotency_key.clone();
                fates.push(bank.ledger.destine(&access.client_id, key, end.into()));
                Ok(())
            }
            (Act::OverrulePayment(end), ..) => {
                about.payment_id.as_ref().map_or(Ok(()), |id| bank.ledger.overrule_payment(id, end.into(), now))
            }
            _ => Ok(()),
        };
    }
    fates
}

/// Tells that a client was given a token, if it was.
pub(super) fn issued(world: &World, bank: &BankInstance, reply: &Reply, now: Timestamp) {
    let Some(access) = &reply.issued else { return };
    let subject = Subject {
        client_id: Some(access.client_id.clone()),
        user: access.user.clone(),
        consent_id: access.consent_id.clone(),
        ..Subject::default()
    };
    world.emit(BankEvent::TokenIssued.name(), &bank.slug, subject, now);
}

/// Whom and what a call concerns, for the events that come about with it.
pub(super) fn subject(call: &Call<'_>, about: &CallFacts) -> Subject {
    let access = call.access.as_deref();
    Subject {
        client_id: access.map(|access| access.client_id.clone()),
        user: access.and_then(|access| access.user.clone()),
        consent_id: access.and_then(|access| access.consent_id.clone()),
        account_id: about.account.clone(),
        ..Subject::default()
    }
}
