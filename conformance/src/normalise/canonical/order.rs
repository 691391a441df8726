//! Payments and consents in the published contract.

use bank_fixtures::canonical::{Given, Members, Order};
use bank_fixtures::record::{PaymentReason, PaymentStatus};

use super::origin;
use crate::normalise::model::{Consent, Payment};
use crate::normalise::words::{self, word};

/// An order, if its amount is known.
pub(super) fn order(payment: &Payment) -> Option<Order> {
    let amount = payment.amount.clone()?;
    let mut members = Members::none();
    members.say("final", Given::Flag(payment.status.is_final()));
    members.say_text("money_moved", Some(word(words::MONEY_MOVED, &payment.money_moved)));
    members.say_text("frequency", payment.frequency.as_deref());
    if let Some(day) = payment.start_date {
        members.say("start_date", Given::Date(day));
    }
    members.say("status_history", Given::Objects(payment.history.iter().map(status).collect()));
    origin(&mut members, &payment.origin);
    Some(Order {
        id: None,
        provider_id: payment.provider_id.clone(),
        idempotency_key: None,
        status: payment.status,
        amount,
        reason: payment.reason_code.clone().map(|code| PaymentReason { code, text: None }),
        members,
    })
}

fn status(status: &PaymentStatus) -> Members {
    let mut members = Members::none();
    members.say_text("status", Some(word(words::PAYMENT_STATUSES, status)));
    members
}

pub(super) fn consent(consent: &Consent) -> Members {
    let mut members = Members::none();
    members.say_text("provider_id", consent.provider_id.as_deref());
    members.say_text("status", Some(word(words::CONSENT_STATUSES, &consent.status)));
    if let Some(recurring) = consent.recurring {
        members.say("recurring", Given::Flag(recurring));
    }
    if let Some(count) = consent.frequency_per_day {
        members.say("frequency_per_day", Given::Count(count));
    }
    if let Some(at) = consent.expires_at {
        members.say("expires_at", Given::Instant(at));
    }
    origin(&mut members, &consent.origin);
    members
}
