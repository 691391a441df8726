//! Handlers of consents.

use axum::http::{StatusCode, header};
use bank_fixtures::record::{self, ConsentScope};
use jiff::Timestamp;

use super::body::Consent;
use super::json::Json;
use super::query::{Query, body};
use super::{list, read};
use crate::bank::{ConsentView, EndedBy, NewConsent, SCOPES, scope_named};
use crate::exchange::{Access, Call, Problem, ProblemKind, Reply};
use crate::world::BankInstance;

pub(super) fn create(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    Query::read(call, &[])?;
    let asked = asked(&body(call)?, &access(call)?.client_id, call.now)?;
    let consent = bank.ledger.create_consent(asked, call.now);
    let address = format!("{}/consents/{}", call.request.resource_base(), consent.id);
    Ok(answer(StatusCode::CREATED, &consent).header(header::LOCATION, &address).committed())
}

pub(super) fn status(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    Query::read(call, &[])?;
    Ok(answer(StatusCode::OK, &own(bank, call)?.consent))
}

pub(super) fn search(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    let query = Query::read(call, read::LIST)?;
    let access = access(call)?;
    let mut consents = bank.ledger.consents_of(&access.client_id, call.now);
    consents.retain(|view| shown_to(access, view));
    let name = format!("consents {} {:?}", access.client_id, access.user);
    list::page(call, &query, bank.ledger.profile().pages, &name, &consents, |view| Consent::from(&view.consent))
}

pub(super) fn end(bank: &BankInstance, call: &Call<'_>) -> Result<Reply, Problem> {
    Query::read(call, &[])?;
    let consent = own(bank, call)?.consent;
    bank.ledger.revoke_consent(&consent.id, EndedBy::Client, call.now)?;
    Ok(Reply::empty(StatusCode::NO_CONTENT).committed())
}

fn answer(status: StatusCode, consent: &record::Consent) -> Reply {
    list::record(status, &Consent::from(consent))
}

/// The consent a call names, if the caller may see it.
fn own(bank: &BankInstance, call: &Call<'_>) -> Result<ConsentView, Problem> {
    let (id, access) = (call.param("consent"), access(call)?);
    let found = bank.ledger.consent(id, call.now).filter(|view| shown_to(access, view));
    found
        .ok_or_else(|| Problem::new(ProblemKind::ConsentNotFound, format!("there is no consent `{id}` of this client")))
}

/// A client sees all of its consents; with an account holder's token only that holder's.
fn shown_to(access: &Access, view: &ConsentView) -> bool {
    view.client_id == access.client_id && (access.user.is_none() || access.user == view.user)
}

fn access<'a>(call: &'a Call<'_>) -> Result<&'a Access, Problem> {
    call.access.as_deref().ok_or_else(|| Problem::new(ProblemKind::InvalidToken, "send an access token"))
}

fn asked(body: &Json, client_id: &str, now: Timestamp) -> Result<NewConsent, Problem> {
    let object = body.object(&["scopes", "account_ids", "expires_at"])?;
    let words: Vec<&str> = SCOPES.iter().map(|row| row.1).collect();
    let mut scopes: Vec<ConsentScope> = Vec::new();
    for item in object.required("scopes")?.list()? {
        let legal = || item.wrong(format!("write one of {}, each once", words.join(", ")));
        let scope = scope_named(item.text(32)?).filter(|scope| !scopes.contains(scope)).ok_or_else(legal)?;
        scopes.push(scope);
    }
    let ids = object.optional("account_ids").map(|member| member.list()).transpose()?;
    let ids = ids.map(|items| items.iter().map(|item| item.text(64).map(str::to_owned)).collect()).transpose()?;
    let expires_at = match object.optional("expires_at") {
        None => None,
        Some(member) => {
            let end = member.parse("an RFC 3339 date and time with offset", str::parse::<Timestamp>)?;
            if end <= now {
                return Err(member.wrong("write a time that is still to come".to_owned()));
            }
            Some(end)
        }
    };
    Ok(NewConsent { client_id: client_id.to_owned(), scopes, account_ids: ids, expires_at })
}
