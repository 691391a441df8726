//! The small values of the standard: amounts with an indicator beside them, instants, accounts by scheme.

use bank_fixtures::identifier::{Iban, SortCodeAccount};
use bank_fixtures::money::Amount;
use bank_fixtures::record::{AccountIdentifier, Counterparty, IdentifierScheme, Instant};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use super::json::{Json, object};
use crate::bank::local;

/// An amount without its sign.
pub(super) fn amount(amount: Amount) -> Json {
    let text = amount.text();
    object! { "Amount": text.strip_prefix('-').unwrap_or(&text), "Currency": amount.currency().code() }
}

/// The sign of an amount; nothing is a credit.
pub(super) fn indicator(amount: Amount) -> &'static str {
    if amount.value().is_sign_negative() && !amount.value().is_zero() { "Debit" } else { "Credit" }
}

/// An instant as the bank states it.
pub(super) fn instant(at: Instant) -> String {
    at.text()
}

/// The beginning of a day: the standard has no dates in its answers, only instants.
pub(super) fn start_of(day: Date, zone: &TimeZone) -> Option<Instant> {
    day.to_zoned(zone.clone()).ok().map(|start| local::instant(start.timestamp(), zone))
}

/// The name of a scheme; `None` for one the standard has no name for.
pub(super) fn scheme(scheme: IdentifierScheme) -> Option<&'static str> {
    match scheme {
        IdentifierScheme::Iban => Some("UK.OBIE.IBAN"),
        IdentifierScheme::Bban => Some("UK.OBIE.BBAN"),
        IdentifierScheme::SortCodeAccount => Some("UK.OBIE.SortCodeAccountNumber"),
        IdentifierScheme::PanMasked => Some("UK.OBIE.PAN"),
        _ => None,
    }
}

/// The scheme of a name.
pub(super) fn scheme_named(name: &str) -> Option<IdentifierScheme> {
    match name {
        "UK.OBIE.IBAN" => Some(IdentifierScheme::Iban),
        "UK.OBIE.BBAN" => Some(IdentifierScheme::Bban),
        "UK.OBIE.SortCodeAccountNumber" => Some(IdentifierScheme::SortCodeAccount),
        "UK.OBIE.PAN" => Some(IdentifierScheme::PanMasked),
        _ => None,
    }
}

/// A bank by its BIC.
pub(super) fn agent(bic: &str) -> Json {
    object! { "SchemeName": "UK.OBIE.BICFI", "Identification": bic }
}

/// The other side of something, with its account if it is one the standard has a name for.
pub(super) fn counterparty(other: &Counterparty) -> Option<Json> {
    account(other.account.as_ref()?, other.name.as_deref())
}

/// Per cents of a year as the standard writes rates: at most four decimals.
pub(super) fn rate(rate: Decimal) -> String {
    rate.round_dp(4).normalize().to_string()
}

/// The account a body names; `None` if its scheme has no place here or it is no number of its scheme.
pub(super) fn identifier(account: &Json) -> Option<AccountIdentifier> {
    let scheme = scheme_named(account.text(&["SchemeName"])?)?;
    let text = account.text(&["Identification"])?;
    let value = match scheme {
        IdentifierScheme::Iban => text.parse::<Iban>().ok()?.as_str().to_owned(),
        IdentifierScheme::SortCodeAccount => text.parse::<SortCodeAccount>().ok()?.to_string(),
        _ => text.to_owned(),
    };
    Some(AccountIdentifier { scheme, value })
}

/// An amount a body names, and whether it is one its currency can be paid in: more than nothing, no more decimals.
pub(super) fn money(amount: &Json) -> Option<(Amount, bool)> {
    let currency = amount.text(&["Currency"])?.parse().ok()?;
    let amount = Amount::parse(amount.text(&["Amount"])?, currency).ok()?;
    let exact = amount.money().ok();
    let payable = exact.is_some() && !amount.value().is_zero();
    Some((exact.map_or(amount, Amount::from), payable))
}

/// An account of one scheme, with the name it is held in.
pub(super) fn account(identifier: &AccountIdentifier, name: Option<&str>) -> Option<Json> {
    let scheme = scheme(identifier.scheme)?;
    Some(object! { "SchemeName": scheme, "Identification": identifier.value.as_str(), "Name": name })
}
