//! Who is on the other side of an entry, and what that says about its sign.

use super::{id_of, of, said};
use crate::json::{At, Value};
use crate::normalise::WarningCode;
use crate::normalise::model::{Account, Counterparty, Direction, Entry, Identifier, Merchant, Scheme};
use crate::normalise::profile::SignRule;
use crate::normalise::reader::{Reader, member};
use crate::normalise::standard::Field;

/// Who is on the other side, and what that says about the sign.
pub(super) fn parties(reader: &mut Reader<'_>, row: &At<'_>, known: Option<&Account>, entry: &mut Entry) {
    let creditor = party(reader, row, known, [Field::CreditorName, Field::CreditorAccount, Field::CreditorAgent]);
    let debtor = party(reader, row, known, [Field::DebtorName, Field::DebtorAccount, Field::DebtorAgent]);
    let names_creditor = names(reader, row, [Field::CreditorName, Field::CreditorAccount]);
    let names_debtor = names(reader, row, [Field::DebtorName, Field::DebtorAccount]);
    if entry.direction == Some(Direction::Credit) {
        let infers = reader.profile.sign == SignRule::InferFromParty && creditor.is_some() && debtor.is_none();
        let says = reader.profile.pending_debit.as_ref().filter(|_| entry.is_pending());
        if infers || says.is_some_and(|pattern| pattern.is_match(&entry.text())) {
            entry.amount = entry.amount.clone().negated();
            entry.direction = Some(Direction::Debit);
        }
    }
    let (due, due_named, other_named) = match entry.direction {
        Some(Direction::Debit) => (creditor, names_creditor, names_debtor),
        _ => (debtor, names_debtor, names_creditor),
    };
    if reader.standard.parties && entry.direction.is_some() && other_named && !due_named {
        reader.warn(WarningCode::SignPartyMismatch, row, "only the side that is the holder's own is named");
    }
    let role = if entry.direction == Some(Direction::Debit) { Direction::Credit } else { Direction::Debit };
    let neutral = said(reader, row, Field::PartyName);
    let number = reader.find(row, of(reader, Field::PartyTaxNumber)).and_then(|at| {
        let digits = at.text().unwrap_or_default().chars().filter(char::is_ascii_alphanumeric).count();
        reader.identifier(&at, if digits == 11 { Scheme::Cpf } else { Scheme::Cnpj })
    });
    entry.counterparty = due.map(|mut party| {
        party.role = role;
        party
    });
    if neutral.is_some() || number.is_some() {
        let party = entry.counterparty.get_or_insert_with(|| Counterparty {
            role,
            name: None,
            identifiers: Vec::new(),
            agent: None,
        });
        party.name = party.name.take().or(neutral);
        party.identifiers.extend(number);
    }
}

/// Whether a side is named at all.
fn names(reader: &Reader<'_>, row: &At<'_>, fields: [Field; 2]) -> bool {
    fields.iter().any(|field| reader.find(row, of(reader, *field)).is_some())
}

/// One side of an entry; `None` if nothing is said or it is the holder of the account.
fn party(
    reader: &mut Reader<'_>,
    row: &At<'_>,
    known: Option<&Account>,
    [name, account, agent]: [Field; 3],
) -> Option<Counterparty> {
    let name = said(reader, row, name);
    let identifiers = match reader.find(row, of(reader, account)) {
        Some(at) => account_reference(reader, &at),
        None => Vec::new(),
    };
    if name.is_none() && identifiers.is_empty() {
        return None;
    }
    let own_number =
        known.is_some_and(|known| identifiers.iter().any(|identifier| known.identifiers.contains(identifier)));
    let same = |owner: &String| name.as_ref().is_some_and(|name| plain(name) == plain(owner));
    if own_number || (identifiers.is_empty() && known.is_some_and(|known| known.owners.iter().any(same))) {
        return None;
    }
    let agent = said(reader, row, agent);
    Some(Counterparty { role: Direction::Debit, name, identifiers, agent })
}

fn plain(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// The identifiers of an account reference (`{iban}`, `{bban}` …), or of a bare number.
fn account_reference(reader: &mut Reader<'_>, at: &At<'_>) -> Vec<Identifier> {
    const MEMBERS: &[(&str, Scheme)] = &[
        ("iban", Scheme::Iban),
        ("bban", Scheme::Bban),
        ("maskedPan", Scheme::PanMasked),
        ("msisdn", Scheme::Msisdn),
        ("other.identification", Scheme::Other),
        ("Identification", Scheme::Other),
    ];
    if !matches!(at.value, Value::Object(_)) {
        return reader.identifier(at, Scheme::Other).into_iter().collect();
    }
    let found = MEMBERS.iter().filter_map(|(name, scheme)| Some((member(at, name)?, *scheme)));
    found.filter_map(|(at, scheme)| reader.identifier(&at, scheme)).collect()
}

pub(super) fn merchant(reader: &mut Reader<'_>, row: &At<'_>) -> Option<Merchant> {
    let merchant = Merchant {
        name: said(reader, row, Field::MerchantName),
        mcc: id_of(reader, row, Field::Mcc).filter(|code| code.len() == 4),
        id: said(reader, row, Field::MerchantId),
        terminal: said(reader, row, Field::Terminal),
    };
    (merchant != Merchant::default()).then_some(merchant)
}
