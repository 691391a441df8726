//! The generic REST bank, understood: `docs/generic-api.md` read backwards.
//!
//! Owns the member names of that contract on the reading side. Written from the contract alone.

use bank_fixtures::error_class::ErrorClass;
use bank_fixtures::identifier::Iban;
use bank_fixtures::money::Amount;
use bank_fixtures::record::{
    Account, AccountIdentifier, AccountKind, AccountStatus, Address, Balance, BalanceKind, Consent, ConsentStatus,
    Counterparty, Failure, Fx, IdentifierScheme, Instant, Link, Merchant, Nature, Party, PartyKind, Payment,
    PaymentReason, PaymentStatus, Transaction, TransactionStatus,
};
use jiff::Timestamp;

use self::words::{
    ACCOUNT_KINDS, ACCOUNT_STATUSES, BALANCE_KINDS, CONSENT_STATUSES, FAILURES, NATURES, PAYMENT_STATUSES, RELATIONS,
    SCHEMES, SCOPES, TRANSACTION_KINDS, TRANSACTION_STATUSES,
};
use super::fields::Fields;
use super::{Understood, WarningCode};
use crate::json::{At, Value};

pub mod document;
#[cfg(test)]
mod goldens;
pub(crate) mod words;

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The records understood, in the order sent.
    pub records: Vec<T>,
    /// How many rows the page had, understood or not.
    pub rows: usize,
    /// Where the next page is, by `links.next`.
    pub next: Option<String>,
}

/// A list of customers.
pub fn customers(document: &Value) -> Understood<Page<Party>> {
    read(document, |fields, root| page(fields, root, customer))
}

/// A list of accounts.
pub fn accounts(document: &Value) -> Understood<Page<Account>> {
    read(document, |fields, root| page(fields, root, account))
}

/// One account.
pub fn one_account(document: &Value) -> Understood<Option<Account>> {
    read(document, account)
}

/// The balances of an account.
pub fn balances(document: &Value) -> Understood<Page<Balance>> {
    read(document, |fields, root| page(fields, root, balance))
}

/// One page of the transactions of an account.
pub fn transactions(document: &Value, account_id: &str) -> Understood<Page<Transaction>> {
    read(document, |fields, root| page(fields, root, |fields, at| transaction(fields, at, account_id)))
}

/// A list of payments.
pub fn payments(document: &Value) -> Understood<Page<Payment>> {
    read(document, |fields, root| page(fields, root, payment))
}

/// One payment.
pub fn one_payment(document: &Value) -> Understood<Option<Payment>> {
    read(document, payment)
}

/// One consent.
pub fn one_consent(document: &Value) -> Understood<Option<Consent>> {
    read(document, consent)
}

/// A failure: status, `Retry-After` if there was one, and the body if it was JSON.
pub fn failure(status: u16, retry_after: Option<&str>, document: Option<&Value>) -> Understood<Failure> {
    let mut fields = Fields::default();
    let member = |fields: &mut Fields, name: &str| {
        let at = fields.optional(&document?.root(), name)?;
        fields.text(&at)
    };
    let code = member(&mut fields, "code");
    let message = member(&mut fields, "detail").or_else(|| member(&mut fields, "title"));
    let field = member(&mut fields, "field");
    let known = code.as_ref().and_then(|code| FAILURES.iter().find(|(name, _, _)| name == code));
    let class = known.map(|(_, _, class)| *class).or(ErrorClass::of_status(status));
    let value = Failure {
        class: class.unwrap_or(ErrorClass::ProtocolViolation),
        http_status: Some(status),
        provider_code: code,
        message,
        field,
        retry_after_seconds: retry_after.and_then(|text| text.trim().parse().ok()),
    };
    Understood { value, warnings: fields.warnings }
}

fn read<T>(document: &Value, reader: impl FnOnce(&mut Fields, &At<'_>) -> T) -> Understood<T> {
    let mut fields = Fields::default();
    let root = document.root();
    let value = reader(&mut fields, &root);
    for pointer in root.duplicates() {
        let at = At { value: document, pointer };
        fields.warn(WarningCode::Schema, &at, "the member occurs twice");
    }
    Understood { value, warnings: fields.warnings }
}

fn page<T>(fields: &mut Fields, root: &At<'_>, mut row: impl FnMut(&mut Fields, &At<'_>) -> Option<T>) -> Page<T> {
    let mut found = Page { records: Vec::new(), rows: 0, next: None };
    if !fields.is_object(root) {
        return found;
    }
    if let Some(data) = fields.required(root, "data", "an array") {
        for at in fields.list(&data) {
            found.rows += 1;
            found.records.extend(row(fields, &at));
        }
    }
    if let Some(links) = fields.required(root, "links", "an object").filter(|links| fields.is_object(links)) {
        if let Some(this) = fields.required(&links, "self", "a URL") {
            fields.text(&this);
        }
        found.next = fields.optional(&links, "next").and_then(|next| fields.text(&next));
    }
    found
}

fn customer(fields: &mut Fields, at: &At<'_>) -> Option<Party> {
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

fn account(fields: &mut Fields, at: &At<'_>) -> Option<Account> {
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

fn identifier(fields: &mut Fields, at: &At<'_>) -> Option<AccountIdentifier> {
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
                let checksum = matches!(error, bank_fixtures::identifier::IdentifierError::IbanChecksum(_));
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

fn balance(fields: &mut Fields, at: &At<'_>) -> Option<Balance> {
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

fn amount(fields: &mut Fields, at: &At<'_>) -> Option<Amount> {
    if !fields.is_object(at) {
        return None;
    }
    let currency = fields.required(at, "currency", "an ISO 4217 code").and_then(|at| fields.currency(&at));
    let value = fields.required(at, "value", "a decimal string")?;
    fields.amount(&value, currency?)
}

fn transaction(fields: &mut Fields, at: &At<'_>, account_id: &str) -> Option<Transaction> {
    if !fields.is_object(at) {
        return None;
    }
    let id = fields.required(at, "id", "a string").and_then(|at| fields.id(&at));
    let status = fields.required(at, "status", "a string").and_then(|at| fields.one_of(&at, TRANSACTION_STATUSES));
    let moved = fields.required(at, "amount", "an amount").and_then(|at| amount(fields, &at));
    let booking_date = fields.optional(at, "booked_on").and_then(|at| fields.date(&at));
    let nature = fields.optional(at, "nature").and_then(|at| fields.one_of(&at, NATURES));
    if status == Some(TransactionStatus::Booked) && at.member("booked_on").is_none() {
        fields.warn(WarningCode::NoDate, at, "a booked entry without `booked_on`");
    }
    let mut read_amount = |name| fields.optional(at, name).and_then(|at| amount(fields, &at));
    let (original_amount, balance_after) = (read_amount("original_amount"), read_amount("balance_after"));
    let record = Transaction {
        id,
        account_id: account_id.to_owned(),
        nature: nature.unwrap_or(Nature::Original),
        kind: fields.optional(at, "type").and_then(|at| fields.one_of(&at, TRANSACTION_KINDS)),
        booking_date,
        booking_at: fields.optional(at, "booked_at").and_then(|at| fields.instant(&at)),
        value_date: fields.optional(at, "value_on").and_then(|at| fields.date(&at)),
        transaction_date: fields.optional(at, "occurred_on").and_then(|at| fields.date(&at)),
        transaction_at: fields.optional(at, "occurred_at").and_then(|at| fields.instant(&at)),
        original_amount,
        fx: fields.optional(at, "exchange_rate").and_then(|at| rate(fields, &at)),
        balance_after,
        counterparty: fields.optional(at, "counterparty").and_then(|at| counterparty(fields, &at)),
        merchant: fields.optional(at, "merchant").and_then(|at| merchant(fields, &at)),
        remittance: fields.optional(at, "description").map(|at| fields.texts(&at)).unwrap_or_default(),
        creditor_reference: fields.optional(at, "creditor_reference").and_then(|at| fields.text(&at)),
        end_to_end_id: fields.optional(at, "end_to_end_id").and_then(|at| fields.id(&at)),
        mandate_id: fields.optional(at, "mandate_id").and_then(|at| fields.id(&at)),
        bank_tx_code: fields.optional(at, "bank_transaction_code").and_then(|at| bank_tx_code(fields, &at)),
        links: fields.optional(at, "related").map(|at| related(fields, &at)).unwrap_or_default(),
        status: status?,
        amount: moved?,
    };
    warn_of_contradictions(fields, at, &record);
    Some(record)
}

/// Deviations that need two fields of one entry.
fn warn_of_contradictions(fields: &mut Fields, at: &At<'_>, record: &Transaction) {
    if let Some(original) = record.original_amount
        && original.value().is_sign_negative() != record.amount.value().is_sign_negative()
        && !original.value().is_zero()
        && !record.amount.value().is_zero()
    {
        fields.warn(WarningCode::FxInconsistent, at, "amount and original amount have opposite signs");
    }
    if let (Some(original), Some(fx)) = (record.original_amount, &record.fx)
        && (fx.source != original.currency() || fx.target != record.amount.currency())
    {
        fields.warn(WarningCode::FxInconsistent, at, "the rate is not between the currencies of the two amounts");
    }
    if let Some(after) = record.balance_after
        && after.currency() != record.amount.currency()
    {
        fields.warn(WarningCode::BalanceMismatch, at, "the balance after it is in another currency");
    }
    if let (Some(last), Some(booked)) = (record.amount.currency().withdrawn_after(), record.booking_date)
        && booked.year() > last
    {
        let message = format!("{} was withdrawn after {last}", record.amount.currency());
        fields.warn(WarningCode::CurrencyWithdrawn, at, message);
    }
}

fn rate(fields: &mut Fields, at: &At<'_>) -> Option<Fx> {
    let source = fields.required(at, "from", "an ISO 4217 code").and_then(|at| fields.currency(&at));
    let target = fields.required(at, "to", "an ISO 4217 code").and_then(|at| fields.currency(&at));
    let rate = fields.required(at, "rate", "a decimal string").and_then(|at| fields.decimal(&at));
    Some(Fx { source: source?, target: target?, rate: rate? })
}

fn counterparty(fields: &mut Fields, at: &At<'_>) -> Option<Counterparty> {
    fields.is_object(at).then(|| Counterparty {
        name: fields.optional(at, "name").and_then(|at| fields.text(&at)),
        account: fields.optional(at, "account").and_then(|at| identifier(fields, &at)),
    })
}

fn merchant(fields: &mut Fields, at: &At<'_>) -> Option<Merchant> {
    if !fields.is_object(at) {
        return None;
    }
    let mcc = fields.optional(at, "mcc").and_then(|at| {
        let code = fields.id(&at)?;
        let is_code = code.len() == 4 && code.bytes().all(|byte| byte.is_ascii_digit());
        if !is_code {
            fields.warn(WarningCode::Schema, &at, format!("`{code}` is not a four-digit category code (ISO 18245)"));
        }
        is_code.then_some(code)
    });
    let mut part = |name| fields.optional(at, name).and_then(|at| fields.text(&at));
    Some(Merchant { name: part("name"), city: part("city"), country: part("country"), mcc })
}

fn bank_tx_code(fields: &mut Fields, at: &At<'_>) -> Option<[String; 3]> {
    let text = fields.text(at)?;
    let parts: Vec<&str> = text.split('-').collect();
    match parts.as_slice() {
        [domain, family, sub_family] => Some([domain, family, sub_family].map(|part| (*part).to_owned())),
        _ => {
            fields.warn(WarningCode::Schema, at, format!("`{text}` is not domain-family-subfamily (ISO 20022)"));
            None
        }
    }
}

fn related(fields: &mut Fields, at: &At<'_>) -> Vec<Link> {
    let mut links = Vec::new();
    for item in fields.list(at) {
        let relation = fields.required(&item, "relation", "a string").and_then(|at| fields.one_of(&at, RELATIONS));
        let id = fields.required(&item, "transaction_id", "a string").and_then(|at| fields.id(&at));
        if let (Some(relation), Some(transaction_id)) = (relation, id) {
            links.push(Link { relation, transaction_id });
        }
    }
    links
}

fn payment(fields: &mut Fields, at: &At<'_>) -> Option<Payment> {
    if !fields.is_object(at) {
        return None;
    }
    let mut id = |name| fields.required(at, name, "a string").and_then(|at| fields.id(&at));
    let (payment_id, debtor) = (id("id"), id("debtor_account_id"));
    let status = fields.required(at, "status", "a string").and_then(|at| fields.one_of(&at, PAYMENT_STATUSES));
    let creditor = fields.required(at, "creditor", "an object").filter(|at| fields.is_object(at));
    let creditor_name =
        creditor.as_ref().and_then(|at| fields.required(at, "name", "a string")).and_then(|at| fields.text(&at));
    let creditor_account = creditor
        .as_ref()
        .and_then(|at| fields.required(at, "account", "an object"))
        .and_then(|at| identifier(fields, &at));
    let ordered = fields.required(at, "amount", "an amount").and_then(|at| amount(fields, &at));
    let created = required_instant(fields, at, "created_at");
    let updated = required_instant(fields, at, "updated_at");
    let payment = Payment {
        reference: fields.optional(at, "reference").and_then(|at| fields.text(&at)),
        end_to_end_id: fields.optional(at, "end_to_end_id").and_then(|at| fields.id(&at)),
        requested_date: fields.optional(at, "requested_on").and_then(|at| fields.date(&at)),
        reason: fields.optional(at, "reason").and_then(|at| reason(fields, &at)),
        status: status.unwrap_or(PaymentStatus::Unknown),
        id: payment_id?,
        debtor_account_id: debtor?,
        creditor_name: creditor_name?,
        creditor_account: creditor_account?,
        amount: ordered?,
        created_at: created?,
        updated_at: updated?,
    };
    Some(payment)
}

fn reason(fields: &mut Fields, at: &At<'_>) -> Option<PaymentReason> {
    let code = fields.required(at, "code", "a string").and_then(|at| fields.id(&at));
    let text = fields.optional(at, "text").and_then(|at| fields.text(&at));
    Some(PaymentReason { code: code?, text })
}

fn consent(fields: &mut Fields, at: &At<'_>) -> Option<Consent> {
    if !fields.is_object(at) {
        return None;
    }
    let id = fields.required(at, "id", "a string").and_then(|at| fields.id(&at));
    let status = fields.required(at, "status", "a string").and_then(|at| fields.one_of(&at, CONSENT_STATUSES));
    let scopes_at = fields.required(at, "scopes", "an array");
    let scope_items: Vec<At<'_>> = scopes_at.map(|at| fields.list(&at).collect()).unwrap_or_default();
    let account_ids = fields.optional(at, "account_ids").map(|at| fields.texts(&at)).unwrap_or_default();
    let created = required_instant(fields, at, "created_at");
    let consent = Consent {
        scopes: scope_items.iter().filter_map(|item| fields.one_of(item, SCOPES).flatten()).collect(),
        expires_at: fields.optional(at, "expires_at").and_then(|at| fields.instant(&at)),
        status: status.unwrap_or(ConsentStatus::Unknown),
        account_ids,
        id: id?,
        created_at: created.unwrap_or(Instant::utc(Timestamp::UNIX_EPOCH)),
    };
    created.map(|_| consent)
}

fn required_instant(fields: &mut Fields, at: &At<'_>, name: &str) -> Option<Instant> {
    fields.required(at, name, "an instant").and_then(|at| fields.instant(&at))
}

#[cfg(test)]
mod tests {
    use bank_fixtures::record::Relation;

    use super::*;
    use crate::json;

    fn warnings(understood: &Understood<impl Sized>) -> Vec<String> {
        understood.warnings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_page_is_understood_row_by_row() {
        let document = json::parse(
            r#"{"data": [
                {"id": "txn_1", "status": "booked", "type": "card_payment", "amount": {"value": "-12.30", "currency": "GBP"},
                 "booked_on": "2026-03-01", "booked_at": "2026-03-01T09:30:00+00:00", "balance_after": {"value": "5.00", "currency": "GBP"},
                 "original_amount": {"value": "-15.55", "currency": "USD"}, "exchange_rate": {"from": "USD", "to": "GBP", "rate": "0.7912"},
                 "merchant": {"name": "Café", "mcc": "5812"}, "description": ["a", "b"], "bank_transaction_code": "PMNT-CCRD-POSD",
                 "related": [{"relation": "supersedes", "transaction_id": "txn_0"}], "new_member": {"is": "ignored"}},
                {"id": "txn_2", "status": "pending", "amount": {"value": "3", "currency": "GBP"}},
                {"id": "txn_3", "status": "settled", "amount": {"value": "3.00", "currency": "gbp"}},
                "row"
            ], "links": {"self": "http://b/x", "next": "http://b/x?cursor=1"}}"#,
        )
        .unwrap();
        let understood = transactions(&document, "acc_1");
        let page = &understood.value;
        assert_eq!((page.rows, page.records.len(), page.next.as_deref()), (4, 2, Some("http://b/x?cursor=1")));
        assert_eq!(page.records[0].links[0].relation, Relation::Supersedes);
        assert_eq!(page.records[0].fx.as_ref().unwrap().rate.to_string(), "0.7912");
        assert_eq!(page.records[1].nature, Nature::Original);
        assert_eq!(
            warnings(&understood),
            [
                "AMOUNT_FORMAT at /data/1/amount/value: `3` has 0 decimals, GBP has 2",
                "UNKNOWN_ENUM at /data/2/status: `settled`; legal: pending, booked, information, void",
                "CURRENCY_CASE at /data/2/amount/currency: `gbp`; ISO 4217 codes are upper case",
                "SCHEMA at /data/3: a string, an object is due",
            ]
        );
    }

    #[test]
    fn what_is_missing_null_or_doubled_is_named() {
        let document = json::parse(r#"{"data": [{"id": "acc_1", "type": "current", "type": "card", "name": null}]}"#);
        let understood = accounts(&document.unwrap());
        assert_eq!(understood.value.records[0].kind, AccountKind::Card);
        assert_eq!(
            warnings(&understood),
            [
                "SCHEMA at /data/0/status: missing, a string is due",
                "SCHEMA at /data/0/name: null, but a member without a value is left out",
                "SCHEMA at /links: missing, an object is due",
                "SCHEMA at /data/0/type: the member occurs twice",
            ]
        );
    }

    #[test]
    fn identifiers_are_verified() {
        let document = json::parse(
            r#"{"data": [{"id": "a", "type": "current", "status": "open", "identifiers": [
                {"scheme": "iban", "value": "DE88370400440532013000"}, {"scheme": "iban", "value": "DE89370400440532013000"},
                {"scheme": "sort_code_account", "value": "040004-12345"}, {"scheme": "pan_masked", "value": "4111111111111111"}]}],
                "links": {"self": "x"}}"#,
        )
        .unwrap();
        let codes: Vec<&str> = accounts(&document).warnings.iter().map(|w| w.code.name()).collect();
        assert_eq!(codes, ["ID_CHECKSUM", "ID_SCHEME", "ID_SCHEME", "ID_SCHEME"]);
    }

    #[test]
    fn failures_fall_back_to_their_status() {
        let class = |status, body: &str| failure(status, Some("7"), json::parse(body).ok().as_ref()).value;
        assert_eq!(class(422, r#"{"code": "idempotency_key_reused"}"#).class, ErrorClass::IdempotencyConflict);
        assert_eq!(class(503, r#"{"code": "brand_new"}"#).class, ErrorClass::ProviderUnavailable);
        assert_eq!(class(429, "<html>").class, ErrorClass::RateLimited);
        assert_eq!(class(429, "<html>").retry_after_seconds, Some(7));
    }
}
