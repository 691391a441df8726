//! One row of a list of entries, understood through the tables of its standard.
//!
//! Owns status, sign, dates, parties, text and codes of an entry. Knows no member names: the standard's tables do. What
//! one entry means for another is `history`'s business.

use bank_fixtures::record::{Nature, TransactionKind, TransactionStatus};
use rust_decimal::Decimal;

use super::WarningCode;
use super::check_digits;
use super::codes;
use super::model::{
    Account, Counterparty, Dates, Direction, Entry, Fx, Identifier, Merchant, Money, Quality, Reference, Scheme, Unit,
};
use super::profile::SignRule;
use super::reader::{Reader, is_placeholder, member};
use super::standard::{Field, Paths, Sign, Trust, paths};
use crate::json::{At, Value};

/// What is known around a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Around<'a> {
    /// The bank's id of the account, where the row does not say.
    pub(super) account: Option<&'a str>,
    /// Accounts known so far.
    pub(super) known: &'a [Account],
    /// The status the row's list gives it.
    pub(super) status: Option<TransactionStatus>,
}

/// A row, or `None` if it cannot be understood; then the reader's problems say why.
pub(super) fn entry(reader: &mut Reader<'_>, row: &At<'_>, around: Around<'_>) -> Option<Entry> {
    if !reader.fields.is_object(row) {
        return None;
    }
    let account = id_of(reader, row, Field::Account).or_else(|| around.account.map(str::to_owned)).unwrap_or_default();
    let known = around.known.iter().find(|known| known.provider_id == account);
    let provider_id = id(reader, row);
    let kind_word = text(reader, row, Field::Type);
    let (signed, status) = amount(reader, row, around, known)?;
    let (dates, status) = dates(reader, row, status, &signed);
    let mut entry = Entry {
        account,
        aliases: Vec::new(),
        provider_ref: said(reader, row, Field::ProviderRef),
        quality: Quality::Absent,
        status,
        nature: Nature::Original,
        nature_confidence: None,
        kind: None,
        direction: direction(reader, row, &signed),
        original_amount: None,
        fx: None,
        fees: Vec::new(),
        balance_after: None,
        counterparty: None,
        merchant: merchant(reader, row),
        unstructured: lines(reader, row),
        structured: structured(reader, row),
        end_to_end_id: said(reader, row, Field::EndToEnd),
        mandate_id: said(reader, row, Field::Mandate),
        creditor_id: said(reader, row, Field::CreditorId),
        check_number: id_of(reader, row, Field::Check),
        bank_tx_code: bank_code(reader, row),
        proprietary_code: said(reader, row, Field::Proprietary),
        pending_id: id_of(reader, row, Field::PendingId),
        reference_id: id_of(reader, row, Field::ReferenceId),
        raw: row.value.to_string(),
        pointer: row.pointer.clone(),
        provider_id,
        amount: signed,
        dates,
    };
    parties(reader, row, known, &mut entry);
    figures_beside(reader, row, &mut entry);
    from_text(reader, row, &mut entry);
    kind_and_nature(reader, kind_word.as_deref(), &mut entry);
    entry.quality = quality(reader, kind_word.as_deref(), &entry);
    doubts(reader, row, &entry);
    if reader.fields.warnings.iter().any(|found| {
        reader.profile.strict.contains(&found.code) && found.pointer.starts_with(&format!("{}/", row.pointer))
    }) {
        reader.quarantine(row, "a deviation that this profile does not tolerate");
        return None;
    }
    Some(entry)
}

fn of(reader: &Reader<'_>, field: Field) -> Paths {
    paths(reader.standard.entry, field)
}

fn text(reader: &mut Reader<'_>, row: &At<'_>, field: Field) -> Option<String> {
    let paths = of(reader, field);
    reader.text_at(row, paths)
}

fn said(reader: &mut Reader<'_>, row: &At<'_>, field: Field) -> Option<String> {
    let paths = of(reader, field);
    reader.said_at(row, paths)
}

fn id_of(reader: &mut Reader<'_>, row: &At<'_>, field: Field) -> Option<String> {
    let paths = of(reader, field);
    reader.id_at(row, paths)
}

fn id(reader: &mut Reader<'_>, row: &At<'_>) -> Option<String> {
    let found = id_of(reader, row, Field::ProviderId)?;
    (found.chars().count() <= 512).then_some(found)
}

/// The signed amount and the status.
fn amount(
    reader: &mut Reader<'_>,
    row: &At<'_>,
    around: Around<'_>,
    known: Option<&Account>,
) -> Option<(Money, TransactionStatus)> {
    let (figure, currency) = (of(reader, Field::Amount), of(reader, Field::Currency));
    let unofficial = of(reader, Field::UnofficialCurrency);
    let Some(figure) = reader.find(row, figure) else {
        reader.quarantine(row, "no amount");
        return None;
    };
    let unit = reader.unit_at(row, currency, unofficial, known.and_then(|known| known.currency.as_ref()));
    let Some(money) = reader.money(&figure, unit) else {
        reader.quarantine(&figure, &format!("{} is no exact amount", figure.value));
        return None;
    };
    let mut status = status(reader, row, around);
    let inverted = known.is_some_and(|known| reader.profile.inverted_for.contains(&known.kind));
    let signed = match reader.standard.sign {
        Sign::AsWritten => money,
        Sign::Negated => money.negated(),
        Sign::Word(words) | Sign::WordOverSign(words) => {
            let found = reader.find(row, of(reader, Field::Indicator));
            let table: Vec<_> = words.iter().map(|(word, way, waits)| (*word, (*way, *waits))).collect();
            match found.and_then(|at| Some((reader.fields.one_of(&at, &table)?, at))) {
                None => money,
                Some(((way, waits), at)) => {
                    status = waits.unwrap_or(status);
                    let tolerated = matches!(reader.standard.sign, Sign::WordOverSign(_));
                    if money.value.is_sign_negative() && !money.value.is_zero() && !tolerated {
                        let message = "the amount is negative, and the indicator says which way";
                        reader.warn(WarningCode::SignIndicatorConflict, &at, message);
                    }
                    let size = Money { value: money.value.abs(), unit: money.unit };
                    if way == Direction::Debit { size.negated() } else { size }
                }
            }
        }
    };
    Some((if inverted { signed.negated() } else { signed }, status))
}

fn status(reader: &mut Reader<'_>, row: &At<'_>, around: Around<'_>) -> TransactionStatus {
    let waits = of(reader, Field::Pending);
    if reader.flag_at(row, waits) == Some(true) {
        return TransactionStatus::Pending;
    }
    if let Some(at) = reader.find(row, of(reader, Field::Status)) {
        // A status nobody knows is not in the balance as far as anybody can tell.
        return reader.fields.one_of(&at, reader.standard.statuses).unwrap_or(TransactionStatus::Pending);
    }
    around.status.unwrap_or(TransactionStatus::Booked)
}

fn direction(reader: &mut Reader<'_>, row: &At<'_>, amount: &Money) -> Option<Direction> {
    if amount.value.is_zero() {
        let words = match reader.standard.sign {
            Sign::Word(words) | Sign::WordOverSign(words) => words,
            _ => return None,
        };
        let found = reader.find(row, of(reader, Field::Indicator))?;
        return words.iter().find(|row| Some(row.0) == found.text()).map(|row| row.1);
    }
    Some(if amount.value.is_sign_negative() { Direction::Debit } else { Direction::Credit })
}

/// The dates, and the status as far as they decide it.
fn dates(
    reader: &mut Reader<'_>,
    row: &At<'_>,
    stated: TransactionStatus,
    amount: &Money,
) -> (Dates, TransactionStatus) {
    let mut dates = Dates::default();
    let mut status = stated;
    let day = |reader: &mut Reader<'_>, field, dates: &mut Dates| {
        let paths = of(reader, field);
        reader.day_at(row, paths, dates)
    };
    let booked_day = day(reader, Field::BookingDate, &mut dates);
    let either = day(reader, Field::BookedOrActed, &mut dates);
    dates.value_date = day(reader, Field::ValueDate, &mut dates);
    dates.transaction_date = day(reader, Field::TransactionDate, &mut dates);
    dates.expected_date = day(reader, Field::ExpectedDate, &mut dates);
    let instant = |reader: &mut Reader<'_>, field, dates: &mut Dates| {
        let paths = of(reader, field);
        reader.instant_at(row, paths, dates)
    };
    let (booked_at, booked_at_day) = instant(reader, Field::BookingAt, &mut dates);
    let (booked_instant, _) = instant(reader, Field::BookingInstant, &mut dates);
    let (value_at, value_day) = instant(reader, Field::ValueAt, &mut dates);
    let (acted_at, acted_day) = instant(reader, Field::TransactionAt, &mut dates);
    // The same instant may stand for two things: what it warned of was said already.
    let warned = reader.fields.warnings.len();
    let (day_of, day_of_day) = instant(reader, Field::BookingDayOf, &mut dates);
    reader.fields.warnings.truncate(warned);
    dates.value_at = value_at;
    dates.value_date = dates.value_date.or(value_day);
    dates.transaction_at = acted_at;
    dates.transaction_date = dates.transaction_date.or(acted_day);
    let booked_day = booked_day.or(booked_at_day).or(day_of.and(day_of_day));
    let undated = reader.standard.epoch && booked_at.is_none() && status == TransactionStatus::Booked;
    if undated {
        // A booking at the beginning of time is none.
        status = TransactionStatus::Pending;
    }
    match status {
        TransactionStatus::Booked => {
            dates.booking_date = booked_day.or(either);
            dates.booking_at = booked_at.or(booked_instant);
            let early = dates.booking_date.is_some_and(|date| date > reader.today());
            if early {
                let at = row.clone();
                reader.warn(WarningCode::FutureBooked, &at, "booked on a day that has not come");
            }
        }
        TransactionStatus::Information => dates.expected_date = dates.expected_date.or(booked_day),
        _ => {
            dates.transaction_date = dates.transaction_date.or(either);
            let due = booked_day.filter(|date| *date > reader.today());
            dates.expected_date = dates.expected_date.or(due);
        }
    }
    if let Some(date) = dates.booking_date
        && let Unit::Iso(currency) = amount.unit
        && currency.withdrawn_after().is_some_and(|year| date.year() > year)
    {
        reader.warn(WarningCode::CurrencyWithdrawn, row, format!("{currency} was withdrawn before {date}"));
    }
    (dates, status)
}

fn merchant(reader: &mut Reader<'_>, row: &At<'_>) -> Option<Merchant> {
    let merchant = Merchant {
        name: said(reader, row, Field::MerchantName),
        mcc: id_of(reader, row, Field::Mcc).filter(|code| code.len() == 4),
        id: said(reader, row, Field::MerchantId),
        terminal: said(reader, row, Field::Terminal),
    };
    (merchant != Merchant::default()).then_some(merchant)
}

/// The free text as delivered: the lines, or the one piece where there are none.
fn lines(reader: &mut Reader<'_>, row: &At<'_>) -> Vec<String> {
    let paths = of(reader, Field::Lines);
    let items = reader.list_at(row, paths);
    let lines: Vec<String> =
        items.iter().filter_map(|item| reader.text(item)).filter(|line| !line.is_empty()).collect();
    if !lines.is_empty() {
        return lines;
    }
    text(reader, row, Field::Text).filter(|text| !text.is_empty()).into_iter().collect()
}

/// Structured references: texts or objects, one or many.
fn structured(reader: &mut Reader<'_>, row: &At<'_>) -> Vec<Reference> {
    let Some(found) = reader.find(row, of(reader, Field::Structured)) else { return Vec::new() };
    let items: Vec<At<'_>> = if matches!(found.value, Value::List(_)) { found.items().collect() } else { vec![found] };
    let mut references = Vec::new();
    for item in items {
        let (reference, kind, issuer) = if matches!(item.value, Value::Object(_)) {
            let reference = reader.said_at(&item, &["reference"]);
            (reference, reader.said_at(&item, &["referenceType"]), reader.said_at(&item, &["referenceIssuer"]))
        } else {
            (reader.text(&item).filter(|text| !is_placeholder(text)), None, None)
        };
        let Some(reference) = reference else { continue };
        let checked = check_digits::creditor_reference(&reference);
        let kind = kind.or_else(|| checked.map(|_| "RF".to_owned()));
        references.push(Reference { reference, kind, issuer, checked });
    }
    references
}

/// The ISO 20022 code, from `PMNT-RDDT-ESDD` or an object of its parts.
fn bank_code(reader: &mut Reader<'_>, row: &At<'_>) -> Vec<String> {
    let Some(found) = reader.find(row, of(reader, Field::BankCode)) else { return Vec::new() };
    if matches!(found.value, Value::Object(_)) {
        let parts = ["domain", "family", "subFamily"];
        return parts.iter().map_while(|part| member(&found, part).and_then(|at| reader.text(&at))).collect();
    }
    let text = reader.text(&found).unwrap_or_default();
    text.split('-').map(str::to_owned).filter(|part| !part.is_empty()).collect()
}

/// Who is on the other side, and what that says about the sign.
fn parties(reader: &mut Reader<'_>, row: &At<'_>, known: Option<&Account>, entry: &mut Entry) {
    let creditor = party(reader, row, known, [Field::CreditorName, Field::CreditorAccount, Field::CreditorAgent]);
    let debtor = party(reader, row, known, [Field::DebtorName, Field::DebtorAccount, Field::DebtorAgent]);
    let names_creditor = names(reader, row, [Field::CreditorName, Field::CreditorAccount]);
    let names_debtor = names(reader, row, [Field::DebtorName, Field::DebtorAccount]);
    if entry.direction == Some(Direction::Credit) {
        let infers = reader.profile.sign == SignRule::InferFromParty && creditor.is_some() && debtor.is_none();
        let says = reader.profile.pending_debit.as_ref().filter(|_| entry.is_pending());
        if infers || says.is_some_and(|pattern| pattern.is_match(&entry.text())) {
            entry.amount = entry.amount.negated();
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

/// Original amount, conversion, fees and the balance after.
fn figures_beside(reader: &mut Reader<'_>, row: &At<'_>, entry: &mut Entry) {
    let unit = entry.amount.unit.clone();
    let foreign = reader.find(row, of(reader, Field::OriginalCurrency));
    let foreign = foreign.and_then(|at| reader.unit(&at)).unwrap_or_else(|| unit.clone());
    if let Some(at) = reader.find(row, of(reader, Field::OriginalAmount))
        && let Some(original) = reader.amount(&at, &foreign)
    {
        entry.original_amount = Some(aligned(original, &entry.amount));
    }
    if let Some(at) = reader.find(row, of(reader, Field::Fee)) {
        entry.fees.extend(reader.amount(&at, &unit));
    }
    if let Some(at) = reader.find(row, of(reader, Field::BalanceAfter)) {
        let figure = member(&at, "balanceAmount").unwrap_or(at);
        let indicator = reader.find(row, of(reader, Field::BalanceAfterIndicator));
        let is_debt =
            indicator.and_then(|at| at.text().map(|word| word.eq_ignore_ascii_case("debit"))).unwrap_or(false);
        entry.balance_after = reader.amount(&figure, &unit).map(|after| if is_debt { after.negated() } else { after });
    }
    let exchanges = of(reader, Field::Exchange);
    if let Some(exchange) = reader.list_at(row, exchanges).first() {
        let mut code = |paths| reader.find(exchange, paths).and_then(|at| reader.unit(&at));
        let (source, target) = (code(&["sourceCurrency"]), code(&["targetCurrency"]));
        let by_unit = code(&["unitCurrency"]);
        let rate = reader.find(exchange, &["exchangeRate"]).and_then(|at| reader.decimal(&at));
        if let (Some(source), Some(rate)) = (source, rate) {
            let inverse = by_unit.is_some() && by_unit == target && by_unit.as_ref() != Some(&source);
            conversion_fits(reader, exchange, entry, rate, inverse);
            entry.fx = Some(Fx { source, target, rate });
        }
    }
}

fn aligned(amount: Money, to: &Money) -> Money {
    let negative = to.value.is_sign_negative() && !to.value.is_zero();
    let size = Money { value: amount.value.abs(), unit: amount.unit };
    if negative { size.negated() } else { size }
}

fn conversion_fits(reader: &mut Reader<'_>, at: &At<'_>, entry: &Entry, rate: Decimal, inverse: bool) {
    let (Some(original), Unit::Iso(currency)) = (&entry.original_amount, &entry.amount.unit) else { return };
    let (size, booked) = (original.value.abs(), entry.amount.value.abs());
    let converted = if inverse { size.checked_div(rate) } else { size.checked_mul(rate) };
    let unit = Decimal::new(1, u32::from(currency.exponent().unwrap_or(0)));
    let fees = entry.fees.iter().map(|fee| fee.value.abs()).try_fold(Decimal::ZERO, Decimal::checked_add);
    let near = |due: Option<Decimal>| {
        due.and_then(|due| due.checked_sub(booked)).is_some_and(|difference| difference.abs() <= unit)
    };
    let with_fees = converted.zip(fees).and_then(|(due, fees)| due.checked_add(fees));
    let fits = near(converted) || near(with_fees);
    if !fits {
        let message = format!("{size} at {rate} is not {booked}");
        reader.warn(WarningCode::FxInconsistent, at, message);
    }
}

/// What the profile finds in the text.
fn from_text(reader: &mut Reader<'_>, row: &At<'_>, entry: &mut Entry) {
    let text = entry.text();
    if let Some((pattern, currency)) = &reader.profile.amount_in_text
        && let Some(figure) = pattern.captures(&text).and_then(|found| found.get(1))
    {
        match Decimal::from_str_exact(figure.as_str()) {
            Ok(value) => {
                let booked = Money { value, unit: Unit::Iso(*currency) };
                entry.original_amount = Some(aligned(entry.amount.clone(), &booked));
                entry.direction = Some(if value.is_sign_negative() { Direction::Debit } else { Direction::Credit });
                entry.amount = booked;
            }
            Err(_) => reader.warn(WarningCode::AmountFormat, row, format!("`{}` in the text", figure.as_str())),
        }
    }
    if let Some(pattern) = &reader.profile.date_in_text
        && entry.dates.transaction_date.is_none()
        && let Some(day) = pattern.captures(&text).and_then(|found| found.get(1))
    {
        match day.as_str().parse() {
            Ok(date) => entry.dates.transaction_date = Some(date),
            Err(_) => reader.warn(WarningCode::InvalidDate, row, format!("`{}` in the text", day.as_str())),
        }
    }
}

fn kind_and_nature(reader: &mut Reader<'_>, word: Option<&str>, entry: &mut Entry) {
    let by_word = word.and_then(|word| reader.standard.types.iter().find(|row| row.0.eq_ignore_ascii_case(word)));
    let by_code = codes::of(&entry.bank_tx_code);
    let (kind, nature) = match (by_word, by_code) {
        (Some((_, kind, nature)), _) => (Some(*kind), *nature),
        (None, Some((kind, nature))) => (Some(kind), nature),
        (None, None) => (None, Nature::Original),
    };
    entry.kind = kind.filter(|kind| *kind != TransactionKind::Other || by_word.is_some());
    // Banks use one word for both ways.
    entry.kind = match (entry.kind, entry.direction) {
        (Some(TransactionKind::CreditTransferOut), Some(Direction::Credit)) => Some(TransactionKind::CreditTransferIn),
        (Some(TransactionKind::CreditTransferIn), Some(Direction::Debit)) => Some(TransactionKind::CreditTransferOut),
        (kind, _) => kind,
    };
    entry.nature = nature;
    let (code, text) = (entry.proprietary_code.clone().unwrap_or_default(), entry.text());
    let fits = |pattern: &Option<regex::Regex>, text: &str| pattern.as_ref().is_none_or(|it| it.is_match(text));
    let rules = &reader.profile.natures;
    if let Some(rule) = rules.iter().find(|rule| fits(&rule.code, &code) && fits(&rule.text, &text)) {
        entry.nature = rule.nature;
        // Text alone is hearsay.
        entry.nature_confidence = rule.code.is_none().then(|| Decimal::new(6, 1));
    }
}

fn quality(reader: &Reader<'_>, word: Option<&str>, entry: &Entry) -> Quality {
    let Some(id) = &entry.provider_id else { return Quality::Absent };
    if reader.profile.ignore_id.as_ref().is_some_and(|pattern| pattern.is_match(id)) {
        return Quality::Absent;
    }
    if let Some(quality) = reader.profile.id_quality {
        return quality;
    }
    match reader.standard.quality {
        Trust::All(quality) => quality,
        Trust::DayAfterUnless(at_once) => {
            let settled = entry.is_booked() && entry.dates.booking_date.is_some_and(|date| date < reader.today());
            let trusted = settled || word.is_some_and(|word| at_once.contains(&word));
            if trusted && entry.is_booked() { Quality::Immutable } else { Quality::Unstable }
        }
    }
}

fn doubts(reader: &mut Reader<'_>, row: &At<'_>, entry: &Entry) {
    let dates = &entry.dates;
    let instants = [dates.booking_at, dates.value_at, dates.transaction_at];
    let invalid =
        reader.fields.warnings.iter().any(|found| {
            found.code == WarningCode::InvalidDate && found.pointer.starts_with(&format!("{}/", row.pointer))
        });
    if entry.day().is_none() && instants.iter().all(Option::is_none) && !invalid {
        reader.warn(WarningCode::NoDate, row, "no date at all");
    }
    let waits_since = dates.transaction_date.or(dates.value_date).filter(|_| entry.is_pending());
    let days = waits_since.and_then(|since| reader.today().since(since).ok()).map(|span| span.get_days());
    if days.is_some_and(|days| days > i32::from(reader.profile.pending_days)) {
        reader.warn(WarningCode::Stale, row, "pending for longer than any booking takes");
    }
}
