//! Confirmation of funds for whoever issues cards on an account held here (CBPII): the agreement, and the question.
//!
//! Owns both resources. The agreement names one account, so that nobody has to choose one; the answer is a yes or no, never a
//! balance. Nothing here is signed and nothing is idempotent: a `Reference` is good once under its agreement.

use axum::http::StatusCode;
use bank_fixtures::record::{BalanceKind, ConsentStatus};

use super::error::{Code, Mistake, Refused};
use super::family::CONSENT_ID;
use super::json::{Json, object};
use super::parts::{ACCOUNT_31, ACCOUNT_40, MONEY};
use super::shape::Need::{May, Must};
use super::shape::Shape::{Instant, Object, Text};
use super::shape::{self, Field, Shape};
use super::version::Era;
use super::visit::Visit;
use super::{answer, consent, value};
use crate::bank::{ConsentView, OnceRefused, UsedKey};
use crate::exchange::Reply;

const KIND: &str = "funds-confirmation";
/// Where the agreements are.
const CONSENTS: &str = "cbpii/funds-confirmation-consents";

const CONSENT_31: Shape = Object(&[Field(
    "Data",
    Must,
    Object(&[Field("ExpirationDateTime", May, Instant), Field("DebtorAccount", Must, ACCOUNT_31)]),
)]);
const CONSENT_40: Shape = Object(&[Field(
    "Data",
    Must,
    Object(&[Field("ExpirationDateTime", May, Instant), Field("DebtorAccount", Must, ACCOUNT_40)]),
)]);
const QUESTION: Shape = Object(&[Field(
    "Data",
    Must,
    Object(&[CONSENT_ID, Field("Reference", Must, Text(35)), Field("InstructedAmount", Must, MONEY)]),
)]);

/// Takes a request for an agreement.
pub(super) fn ask(visit: &Visit<'_>) -> Result<Reply, Refused> {
    let shape = match visit.version.era {
        Era::Three => &CONSENT_31,
        Era::Four => &CONSENT_40,
    };
    let body = shape::read(visit.call, shape)?;
    let mut mistakes = Vec::new();
    let account = body.at(&["Data", "DebtorAccount"]).and_then(|account| held(visit, account, "Data", &mut mistakes));
    let expires_at = body.text(&["Data", "ExpirationDateTime"]).and_then(shape::instant);
    if expires_at.is_some_and(|end| end <= visit.call.now) {
        let message = "write an instant that is still to come";
        mistakes.push(Mistake::new(Code::InvalidDate, "Data.ExpirationDateTime", message));
    }
    if !mistakes.is_empty() {
        return Err(Refused::request(mistakes));
    }
    let accounts = account.map(|account| vec![account]);
    let view = consent::made_for(visit, KIND, &body, Vec::new(), (expires_at, accounts));
    Ok(written(visit, StatusCode::CREATED, &view, &body).committed())
}

/// Reads an agreement.
pub(super) fn status(visit: &Visit<'_>) -> Result<Reply, Refused> {
    let (view, paper) = visit.own_consent(KIND)?;
    Ok(written(visit, StatusCode::OK, &view, &paper))
}

/// Ends an agreement.
pub(super) fn end(visit: &Visit<'_>) -> Result<Reply, Refused> {
    consent::ended(visit, KIND)
}

/// Answers the question.
pub(super) fn confirm(visit: &Visit<'_>) -> Result<Reply, Refused> {
    let body = shape::read(visit.call, &QUESTION)?;
    let id = body.text(&["Data", "ConsentId"]).unwrap_or_default();
    agreed(visit, id)?;
    let granted = visit.granted()?;
    let account = granted.accounts().into_iter().next();
    let account = account.ok_or_else(|| Refused::not_found("account", "of this consent"))?;
    let amount = body.at(&["Data", "InstructedAmount"]).unwrap_or(&Json::Null);
    let place = "Data.InstructedAmount";
    let wrong = |code, field: &str, message: &str| Refused::mistake(code, &format!("{place}.{field}"), message);
    let (wanted, payable) =
        value::money(amount).ok_or_else(|| wrong(Code::Invalid, "Amount", "the amount cannot be paid"))?;
    if account.currency.is_some_and(|currency| currency != wanted.currency()) {
        return Err(wrong(Code::Currency, "Currency", "write the currency of the account"));
    }
    if !payable {
        let message = "write an amount above zero with no more decimals than its currency has";
        return Err(wrong(Code::Invalid, "Amount", message));
    }
    let confirmation = once(visit, id, body.text(&["Data", "Reference"]).unwrap_or_default())?;
    let available = granted.balances(&account.id)?.into_iter().find(|balance| balance.kind == BalanceKind::Available);
    let data = object! {
        "FundsConfirmationId": confirmation.as_str(),
        "ConsentId": id,
        "CreationDateTime": value::instant(visit.stated(visit.call.now)),
        "FundsAvailable": available.is_some_and(|balance| balance.amount.value() >= wanted.value()),
        "Reference": body.at(&["Data", "Reference"]).cloned(),
        "InstructedAmount": amount.clone(),
    };
    let address = visit.address(&format!("cbpii/funds-confirmations/{confirmation}"));
    Ok(answer::at(StatusCode::CREATED, object! { "Data": data }, &address).committed())
}

/// The agreement that the token of a call was given under, in force.
fn agreed(visit: &Visit<'_>, id: &str) -> Result<(), Refused> {
    let wrong = |code, message: &str| Refused::mistake(code, "Data.ConsentId", message);
    if visit.access.consent_id.as_deref() != Some(id) {
        return Err(wrong(Code::ConsentMismatch, "the token was not given under this consent"));
    }
    let paper = visit.bank.ledger.papers().find(id).and_then(|text| Json::read(text.as_bytes()).ok());
    if paper.is_none_or(|paper| paper.text(&["Kind"]) != Some(KIND)) {
        return Err(wrong(Code::ConsentMismatch, "the consent is not one to a confirmation of funds"));
    }
    let view = visit.bank.ledger.consent(id, visit.call.now);
    match view.map(|view| view.consent.status) {
        Some(ConsentStatus::Active) => Ok(()),
        _ => Err(wrong(Code::ConsentStatus, "the consent is not authorised")),
    }
}

/// An account of this bank by what a body calls it; what is wrong with it goes to the mistakes.
pub(super) fn held(visit: &Visit<'_>, account: &Json, within: &str, mistakes: &mut Vec<Mistake>) -> Option<String> {
    let mut wrong = |code, field: &str, message: &str| {
        mistakes.push(Mistake::new(code, &format!("{within}.DebtorAccount.{field}"), message));
        None
    };
    if account.text(&["SchemeName"]).and_then(value::scheme_named).is_none() {
        let message = "write UK.OBIE.SortCodeAccountNumber, UK.OBIE.IBAN, UK.OBIE.BBAN or UK.OBIE.PAN";
        return wrong(Code::Scheme, "SchemeName", message);
    }
    let Some(identifier) = value::identifier(account) else {
        return wrong(Code::AccountIdentifier, "Identification", "this is no account number of its scheme");
    };
    match visit.bank.ledger.book().account_with(&identifier) {
        Some(account) => Some(account.id.clone()),
        None => wrong(Code::AccountIdentifier, "Identification", "this is no account of this bank"),
    }
}

/// The id of a confirmation under a reference that was not used before.
fn once(visit: &Visit<'_>, consent: &str, reference: &str) -> Result<String, Refused> {
    let ledger = &visit.bank.ledger;
    let used = format!("{consent} {reference}");
    let duplicate = || {
        let message = "the reference was used before: send a new one with each question";
        Refused::mistake(Code::DuplicateReference, "Data.Reference", message)
    };
    let make = || {
        if ledger.papers().find(&used).is_some() {
            return Err(duplicate());
        }
        let id = format!("fun_{}", ledger.seed().of("funds").of(consent).of(reference).hex(10));
        ledger.papers().keep(&used, id.clone());
        Ok(id)
    };
    let key = UsedKey {
        client_id: visit.access.client_id.clone(),
        call: format!("funds {consent}"),
        key: reference.to_owned(),
    };
    match ledger.papers().once(key, [0; 32], visit.call.now, make) {
        Ok(once) if once.replayed => Err(duplicate()),
        Ok(once) => Ok(once.id),
        Err(OnceRefused::OtherBody) => Err(duplicate()),
        Err(OnceRefused::NotMade(refused)) => Err(refused),
    }
}

fn written(visit: &Visit<'_>, status: StatusCode, view: &ConsentView, terms: &Json) -> Reply {
    let consent = &view.consent;
    let term = |name: &str| terms.at(&["Data", name]).cloned();
    let data = object! {
        "ConsentId": consent.id.as_str(),
        "CreationDateTime": value::instant(consent.created_at),
        "Status": consent::status_word(visit.version, consent.status),
        "StatusReason": consent::reasons(visit.version, consent.status),
        "StatusUpdateDateTime": value::instant(view.changed_at),
        "ExpirationDateTime": term("ExpirationDateTime"),
        "DebtorAccount": term("DebtorAccount"),
    };
    let address = visit.address(&format!("{CONSENTS}/{}", consent.id));
    answer::at(status, object! { "Data": data }, &address)
}
