//! What an order asks of the bank, read out of its `Initiation`.
//!
//! Owns the way from the standard's members to amounts, accounts, days and rhythms. Whether the bank does what is asked is
//! `rules`' business and the ledger's.

use bank_fixtures::identifier::{Iban, SortCodeAccount};
use bank_fixtures::money::Amount;
use bank_fixtures::record::{AccountIdentifier, IdentifierScheme};
use jiff::civil::Date;

use super::family::{Family, Reach, Timing};
use super::json::Json;
use super::shape::instant;
use super::version::Era;
use super::visit::Visit;
use super::{frequency, value};
use crate::bank::{NewPayment, Recurrence};
use crate::profile::Rail;

/// Names of the members that carry amounts, the first of them always there.
pub(super) fn amounts(family: &Family) -> &'static [&'static str] {
    match (family.timing, family.reach) {
        (Timing::Standing, Reach::Domestic) => &["FirstPaymentAmount", "RecurringPaymentAmount", "FinalPaymentAmount"],
        (Timing::File, _) => &[],
        _ => &["InstructedAmount"],
    }
}

/// The amount of a member, and whether its currency has that many decimals.
pub(super) fn money(initiation: &Json, name: &str) -> Option<(Amount, bool)> {
    let currency = initiation.text(&[name, "Currency"])?.parse().ok()?;
    let amount = Amount::parse(initiation.text(&[name, "Amount"])?, currency).ok()?;
    let exact = amount.money().ok();
    Some((exact.map_or(amount, Amount::from), exact.is_some()))
}

/// The amount an order is for: of a standing order, that of its first payment.
pub(super) fn amount(family: &Family, initiation: &Json) -> Option<Amount> {
    amounts(family).first().and_then(|name| money(initiation, name)).map(|(amount, _)| amount)
}

/// An account of an order; `None` if it is not named or is no number of its scheme.
pub(super) fn account(initiation: &Json, name: &str) -> Option<AccountIdentifier> {
    let scheme = value::scheme_named(initiation.text(&[name, "SchemeName"])?)?;
    let text = initiation.text(&[name, "Identification"])?;
    let value = match scheme {
        IdentifierScheme::Iban => text.parse::<Iban>().ok()?.as_str().to_owned(),
        IdentifierScheme::SortCodeAccount => text.parse::<SortCodeAccount>().ok()?.to_string(),
        _ => text.to_owned(),
    };
    Some(AccountIdentifier { scheme, value })
}

/// The text for the creditor: a reference in 3.1, the first line in version 4.
pub(super) fn reference(initiation: &Json) -> Option<String> {
    let of_standing = initiation.text(&["Reference"]);
    let in_remittance = || {
        let remittance = initiation.get("RemittanceInformation")?;
        let line = remittance.get("Unstructured").map(Json::items).and_then(|lines| lines.first()?.text(&[]));
        let structured = remittance.get("Structured").map(Json::items).and_then(<[Json]>::first);
        let structured = structured.and_then(|part| part.text(&["CreditorReferenceInformation", "Reference"]));
        remittance.text(&["Reference"]).or_else(|| remittance.text(&["Unstructured"])).or(line).or(structured)
    };
    of_standing.or_else(in_remittance).map(str::to_owned)
}

/// A day of an order, where the bank is.
pub(super) fn day(visit: &Visit<'_>, part: &Json, name: &str) -> Option<Date> {
    let at = instant(part.text(&[name])?)?;
    Some(at.to_zoned(visit.bank.ledger.book().zone().clone()).date())
}

/// The part of a standing order that says when it pays.
pub(super) fn timetable<'a>(visit: &Visit<'_>, initiation: &'a Json) -> &'a Json {
    match visit.version.era {
        Era::Three => initiation,
        Era::Four => initiation.get("MandateRelatedInformation").unwrap_or(&Json::Null),
    }
}

/// Day of the first payment of a standing order; without one it begins today.
pub(super) fn first_day(visit: &Visit<'_>, initiation: &Json) -> Date {
    let today = visit.call.now.to_zoned(visit.bank.ledger.book().zone().clone()).date();
    day(visit, timetable(visit, initiation), "FirstPaymentDateTime").unwrap_or(today)
}

/// What makes a standing order of an order; `None` if this bank has no such rhythm.
pub(super) fn recurrence(visit: &Visit<'_>, family: &Family, initiation: &Json) -> Option<Recurrence> {
    let zone = visit.bank.ledger.book().zone();
    let table = timetable(visit, initiation);
    let first = first_day(visit, initiation);
    let rhythm = match visit.version.era {
        Era::Three => frequency::of_pattern(table.text(&["Frequency"])?, zone),
        Era::Four => frequency::of_codes(table.get("Frequency")?, first, zone),
    }?;
    let of = |name: &str| money(initiation, name).map(|(amount, _)| amount);
    let amount = amount(family, initiation)?;
    Some(Recurrence {
        rhythm,
        first: (first, amount),
        second_on: day(visit, table, "RecurringPaymentDateTime"),
        amount: of("RecurringPaymentAmount").unwrap_or(amount),
        last_on: day(visit, table, "FinalPaymentDateTime"),
        last_amount: of("FinalPaymentAmount"),
        count: initiation.text(&["NumberOfPayments"]).and_then(|count| count.parse().ok()),
    })
}

/// The order of an `Initiation`, out of an account.
pub(super) fn asked(visit: &Visit<'_>, family: &Family, initiation: &Json, debtor: String) -> Option<NewPayment> {
    let text = |path: &[&str]| initiation.text(path).map(str::to_owned);
    let requested_on = match family.timing {
        Timing::Later => day(visit, initiation, "RequestedExecutionDateTime"),
        Timing::Standing => Some(first_day(visit, initiation)),
        Timing::Now | Timing::File => None,
    };
    Some(NewPayment {
        debtor_account_id: debtor,
        creditor_name: text(&["CreditorAccount", "Name"]).unwrap_or_default(),
        creditor_account: account(initiation, "CreditorAccount")?,
        amount: amount(family, initiation)?,
        reference: reference(initiation),
        end_to_end_id: text(&["EndToEndIdentification"]),
        requested_on,
    })
}

/// The way the money of an order takes.
pub(super) fn rail(family: &Family, initiation: &Json) -> Rail {
    match (initiation.text(&["LocalInstrument"]), family.reach, family.timing) {
        (_, Reach::International, _) => Rail::International,
        (Some("UK.OBIE.CHAPS"), ..) => Rail::SameDay,
        (Some("UK.OBIE.BACS"), ..) | (None, _, Timing::File) => Rail::Batch,
        _ => Rail::Instant,
    }
}
