//! What is known, as canonical JSON.
//!
//! Owns the member names of the canonical model. A member without a value is left out, but for `minor`, whose `null`
//! says that the amount cannot be booked exactly. Amounts are one text, `-12.30 EUR`. Knows no standard.

use bank_fixtures::record::Instant;
use serde_json::{Map, Value, json};

use super::canonical::effective;
use super::history::{History, Known, KnownAccount};
use super::identity::Basis;
use super::model::{
    Balance, Consent, Counterparty, Customer, Entry, Identifier, Link, Money, Origin, Payment, Problem, Scheme, Unit,
};
use super::words::{self, word};

/// The whole history.
pub fn history(history: &History) -> Value {
    let mut warnings: Vec<&str> = history.warnings.iter().map(|warning| warning.code.name()).collect();
    warnings.sort_unstable();
    object([
        ("customers", list(&history.customers, customer)),
        ("accounts", list(&history.accounts, |known| account(known, &history.accounts))),
        ("balances", list(&history.balances, balance)),
        ("transactions", list(&history.entries, transaction)),
        ("payments", list(&history.payments, payment)),
        ("consents", list(&history.consents, consent)),
        ("errors", list(&history.problems, problem)),
        ("warnings", list(&warnings, |code| json!(code))),
        ("next", text(history.next.as_ref())),
        ("incomplete", flag(history.incomplete)),
    ])
}

fn account(known: &KnownAccount, all: &[KnownAccount]) -> Value {
    let account = &known.account;
    let shares = |other: &&(usize, &KnownAccount)| {
        let bare = |scheme| matches!(scheme, Scheme::PanMasked | Scheme::Other);
        let same = |one: &Identifier| !bare(one.scheme) && account.identifiers.contains(one);
        other.1.id != known.id && other.1.account.identifiers.iter().any(same)
    };
    let all: Vec<(usize, &KnownAccount)> = all.iter().enumerate().collect();
    let candidates: Vec<usize> = all.iter().filter(shares).map(|(index, _)| *index).collect();
    object([
        ("provider_id", json!(account.provider_id)),
        ("aliases", list(&account.aliases, |alias| json!(alias))),
        ("identified_by", json!(if known.basis == Basis::Identifier { "identifier" } else { "provider_id" })),
        ("may_be", list(&candidates, |index| json!(index))),
        ("identifiers", list(&account.identifiers, identifier)),
        ("display", text(account.display.as_ref())),
        ("currency", account.currency.as_ref().map_or(Value::Null, unit)),
        ("multi_currency", flag(account.multi_currency)),
        ("type", json!(word(words::ACCOUNT_KINDS, &account.kind))),
        ("status", json!(word(words::ACCOUNT_STATUSES, &account.status))),
        ("name", text(account.name.as_ref())),
        ("nickname", text(account.nickname.as_ref())),
        ("product", text(account.product.as_ref())),
        ("owners", list(&account.owners, |owner| json!(owner))),
        ("warnings", warnings(&account.origin)),
    ])
}

fn unit(unit: &Unit) -> Value {
    match unit {
        Unit::Iso(currency) => json!(currency.to_string()),
        Unit::Unofficial(code) => json!({"kind": "unofficial", "code": code.as_str()}),
        Unit::Custom(uri) => json!({"kind": "custom", "uri": uri.as_str()}),
        Unit::None => json!({"kind": "none"}),
    }
}

fn money(money: &Money) -> Value {
    match money.unit() {
        Unit::None => json!(money.text()),
        unit => json!(format!("{} {unit}", money.text())),
    }
}

fn identifier(identifier: &Identifier) -> Value {
    object([
        ("scheme", json!(word(words::SCHEMES, &identifier.scheme))),
        ("value", json!(identifier.value)),
        ("valid", identifier.valid.map_or(Value::Null, |valid| json!(valid))),
    ])
}

fn balance(balance: &Balance) -> Value {
    object([
        ("account", json!(balance.account)),
        ("type", json!(word(words::BALANCE_KINDS, &balance.meaning))),
        ("source_type", json!(balance.source_type)),
        ("amount", money(&balance.amount)),
        ("as_of", instant(balance.as_of)),
        ("reference_date", shown(balance.reference_date)),
        ("credit_line", balance.credit_line.as_ref().map_or(Value::Null, money)),
        ("credit_line_included", balance.credit_line_included.map_or(Value::Null, |included| json!(included))),
        ("stale", flag(balance.stale)),
        ("warnings", warnings(&balance.origin)),
    ])
}

fn transaction(known: &Known) -> Value {
    let entry = &known.entry;
    let dates = &entry.dates;
    let mut members = object([
        ("account", json!(entry.account)),
        ("provider_id", text(entry.provider_id.as_ref())),
        ("aliases", list(&entry.aliases, |alias| json!(alias))),
        ("provider_ref", text(entry.provider_ref.as_ref())),
        ("id_quality", json!(word(words::QUALITIES, &entry.quality))),
        ("status", json!(word(words::STATUSES, &entry.status))),
        ("effective_status", json!(effective(known.effective))),
        ("nature", json!(word(words::NATURES, &entry.nature))),
        ("nature_confidence", shown(entry.nature_confidence)),
        ("kind", entry.kind.map_or(Value::Null, |kind| json!(word(words::KINDS, &kind)))),
        ("amount", money(&entry.amount)),
        ("unit", if entry.amount.unit().iso().is_some() { Value::Null } else { unit(entry.amount.unit()) }),
        ("direction", entry.direction.map_or(Value::Null, |way| json!(word(words::DIRECTIONS, &way)))),
        ("booking_date", shown(dates.booking_date)),
        ("booking_at", instant(dates.booking_at)),
        ("value_date", shown(dates.value_date)),
        ("value_at", instant(dates.value_at)),
        ("transaction_date", shown(dates.transaction_date)),
        ("transaction_at", instant(dates.transaction_at)),
        ("expected_date", shown(dates.expected_date)),
        ("local", text(dates.local.as_ref())),
        ("leap", flag(dates.leap)),
        ("original_amount", entry.original_amount.as_ref().map_or(Value::Null, money)),
        ("fees", list(&entry.fees, money)),
        ("balance_after", entry.balance_after.as_ref().map_or(Value::Null, money)),
        ("counterparty", entry.counterparty.as_ref().map_or(Value::Null, counterparty)),
        ("reversed_amount", known.reversed.as_ref().map_or(Value::Null, money)),
        ("changed_at", known.changed_at.map_or(Value::Null, |at| json!(at.to_string()))),
        ("links", list(&known.links, link)),
        ("superseded_by", known.superseded_by.as_ref().map_or(Value::Null, link)),
        ("warnings", warnings(&entry.origin)),
    ]);
    said(entry, &mut members);
    // The one member whose absence means something.
    if let Value::Object(members) = &mut members {
        members.insert("minor".to_owned(), entry.amount.minor().map_or(Value::Null, |minor| json!(minor.to_string())));
    }
    members
}

/// What an entry says in words and codes.
fn said(entry: &Entry, members: &mut Value) {
    let fx = entry.fx.as_ref().map_or(Value::Null, |fx| {
        let target = fx.target.as_ref().map_or(Value::Null, unit);
        object([("source", unit(&fx.source)), ("target", target), ("rate", json!(fx.rate.to_string()))])
    });
    let merchant = entry.merchant.as_ref().map_or(Value::Null, |merchant| {
        object([
            ("name", text(merchant.name.as_ref())),
            ("mcc", text(merchant.mcc.as_ref())),
            ("merchant_id", text(merchant.id.as_ref())),
            ("terminal_id", text(merchant.terminal.as_ref())),
        ])
    });
    let structured = list(&entry.structured, |reference| {
        object([
            ("reference", json!(reference.reference)),
            ("type", text(reference.kind.as_ref())),
            ("issuer", text(reference.issuer.as_ref())),
            ("checked", reference.checked.map_or(Value::Null, |checked| json!(checked))),
        ])
    });
    let code = entry.bank_tx_code.join("-");
    let more = object([
        ("fx", fx),
        ("merchant", merchant),
        ("unstructured", list(&entry.unstructured, |line| json!(line))),
        ("text", text(Some(&entry.text()).filter(|text| !text.is_empty()))),
        ("structured", structured),
        ("end_to_end_id", text(entry.end_to_end_id.as_ref())),
        ("mandate_id", text(entry.mandate_id.as_ref())),
        ("creditor_id", text(entry.creditor_id.as_ref())),
        ("check_number", text(entry.check_number.as_ref())),
        ("bank_tx_code", text(Some(&code).filter(|code| !code.is_empty()))),
        ("proprietary_code", text(entry.proprietary_code.as_ref())),
    ]);
    if let (Value::Object(members), Value::Object(more)) = (members, more) {
        members.extend(more);
    }
}

fn counterparty(party: &Counterparty) -> Value {
    object([
        ("role", json!(if party.role == super::model::Direction::Credit { "creditor" } else { "debtor" })),
        ("name", text(party.name.as_ref())),
        ("identifiers", list(&party.identifiers, identifier)),
        ("agent", text(party.agent.as_ref())),
    ])
}

fn link(link: &Link) -> Value {
    object([
        ("relation", json!(word(words::RELATIONS, &link.relation))),
        ("to", json!(link.to)),
        ("confidence", json!(link.confidence.normalize().to_string())),
    ])
}

fn payment(payment: &Payment) -> Value {
    object([
        ("provider_id", text(payment.provider_id.as_ref())),
        ("status", json!(word(words::PAYMENT_STATUSES, &payment.status))),
        ("final", json!(payment.status.is_final())),
        ("money_moved", json!(word(words::MONEY_MOVED, &payment.money_moved))),
        ("amount", payment.amount.as_ref().map_or(Value::Null, money)),
        ("frequency", text(payment.frequency.as_ref())),
        ("start_date", shown(payment.start_date)),
        ("reason_code", text(payment.reason_code.as_ref())),
        ("status_history", list(&payment.history, |status| json!(word(words::PAYMENT_STATUSES, status)))),
        ("warnings", warnings(&payment.origin)),
    ])
}

fn consent(consent: &Consent) -> Value {
    object([
        ("provider_id", text(consent.provider_id.as_ref())),
        ("status", json!(word(words::CONSENT_STATUSES, &consent.status))),
        ("recurring", consent.recurring.map_or(Value::Null, |recurring| json!(recurring))),
        ("frequency_per_day", consent.frequency_per_day.map_or(Value::Null, |count| json!(count))),
        ("expires_at", instant(consent.expires_at)),
        ("warnings", warnings(&consent.origin)),
    ])
}

fn customer(customer: &Customer) -> Value {
    object([
        ("provider_id", text(customer.id.as_ref())),
        ("kind", customer.kind.map_or(Value::Null, |kind| json!(word(words::PARTY_KINDS, &kind)))),
        ("name", text(customer.name.as_ref())),
        ("identifiers", list(&customer.identifiers, identifier)),
        ("warnings", warnings(&customer.origin)),
    ])
}

fn problem(problem: &Problem) -> Value {
    object([
        ("class", json!(problem.class.name())),
        ("http_status", problem.http_status.map_or(Value::Null, |status| json!(status))),
        ("provider_code", text(problem.provider_code.as_ref())),
        ("message", text(problem.message.as_ref())),
        ("field", text(problem.field.as_ref())),
    ])
}

/// What was wrong with a row, by code.
fn warnings(origin: &Origin) -> Value {
    list(&origin.warnings, |code| json!(code.name()))
}

/// An object without the members that have no value.
fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    let stated = members.into_iter().filter(|(_, value)| !value.is_null());
    Value::Object(stated.map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>())
}

fn list<T>(items: &[T], view: impl Fn(&T) -> Value) -> Value {
    if items.is_empty() { Value::Null } else { Value::Array(items.iter().map(view).collect()) }
}

fn text(text: Option<&String>) -> Value {
    text.map_or(Value::Null, |text| json!(text))
}

fn flag(flag: bool) -> Value {
    if flag { json!(true) } else { Value::Null }
}

fn shown(value: Option<impl ToString>) -> Value {
    value.map_or(Value::Null, |value| json!(value.to_string()))
}

fn instant(at: Option<Instant>) -> Value {
    at.map_or(Value::Null, |at| json!(at.text()))
}
