//! Holders, accounts and balances in the published contract.

use bank_fixtures::canonical::{AccountBalance, Given, Holder, Members};
use bank_fixtures::record::{self, AccountIdentifier, IdentifierScheme};

use super::origin;
use crate::normalise::history::KnownAccount;
use crate::normalise::model::{Balance, Customer, Identifier, Scheme, Unit};
use crate::normalise::words::{self, word};

pub(super) fn holder(at: usize, customer: &Customer) -> Holder {
    let mut members = Members::none();
    members.say_text("provider_id", customer.id.as_deref());
    members.say("identifiers", Given::Objects(customer.identifiers.iter().map(party_number).collect()));
    origin(&mut members, &customer.origin);
    let id = customer.id.clone().unwrap_or_else(|| format!("customer-{}", at + 1));
    Holder { id, kind: customer.kind, name: customer.name.clone(), members }
}

fn party_number(identifier: &Identifier) -> Members {
    let mut members = Members::none();
    let scheme = match identifier.scheme {
        Scheme::Cpf | Scheme::Cnpj | Scheme::Abn | Scheme::Acn => word(words::SCHEMES, &identifier.scheme),
        _ => "other",
    };
    members.say_text("scheme", Some(scheme));
    members.say_text("value", Some(identifier.value.as_str()));
    if let Some(valid) = identifier.valid {
        members.say("valid", Given::Flag(valid));
    }
    members
}

pub(super) fn account(known: &KnownAccount) -> (record::Account<Unit>, Members) {
    let account = &known.account;
    let mut members = Members::none();
    members.say_text("provider_id", Some(account.provider_id.as_str()));
    members.say("aliases", Given::Texts(account.aliases.clone()));
    if account.multi_currency {
        members.say("multi_currency", Given::Flag(true));
    }
    members.say_text("nickname", account.nickname.as_deref());
    members.say_text("display", account.display.as_deref());
    let wrong = account.identifiers.iter().filter(|identifier| identifier.valid == Some(false));
    members.say("invalid_identifiers", Given::Texts(wrong.map(|identifier| identifier.value.clone()).collect()));
    origin(&mut members, &account.origin);
    let account = record::Account {
        id: known.id.clone(),
        identifiers: account.identifiers.iter().map(identifier).collect(),
        currency: account.currency.clone(),
        kind: account.kind,
        status: account.status,
        name: account.name.clone(),
        product: account.product.clone(),
        owners: account.owners.clone(),
        zone: None,
        opened_on: None,
    };
    (account, members)
}

pub(super) fn identifier(identifier: &Identifier) -> AccountIdentifier {
    let scheme = match identifier.scheme {
        Scheme::Iban => IdentifierScheme::Iban,
        Scheme::Bban => IdentifierScheme::Bban,
        Scheme::BsbAccount => IdentifierScheme::BsbAccount,
        Scheme::AbaAccount => IdentifierScheme::AbaAccount,
        Scheme::SortCodeAccount => IdentifierScheme::SortCodeAccount,
        Scheme::BrAccount => IdentifierScheme::BrAccount,
        Scheme::PanMasked => IdentifierScheme::PanMasked,
        Scheme::Msisdn => IdentifierScheme::Msisdn,
        Scheme::Cpf | Scheme::Cnpj | Scheme::Abn | Scheme::Acn | Scheme::Other => IdentifierScheme::Other,
    };
    AccountIdentifier { scheme, value: identifier.value.clone() }
}

pub(super) fn balance(balance: &Balance, account_id: String) -> AccountBalance {
    let mut members = Members::none();
    members.say_text("source_type", Some(balance.source_type.as_str()));
    if balance.stale {
        members.say("stale", Given::Flag(true));
    }
    origin(&mut members, &balance.origin);
    let balance = record::Balance {
        kind: balance.meaning,
        amount: balance.amount.clone(),
        as_of: balance.as_of,
        reference_date: balance.reference_date,
        credit_line: balance.credit_line.clone(),
        credit_line_included: balance.credit_line_included,
    };
    AccountBalance { account_id, balance, members }
}
