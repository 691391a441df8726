//! Entries in the published contract, with what is inside them.

use bank_fixtures::canonical::{Entry, EntryMembers, Given, Members};
use bank_fixtures::record::{self, Instant};

use super::account::identifier;
use super::{effective, origin};
use crate::normalise::history::{History, Known};
use crate::normalise::model::{Counterparty, Direction, Fx, Merchant, Money, Reference, Scheme, Unit};
use crate::normalise::words::{self, word};

/// An entry among the others of its history.
pub(super) fn entry(known: &Known, history: &History) -> Entry {
    let entry = &known.entry;
    let mut own = Members::none();
    own.say_text("effective_status", Some(effective(known.effective)));
    own.say_text("direction", entry.direction.map(|way| word(words::DIRECTIONS, &way)));
    own.say_text("id_quality", Some(word(words::QUALITIES, &entry.quality)));
    own.say("aliases", Given::Texts(entry.aliases.clone()));
    own.say_text("provider_ref", entry.provider_ref.as_deref());
    own.say_text("creditor_id", entry.creditor_id.as_deref());
    own.say_text("check_number", entry.check_number.as_deref());
    own.say_text("proprietary_code", entry.proprietary_code.as_deref());
    own.say_text("local", entry.dates.local.as_deref());
    origin(&mut own, &entry.origin);
    for (name, at) in [("value_at", entry.dates.value_at), ("changed_at", known.changed_at.map(Instant::utc))] {
        if let Some(at) = at {
            own.say(name, Given::Instant(at));
        }
    }
    if let Some(day) = entry.dates.expected_date {
        own.say("expected_date", Given::Date(day));
    }
    if let Some(confidence) = entry.nature_confidence {
        own.say("nature_confidence", Given::Decimal(confidence.normalize()));
    }
    if let Some(reversed) = &known.reversed {
        own.say("reversed_amount", Given::Amount(reversed.clone()));
    }
    own.say("fees", Given::Objects(entry.fees.iter().cloned().map(fee).collect()));
    own.say("references", Given::Objects(entry.structured.iter().map(reference).collect()));
    if let Some(by) = &known.superseded_by {
        own.say_text("superseded_by", history.entries.get(by.to).map(|booked| booked.id.as_str()));
    }
    let (counterparty, counterparty_members) = entry.counterparty.as_ref().map_or((None, Members::none()), other);
    let (merchant, merchant_members) = entry.merchant.as_ref().map_or((None, Members::none()), acceptor);
    let mut links = Vec::new();
    let mut link_members = Vec::new();
    for link in &known.links {
        let Some(target) = history.entries.get(link.to) else { continue };
        let transaction_id = target.entry.provider_id.clone().unwrap_or_default();
        links.push(record::Link { relation: link.relation, transaction_id });
        let mut members = Members::none();
        members.say_text("transaction_id", Some(target.id.as_str()));
        members.say("confidence", Given::Decimal(link.confidence.normalize()));
        link_members.push(members);
    }
    let record = record::Transaction {
        id: entry.provider_id.clone(),
        account_id: history.account_id(&entry.account),
        status: entry.status,
        nature: entry.nature,
        kind: entry.kind,
        booking_date: entry.dates.booking_date,
        booking_at: entry.dates.booking_at,
        value_date: entry.dates.value_date,
        transaction_date: entry.dates.transaction_date,
        transaction_at: entry.dates.transaction_at,
        original_amount: entry.original_amount.clone(),
        fx: entry.fx.as_ref().map(|fx| conversion(fx, &entry.amount)),
        balance_after: entry.balance_after.clone(),
        counterparty,
        merchant,
        remittance: entry.unstructured.clone(),
        creditor_reference: entry.structured.first().map(|reference| reference.reference.clone()),
        end_to_end_id: entry.end_to_end_id.clone(),
        mandate_id: entry.mandate_id.clone(),
        bank_tx_code: <[String; 3]>::try_from(entry.bank_tx_code.clone()).ok(),
        links,
        amount: entry.amount.clone(),
    };
    let members = EntryMembers {
        own,
        counterparty: counterparty_members,
        merchant: merchant_members,
        fx: Members::none(),
        links: link_members,
    };
    Entry { id: Some(known.id.clone()), record, nature_stated: true, members }
}

fn fee(amount: Money) -> Members {
    let mut members = Members::none();
    members.say("amount", Given::Amount(amount));
    members
}

fn reference(reference: &Reference) -> Members {
    let mut members = Members::none();
    members.say_text("reference", Some(reference.reference.as_str()));
    members.say_text("type", reference.kind.as_deref());
    members.say_text("issuer", reference.issuer.as_deref());
    if let Some(checked) = reference.checked {
        members.say("checked", Given::Flag(checked));
    }
    members
}

fn conversion(fx: &Fx, amount: &Money) -> record::Fx<Unit> {
    let target = fx.target.clone().unwrap_or_else(|| amount.unit().clone());
    record::Fx { source: fx.source.clone(), target, rate: fx.rate }
}

fn other(party: &Counterparty) -> (Option<record::Counterparty>, Members) {
    let mut members = Members::none();
    members.say_text("role", Some(if party.role == Direction::Credit { "creditor" } else { "debtor" }));
    members.say_text("agent_bic", party.agent.as_deref());
    let mut accounts = party.identifiers.iter().filter(|one| !is_tax_number(one.scheme));
    let account = accounts.next().map(identifier);
    members.say("more_identifiers", Given::Texts(accounts.map(|one| one.value.clone()).collect()));
    let numbers = party.identifiers.iter().filter(|one| is_tax_number(one.scheme));
    members.say("id_numbers", Given::Texts(numbers.map(|one| one.value.clone()).collect()));
    let party = record::Counterparty { name: party.name.clone(), account };
    (Some(party).filter(|party| party.name.is_some() || party.account.is_some()), members)
}

fn is_tax_number(scheme: Scheme) -> bool {
    matches!(scheme, Scheme::Cpf | Scheme::Cnpj | Scheme::Abn | Scheme::Acn)
}

fn acceptor(merchant: &Merchant) -> (Option<record::Merchant>, Members) {
    let mut members = Members::none();
    members.say_text("merchant_id", merchant.id.as_deref());
    members.say_text("terminal_id", merchant.terminal.as_deref());
    let record = record::Merchant { name: merchant.name.clone(), mcc: merchant.mcc.clone(), city: None, country: None };
    (Some(record).filter(|merchant| merchant.name.is_some() || merchant.mcc.is_some()), members)
}
