//! The terms the bank offers for an order: until when, on which day, at which charge and which rate.
//!
//! Owns what is told in a consent and held to in its order. The numbers are the bank file's.

use bank_fixtures::currency::Currency;
use bank_fixtures::money::Amount;
use bank_fixtures::record::Account;
use jiff::Timestamp;
use rust_decimal::Decimal;

use super::error::{Code, Refused};
use super::family::{Family, Reach, Timing};
use super::json::{Json, object};
use super::visit::Visit;
use super::{rules, shape, value, wish};
use crate::bank::{Exchange, PaymentTerms, SecondHolder};
use crate::profile::{AfterCutOff, PaymentPolicy, Rail, exchanged_at};

/// What a consent tells besides what was asked, kept with it.
pub(super) fn offered(visit: &Visit<'_>, family: &Family, initiation: &Json, debtor: Option<&Account>) -> Json {
    let currency = debtor.and_then(|account| account.currency).unwrap_or(Currency::GBP);
    let rail = wish::rail(family, initiation);
    let zone = visit.bank.ledger.book().zone();
    let cut_off = policy(visit).cut_off(rail, visit.call.now, zone).filter(|_| family.timing != Timing::Standing);
    object! {
        "CutOffDateTime": cut_off.map(|at| value::instant(visit.stated(at))),
        "ExpectedExecutionDateTime": expected(visit, family, initiation).map(|(at, _)| value::instant(visit.stated(at))),
        "ExpectedSettlementDateTime": expected(visit, family, initiation).map(|(_, at)| value::instant(visit.stated(at))),
        "Charges": charges(visit, family, initiation, currency),
        "ExchangeRateInformation": rate_told(visit, family, initiation, currency),
    }
}

/// The terms an order is taken at, and what of it is told.
///
/// # Errors
/// It comes after its cut-off, or the rate it was promised is over.
pub(super) fn taken(
    visit: &Visit<'_>,
    family: &Family,
    (initiation, offer): (&Json, &Json),
    debtor: &Account,
) -> Result<(PaymentTerms, Json), Refused> {
    let now = visit.call.now;
    let promised = |name: &str| offer.text(&[name]).and_then(shape::instant);
    if promised("CutOffDateTime").is_some_and(|at| now > at) && policy(visit).after_cut_off == AfterCutOff::Refused {
        let message = "the order came after the consent's CutOffDateTime: ask for a new consent";
        return Err(Refused::mistake(Code::AfterCutOff, "Data.ConsentId", message));
    }
    let wanted = initiation.text(&["ExchangeRateInformation", "RateType"]);
    let rate_until = offer.text(&["ExchangeRateInformation", "ExpirationDateTime"]).and_then(shape::instant);
    if wanted == Some("Actual") && rate_until.is_some_and(|until| now > until) {
        let message = "the rate the consent told has expired: ask for a new consent";
        return Err(Refused::mistake(Code::Invalid, "Data.Initiation.ExchangeRateInformation", message));
    }
    let currency = debtor.currency.unwrap_or(Currency::GBP);
    let terms = of(visit, family, initiation, debtor);
    let expected = expected(visit, family, initiation);
    let told = object! {
        "ExpectedExecutionDateTime": expected.map(|(at, _)| value::instant(visit.stated(at))),
        "ExpectedSettlementDateTime": expected.map(|(_, at)| value::instant(visit.stated(at))),
        "Charges": charges(visit, family, initiation, currency),
        "ExchangeRateInformation": rate_told(visit, family, initiation, currency),
    };
    Ok((terms, told))
}

/// The terms of an order by themselves, whenever it comes.
pub(super) fn of(visit: &Visit<'_>, family: &Family, initiation: &Json, debtor: &Account) -> PaymentTerms {
    let (now, currency) = (visit.call.now, debtor.currency.unwrap_or(Currency::GBP));
    let rail = wish::rail(family, initiation);
    let zone = visit.bank.ledger.book().zone();
    let today = now.to_zoned(zone.clone()).date();
    let next = policy(visit).day_of(rail, now, zone);
    let opening = visit.bank.ledger.starts_on(next);
    let charge = charge(visit, family, initiation).map(|value| Amount::new(value, currency));
    PaymentTerms {
        exchange: exchange(visit, family, initiation, currency),
        charge,
        not_before: (next > today && family.timing == Timing::Now).then_some(opening),
        recurrence: if family.timing == Timing::Standing { wish::recurrence(visit, family, initiation) } else { None },
        second: None,
        key_kept_elsewhere: true,
    }
}

/// The agreement an order has to wait for, of a consent that one account holder has agreed to.
pub(super) fn second_holder(visit: &Visit<'_>, consent_id: &str, paper: &Json) -> SecondHolder {
    let asked = paper.text(&["Data", "Authorisation", "CompletionDateTime"]).and_then(shape::instant);
    let longest = visit.call.now.saturating_add(policy(visit).second_holder_within).unwrap_or(Timestamp::MAX);
    SecondHolder { consent_id: consent_id.to_owned(), until: asked.map_or(longest, |asked| asked.min(longest)) }
}

fn policy<'a>(visit: &Visit<'a>) -> &'a PaymentPolicy {
    &visit.bank.profile.payments
}

/// When the bank expects to carry an order out, and when it expects to be done.
fn expected(visit: &Visit<'_>, family: &Family, initiation: &Json) -> Option<(Timestamp, Timestamp)> {
    let (now, zone) = (visit.call.now, visit.bank.ledger.book().zone());
    let start = match family.timing {
        Timing::Now => {
            let next = policy(visit).day_of(wish::rail(family, initiation), now, zone);
            if next > now.to_zoned(zone.clone()).date() { visit.bank.ledger.starts_on(next) } else { now }
        }
        Timing::Later => visit.bank.ledger.starts_on(wish::day(visit, initiation, "RequestedExecutionDateTime")?),
        Timing::Standing | Timing::File => return None,
    };
    let settled = start.saturating_add(visit.bank.profile.settlement.booked_after).unwrap_or(Timestamp::MAX);
    Some((start, settled))
}

/// What the payer is charged for an order.
fn charge(visit: &Visit<'_>, family: &Family, initiation: &Json) -> Option<Decimal> {
    let borne = initiation.text(&["ChargeBearer"]) != Some("BorneByCreditor");
    let rail = wish::rail(family, initiation);
    policy(visit).charge(rail).filter(|_| borne && matches!(family.timing, Timing::Now | Timing::Later))
}

fn charges(visit: &Visit<'_>, family: &Family, initiation: &Json, currency: Currency) -> Option<Vec<Json>> {
    let charge = charge(visit, family, initiation)?;
    let (bearer, kind) = match wish::rail(family, initiation) {
        Rail::International => (initiation.text(&["ChargeBearer"]).unwrap_or("Shared"), "UK.SBOX.InternationalOut"),
        Rail::SameDay => ("BorneByDebtor", "UK.OBIE.CHAPSOut"),
        Rail::Instant | Rail::Batch => ("BorneByDebtor", "UK.OBIE.MoneyTransferOut"),
    };
    let amount = value::amount(Amount::new(charge, currency));
    Some(vec![object! { "ChargeBearer": bearer, "Type": kind, "Amount": amount }])
}

/// The rate of an order: units of the other currency for one unit of the first, and both.
fn rate(visit: &Visit<'_>, initiation: &Json, account: Currency) -> Option<(Currency, Currency, Decimal)> {
    let transfer: Currency = initiation.text(&["CurrencyOfTransfer"])?.parse().ok()?;
    let wanted = initiation.get("ExchangeRateInformation");
    let unit = wanted.and_then(|wanted| wanted.text(&["UnitCurrency"])).and_then(|code| code.parse().ok());
    let unit = unit.unwrap_or(account);
    let other = if unit == transfer { account } else { transfer };
    let agreed = wanted.and_then(|wanted| wanted.get("ExchangeRate")).and_then(rules::decimal);
    let rate = agreed.or_else(|| policy(visit).rate(unit, other))?;
    Some((unit, other, rate))
}

fn rate_told(visit: &Visit<'_>, family: &Family, initiation: &Json, account: Currency) -> Option<Json> {
    if family.reach == Reach::Domestic || family.timing == Timing::Standing {
        return None;
    }
    let (unit, other, rate) = rate(visit, initiation, account)?;
    let wanted = initiation.get("ExchangeRateInformation");
    if unit == other && wanted.is_none() {
        return None;
    }
    let kind = wanted.and_then(|wanted| wanted.text(&["RateType"])).unwrap_or("Actual");
    let until = visit.call.now.saturating_add(policy(visit).rate_holds).unwrap_or(Timestamp::MAX);
    Some(object! {
        "UnitCurrency": unit.code(),
        "ExchangeRate": number(rate),
        "RateType": kind,
        "ContractIdentification": wanted.and_then(|wanted| wanted.text(&["ContractIdentification"])),
        "ExpirationDateTime": (kind != "Agreed").then(|| value::instant(visit.stated(until))),
    })
}

/// How the amount of an order is paid out of an account, if more than one currency is in it.
fn exchange(visit: &Visit<'_>, family: &Family, initiation: &Json, account: Currency) -> Option<Exchange> {
    if family.reach == Reach::Domestic || family.timing == Timing::Standing {
        return None;
    }
    let amount = wish::amount(family, initiation)?;
    let transfer: Currency = initiation.text(&["CurrencyOfTransfer"])?.parse().ok()?;
    if amount.currency() == account && transfer == account {
        return None;
    }
    let (unit, _, told) = rate(visit, initiation, account)?;
    // Units of the account's currency for one unit of the currency that is sent.
    let inward = if unit == transfer { told } else { Decimal::ONE.checked_div(told)?.round_dp(10) };
    let debited = match amount.currency() {
        currency if currency == account => amount,
        currency if currency == transfer => exchanged_at(amount, inward, account)?,
        _ => policy(visit).exchanged(amount, account)?,
    };
    let transferred = match amount.currency() {
        currency if currency == transfer => amount,
        _ => exchanged_at(debited, Decimal::ONE.checked_div(inward)?, transfer)?,
    };
    Some(Exchange { debited, transferred, rate: inward })
}

/// A decimal as a number of JSON.
pub(super) fn number(value: Decimal) -> Option<Json> {
    serde_json::from_str::<serde_json::Number>(&value.normalize().to_string()).ok().map(Json::Number)
}
