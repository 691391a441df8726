//! The consents of a bank as whoever runs the world sees and changes them.

use std::sync::Arc;

use axum::extract::{Path, State};
use bank_fixtures::canonical::words;
use bank_fixtures::record::ConsentStatus;
use serde::{Deserialize, Serialize};

use super::access::OfBank;
use super::problem::{Failure, Json, Query};
use super::shape::Shaped;
use super::{Control, bank_of};
use crate::bank::{ConsentView, EndedBy, Refusal, scope_name};
use crate::world::BankInstance;

#[derive(Serialize)]
pub(super) struct ConsentAnswer {
    consent_id: String,
    client_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    status: &'static str,
    scopes: Vec<&'static str>,
    account_ids: Vec<String>,
    approvers: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_by: Option<&'static str>,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    bank: Option<String>,
    client: Option<String>,
    user: Option<String>,
    status: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Turn {
    bank: Option<String>,
    status: String,
    by: Option<String>,
    username: Option<String>,
    account_ids: Option<Vec<String>>,
}

impl Shaped for Turn {
    const SCHEMA: &'static str = "ConsentTurn";
}

/// Who ended a consent, in words.
const ENDED_BY: &[(&str, EndedBy)] =
    &[("holder", EndedBy::Holder), ("bank", EndedBy::Bank), ("client", EndedBy::Client), ("use", EndedBy::Use)];

pub(super) async fn list(
    State(control): State<Arc<Control>>,
    Path(world): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<axum::Json<Vec<ConsentAnswer>>, Failure> {
    let world = control.world(&world)?;
    let bank = bank_of(&world, wanted.bank.as_deref())?;
    let status = wanted.status.as_deref().map(status).transpose()?;
    let fits = |view: &ConsentView| {
        wanted.client.as_ref().is_none_or(|client| view.client_id == *client)
            && wanted.user.as_ref().is_none_or(|user| view.user.as_ref() == Some(user))
            && status.is_none_or(|status| view.consent.status == status)
    };
    let found = bank.ledger.consents(world.clock().now()).into_iter().filter(fits);
    Ok(axum::Json(found.map(answer).collect()))
}

pub(super) async fn show(
    State(control): State<Arc<Control>>,
    Path((world, consent)): Path<(String, String)>,
    Query(of): Query<OfBank>,
) -> Result<axum::Json<ConsentAnswer>, Failure> {
    let world = control.world(&world)?;
    let bank = bank_of(&world, of.bank.as_deref())?;
    let view = bank.ledger.consent(&consent, world.clock().now());
    view.map(|view| axum::Json(answer(view))).ok_or_else(|| Failure::unknown("consent", &consent, &[]))
}

/// Makes of a consent what is wanted, if that can follow on what it is.
pub(super) async fn turn(
    State(control): State<Arc<Control>>,
    Path((world, consent)): Path<(String, String)>,
    Json(wanted): Json<Turn>,
) -> Result<axum::Json<ConsentAnswer>, Failure> {
    let world = control.world(&world)?;
    let bank = bank_of(&world, wanted.bank.as_deref())?;
    let now = world.clock().now();
    let before = bank.ledger.consent(&consent, now).ok_or_else(|| Failure::unknown("consent", &consent, &[]))?;
    turned(&bank, &before, &wanted, now)?;
    world.tell();
    let view = bank.ledger.consent(&consent, now).ok_or_else(|| Failure::unknown("consent", &consent, &[]))?;
    Ok(axum::Json(answer(view)))
}

fn turned(bank: &BankInstance, before: &ConsentView, wanted: &Turn, now: jiff::Timestamp) -> Result<(), Failure> {
    let (ledger, id) = (&bank.ledger, before.consent.id.as_str());
    let refused = |why: Refusal| Failure::conflict(why.to_string());
    let somebody = || {
        let first = before.user.clone().filter(|_| before.approvers.is_empty());
        wanted.username.clone().or(first)
    };
    let decider = || somebody().ok_or_else(|| Failure::refused("`username` is missing: say who decides"));
    match status(&wanted.status)? {
        ConsentStatus::Active if before.consent.status == ConsentStatus::PartiallyAuthorised => {
            let user = somebody().unwrap_or_else(|| bank.second_of(id, now));
            ledger.approve_consent_too(id, &user, now).map(|_| ()).map_err(refused)
        }
        ConsentStatus::Active => {
            let user = decider()?;
            let all = || ledger.accounts_of_user(&user).iter().map(|account| account.id.clone()).collect();
            let accounts = match &wanted.account_ids {
                Some(ids) => ids.clone(),
                None if before.consent.account_ids.is_empty() => all(),
                None => before.consent.account_ids.clone(),
            };
            ledger.approve_consent(id, &user, accounts, now).map(|_| ()).map_err(refused)
        }
        ConsentStatus::Rejected => {
            let user = match before.consent.status {
                ConsentStatus::PartiallyAuthorised => somebody().unwrap_or_else(|| bank.second_of(id, now)),
                _ => decider()?,
            };
            ledger.reject_consent(id, &user, now).map_err(refused)
        }
        ConsentStatus::Revoked => {
            let by = wanted.by.as_deref().unwrap_or("holder");
            let by = if by == "bank" { EndedBy::Bank } else { EndedBy::Holder };
            ledger.revoke_consent(id, by, now).map_err(refused)
        }
        ConsentStatus::EndedByClient => ledger.revoke_consent(id, EndedBy::Client, now).map_err(refused),
        ConsentStatus::Consumed => ledger.revoke_consent(id, EndedBy::Use, now).map_err(refused),
        ConsentStatus::Expired => ledger.expire_consent(id, now).map_err(refused),
        _ => Err(Failure::refused(format!("nothing becomes `{}`: the schema lists what does", wanted.status))),
    }
}

fn status(word: &str) -> Result<ConsentStatus, Failure> {
    let found = words::CONSENT_STATUSES.iter().find(|row| row.0 == word);
    found.map(|row| row.1).ok_or_else(|| {
        let names: Vec<String> = words::CONSENT_STATUSES.iter().map(|row| row.0.to_owned()).collect();
        Failure::unknown("status", word, &names)
    })
}

fn answer(view: ConsentView) -> ConsentAnswer {
    let ended_by = view.ended_by.and_then(|by| ENDED_BY.iter().find(|row| row.1 == by)).map(|row| row.0);
    let status = words::CONSENT_STATUSES.iter().find(|row| row.1 == view.consent.status);
    ConsentAnswer {
        consent_id: view.consent.id,
        client_id: view.client_id,
        username: view.user,
        status: status.map_or("unknown", |row| row.0),
        scopes: view.consent.scopes.iter().map(|scope| scope_name(*scope)).collect(),
        account_ids: view.consent.account_ids,
        approvers: view.approvers,
        ended_by,
        created_at: view.consent.created_at.at.to_string(),
        expires_at: view.consent.expires_at.map(|end| end.at.to_string()),
    }
}
