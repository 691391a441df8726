//! Payments and consents.

use bank_fixtures::record::{Consent, ConsentStatus, Instant, Payment, PaymentReason, PaymentStatus};
use jiff::Timestamp;

use super::account::{amount, identifier};
use super::words::{CONSENT_STATUSES, PAYMENT_STATUSES, SCOPES};
use crate::json::At;
use crate::normalise::fields::Fields;

pub(super) fn payment(fields: &mut Fields, at: &At<'_>) -> Option<Payment> {
    if !fields.is_object(at) {
        return None;
    }
    let mut id = |name| fields.required(at, name, "a string").and_then(|at| fields.id(&at));
    let (payment_id, debtor) = (id("id"), id("debtor_account_id"));
    let status = fields.required(at, "status", "a string").and_then(|at| fields.one_of(&at, PAYMENT_STATUSES));
    let creditor = fields.required(at, "creditor", "an object").filter(|at| fields.is_object(at));
    let creditor_name =
        creditor.as_ref().and_then(|at| fields.required(at, "name", "a string")).and_then(|at| fields.text(&at));
    let creditor_account = creditor
        .as_ref()
        .and_then(|at| fields.required(at, "account", "an object"))
        .and_then(|at| identifier(fields, &at));
    let ordered = fields.required(at, "amount", "an amount").and_then(|at| amount(fields, &at));
    let created = required_instant(fields, at, "created_at");
    let updated = required_instant(fields, at, "updated_at");
    let payment = Payment {
        reference: fields.optional(at, "reference").and_then(|at| fields.text(&at)),
        end_to_end_id: fields.optional(at, "end_to_end_id").and_then(|at| fields.id(&at)),
        requested_date: fields.optional(at, "requested_on").and_then(|at| fields.date(&at)),
        reason: fields.optional(at, "reason").and_then(|at| reason(fields, &at)),
        status: status.unwrap_or(PaymentStatus::Unknown),
        id: payment_id?,
        debtor_account_id: debtor?,
        creditor_name: creditor_name?,
        creditor_account: creditor_account?,
        amount: ordered?,
        created_at: created?,
        updated_at: updated?,
    };
    Some(payment)
}

fn reason(fields: &mut Fields, at: &At<'_>) -> Option<PaymentReason> {
    let code = fields.required(at, "code", "a string").and_then(|at| fields.id(&at));
    let text = fields.optional(at, "text").and_then(|at| fields.text(&at));
    Some(PaymentReason { code: code?, text })
}

pub(super) fn consent(fields: &mut Fields, at: &At<'_>) -> Option<Consent> {
    if !fields.is_object(at) {
        return None;
    }
    let id = fields.required(at, "id", "a string").and_then(|at| fields.id(&at));
    let status = fields.required(at, "status", "a string").and_then(|at| fields.one_of(&at, CONSENT_STATUSES));
    let scopes_at = fields.required(at, "scopes", "an array");
    let scope_items: Vec<At<'_>> = scopes_at.map(|at| fields.list(&at).collect()).unwrap_or_default();
    let account_ids = fields.optional(at, "account_ids").map(|at| fields.texts(&at)).unwrap_or_default();
    let created = required_instant(fields, at, "created_at");
    let consent = Consent {
        scopes: scope_items.iter().filter_map(|item| fields.one_of(item, SCOPES).flatten()).collect(),
        expires_at: fields.optional(at, "expires_at").and_then(|at| fields.instant(&at)),
        status: status.unwrap_or(ConsentStatus::Unknown),
        account_ids,
        id: id?,
        created_at: created.unwrap_or(Instant::utc(Timestamp::UNIX_EPOCH)),
    };
    created.map(|_| consent)
}

fn required_instant(fields: &mut Fields, at: &At<'_>, name: &str) -> Option<Instant> {
    fields.required(at, name, "an instant").and_then(|at| fields.instant(&at))
}
