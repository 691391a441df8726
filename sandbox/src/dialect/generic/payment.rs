//! Handlers of payment orders.

use axum::http::{StatusCode, header};
use bank_fixtures::currency::Currency;
use bank_fixtures::identifier::{Iban, SortCodeAccount};
use bank_fixtures::money::Amount;
use bank_fixtures::record::{self, AccountIdentifier, IdentifierScheme};

use super::body::Payment;
use super::json::{Json, Member, Object};
use super::problem::REPLAYED;
use super::query::{Query, body, date, idempotency_key};
use super::{list, read};
use crate::bank::{NewPayment, OrderSearch, Refusal};
use crate::dialect::PaymentFacts;
use crate::dialect::cursor::Cursor;
use crate::exchange::{Call, Problem, Reply};
use crate::world::BankInstance;

pub(super) fn create(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    Query::read(call, &[])?;
    let key = idempotency_key(call)?;
    let asked = order(&body(call)?)?;
    let outcome = read::granted(bank, call)?.pay(key, asked).map_err(problem)?;
    let address = format!("{}/payments/{}", call.request.resource_base(), outcome.payment.id);
    let reply = answer(StatusCode::CREATED, &outcome.payment).header(header::LOCATION, &address);
    Ok(if outcome.replayed { reply.header(REPLAYED, "true").replayed() } else { reply.committed() })
}

pub(super) fn status(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    Query::read(call, &[])?;
    let payment = read::granted(bank, call)?.payment(call.param("payment"))?;
    Ok(answer(StatusCode::OK, &payment))
}

pub(super) fn search(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    let query = Query::read(call, &["idempotency_key", "end_to_end_id", "limit", "cursor"])?;
    let (key, id) = (query.get("idempotency_key"), query.get("end_to_end_id"));
    let search = OrderSearch { idempotency_key: key.map(str::to_owned), end_to_end_id: id.map(str::to_owned) };
    let granted = read::granted(bank, call)?;
    let name = format!("payments {:?} {search:?}", granted.consent().user);
    let (page, before) = match query.cursor(&name)? {
        Some(Cursor::Rows { page, left }) => (page, Some(left)),
        _ => (1, None),
    };
    let (payments, next) = granted.payments(&search, before, query.limit(bank.ledger.profile().pages)?);
    let next = next.map(|left| Cursor::Rows { page: page.saturating_add(1), left }.text(&name));
    let data: Vec<Payment<'_>> = payments.iter().map(Payment::from).collect();
    Ok(list::answer(call, data, payments.len() * PAYMENT_BYTES, next))
}

pub(super) fn cancel(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    Query::read(call, &[])?;
    let payment = read::granted(bank, call)?.cancel(call.param("payment"))?;
    Ok(answer(StatusCode::OK, &payment).committed())
}

/// What a body says about an order, as far as it can be read.
pub(super) fn facts(json: &Json) -> PaymentFacts {
    let currency = json.text(&["amount", "currency"]).and_then(|code| code.parse::<Currency>().ok());
    let value = json.text(&["amount", "value"]);
    PaymentFacts {
        amount: value.zip(currency).and_then(|(value, currency)| Amount::parse(value, currency).ok()),
        reference: json.text(&["reference"]).map(str::to_owned),
        creditor_name: json.text(&["creditor", "name"]).map(str::to_owned),
        creditor_account: json.text(&["creditor", "account", "value"]).map(str::to_owned),
        currency: json.text(&["amount", "currency"]).map(str::to_owned),
    }
}

fn answer(status: StatusCode, payment: &record::Payment) -> Reply {
    list::record(status, &Payment::from(payment))
}

fn order(body: &Json) -> Result<NewPayment, Problem> {
    let order =
        body.object(&["debtor_account_id", "creditor", "amount", "reference", "end_to_end_id", "requested_on"])?;
    let creditor = order.required("creditor")?.object(&["name", "account"])?;
    let text = |name: &str, most| order.optional(name).map(|member| member.text(most)).transpose();
    Ok(NewPayment {
        debtor_account_id: order.required("debtor_account_id")?.text(64)?.to_owned(),
        creditor_name: creditor.required("name")?.text(70)?.to_owned(),
        creditor_account: account(&creditor.required("account")?)?,
        amount: amount(&order.required("amount")?.object(&["value", "currency"])?)?,
        reference: text("reference", 140)?.map(str::to_owned),
        end_to_end_id: text("end_to_end_id", 35)?.map(str::to_owned),
        requested_on: order.optional("requested_on").map(|member| member.parse(DATE, date)).transpose()?,
    })
}

fn amount(amount: &Object<'_>) -> Result<Amount, Problem> {
    let currency = amount.required("currency")?.parse("an ISO 4217 code", str::parse::<Currency>)?;
    let value = amount.required("value")?;
    let read = value.parse(DECIMAL, |text| Amount::parse(text, currency))?;
    match (read.money(), currency.exponent()) {
        (Ok(money), Some(exponent)) if money.minor() > 0 => {
            // "With exactly the currency's decimals": 12.3 and 12 are refused where 12.30 is meant.
            if read.value().scale() == u32::from(exponent) {
                return Ok(money.into());
            }
            Err(value.wrong(format!("write exactly {exponent} decimals")))
        }
        (Err(error), _) => Err(value.wrong(error.to_string())),
        _ => Err(value.wrong("write an amount above zero".to_owned())),
    }
}

fn account(member: &Member<'_>) -> Result<AccountIdentifier, Problem> {
    let account = member.object(&["scheme", "value"])?;
    let scheme = account.required("scheme")?;
    let value = account.required("value")?;
    let identifier = |scheme, value| AccountIdentifier { scheme, value };
    match scheme.text(32)? {
        "iban" => {
            let iban = value.parse("an IBAN", str::parse::<Iban>)?;
            Ok(identifier(IdentifierScheme::Iban, iban.as_str().to_owned()))
        }
        "sort_code_account" => {
            let account = value.parse("6 and 8 digits", str::parse::<SortCodeAccount>)?;
            Ok(identifier(IdentifierScheme::SortCodeAccount, account.to_string()))
        }
        "bban" => {
            let bban = value.text(30)?;
            if bban.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                return Ok(identifier(IdentifierScheme::Bban, bban.to_owned()));
            }
            Err(value.wrong("write letters and digits without blanks".to_owned()))
        }
        _ => Err(scheme.wrong("write iban, bban or sort_code_account".to_owned())),
    }
}

/// A refusal with the member at fault.
fn problem(refusal: Refusal) -> Problem {
    let field = match &refusal {
        Refusal::UnknownAccount(_)
        | Refusal::AccountClosed(_)
        | Refusal::AccountBlocked(_)
        | Refusal::NoPaymentAccount(_) => Some("/debtor_account_id"),
        Refusal::OtherCurrency { .. } => Some("/amount/currency"),
        Refusal::Amount(_) | Refusal::InsufficientFunds { .. } => Some("/amount/value"),
        Refusal::Creditor { .. } => Some("/creditor/account"),
        Refusal::ExecutionDay { .. } => Some("/requested_on"),
        Refusal::KeyReused => Some("header.Idempotency-Key"),
        _ => None,
    };
    let problem = Problem::from(refusal);
    match field {
        Some(field) => problem.at(field),
        None => problem,
    }
}

const DATE: &str = "a date that exists, as YYYY-MM-DD";
const DECIMAL: &str = "a decimal string with exactly the currency's decimals, such as \"12.30\"";
const PAYMENT_BYTES: usize = 512;
