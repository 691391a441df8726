//! Customers, accounts and balances.

use bank_fixtures::identifier::{Iban, IdentifierError};
use bank_fixtures::money::Amount;
use bank_fixtures::record::{
    Account, AccountIdentifier, AccountKind, AccountStatus, Address, Balance, BalanceKind, IdentifierScheme, Party,
    PartyKind,
};

use super::words::{ACCOUNT_KINDS, ACCOUNT_STATUSES, BALANCE_KINDS, SCHEMES};
use crate::json::At;
use crate::normalise::WarningCode;
use crate::normalise::fields::Fields;

pub(super) fn customer(fields: &mut Fields, at: &At<'_>) -> Option<Party> {
    if !fields.is_object(at) {
        return None;
    }
    let id = fields.required(at, "id", "a string").and_then(|at| fields.id(&at));
    let kinds = &[("person", PartyKind::Person), ("organisation", PartyKind::Organisation)];
    let kind = fields.required(at, "type", "a string").and_then(|at| fields.one_of(&at, kinds));
    let name = fields.required(at, "name", "a string").and_then(|at| fields.text(&at));
    let party = Party {
        emails: fields.optional(at, "emails").map(|at| fields.texts(&at)).unwrap_or_default(),
        phones: fields.optional(at, "phones").map(|at| fields.texts(&at)).unwrap_or_default(),
        address: fields.optional(at, "address").and_then(|at| address(fields, &at)),
        id: id?,
        kind: kind?,
        name: name?,
    };
    Some(party)
}

fn address(fields: &mut Fields, at: &At<'_>) -> Option<Address> {
    let lines = fields.required(at, "lines", "an array").map(|at| fields.texts(&at)).unwrap_or_default();
    let mut part = |name| fields.required(at, name, "a string").and_then(|at| fields.text(&at));
    let (city, postcode, country) = (part("city"), part("postcode"), part("country"));
    Some(Address { lines, city: city?, postcode: postcode?, country: country? })
}

pub(super) fn account(fields: &mut Fields, at: &At<'_>) -> Option<Account> {
    if !fields.is_object(at) {
        return None;
    }
    let id = fields.required(at, "id", "a string").and_then(|at| fields.id(&at));
    let kind = fields.required(at, "type", "a string").and_then(|at| fields.one_of(&at, ACCOUNT_KINDS));
    let status = fields.required(at, "status", "a string").and_then(|at| fields.one_of(&at, ACCOUNT_STATUSES));
    let account = Account {
        kind: kind.unwrap_or(AccountKind::Other),
        status: status.unwrap_or(AccountStatus::Unknown),
        currency: fields.optional(at, "currency").and_then(|at| fields.currency(&at)),
        name: fields.optional(at, "name").and_then(|at| fields.text(&at)),
        product: fields.optional(at, "product").and_then(|at| fields.text(&at)),
        owners: fields.optional(at, "owners").map(|at| fields.texts(&at)).unwrap_or_default(),
        identifiers: fields.optional(at, "identifiers").map(|at| identifiers(fields, &at)).unwrap_or_default(),
        zone: fields.optional(at, "time_zone").and_then(|at| zone(fields, &at)),
        opened_on: fields.optional(at, "opened_on").and_then(|at| fields.date(&at)),
        id: id?,
    };
    Some(account)
}

fn zone(fields: &mut Fields, at: &At<'_>) -> Option<String> {
    let text = fields.text(at)?;
    if jiff::tz::TimeZone::get(&text).is_err() {
        fields.warn(WarningCode::InvalidDate, at, format!("`{text}` is not an IANA time zone"));
        return None;
    }
    Some(text)
}

fn identifiers(fields: &mut Fields, at: &At<'_>) -> Vec<AccountIdentifier> {
    let mut found: Vec<AccountIdentifier> = Vec::new();
    for item in fields.list(at) {
        let Some(read) = identifier(fields, &item) else { continue };
        if found.iter().any(|known| known.scheme == read.scheme) {
            fields.warn(WarningCode::IdScheme, &item, "a second identifier of one scheme");
        }
        found.push(read);
    }
    found
}

pub(super) fn identifier(fields: &mut Fields, at: &At<'_>) -> Option<AccountIdentifier> {
    if !fields.is_object(at) {
        return None;
    }
    let scheme = fields.required(at, "scheme", "a string").and_then(|at| fields.one_of(&at, SCHEMES));
    let value_at = fields.required(at, "value", "a string")?;
    let value = fields.id(&value_at)?;
    let scheme = scheme.unwrap_or(IdentifierScheme::Other);
    match scheme {
        IdentifierScheme::Iban => {
            if let Err(error) = value.parse::<Iban>() {
                let checksum = matches!(error, IdentifierError::IbanChecksum(_));
                let code = if checksum { WarningCode::IdChecksum } else { WarningCode::IdScheme };
                fields.warn(code, &value_at, error.to_string());
            } else if value.contains(' ') || value.chars().any(|c| c.is_ascii_lowercase()) {
                fields.warn(WarningCode::IdScheme, &value_at, "an IBAN in print form; the electronic form is due");
            }
        }
        IdentifierScheme::SortCodeAccount if value.len() != 14 || !value.bytes().all(|b| b.is_ascii_digit()) => {
            let message = format!("`{value}` is not six digits of sort code and eight of account number");
            fields.warn(WarningCode::IdScheme, &value_at, message);
        }
        IdentifierScheme::PanMasked if value.bytes().filter(u8::is_ascii_digit).count() > 10 => {
            fields.warn(WarningCode::IdScheme, &value_at, "more than ten digits of a card number are shown");
        }
        _ => {}
    }
    let compact = value.chars().filter(|c| *c != ' ');
    let value = match scheme {
        IdentifierScheme::Iban => compact.map(|c| c.to_ascii_uppercase()).collect(),
        _ => compact.collect(),
    };
    Some(AccountIdentifier { scheme, value })
}

pub(super) fn balance(fields: &mut Fields, at: &At<'_>) -> Option<Balance> {
    if !fields.is_object(at) {
        return None;
    }
    let kind = fields.required(at, "type", "a string").and_then(|at| fields.one_of(&at, BALANCE_KINDS));
    let figure = fields.required(at, "amount", "an amount").and_then(|at| amount(fields, &at));
    let line = fields.optional(at, "credit_line").filter(|at| fields.is_object(at));
    let balance = Balance {
        kind: kind.unwrap_or(BalanceKind::Unknown),
        as_of: fields.optional(at, "as_of").and_then(|at| fields.instant(&at)),
        reference_date: fields.optional(at, "reference_date").and_then(|at| fields.date(&at)),
        credit_line: line.as_ref().and_then(|line| {
            let at = fields.required(line, "amount", "an amount")?;
            amount(fields, &at)
        }),
        credit_line_included: line.as_ref().and_then(|line| {
            let at = fields.required(line, "included", "true or false")?;
            fields.boolean(&at)
        }),
        amount: figure?,
    };
    Some(balance)
}

pub(super) fn amount(fields: &mut Fields, at: &At<'_>) -> Option<Amount> {
    if !fields.is_object(at) {
        return None;
    }
    let currency = fields.required(at, "currency", "an ISO 4217 code").and_then(|at| fields.currency(&at));
    let value = fields.required(at, "value", "a decimal string")?;
    fields.amount(&value, currency?)
}
