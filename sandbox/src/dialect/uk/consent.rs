//! Account-access consents: asked for, read and ended by a client.

use axum::http::StatusCode;
use bank_fixtures::record::{ConsentScope, ConsentStatus};
use jiff::Timestamp;

use super::answer;
use super::error::{Code, Mistake, Refused};
use super::json::{Json, object};
use super::permission::{Permission, Permissions};
use super::shape::{self, Field, Need, Shape};
use super::value;
use super::version::{Era, Version};
use super::visit::Visit;
use crate::bank::{ConsentView, EndedBy, NewConsent};
use crate::exchange::Reply;

const KIND: &str = "account-access";

const BODY: Shape = Shape::Object(&[
    Field(
        "Data",
        Need::Must,
        Shape::Object(&[
            Field("Permissions", Need::Must, Shape::List(&Shape::Word(Permission::NAMES), 1, 100)),
            Field("ExpirationDateTime", Need::May, Shape::Instant),
            Field("TransactionFromDateTime", Need::May, Shape::Instant),
            Field("TransactionToDateTime", Need::May, Shape::Instant),
        ]),
    ),
    Field("Risk", Need::Must, Shape::Object(&[])),
]);

pub(super) fn create(visit: &Visit<'_>) -> Result<Reply, Refused> {
    let body = shape::read(visit.call, &BODY)?;
    let permissions = permissions(&body);
    let mut mistakes: Vec<Mistake> = permissions.mistake().into_iter().collect();
    let instant = |name: &str| body.text(&["Data", name]).and_then(shape::instant);
    let expires_at = instant("ExpirationDateTime");
    if expires_at.is_some_and(|end| end <= visit.call.now) {
        let message = "write an instant that is still to come";
        mistakes.push(Mistake::new(Code::InvalidDate, "Data.ExpirationDateTime", message));
    }
    let (from, to) = (instant("TransactionFromDateTime"), instant("TransactionToDateTime"));
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        let message = "the window ends before it begins";
        mistakes.push(Mistake::new(Code::InvalidDate, "Data.TransactionToDateTime", message));
    }
    if !mistakes.is_empty() {
        return Err(Refused::request(mistakes));
    }
    let view = made_for(visit, KIND, &body, permissions.scopes(), (expires_at, None));
    Ok(written(visit, StatusCode::CREATED, &view, &body).committed())
}

pub(super) fn status(visit: &Visit<'_>) -> Result<Reply, Refused> {
    let (view, paper) = visit.own_consent(KIND)?;
    Ok(written(visit, StatusCode::OK, &view, &paper))
}

pub(super) fn end(visit: &Visit<'_>) -> Result<Reply, Refused> {
    ended(visit, KIND)
}

/// Ends a consent of a kind for its client: its tokens die with it.
pub(super) fn ended(visit: &Visit<'_>, kind: &str) -> Result<Reply, Refused> {
    let (view, _) = visit.own_consent(kind)?;
    visit.bank.ledger.revoke_consent(&view.consent.id, EndedBy::Client, visit.call.now)?;
    visit.bank.auth.revoke_consent_tokens(&view.consent.id);
    Ok(Reply::empty(StatusCode::NO_CONTENT).committed())
}

/// Makes a consent of a kind, until an end and for accounts if they are named, and keeps its terms.
pub(super) fn made_for(
    visit: &Visit<'_>,
    kind: &str,
    body: &Json,
    scopes: Vec<ConsentScope>,
    (expires_at, account_ids): (Option<Timestamp>, Option<Vec<String>>),
) -> ConsentView {
    let client_id = visit.access.client_id.clone();
    let ledger = &visit.bank.ledger;
    let asked = NewConsent { client_id: client_id.clone(), scopes, account_ids, expires_at };
    let consent = ledger.create_consent(asked, visit.call.now);
    let empty = Json::empty;
    let paper = object! {
        "Kind": kind,
        "Data": body.get("Data").cloned().unwrap_or_else(empty),
        "Risk": body.get("Risk").cloned().unwrap_or_else(empty),
    };
    ledger.papers().keep(&consent.id, String::from_utf8_lossy(&paper.written()).into_owned());
    let changed_at = consent.created_at;
    ConsentView { consent, client_id, user: None, changed_at, approvers: Vec::new(), ended_by: None }
}

/// The word for where a consent stands.
pub(super) fn status_word(version: &Version, status: ConsentStatus) -> &'static str {
    use ConsentStatus as S;
    version.word(match status {
        S::Awaiting | S::PartiallyAuthorised | S::Unknown => ("AwaitingAuthorisation", "AWAU"),
        S::Active => ("Authorised", "AUTH"),
        S::Rejected => ("Rejected", "RJCT"),
        // 3.1 has no word for what the account holder took back or time has ended: only the tokens die.
        S::Revoked | S::EndedByClient => ("Authorised", "CANC"),
        S::Expired => ("Authorised", "EXPD"),
        S::Consumed => ("Consumed", "COND"),
    })
}

/// Why it stands there: version 4 says so.
pub(super) fn reasons(version: &Version, status: ConsentStatus) -> Option<Json> {
    use ConsentStatus as S;
    let (code, text) = match status {
        S::Awaiting | S::PartiallyAuthorised => ("U036", "the account holder has not authorised it yet"),
        S::Rejected => ("U037", "the account holder did not authorise it"),
        S::Revoked | S::EndedByClient => ("U039", "the account holder took it back at the bank"),
        S::Expired => ("TKXP", "its time is over"),
        S::Consumed => ("U038", "it was used for its order"),
        S::Active | S::Unknown => return None,
    };
    let reason = object! { "StatusReasonCode": code, "StatusReasonDescription": text };
    (version.era == Era::Four).then(|| Json::List(vec![reason]))
}

fn permissions(body: &Json) -> Permissions {
    let names = body.at(&["Data", "Permissions"]).map(Json::items).unwrap_or_default();
    names.iter().filter_map(|name| Permission::named(name.text(&[])?)).collect()
}

fn written(visit: &Visit<'_>, status: StatusCode, view: &ConsentView, terms: &Json) -> Reply {
    let consent = &view.consent;
    let term = |name: &str| terms.at(&["Data", name]).cloned();
    let data = object! {
        "ConsentId": consent.id.as_str(),
        "CreationDateTime": value::instant(consent.created_at),
        "Status": status_word(visit.version, consent.status),
        "StatusReason": reasons(visit.version, consent.status),
        "StatusUpdateDateTime": value::instant(view.changed_at),
        "Permissions": term("Permissions"),
        "ExpirationDateTime": term("ExpirationDateTime"),
        "TransactionFromDateTime": term("TransactionFromDateTime"),
        "TransactionToDateTime": term("TransactionToDateTime"),
    };
    let address = visit.address(&format!("aisp/account-access-consents/{}", consent.id));
    answer::at(status, object! { "Data": data, "Risk": Json::empty() }, &address)
}
