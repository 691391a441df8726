//! Whom an account pays and when: beneficiaries, direct debits, standing orders, scheduled payments.

use bank_fixtures::servicing::{
    ArrangementStatus, Beneficiary, Due, Frequency, FrequencyDay, Mandate, ScheduledPayment, StandingOrder,
};

use super::error::{Refused, clipped};
use super::json::{Json, object};
use super::permission::Permission as P;
use super::version::{Era, Version};
use super::visit::{Reading, Visit, each};
use super::{payment, value};
use crate::exchange::Reply;

pub(super) fn beneficiaries(visit: &Visit<'_>) -> Result<Reply, Refused> {
    let any = &[P::ReadBeneficiariesBasic, P::ReadBeneficiariesDetail];
    each(visit, any, "Beneficiary", |granted, id| granted.beneficiaries(id), beneficiary)
}

pub(super) fn direct_debits(visit: &Visit<'_>) -> Result<Reply, Refused> {
    each(visit, &[P::ReadDirectDebits], "DirectDebit", |granted, id| granted.mandates(id), direct_debit)
}

pub(super) fn standing_orders(visit: &Visit<'_>) -> Result<Reply, Refused> {
    let any = &[P::ReadStandingOrdersBasic, P::ReadStandingOrdersDetail];
    each(visit, any, "StandingOrder", |granted, id| granted.standing_orders(id), standing_order)
}

pub(super) fn scheduled(visit: &Visit<'_>) -> Result<Reply, Refused> {
    let any = &[P::ReadScheduledPaymentsBasic, P::ReadScheduledPaymentsDetail];
    each(visit, any, "ScheduledPayment", |granted, id| granted.scheduled_payments(id), scheduled_payment)
}

fn beneficiary(_: &Visit<'_>, reading: &Reading<'_>, payee: &Beneficiary) -> Json {
    let detail = reading.has(P::ReadBeneficiariesDetail);
    let agent = payee.agent_bic.as_deref().filter(|_| detail).map(value::agent);
    object! {
        "AccountId": payee.account_id.as_str(),
        "BeneficiaryId": payee.id.as_str(),
        "BeneficiaryType": if payee.trusted { "Trusted" } else { "Ordinary" },
        "Reference": payee.reference.as_deref().map(|reference| clipped(reference, 35)),
        "CreditorAgent": agent,
        "CreditorAccount": detail.then(|| value::account(&payee.account, Some(&clipped(&payee.name, 350)))),
    }
}

fn direct_debit(visit: &Visit<'_>, _: &Reading<'_>, mandate: &Mandate) -> Json {
    let version = visit.version;
    let id = clipped(&mandate.mandate_id, 35);
    let previous = mandate.previous.as_ref();
    let row = object! {
        "AccountId": mandate.account_id.as_str(),
        "DirectDebitId": mandate.id.as_str(),
        "MandateIdentification": (version.era == Era::Three).then_some(id.as_str()),
        "DirectDebitStatusCode": status(version, mandate.status),
        "Name": clipped(mandate.creditor.name.as_deref().unwrap_or("Unknown"), 70),
        "PreviousPaymentDateTime": previous.map(|due| value::instant(due.at)),
        "PreviousPaymentAmount": previous.and_then(|due| due.amount).map(value::amount),
    };
    match version.era {
        Era::Three => row.with("Frequency", interval(mandate.frequency)),
        Era::Four => {
            let next = mandate.next.as_ref().map(|due| value::instant(due.at));
            let related = object! {
                "MandateIdentification": id,
                "Classification": "VARI",
                "RecurringPaymentDateTime": next,
                "Frequency": frequency(mandate.frequency),
            };
            row.with("MandateRelatedInformation", related)
        }
    }
}

fn standing_order(visit: &Visit<'_>, reading: &Reading<'_>, order: &StandingOrder) -> Json {
    let version = visit.version;
    let three = version.era == Era::Three;
    let at = |due: &Option<Due>| due.as_ref().map(|due| value::instant(due.at));
    let amount = |due: &Option<Due>| due.as_ref().and_then(|due| due.amount).map(value::amount);
    let account = reading.has(P::ReadStandingOrdersDetail).then(|| value::counterparty(&order.creditor)).flatten();
    let reference = order.reference.as_deref();
    let ordered = ordered(visit, &order.id);
    let as_ordered = ordered.at(&["MandateRelatedInformation", "Frequency"]).cloned();
    let related = object! {
        "FirstPaymentDateTime": at(&order.first),
        "RecurringPaymentDateTime": at(&order.next),
        "FinalPaymentDateTime": at(&order.last),
        "Frequency": as_ordered.unwrap_or_else(|| frequency(order.frequency)),
    };
    let text = reference.map(|reference| object! { "Unstructured": vec![clipped(reference, 140)] });
    object! {
        "AccountId": order.account_id.as_str(),
        "StandingOrderId": order.id.as_str(),
        "Frequency": three.then(|| ordered.text(&["Frequency"]).map_or_else(|| pattern(order.frequency), str::to_owned)),
        "Reference": reference.filter(|_| three).map(|reference| clipped(reference, 35)),
        "FirstPaymentDateTime": at(&order.first).filter(|_| three),
        "NextPaymentDateTime": at(&order.next),
        "LastPaymentDateTime": at(&order.previous),
        "FinalPaymentDateTime": at(&order.last).filter(|_| three),
        "NumberOfPayments": order.count.map(|count| count.to_string()),
        "StandingOrderStatusCode": status(version, order.status),
        "FirstPaymentAmount": amount(&order.first),
        "NextPaymentAmount": amount(&order.next),
        "LastPaymentAmount": amount(&order.previous),
        "FinalPaymentAmount": amount(&order.last),
        "CreditorAccount": account,
        "MandateRelatedInformation": (!three).then_some(related),
        "RemittanceInformation": text.filter(|_| !three),
    }
}

/// What a client ordered that became this standing order; nothing of one that was always there.
fn ordered(visit: &Visit<'_>, id: &str) -> Json {
    let consent = payment::paper(visit, id).ok().and_then(|paper| paper.text(&["ConsentId"]).map(str::to_owned));
    let consent = consent.and_then(|id| payment::paper(visit, &id).ok());
    consent.and_then(|consent| consent.at(&["Data", "Initiation"]).cloned()).unwrap_or(Json::Null)
}

fn scheduled_payment(_: &Visit<'_>, reading: &Reading<'_>, payment: &ScheduledPayment) -> Json {
    let detail = reading.has(P::ReadScheduledPaymentsDetail);
    object! {
        "AccountId": payment.account_id.as_str(),
        "ScheduledPaymentId": payment.id.as_str(),
        "ScheduledPaymentDateTime": value::instant(payment.at),
        "ScheduledType": "Execution",
        "Reference": payment.reference.as_deref().map(|reference| clipped(reference, 35)),
        "InstructedAmount": value::amount(payment.amount),
        "CreditorAccount": detail.then(|| value::counterparty(&payment.creditor)).flatten(),
    }
}

fn status(version: &Version, status: ArrangementStatus) -> &'static str {
    version.word(match status {
        ArrangementStatus::Active => ("Active", "ACTV"),
        ArrangementStatus::Inactive => ("Inactive", "EXPI"),
    })
}

/// How often, in the words 3.1 has for direct debits.
fn interval(frequency: Frequency) -> &'static str {
    match frequency.every_months {
        1 => "UK.OBIE.Monthly",
        3 => "UK.OBIE.Quarterly",
        6 => "UK.OBIE.HalfYearly",
        12 => "UK.OBIE.Annual",
        _ => "UK.OBIE.NotKnown",
    }
}

/// How often and on which day, in the pattern 3.1 has for standing orders.
fn pattern(frequency: Frequency) -> String {
    let months = frequency.every_months;
    if !matches!(months, 1..=6 | 12 | 24) {
        return "NotKnown".to_owned();
    }
    match frequency.day {
        FrequencyDay::OfMonth(day) => format!("IntrvlMnthDay:{months:02}:{:02}", day.clamp(1, 31)),
        FrequencyDay::LastBusinessDay => format!("IntrvlMnthDay:{months:02}:-01"),
    }
}

/// How often and on which day, in the code and number version 4 has.
fn frequency(frequency: Frequency) -> Json {
    let kind = match frequency.every_months {
        1 => "MNTH",
        3 => "QURT",
        6 => "MIAN",
        12 => "YEAR",
        _ => "ADHO",
    };
    let day = match frequency.day {
        FrequencyDay::OfMonth(day) => Some(format!("{day:02}")),
        FrequencyDay::LastBusinessDay => None,
    };
    object! { "Type": kind, "PointInTime": day }
}
