//! Accounts, their balances and their holders, understood through the tables of a standard.
//!
//! Owns kinds, statuses, identifiers, the two shapes of balances and customers. Knows no member names.

use bank_fixtures::record::{AccountKind, AccountStatus, Instant, PartyKind};
use jiff::SignedDuration;
use rust_decimal::Decimal;

use super::WarningCode;
use super::model::{Account, Balance, BalanceKind, Customer, Dates, Identifier, Money, Origin, Scheme, Unit};
use super::reader::{Reader, member};
use super::standard::{AccountField, BalanceField, Balances, Column, CustomerField, IdentifierRow, Paths, paths};
use crate::json::{At, Value};

/// One account.
pub(super) fn account(reader: &mut Reader<'_>, row: &At<'_>) -> Option<Account> {
    if !reader.fields.is_object(row) {
        return None;
    }
    let mark = reader.mark();
    let table = reader.standard.account;
    let Some(provider_id) = reader.id_at(row, paths(table, AccountField::Id)) else {
        reader.quarantine(row, "an account without an id");
        return None;
    };
    let stated = reader.find(row, paths(table, AccountField::Currency));
    let stated = stated.and_then(|at| reader.unit(&at));
    let multi_currency = stated == Some(Unit::None);
    let default = reader.standard.default_currency.and_then(|code| code.parse().ok()).map(Unit::Iso);
    let kind = [AccountField::Subkind, AccountField::Kind].iter().find_map(|field| {
        let at = reader.find(row, paths(table, *field))?;
        let word = at.text()?;
        reader.standard.account_kinds.iter().find(|row| row.0.eq_ignore_ascii_case(word)).map(|row| row.1)
    });
    let status = match reader.find(row, paths(table, AccountField::Status)) {
        Some(at) => reader.fields.one_of(&at, reader.standard.account_statuses).unwrap_or(AccountStatus::Unknown),
        None => AccountStatus::Open,
    };
    let rows = reader.standard.identifiers;
    let mut identifiers: Vec<Identifier> = Vec::new();
    for found in rows.iter().filter_map(|wanted| identifier(reader, row, wanted)).collect::<Vec<_>>() {
        if !identifiers.contains(&found) {
            identifiers.push(found);
        }
    }
    let mut account = Account {
        aliases: Vec::new(),
        identifiers,
        display: reader.text_at(row, paths(table, AccountField::Masked)),
        currency: if multi_currency { None } else { stated.or(default) },
        multi_currency,
        kind: kind.unwrap_or(AccountKind::Other),
        status,
        name: reader.text_at(row, paths(table, AccountField::Name)),
        nickname: reader.text_at(row, paths(table, AccountField::Nickname)),
        product: reader.text_at(row, paths(table, AccountField::Product)),
        owners: owners(reader, row),
        origin: Origin::default(),
        provider_id,
    };
    account.origin = reader.origin(row, mark);
    Some(account)
}

fn identifier(reader: &mut Reader<'_>, row: &At<'_>, wanted: &IdentifierRow) -> Option<Identifier> {
    let needed = member(row, wanted.parts.get(wanted.needs)?)?;
    if matches!(needed.value, Value::Text(text) if text.trim().is_empty()) {
        return None;
    }
    if let [_] = wanted.parts {
        return reader.identifier(&needed, wanted.scheme);
    }
    let part = |reader: &mut Reader<'_>, path: &&str| match member(row, path) {
        Some(at) => reader.fields.id(&at).unwrap_or_default(),
        None => String::new(),
    };
    let parts: Vec<String> = wanted.parts.iter().map(|path| part(reader, path)).collect();
    let separator = if wanted.scheme == Scheme::SortCodeAccount { "" } else { "/" };
    Some(Identifier { scheme: wanted.scheme, value: parts.join(separator), valid: None })
}

fn owners(reader: &mut Reader<'_>, row: &At<'_>) -> Vec<String> {
    let Some(found) = reader.find(row, paths(reader.standard.account, AccountField::Owners)) else {
        return Vec::new();
    };
    let items: Vec<At<'_>> = if matches!(found.value, Value::List(_)) { found.items().collect() } else { vec![found] };
    items.iter().filter_map(owner).filter_map(|at| reader.text(&at)).filter(|name| !name.is_empty()).collect()
}

fn owner<'a>(item: &At<'a>) -> Option<At<'a>> {
    match item.value {
        Value::Object(_) => member(item, "name").or_else(|| member(item, "names.0")),
        _ => Some(item.clone()),
    }
}

/// The balances of a document, for the account it is about unless the rows say.
pub(super) fn balances(reader: &mut Reader<'_>, root: &At<'_>, account: Option<&Account>) -> Vec<Balance> {
    match reader.standard.balances {
        Balances::Typed { list, .. } => {
            let rows = reader.list_at(root, list);
            rows.iter().filter_map(|row| typed(reader, row, account)).collect()
        }
        Balances::Columns { records, .. } => {
            let records = columns_records(reader, root, records);
            records.iter().flat_map(|record| columns(reader, record, account)).collect()
        }
    }
}

/// The objects that hold columns: each path may lead to one or to a list.
fn columns_records<'a>(reader: &Reader<'_>, root: &At<'a>, records: Paths) -> Vec<At<'a>> {
    let Some(found) = reader.find(root, records) else { return Vec::new() };
    if matches!(found.value, Value::List(_)) { found.items().collect() } else { vec![found] }
}

fn typed(reader: &mut Reader<'_>, row: &At<'_>, account: Option<&Account>) -> Option<Balance> {
    let Balances::Typed { kind, words, aliases, members, .. } = reader.standard.balances else { return None };
    if !reader.fields.is_object(row) {
        return None;
    }
    let mark = reader.mark();
    let at = reader.find(row, kind);
    let word = at.as_ref().and_then(At::text).unwrap_or_default().to_owned();
    let by_profile = reader.profile.balances.iter().find(|row| row.0 == word).map(|row| row.1);
    let listed = |word: &str| words.iter().find(|row| row.0 == word).map(|row| row.1);
    let alias = aliases.iter().find(|row| row.0.eq_ignore_ascii_case(&word) && listed(row.1).is_some());
    let meaning = by_profile.or_else(|| listed(&word)).or_else(|| {
        let (_, meant) = alias?;
        reader.warn(WarningCode::EnumAlias, at.as_ref()?, format!("`{word}` is written `{meant}`"));
        listed(meant)
    });
    if meaning.is_none() {
        let legal: Vec<&str> = words.iter().map(|row| row.0).collect();
        let place = at.clone().unwrap_or_else(|| row.clone());
        reader.warn(WarningCode::UnknownEnum, &place, format!("`{word}`; legal: {}", legal.join(", ")));
    }
    let mut balance = read(reader, row, members, account, meaning.unwrap_or(BalanceKind::Unknown))?;
    balance.source_type = word;
    balance.origin = reader.origin(row, mark);
    Some(balance)
}

/// One balance whose figure stands where the members say.
fn read(
    reader: &mut Reader<'_>,
    row: &At<'_>,
    members: &'static [(BalanceField, Paths)],
    account: Option<&Account>,
    meaning: BalanceKind,
) -> Option<Balance> {
    let Some(at) = reader.find(row, paths(members, BalanceField::Amount)) else {
        reader.warn(WarningCode::Schema, row, "a balance without a figure");
        return None;
    };
    let known = account.and_then(|account| account.currency.as_ref());
    let unit = if matches!(at.value, Value::Object(_)) {
        known.cloned().unwrap_or(Unit::None)
    } else {
        let unofficial = paths(members, BalanceField::UnofficialCurrency);
        reader.unit_at(row, paths(members, BalanceField::Currency), unofficial, known)
    };
    let Some(mut amount) = reader.amount(&at, &unit) else {
        reader.quarantine(&at, "no exact balance");
        return None;
    };
    let debit = reader.find(row, paths(members, BalanceField::Indicator));
    if debit.and_then(|at| at.text().map(|word| word.eq_ignore_ascii_case("debit"))) == Some(true) {
        amount = amount.abs().negated();
    }
    let inverted = account.is_some_and(|account| reader.profile.inverted_for.contains(&account.kind));
    let amount = if inverted { amount.negated() } else { amount };
    let credit_line = reader.find(row, paths(members, BalanceField::CreditLine));
    let credit_line = credit_line.and_then(|at| reader.amount(&at, amount.unit()));
    let credit_line_included = reader.flag_at(row, paths(members, BalanceField::Included));
    let balance = Balance { credit_line, credit_line_included, ..figure(meaning, "", amount) };
    Some(around(reader, row, members, account, balance))
}

/// A balance of which nothing but the figure is known.
fn figure(meaning: BalanceKind, source_type: &str, amount: Money) -> Balance {
    Balance {
        account: String::new(),
        source_type: source_type.to_owned(),
        as_of: None,
        reference_date: None,
        credit_line: None,
        credit_line_included: None,
        stale: false,
        origin: Origin::default(),
        meaning,
        amount,
    }
}

/// What stands around figures: account, time, age.
fn around(
    reader: &mut Reader<'_>,
    row: &At<'_>,
    members: &'static [(BalanceField, Paths)],
    account: Option<&Account>,
    balance: Balance,
) -> Balance {
    let stated = reader.id_at(row, paths(members, BalanceField::Account));
    let mut dates = Dates::default();
    let (as_of, _) = reader.instant_at(row, paths(members, BalanceField::AsOf), &mut dates);
    let reference_date = reader.day_at(row, paths(members, BalanceField::ReferenceDate), &mut dates);
    Balance {
        account: stated.or_else(|| account.map(|account| account.provider_id.clone())).unwrap_or_default(),
        as_of,
        reference_date,
        stale: as_of.is_some_and(|at| is_old(reader, at)),
        ..balance
    }
}

fn is_old(reader: &Reader<'_>, at: Instant) -> bool {
    let age = reader.fetched.duration_since(at.at);
    age > SignedDuration::from_hours(i64::from(reader.profile.stale_after_hours))
}

fn columns(reader: &mut Reader<'_>, record: &At<'_>, account: Option<&Account>) -> Vec<Balance> {
    let Balances::Columns { columns, members, debt_unsigned, line_defaults_to_zero, .. } = reader.standard.balances
    else {
        return Vec::new();
    };
    let mark = reader.mark();
    let known = account.and_then(|account| account.currency.as_ref());
    let stated = paths(members, BalanceField::Currency);
    let unofficial = paths(members, BalanceField::UnofficialCurrency);
    let has_plain_figure =
        columns.iter().filter_map(|column| member(record, column.path)).any(|at| !matches!(at.value, Value::Object(_)));
    let unit = if has_plain_figure { reader.unit_at(record, stated, unofficial, known) } else { Unit::None };
    let in_debt = account
        .is_some_and(|account| matches!(account.kind, AccountKind::Card | AccountKind::Loan | AccountKind::Mortgage));
    let line = reader.find(record, paths(members, BalanceField::CreditLine));
    let line = line.and_then(|at| reader.amount(&at, &unit));
    let no_line = line_defaults_to_zero.then(|| Money::new(Decimal::ZERO, unit.clone()));
    let line = line.or(no_line);
    let mut found = Vec::new();
    for column in columns {
        let Some(at) = member(record, column.path) else { continue };
        let Some(amount) = reader.amount(&at, &unit) else { continue };
        let (amount, meaning) = debt(column, amount, in_debt && debt_unsigned);
        let balance = Balance { credit_line: line.clone(), ..figure(meaning, column.path, amount) };
        found.push(around(reader, record, members, account, balance));
    }
    if found.iter().any(|balance| balance.stale) {
        reader.warn(WarningCode::Stale, record, "figures older than they should be");
    }
    let origin = reader.origin(record, mark);
    found.iter_mut().for_each(|balance| balance.origin = origin.clone());
    let purses = paths(members, BalanceField::Purses);
    for purse in reader.list_at(record, purses) {
        let mark = reader.mark();
        let unit = reader.unit_at(&purse, stated, &[], None);
        let stated_figure = reader.find(&purse, &["amount"]);
        let Some(amount) = stated_figure.and_then(|at| reader.amount(&at, &unit)) else { continue };
        let balance = around(reader, record, members, account, figure(BalanceKind::BookedCurrent, "purse", amount));
        found.push(Balance { origin: reader.origin(&purse, mark), ..balance });
    }
    found
}

/// A figure and its meaning where it may be a debt.
fn debt(column: &Column, amount: Money, owed_unsigned: bool) -> (Money, BalanceKind) {
    match column.debt {
        Some(meaning) if owed_unsigned => (amount.negated(), meaning),
        Some(meaning) if amount.value().is_sign_negative() && !amount.value().is_zero() => (amount, meaning),
        _ => (amount, column.meaning),
    }
}

/// The customers of a document.
pub(super) fn customers(reader: &mut Reader<'_>, root: &At<'_>) -> Vec<Customer> {
    let table = reader.standard.customers;
    let Some(found) = reader.find(root, paths(table, CustomerField::List)) else { return Vec::new() };
    let rows: Vec<At<'_>> = if matches!(found.value, Value::List(_)) { found.items().collect() } else { vec![found] };
    rows.iter().map(|row| customer(reader, row)).collect()
}

fn customer(reader: &mut Reader<'_>, row: &At<'_>) -> Customer {
    let mark = reader.mark();
    let table = reader.standard.customers;
    let organisation = reader.said_at(row, paths(table, CustomerField::Organisation));
    let whole = reader.said_at(row, paths(table, CustomerField::Name));
    let parts: Vec<String> = paths(table, CustomerField::NameParts)
        .iter()
        .filter_map(|path| member(row, path))
        .flat_map(|at| if matches!(at.value, Value::List(_)) { at.items().collect() } else { vec![at] })
        .filter_map(|at| reader.text(&at))
        .filter(|part| !part.is_empty())
        .collect();
    let person = whole.or_else(|| (!parts.is_empty()).then(|| parts.join(" ")));
    const NUMBERS: [(CustomerField, Scheme); 4] = [
        (CustomerField::Cpf, Scheme::Cpf),
        (CustomerField::Cnpj, Scheme::Cnpj),
        (CustomerField::Abn, Scheme::Abn),
        (CustomerField::Acn, Scheme::Acn),
    ];
    let mut identifiers = Vec::new();
    for (field, scheme) in NUMBERS {
        if let Some(at) = reader.find(row, paths(table, field)) {
            identifiers.extend(reader.identifier(&at, scheme));
        }
    }
    let mut customer = Customer {
        id: reader.id_at(row, paths(table, CustomerField::Id)),
        kind: match (&organisation, &person) {
            (Some(_), _) => Some(PartyKind::Organisation),
            (None, Some(_)) => Some(PartyKind::Person),
            (None, None) => None,
        },
        name: organisation.or(person),
        origin: Origin::default(),
        identifiers,
    };
    customer.origin = reader.origin(row, mark);
    customer
}
