//! Accounts: what Basic shows of one, and what Detail adds.

use std::borrow::Cow;

use bank_fixtures::record::{self, AccountIdentifier, AccountKind, AccountStatus, IdentifierScheme, PartyKind};

use super::answer;
use super::error::{Refused, clipped};
use super::json::{Json, object};
use super::permission::Permission;
use super::value;
use super::version::{Era, Version};
use super::visit::{Reading, Visit};
use crate::exchange::Reply;

const ANY: &[Permission] = &[Permission::ReadAccountsBasic, Permission::ReadAccountsDetail];

pub(super) fn list(visit: &Visit<'_>) -> Result<Reply, Refused> {
    let reading = visit.reading(ANY)?;
    let business = reading.granted.customers().iter().any(|party| party.kind == PartyKind::Organisation);
    let accounts = reading.accounts(visit)?;
    let rows = accounts.iter().map(|account| written(visit, &reading, account, business)).collect();
    answer::list(visit, "Account", rows)
}

fn written(visit: &Visit<'_>, reading: &Reading<'_>, account: &record::Account, business: bool) -> Json {
    let version = visit.version;
    let detail = reading.has(Permission::ReadAccountsDetail);
    let zone = visit.bank.ledger.book().zone();
    let kind = kind(version, account.kind);
    let category = if business { "Business" } else { "Personal" };
    let three = version.era == Era::Three;
    let known = reading.granted.account_details(&account.id).ok();
    let servicer = known.as_ref().filter(|_| detail).map(|known| value::agent(&known.servicer.bic));
    let nickname = known.as_ref().and_then(|known| known.nickname.as_deref()).or(account.name.as_deref());
    let matures = known.as_ref().and_then(|known| known.matures_on);
    let secondary = known.as_ref().and_then(|known| known.secondary_identification.as_deref());
    object! {
        "AccountId": account.id.as_str(),
        "Status": status(account.status),
        "Currency": account.currency.as_ref().map(|currency| currency.code()),
        "AccountType": three.then_some(category),
        "AccountSubType": kind.filter(|_| three),
        "AccountCategory": (!three).then_some(category),
        "AccountTypeCode": kind.filter(|_| !three),
        "Description": account.product.as_deref().map(|product| clipped(product, 35)),
        "Nickname": nickname.map(|name| clipped(name, 70)),
        "OpeningDate": account.opened_on.and_then(|day| value::start_of(day, zone)).map(value::instant),
        "MaturityDate": matures.and_then(|day| value::start_of(day, zone)).map(value::instant),
        "SwitchStatus": (account.kind == AccountKind::Current).then_some("UK.CASS.NotSwitched"),
        "Account": detail.then(|| identifiers(reading, account, secondary)),
        "Servicer": servicer,
    }
}

/// Every identifier that has a name in the standard, the one people know an account by first.
fn identifiers(reading: &Reading<'_>, account: &record::Account, secondary: Option<&str>) -> Option<Json> {
    let owner = account.owners.first().map(|name| clipped(name, 350));
    let mut known: Vec<&AccountIdentifier> = account.identifiers.iter().collect();
    known.sort_by_key(|identifier| identifier.scheme != IdentifierScheme::SortCodeAccount);
    let shown = |identifier: &&AccountIdentifier| {
        let shown = masked(identifier, reading.has(Permission::ReadPAN));
        let roll = secondary.filter(|_| identifier.scheme == IdentifierScheme::SortCodeAccount);
        let row = value::account(&shown, owner.as_deref())?;
        Some(row.with("SecondaryIdentification", roll.map(|roll| clipped(roll, 34))))
    };
    let rows: Vec<Json> = known.iter().filter_map(shown).collect();
    (!rows.is_empty()).then_some(Json::List(rows))
}

/// A card's number with all but its last digits hidden, unless the consent lets it be seen.
pub(super) fn masked(identifier: &AccountIdentifier, may_see: bool) -> Cow<'_, AccountIdentifier> {
    if may_see || identifier.scheme != IdentifierScheme::PanMasked {
        return Cow::Borrowed(identifier);
    }
    let hidden = identifier.value.chars().count().saturating_sub(4);
    let value = identifier.value.chars().enumerate().map(|(at, digit)| if at < hidden { 'x' } else { digit }).collect();
    Cow::Owned(AccountIdentifier { scheme: identifier.scheme, value })
}

/// `None` for a status the standard has no word for.
fn status(status: AccountStatus) -> Option<&'static str> {
    match status {
        AccountStatus::Open => Some("Enabled"),
        AccountStatus::Closed => Some("Deleted"),
        AccountStatus::Blocked => Some("Disabled"),
        AccountStatus::Unknown => None,
    }
}

/// `None` for a kind the standard has no word for.
fn kind(version: &Version, kind: AccountKind) -> Option<&'static str> {
    let words = match kind {
        AccountKind::Current => ("CurrentAccount", "CACC"),
        AccountKind::Savings => ("Savings", "SVGS"),
        AccountKind::Card => ("CreditCard", "CARD"),
        AccountKind::Loan => ("Loan", "LOAN"),
        AccountKind::Mortgage => ("Mortgage", "MORT"),
        AccountKind::Prepaid => ("PrePaidCard", "WALT"),
        AccountKind::Other => return None,
    };
    Some(version.word(words))
}
