//! Variable recurring payments: one consent within limits, any number of orders under it.
//!
//! Owns both resources and the order of what is asked of an order. What its limits are worth on a day is `control`'s and
//! `period`'s business, what bodies look like `body`'s. An order counts against the limits from the moment it is taken until it
//! is refused or comes back.

mod body;
mod control;
mod migration;
mod period;

use axum::http::StatusCode;
use bank_fixtures::error_class::ErrorClass;
use bank_fixtures::record::{
    self, AccountKind, BalanceKind, ConsentScope, ConsentStatus, IdentifierScheme, PaymentStatus,
};
use jiff::civil::Date;
use rust_decimal::Decimal;

use self::control::Controls;
use super::error::{Code, Mistake, Refused};
use super::family::{DOMESTIC, Timing};
use super::json::{Json, alike, object};
use super::payment::{KEY, KEY_LENGTH, detail_row, once, refused};
use super::shape;
use super::version::Era;
use super::visit::Visit;
use super::{answer, consent, funds, status, value};
use crate::bank::{ConsentView, NewPayment};
use crate::exchange::Reply;

pub(super) use migration::{patch, put};

const KIND: &str = "domestic-vrp";
/// Where the consents are, and the orders.
const CONSENTS: &str = "domestic-vrp-consents";
const ORDERS: &str = "domestic-vrps";

/// Takes a request for a consent.
pub(super) fn ask(visit: &Visit<'_>) -> Result<Reply, Refused> {
    let body = shape::read(visit.call, body::consent(visit.version))?;
    let (controls, debtor) = agreeable(visit, &body)?;
    let made = once(visit, CONSENTS, || {
        let terms = (controls.ends_at(visit.bank.ledger.book().zone()), debtor.map(|account| vec![account]));
        Ok(consent::made_for(visit, KIND, &body, vec![ConsentScope::Payments], terms).consent.id)
    })?;
    let found = visit.bank.ledger.consent(&made.id, visit.call.now);
    let view = found.ok_or_else(|| Refused::not_found("consent", &made.id))?;
    let reply = consent_written(visit, StatusCode::CREATED, &view, &paper(visit, &made.id)?);
    Ok(if made.replayed { reply.replayed() } else { reply.committed() })
}

/// Reads a consent.
pub(super) fn asked(visit: &Visit<'_>) -> Result<Reply, Refused> {
    let (view, paper) = visit.own_consent(KIND)?;
    Ok(consent_written(visit, StatusCode::OK, &view, &paper))
}

/// Ends a consent.
pub(super) fn end(visit: &Visit<'_>) -> Result<Reply, Refused> {
    consent::ended(visit, KIND)
}

/// Says whether the account to debit holds an amount.
pub(super) fn confirm(visit: &Visit<'_>) -> Result<Reply, Refused> {
    let (view, paper) = visit.own_consent(KIND)?;
    let body = shape::read(visit.call, &body::QUESTION)?;
    let id = view.consent.id.as_str();
    if body.text(&["Data", "ConsentId"]) != Some(id) || visit.access.consent_id.as_deref() != Some(id) {
        return Err(mismatch("Data.ConsentId", "token, path and body name different consents"));
    }
    in_force(&view)?;
    let amount = body.at(&["Data", "InstructedAmount"]).unwrap_or(&Json::Null);
    let (wanted, _) = value::money(amount)
        .ok_or_else(|| Refused::mistake(Code::Invalid, "Data.InstructedAmount.Amount", "the amount cannot be paid"))?;
    let account = debtor(visit, &view, &paper)?;
    let available = visit.granted()?.balances(&account.id)?.into_iter().find(|one| one.kind == BalanceKind::Available);
    let enough = available.is_some_and(|balance| {
        balance.amount.currency() == wanted.currency() && balance.amount.value() >= wanted.value()
    });
    let number = visit.bank.ledger.seed().of("funds").of(&visit.call.request.request_id).hex(10);
    let data = object! {
        "FundsConfirmationId": format!("fun_{number}"),
        "ConsentId": id,
        "CreationDateTime": value::instant(visit.stated(visit.call.now)),
        "Reference": body.at(&["Data", "Reference"]).cloned(),
        "FundsAvailableResult": object! {
            "FundsAvailableDateTime": value::instant(visit.stated(visit.call.now)),
            "FundsAvailable": if enough { "Available" } else { "NotAvailable" },
        },
        "InstructedAmount": amount.clone(),
    };
    // Of all answers about payments this one alone has no links.
    Ok(Reply::new(StatusCode::CREATED, super::error::JSON, object! { "Data": data }.written()))
}

/// Takes an order.
pub(super) fn create(visit: &Visit<'_>) -> Result<Reply, Refused> {
    let body = shape::read(visit.call, body::order(visit.version))?;
    let id = body.text(&["Data", "ConsentId"]).unwrap_or_default();
    if visit.access.consent_id.as_deref() != Some(id) {
        return Err(mismatch("Data.ConsentId", "the token was not given under this consent"));
    }
    let made = once(visit, ORDERS, || ordered(visit, id, &body))?;
    let reply = order_written(visit, StatusCode::CREATED, &made.id)?;
    Ok(if made.replayed { reply.replayed() } else { reply.committed() })
}

/// Reads an order.
pub(super) fn read(visit: &Visit<'_>) -> Result<Reply, Refused> {
    order_written(visit, StatusCode::OK, visit.call.param("payment"))
}

/// Reads an order in finer words.
pub(super) fn details(visit: &Visit<'_>) -> Result<Reply, Refused> {
    let (payment, _) = own_order(visit, visit.call.param("payment"))?;
    let data = object! { "PaymentStatus": vec![detail_row(visit, &DOMESTIC, &payment)] };
    Ok(answer::one(visit, StatusCode::OK, data))
}

/// What is asked for can be agreed to: its limits, and the account it names.
fn agreeable(visit: &Visit<'_>, body: &Json) -> Result<(Controls, Option<String>), Refused> {
    let mut mistakes = Vec::new();
    let zone = visit.bank.ledger.book().zone();
    let today = visit.call.now.to_zoned(zone.clone()).date();
    let controls = Controls::read(body.at(&["Data", "ControlParameters"]).unwrap_or(&Json::Null), (today, zone));
    controls.mistakes(today, &mut mistakes);
    let initiation = initiation(body);
    if controls.is_sweeping() && initiation.get("CreditorAccount").is_none() {
        let message = "sweeping goes to one account: name it";
        mistakes.push(Mistake::new(Code::Missing, "Data.Initiation.CreditorAccount", message));
    }
    if let Some(creditor) = initiation.get("CreditorAccount")
        && value::identifier(creditor).is_none()
    {
        let message = "this is no account number of a scheme this bank knows";
        mistakes.push(Mistake::new(Code::AccountIdentifier, "Data.Initiation.CreditorAccount", message));
    }
    let named = initiation.get("DebtorAccount");
    let debtor = named.and_then(|account| funds::held(visit, account, "Data.Initiation", &mut mistakes));
    if mistakes.is_empty() { Ok((controls, debtor)) } else { Err(Refused::request(mistakes)) }
}

/// Orders a payment within the limits.
fn ordered(visit: &Visit<'_>, id: &str, body: &Json) -> Result<String, Refused> {
    let ledger = &visit.bank.ledger;
    let view = ledger.consent(id, visit.call.now).ok_or_else(|| Refused::not_found("consent", id))?;
    let paper = paper(visit, id)?;
    if paper.text(&["Kind"]) != Some(KIND) {
        return Err(mismatch("Data.ConsentId", "the consent is not one to variable recurring payments"));
    }
    in_force(&view)?;
    same_as_agreed(body, &paper)?;
    let zone = ledger.book().zone();
    let today = visit.call.now.to_zoned(zone.clone()).date();
    let agreed = view.consent.created_at.at.to_zoned(zone.clone()).date();
    let controls = Controls::read(paper.at(&["Data", "ControlParameters"]).unwrap_or(&Json::Null), (agreed, zone));
    let instruction = body.at(&["Data", "Instruction"]).unwrap_or(&Json::Null);
    let place = "Data.Instruction.InstructedAmount";
    let amount = instruction.get("InstructedAmount").and_then(value::money);
    let Some((amount, true)) = amount else {
        let message = "write an amount above zero with no more decimals than its currency has";
        return Err(Refused::mistake(Code::Invalid, &format!("{place}.Amount"), message));
    };
    let earlier = earlier(visit, id);
    let spent = |first: Date, last: Date| -> Decimal {
        let within = earlier.iter().filter(|(day, _)| (first..=last).contains(day));
        within.map(|(_, amount)| *amount).sum()
    };
    if let Some(breach) = controls.breach(body, (amount, today), spent) {
        let refusal = Refused::mistake(Code::ControlParameters, &breach.parameter, breach.message);
        return Err(refusal.class(ErrorClass::BusinessRejected));
    }
    let creditor = instruction.get("CreditorAccount").unwrap_or(&Json::Null);
    let creditor_account = value::identifier(creditor).ok_or_else(|| {
        let message = "this is no account number of a scheme this bank knows";
        Refused::mistake(Code::AccountIdentifier, "Data.Instruction.CreditorAccount", message)
    })?;
    let text = |path: &[&str]| instruction.text(path).map(str::to_owned);
    let asked = NewPayment {
        debtor_account_id: debtor(visit, &view, &paper)?.id,
        creditor_name: text(&["CreditorAccount", "Name"]).unwrap_or_default(),
        creditor_account,
        amount,
        reference: reference(instruction),
        end_to_end_id: text(&["EndToEndIdentification"]),
        requested_on: None,
    };
    // A key is good once for each kind of call, and the bank knows no kinds.
    let key = format!("{KIND} {}", shape::header(visit.call, KEY, KEY_LENGTH)?);
    let payment = visit.granted()?.pay(&key, asked).map_err(refused)?.payment;
    let kept = object! {
        "Kind": KIND,
        "ConsentId": id,
        "Instruction": instruction.clone(),
    };
    keep(visit, &payment.id, &kept);
    let mut orders = orders(visit, id);
    orders.push(Json::Text(payment.id.clone()));
    keep(visit, &orders_of(id), &Json::List(orders));
    Ok(payment.id)
}

/// What the order repeats of the consent is what was agreed to.
fn same_as_agreed(body: &Json, paper: &Json) -> Result<(), Refused> {
    for (path, name) in [(&["Data", "Initiation"][..], "Data.Initiation"), (&["Risk"], "Risk")] {
        if !body.at(path).zip(paper.at(path)).is_some_and(|(sent, agreed)| alike(sent, agreed)) {
            return Err(mismatch(name, "this is not what the account holder consented to"));
        }
    }
    // What the consent leaves open, each order says for itself.
    for name in ["CreditorAccount", "RemittanceInformation"] {
        let agreed = paper.at(&["Data", "Initiation", name]);
        let sent = body.at(&["Data", "Instruction", name]);
        if agreed.is_some_and(|agreed| !sent.is_some_and(|sent| alike(sent, agreed))) {
            let place = format!("Data.Instruction.{name}");
            return Err(mismatch(&place, "this is not what the account holder consented to"));
        }
    }
    Ok(())
}

/// Days and amounts of the orders under a consent that count against its limits.
fn earlier(visit: &Visit<'_>, consent: &str) -> Vec<(Date, Decimal)> {
    use PaymentStatus as S;
    let ledger = &visit.bank.ledger;
    let counts = |payment: &record::Payment| !matches!(payment.status, S::Rejected | S::Cancelled | S::Returned);
    let ids = orders(visit, consent);
    let payments = ids.iter().filter_map(|id| ledger.payment(id.text(&[])?, visit.call.now)).filter(counts);
    let day = |payment: &record::Payment| payment.created_at.at.to_zoned(ledger.book().zone().clone()).date();
    payments.map(|payment| (day(&payment), payment.amount.value())).collect()
}

/// The account to debit: the one the consent names, else the first one in it that pays in pounds.
fn debtor(visit: &Visit<'_>, view: &ConsentView, paper: &Json) -> Result<record::Account, Refused> {
    let ledger = &visit.bank.ledger;
    let named = paper.at(&["Data", "Initiation", "DebtorAccount"]).and_then(value::identifier);
    let named = named.and_then(|named| ledger.book().account_with(&named));
    let fits = |account: &record::Account| match named {
        Some(named) => named.id == account.id,
        None => {
            account.kind == AccountKind::Current && account.currency.is_some_and(|unit| unit.code() == control::UNIT)
        }
    };
    let mut accounts = view.consent.account_ids.iter().filter_map(|id| ledger.account(id));
    let found = accounts.find(|account| fits(account)).map(std::borrow::Cow::into_owned);
    let message = "the account holder consented to no account that this can be paid from";
    found.ok_or_else(|| Refused::mistake(Code::AccountIdentifier, "Data.Initiation.DebtorAccount", message))
}

fn in_force(view: &ConsentView) -> Result<(), Refused> {
    if view.consent.status == ConsentStatus::Active {
        return Ok(());
    }
    let message = "the consent is not authorised";
    Err(Refused::mistake(Code::ConsentStatus, "Data.ConsentId", message).class(ErrorClass::ConsentInvalid))
}

fn mismatch(place: &str, message: &str) -> Refused {
    Refused::mistake(Code::ConsentMismatch, place, message)
}

fn initiation(body: &Json) -> &Json {
    body.at(&["Data", "Initiation"]).unwrap_or(&Json::Null)
}

/// The text for the creditor: a reference in 3.1, the first line in version 4.
fn reference(instruction: &Json) -> Option<String> {
    let remittance = instruction.get("RemittanceInformation")?;
    let line = remittance.get("Unstructured").map(Json::items).and_then(|lines| lines.first()?.text(&[]));
    let text = remittance.text(&["Reference"]).or_else(|| remittance.text(&["Unstructured"])).or(line);
    text.map(str::to_owned)
}

fn consent_written(visit: &Visit<'_>, status: StatusCode, view: &ConsentView, paper: &Json) -> Reply {
    let consent = &view.consent;
    let term = |name: &str| paper.at(&["Data", name]).cloned();
    let paying = (consent.status == ConsentStatus::Active).then(|| debtor(visit, view, paper).ok()).flatten();
    let data = object! {
        "ReadRefundAccount": term("ReadRefundAccount"),
        "ConsentId": consent.id.as_str(),
        "CreationDateTime": value::instant(consent.created_at),
        "Status": consent::status_word(visit.version, consent.status),
        "StatusReason": consent::reasons(visit.version, consent.status),
        "StatusUpdateDateTime": value::instant(view.changed_at),
        "ControlParameters": term("ControlParameters"),
        "Initiation": term("Initiation"),
        "DebtorAccount": paying.as_ref().and_then(shown),
    };
    let risk = paper.get("Risk").cloned().unwrap_or_else(Json::empty);
    linked(visit, status, object! { "Data": data, "Risk": risk }, &format!("{CONSENTS}/{}", consent.id))
}

fn order_written(visit: &Visit<'_>, status: StatusCode, id: &str) -> Result<Reply, Refused> {
    let (payment, kept) = own_order(visit, id)?;
    let consent = kept.text(&["ConsentId"]).unwrap_or_default();
    let terms = paper(visit, consent)?;
    let account = visit.bank.ledger.account(&payment.debtor_account_id);
    let shown = account.as_deref().and_then(shown);
    let refund = shown.clone().filter(|_| terms.text(&["Data", "ReadRefundAccount"]) == Some("Yes"));
    // 3.1 has the account itself here, version 4 puts it into an object.
    let refund = refund.map(|account| match visit.version.era {
        Era::Three => account,
        Era::Four => object! { "Account": account },
    });
    let data = object! {
        "DomesticVRPId": payment.id.as_str(),
        "ConsentId": consent,
        "CreationDateTime": value::instant(payment.created_at),
        "Status": status::payment(visit.version, Timing::Now, &status::Place::of(visit, &payment)),
        "StatusReason": status::reasons(visit.version, &payment),
        "StatusUpdateDateTime": value::instant(payment.updated_at),
        "Refund": refund,
        "Initiation": terms.at(&["Data", "Initiation"]).cloned(),
        "Instruction": kept.get("Instruction").cloned(),
        "DebtorAccount": shown,
    };
    let risk = terms.get("Risk").cloned().unwrap_or_else(Json::empty);
    Ok(linked(visit, status, object! { "Data": data, "Risk": risk }, &format!("{ORDERS}/{}", payment.id)))
}

/// Variable recurring payments have no pages, so that `Meta` is empty.
fn linked(visit: &Visit<'_>, status: StatusCode, body: Json, path: &str) -> Reply {
    let address = visit.address(&format!("pisp/{path}"));
    let body = body.with("Links", object! { "Self": address }).with("Meta", Json::empty());
    Reply::new(status, super::error::JSON, body.written())
}

/// The account to debit by its sort code, with the name of its owner.
fn shown(account: &record::Account) -> Option<Json> {
    let number = |identifier: &&record::AccountIdentifier| identifier.scheme == IdentifierScheme::SortCodeAccount;
    let identifier = account.identifiers.iter().find(number)?;
    value::account(identifier, account.owners.first().map(String::as_str))
}

/// An own order.
fn own_order(visit: &Visit<'_>, id: &str) -> Result<(record::Payment, Json), Refused> {
    let ledger = &visit.bank.ledger;
    let unknown = || Refused::not_found("payment", id);
    let payment = ledger.payment(id, visit.call.now).ok_or_else(unknown)?;
    let kept = paper(visit, id).ok().filter(|kept| kept.text(&["Kind"]) == Some(KIND)).ok_or_else(unknown)?;
    let consent = kept.text(&["ConsentId"]).and_then(|id| ledger.consent(id, visit.call.now));
    if consent.is_none_or(|view| view.client_id != visit.access.client_id) {
        return Err(Refused::forbidden(Code::ConsentMismatch, "the payment is another client's"));
    }
    Ok((payment, kept))
}

fn paper(visit: &Visit<'_>, id: &str) -> Result<Json, Refused> {
    let text = visit.bank.ledger.papers().find(id);
    text.and_then(|text| Json::read(text.as_bytes()).ok()).ok_or_else(|| Refused::not_found("consent", id))
}

fn keep(visit: &Visit<'_>, id: &str, text: &Json) {
    visit.bank.ledger.papers().keep(id, String::from_utf8_lossy(&text.written()).into_owned());
}

/// Ids of the orders under a consent, oldest first.
fn orders(visit: &Visit<'_>, consent: &str) -> Vec<Json> {
    paper(visit, &orders_of(consent)).map(|list| list.items().to_vec()).unwrap_or_default()
}

/// Under what the list of the orders of a consent is kept.
fn orders_of(consent: &str) -> String {
    format!("{consent} orders")
}
