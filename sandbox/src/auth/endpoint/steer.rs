//! Logins that go on, as whoever runs the world sees and decides them: no browser needed.
//!
//! Owns the way round the pages. What is decided here ends in the same place as a button that was pressed.

use axum::http::header::LOCATION;
use axum::http::{HeaderMap, Method};
use bytes::Bytes;
use jiff::Timestamp;

use crate::auth::endpoint::decide::{self, SLOW};
use crate::auth::endpoint::decoupled::{self, Answer, Unanswered};
use crate::auth::endpoint::journey::{self, Place};
use crate::auth::grant::after;
use crate::auth::holder::Holder;
use crate::auth::outcome::Outcome;
use crate::auth::session::Login;
use crate::exchange::{Call, Request};
use crate::operation::Operation;
use crate::world::BankInstance;

/// A login that goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenLogin {
    /// Names it.
    pub id: String,
    /// The client that asks.
    pub client_id: String,
    /// The account holder, as far as anybody knows: from the login, else from what the client said.
    pub username: Option<String>,
    /// The page it is at.
    pub place: Place,
    /// Words of the scopes asked for.
    pub scopes: Vec<String>,
    /// The consent the client made before.
    pub consent_id: Option<String>,
    /// The code on the account holder's phone, while one is asked for.
    pub passcode: Option<String>,
    /// What both devices show.
    pub message: Option<String>,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

/// What came of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// Where the browser goes now; `None` if there is no browser, or it goes nowhere.
    pub location: Option<String>,
}

/// Why a login cannot be decided.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undecided {
    /// It is over, or never was.
    #[error("no login `{0}` goes on; `GET \u{2026}/logins` lists those that do")]
    Over(String),
    /// Nobody has this name.
    #[error("there is no account holder `{0}`")]
    UnknownUser(String),
    /// Nobody logged in, and nobody is named.
    #[error("nobody has logged in yet: say who decides in `username`")]
    Nobody,
    /// The bank says no.
    #[error("the bank refuses: {0}")]
    Refused(String),
}

/// Every login of a bank that goes on: those on pages first, each kind with the one that ends first in front.
pub fn open_logins(bank: &BankInstance, now: Timestamp) -> Vec<OpenLogin> {
    let auth = &bank.auth;
    let pages = auth.sessions.going_on(now).into_iter().map(|(id, interaction)| {
        let place = journey::place(bank, &interaction, now);
        let request = &interaction.request;
        let login = interaction.login.as_ref().map(|login| login.username.clone());
        OpenLogin {
            id,
            client_id: request.client.client_id.clone(),
            username: login.or_else(|| request.login_hint.clone()),
            scopes: request.scopes.words().to_vec(),
            consent_id: request.consent.as_ref().map(|consent| consent.id.clone()),
            passcode: (place == Place::Code).then(|| interaction.passcode.clone()),
            message: None,
            expires_at: interaction.expires_at,
            place,
        }
    });
    let away = auth.approvals.waiting(None, now).into_iter().map(|approval| OpenLogin {
        id: approval.id,
        client_id: approval.asked.client_id,
        username: approval.asked.user,
        place: Place::Away,
        scopes: approval.asked.scopes.words().to_vec(),
        consent_id: approval.asked.consent_id,
        passcode: None,
        message: approval.asked.message,
        expires_at: approval.expires_at,
    });
    pages.chain(away).collect()
}

/// Decides a login on behalf of the account holder: `user` is who decides, `accounts` what they choose.
///
/// # Errors
/// It does not go on, nobody decides, or the bank refuses.
pub fn decide_login(
    bank: &BankInstance,
    id: &str,
    (user, outcome, accounts): (Option<&str>, Outcome, Option<Vec<String>>),
    now: Timestamp,
) -> Result<Decided, Undecided> {
    let auth = &bank.auth;
    if let Some(approval) = auth.approvals.find(id, now) {
        let user = user.map(str::to_owned).or(approval.asked.user).ok_or(Undecided::Nobody)?;
        let answered = decoupled::answer(bank, id, Answer { user, outcome, accounts }, now);
        return answered.map(|()| Decided { location: None }).map_err(|why| match why {
            Unanswered::Over => Undecided::Over(id.to_owned()),
            Unanswered::UnknownUser(user) => Undecided::UnknownUser(user),
            Unanswered::Refused(why) => Undecided::Refused(why.to_string()),
        });
    }
    let over = || Undecided::Over(id.to_owned());
    let interaction = auth.sessions.steer(id, now, |_| {}).ok_or_else(over)?;
    let hint = interaction.request.login_hint.as_deref().map(|hint| Outcome::of_user(hint).0);
    let before = interaction.login.as_ref();
    let name = user.or(before.map(|login| login.username.as_str())).or(hint).ok_or(Undecided::Nobody)?;
    let holder = Holder::find(&bank.ledger, name).ok_or_else(|| Undecided::UnknownUser(name.to_owned()))?;
    let at = before.filter(|login| login.username == holder.username).map_or(now, |login| login.at);
    let login = Login { username: holder.username, at };
    if outcome == Outcome::Slow {
        let slow = auth.sessions.steer(id, now, |interaction| {
            (interaction.login, interaction.verified, interaction.chosen) = (Some(login), true, accounts);
            (interaction.outcome, interaction.ready_at) = (Some(outcome), Some(after(now, SLOW)));
        });
        return slow.map(|_| Decided { location: None }).ok_or_else(over);
    }
    let interaction = auth.sessions.take(id, now).ok_or_else(over)?;
    let accounts = accounts.or_else(|| interaction.chosen.clone());
    let request = stand_in(&interaction.base_url);
    let call = Call { request: &request, operation: Operation::AuthorizeDecide, params: Vec::new(), access: None, now };
    let reply = decide::carry_out(bank, &call, &interaction.request, &login, (outcome, accounts));
    let location = reply.headers.get(LOCATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
    Ok(Decided { location })
}

/// A request in place of the form that nobody sent.
fn stand_in(base_url: &str) -> Request {
    Request {
        method: Method::POST,
        path: "/oauth/decide".to_owned(),
        query: String::new(),
        headers: HeaderMap::new(),
        body: Bytes::new(),
        base_url: base_url.to_owned(),
        mutual_base_url: None,
        certificate: None,
        connection: 0,
        request_id: String::new(),
    }
}
