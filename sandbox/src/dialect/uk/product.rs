//! The terms of an account, and what the bank offers its holder.

use bank_fixtures::record::AccountKind;
use bank_fixtures::servicing::{Offer, OfferKind, Product, Segment};

use super::error::{Refused, clipped};
use super::json::{Json, object};
use super::permission::Permission as P;
use super::value;
use super::visit::{Reading, Visit, each};
use crate::exchange::Reply;

pub(super) fn products(visit: &Visit<'_>) -> Result<Reply, Refused> {
    each(visit, &[P::ReadProducts], "Product", |granted, id| granted.product(id).map(|product| vec![product]), product)
}

pub(super) fn offers(visit: &Visit<'_>) -> Result<Reply, Refused> {
    each(visit, &[P::ReadOffers], "Offer", |granted, id| granted.offers(id), offer)
}

fn product(_: &Visit<'_>, _: &Reading<'_>, product: &Product) -> Json {
    let kind = match (product.kind, product.segment) {
        (AccountKind::Current, Segment::Personal) => "PersonalCurrentAccount",
        (AccountKind::Current, Segment::Business) => "BusinessCurrentAccount",
        (AccountKind::Card, Segment::Business) => "CommercialCreditCard",
        (AccountKind::Loan, Segment::Business) => "SMELoan",
        _ => "Other",
    };
    let other = (kind == "Other").then(|| {
        object! {
            "Name": clipped(&product.name, 350),
            "Description": description(product),
        }
    });
    object! {
        "ProductName": clipped(&product.name, 350),
        "ProductId": clipped(&product.id, 40),
        "AccountId": product.account_id.as_str(),
        "ProductType": kind,
        "OtherProductType": other,
    }
}

/// The terms in a sentence: kinds of product the standard has no model for are described in words.
fn description(product: &Product) -> String {
    let kind = match product.kind {
        AccountKind::Current => "current account",
        AccountKind::Savings => "savings account",
        AccountKind::Card => "credit card",
        AccountKind::Loan => "loan",
        AccountKind::Mortgage => "mortgage",
        AccountKind::Prepaid => "prepaid card",
        AccountKind::Other => "account",
    };
    let mut parts = vec![format!("{} {kind} in {}", product.name, product.currency.code())];
    parts.extend(product.credit_interest.iter().map(|tier| {
        format!("{} % a year from {} {}", value::rate(tier.rate), tier.from.text(), product.currency.code())
    }));
    parts.extend(product.debit_rate.map(|rate| format!("{} % a year on what is owed", value::rate(rate))));
    clipped(&parts.join("; "), 350)
}

fn offer(_: &Visit<'_>, _: &Reading<'_>, offer: &Offer) -> Json {
    let kind = match offer.kind {
        OfferKind::BalanceTransfer => "BalanceTransfer",
        OfferKind::MoneyTransfer => "MoneyTransfer",
        OfferKind::LimitIncrease => "LimitIncrease",
        OfferKind::PromotionalRate => "PromotionalRate",
    };
    object! {
        "AccountId": offer.account_id.as_str(),
        "OfferId": clipped(&offer.id, 40),
        "OfferType": kind,
        "Description": clipped(&offer.description, 500),
        "StartDateTime": value::instant(offer.starts_at),
        "EndDateTime": value::instant(offer.ends_at),
        "Rate": offer.rate.map(value::rate),
        "Term": offer.term_months.map(|months| format!("{months} months")),
        "Amount": offer.amount.map(value::amount),
        "Fee": offer.fee.map(value::amount),
    }
}
