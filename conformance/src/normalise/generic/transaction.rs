//! Entries of accounts.

use bank_fixtures::record::{Counterparty, Fx, Link, Merchant, Nature, Transaction, TransactionStatus};

use super::account::{amount, identifier};
use super::words::{NATURES, RELATIONS, TRANSACTION_KINDS, TRANSACTION_STATUSES};
use crate::json::At;
use crate::normalise::WarningCode;
use crate::normalise::fields::Fields;

pub(super) fn transaction(fields: &mut Fields, at: &At<'_>, account_id: &str) -> Option<Transaction> {
    if !fields.is_object(at) {
        return None;
    }
    let id = fields.required(at, "id", "a string").and_then(|at| fields.id(&at));
    let status = fields.required(at, "status", "a string").and_then(|at| fields.one_of(&at, TRANSACTION_STATUSES));
    let moved = fields.required(at, "amount", "an amount").and_then(|at| amount(fields, &at));
    let booking_date = fields.optional(at, "booked_on").and_then(|at| fields.date(&at));
    let nature = fields.optional(at, "nature").and_then(|at| fields.one_of(&at, NATURES));
    if status == Some(TransactionStatus::Booked) && at.member("booked_on").is_none() {
        fields.warn(WarningCode::NoDate, at, "a booked entry without `booked_on`");
    }
    let mut read_amount = |name| fields.optional(at, name).and_then(|at| amount(fields, &at));
    let (original_amount, balance_after) = (read_amount("original_amount"), read_amount("balance_after"));
    let record = Transaction {
        id,
        account_id: account_id.to_owned(),
        nature: nature.unwrap_or(Nature::Original),
        kind: fields.optional(at, "type").and_then(|at| fields.one_of(&at, TRANSACTION_KINDS)),
        booking_date,
        booking_at: fields.optional(at, "booked_at").and_then(|at| fields.instant(&at)),
        value_date: fields.optional(at, "value_on").and_then(|at| fields.date(&at)),
        transaction_date: fields.optional(at, "occurred_on").and_then(|at| fields.date(&at)),
        transaction_at: fields.optional(at, "occurred_at").and_then(|at| fields.instant(&at)),
        original_amount,
        fx: fields.optional(at, "exchange_rate").and_then(|at| rate(fields, &at)),
        balance_after,
        counterparty: fields.optional(at, "counterparty").and_then(|at| counterparty(fields, &at)),
        merchant: fields.optional(at, "merchant").and_then(|at| merchant(fields, &at)),
        remittance: fields.optional(at, "description").map(|at| fields.texts(&at)).unwrap_or_default(),
        creditor_reference: fields.optional(at, "creditor_reference").and_then(|at| fields.text(&at)),
        end_to_end_id: fields.optional(at, "end_to_end_id").and_then(|at| fields.id(&at)),
        mandate_id: fields.optional(at, "mandate_id").and_then(|at| fields.id(&at)),
        bank_tx_code: fields.optional(at, "bank_transaction_code").and_then(|at| bank_tx_code(fields, &at)),
        links: fields.optional(at, "related").map(|at| related(fields, &at)).unwrap_or_default(),
        status: status?,
        amount: moved?,
    };
    warn_of_contradictions(fields, at, &record);
    Some(record)
}

/// Deviations that need two fields of one entry.
fn warn_of_contradictions(fields: &mut Fields, at: &At<'_>, record: &Transaction) {
    if let Some(original) = record.original_amount
        && original.value().is_sign_negative() != record.amount.value().is_sign_negative()
        && !original.value().is_zero()
        && !record.amount.value().is_zero()
    {
        fields.warn(WarningCode::FxInconsistent, at, "amount and original amount have opposite signs");
    }
    if let (Some(original), Some(fx)) = (record.original_amount, &record.fx)
        && (fx.source != original.currency() || fx.target != record.amount.currency())
    {
        fields.warn(WarningCode::FxInconsistent, at, "the rate is not between the currencies of the two amounts");
    }
    if let Some(after) = record.balance_after
        && after.currency() != record.amount.currency()
    {
        fields.warn(WarningCode::BalanceMismatch, at, "the balance after it is in another currency");
    }
    if let (Some(last), Some(booked)) = (record.amount.currency().withdrawn_after(), record.booking_date)
        && booked.year() > last
    {
        let message = format!("{} was withdrawn after {last}", record.amount.currency());
        fields.warn(WarningCode::CurrencyWithdrawn, at, message);
    }
}

fn rate(fields: &mut Fields, at: &At<'_>) -> Option<Fx> {
    let source = fields.required(at, "from", "an ISO 4217 code").and_then(|at| fields.currency(&at));
    let target = fields.required(at, "to", "an ISO 4217 code").and_then(|at| fields.currency(&at));
    let rate = fields.required(at, "rate", "a decimal string").and_then(|at| fields.decimal(&at));
    Some(Fx { source: source?, target: target?, rate: rate? })
}

fn counterparty(fields: &mut Fields, at: &At<'_>) -> Option<Counterparty> {
    fields.is_object(at).then(|| Counterparty {
        name: fields.optional(at, "name").and_then(|at| fields.text(&at)),
        account: fields.optional(at, "account").and_then(|at| identifier(fields, &at)),
    })
}

fn merchant(fields: &mut Fields, at: &At<'_>) -> Option<Merchant> {
    if !fields.is_object(at) {
        return None;
    }
    let mcc = fields.optional(at, "mcc").and_then(|at| {
        let code = fields.id(&at)?;
        let is_code = code.len() == 4 && code.bytes().all(|byte| byte.is_ascii_digit());
        if !is_code {
            fields.warn(WarningCode::Schema, &at, format!("`{code}` is not a four-digit category code (ISO 18245)"));
        }
        is_code.then_some(code)
    });
    let mut part = |name| fields.optional(at, name).and_then(|at| fields.text(&at));
    Some(Merchant { name: part("name"), city: part("city"), country: part("country"), mcc })
}

fn bank_tx_code(fields: &mut Fields, at: &At<'_>) -> Option<[String; 3]> {
    let text = fields.text(at)?;
    let parts: Vec<&str> = text.split('-').collect();
    match parts.as_slice() {
        [domain, family, sub_family] => Some([domain, family, sub_family].map(|part| (*part).to_owned())),
        _ => {
            fields.warn(WarningCode::Schema, at, format!("`{text}` is not domain-family-subfamily (ISO 20022)"));
            None
        }
    }
}

fn related(fields: &mut Fields, at: &At<'_>) -> Vec<Link> {
    let mut links = Vec::new();
    for item in fields.list(at) {
        let relation = fields.required(&item, "relation", "a string").and_then(|at| fields.one_of(&at, RELATIONS));
        let id = fields.required(&item, "transaction_id", "a string").and_then(|at| fields.id(&at));
        if let (Some(relation), Some(transaction_id)) = (relation, id) {
            links.push(Link { relation, transaction_id });
        }
    }
    links
}
