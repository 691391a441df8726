//! Browsers: who is logged in, and which login or consent is going on.
//!
//! A session is a cookie of which only the hash is kept; a login gives it a new one, so a planted cookie is worth
//! nothing. An interaction is one authorization request on its way through the pages: bound to one session, ended by one
//! decision.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use parking_lot::Mutex;

use crate::auth::answering::AuthorizationRequest;
use crate::auth::grant::after;
use crate::auth::mint::{Digest, Kind, Mint, same_secret, sha256};
use crate::auth::outcome::Outcome;
use crate::auth::shelf::Shelf;

/// Name of the session cookie.
pub(crate) const COOKIE: &str = "bank_session";

/// The browsers of one bank.
#[derive(Debug)]
pub(crate) struct Sessions {
    state: Mutex<State>,
}

#[derive(Debug, Clone)]
struct State {
    sessions: Shelf<Digest, Session>,
    interactions: Shelf<String, Interaction>,
}

#[derive(Debug, Clone)]
struct Session {
    login: Option<Login>,
    expires_at: Timestamp,
}

/// An account holder who proved who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Login {
    pub(crate) username: String,
    pub(crate) at: Timestamp,
}

/// An authorization request on its way through the pages.
#[derive(Debug, Clone)]
pub(crate) struct Interaction {
    pub(crate) request: Arc<AuthorizationRequest>,
    /// Who will decide; `None` until they have logged in for this request.
    pub(crate) login: Option<Login>,
    /// The code on the account holder's phone: another after each that was tried.
    pub(crate) passcode: String,
    /// Whether that code was given, or none is asked for.
    pub(crate) verified: bool,
    /// Codes tried in vain.
    pub(crate) tries: u32,
    /// The accounts chosen; `None` until they are.
    pub(crate) chosen: Option<Vec<String>>,
    /// What is to become of it once the account holder is certain, without a further page.
    pub(crate) outcome: Option<Outcome>,
    /// From when on the account holder has made up their mind; `None` if they have not begun to.
    pub(crate) ready_at: Option<Timestamp>,
    /// External base URL of the bank, as the client reached it.
    pub(crate) base_url: String,
    /// Its end, if nobody decides before.
    pub(crate) expires_at: Timestamp,
    session: Digest,
    csrf: String,
}

/// What a form must send back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ticket {
    pub(crate) interaction: String,
    pub(crate) csrf: String,
}

/// Why a form is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FormRefused {
    /// Cookie or token is not the one the page was made with.
    #[error("this form does not belong to this browser session")]
    Forged,
    /// Decided already, forgotten, or never begun.
    #[error("this login is over")]
    Over,
}

const SESSION_LIFETIME: Duration = Duration::from_secs(3600);
const INTERACTION_LIFETIME: Duration = Duration::from_secs(600);
const MAX_SESSIONS: usize = 10_000;
/// Fewer, because each keeps what the client sent.
const MAX_INTERACTIONS: usize = 2_000;

impl Sessions {
    pub(crate) fn new() -> Sessions {
        let state = State { sessions: Shelf::new(MAX_SESSIONS), interactions: Shelf::new(MAX_INTERACTIONS) };
        Sessions { state: Mutex::new(state) }
    }

    /// Browsers of its own in the same state.
    pub(crate) fn fork(&self) -> Sessions {
        Sessions { state: Mutex::new(self.state.lock().clone()) }
    }

    /// Opens a session nobody is logged in to, and returns its cookie value.
    pub(crate) fn open(&self, mint: &Mint, owner: &str, now: Timestamp) -> String {
        self.state.lock().open(None, mint, owner, now)
    }

    /// `true` if a cookie value is of a session that still runs.
    pub(crate) fn knows(&self, cookie: &str, now: Timestamp) -> bool {
        let state = self.state.lock();
        state.sessions.get(&sha256(cookie.as_bytes())).is_some_and(|session| session.expires_at > now)
    }

    /// Who is logged in.
    pub(crate) fn login(&self, cookie: &str, now: Timestamp) -> Option<Login> {
        let state = self.state.lock();
        let session = state.sessions.get(&sha256(cookie.as_bytes())).filter(|session| session.expires_at > now);
        session.and_then(|session| session.login.clone())
    }

    /// Begins an interaction in a session; `login` is one that is recent enough for this request.
    pub(crate) fn begin(
        &self,
        (request, base_url): (AuthorizationRequest, &str),
        login: Option<Login>,
        cookie: &str,
        mint: &Mint,
        now: Timestamp,
    ) -> Ticket {
        let id = mint.next(Kind::Interaction, &request.client.client_id);
        let csrf = mint.text(Kind::Csrf, &id, 0);
        let expires_at = after(now, INTERACTION_LIFETIME);
        let session = sha256(cookie.as_bytes());
        let interaction = Interaction {
            request: Arc::new(request),
            login,
            passcode: mint.digits(&id, 0),
            verified: false,
            tries: 0,
            chosen: None,
            outcome: None,
            ready_at: None,
            base_url: base_url.to_owned(),
            expires_at,
            session,
            csrf: csrf.clone(),
        };
        self.state.lock().interactions.insert(id.clone(), interaction, expires_at, now);
        Ticket { interaction: id, csrf }
    }

    /// Changes the interaction a form belongs to, and returns it as it is then.
    pub(crate) fn change(
        &self,
        ticket: &Ticket,
        cookie: Option<&str>,
        now: Timestamp,
        change: impl FnOnce(&mut Interaction),
    ) -> Result<Interaction, FormRefused> {
        let mut state = self.state.lock();
        state.check(ticket, cookie, now)?;
        let interaction = state.interactions.get_mut(&ticket.interaction).ok_or(FormRefused::Over)?;
        change(interaction);
        Ok(interaction.clone())
    }

    /// Changes an interaction on behalf of whoever runs the world, and returns it as it is then.
    pub(crate) fn steer(&self, id: &str, now: Timestamp, change: impl FnOnce(&mut Interaction)) -> Option<Interaction> {
        let mut state = self.state.lock();
        let interaction = state.interactions.get_mut(&id.to_owned()).filter(|one| one.expires_at > now)?;
        change(interaction);
        Some(interaction.clone())
    }

    /// Every interaction that goes on, by id, the one that ends first in front.
    pub(crate) fn going_on(&self, now: Timestamp) -> Vec<(String, Interaction)> {
        let state = self.state.lock();
        let mut found: Vec<_> = state
            .interactions
            .entries()
            .filter(|(_, one)| one.expires_at > now)
            .map(|(id, one)| (id.clone(), one.clone()))
            .collect();
        found.sort_by(|a, b| (a.1.expires_at, &a.0).cmp(&(b.1.expires_at, &b.0)));
        found
    }

    /// Ends an interaction on behalf of whoever runs the world.
    pub(crate) fn take(&self, id: &str, now: Timestamp) -> Option<Interaction> {
        let mut state = self.state.lock();
        state.interactions.remove(&id.to_owned()).filter(|one| one.expires_at > now)
    }

    /// Logs an account holder in outside any interaction, and returns the new cookie value.
    pub(crate) fn log_in_at_home(&self, old: Option<&str>, username: &str, mint: &Mint, now: Timestamp) -> String {
        let mut state = self.state.lock();
        let cookie = state.open(Some(Login { username: username.to_owned(), at: now }), mint, username, now);
        if let Some(old) = old {
            let (old, new) = (sha256(old.as_bytes()), sha256(cookie.as_bytes()));
            state.sessions.remove(&old);
            state.interactions.values_mut().filter(|one| one.session == old).for_each(|one| one.session = new);
        }
        cookie
    }

    /// Ends a session.
    pub(crate) fn log_out(&self, cookie: &str) {
        self.state.lock().sessions.remove(&sha256(cookie.as_bytes()));
    }

    /// The interaction a form belongs to.
    pub(crate) fn check(
        &self,
        ticket: &Ticket,
        cookie: Option<&str>,
        now: Timestamp,
    ) -> Result<Interaction, FormRefused> {
        self.state.lock().check(ticket, cookie, now)
    }

    /// The client of an interaction, whoever asks.
    pub(crate) fn client_of(&self, interaction: &str) -> Option<String> {
        let state = self.state.lock();
        state.interactions.get(&interaction.to_owned()).map(|found| found.request.client.client_id.clone())
    }

    /// Ends the interaction a form belongs to: the second of two equal forms finds it over.
    pub(crate) fn end(
        &self,
        ticket: &Ticket,
        cookie: Option<&str>,
        now: Timestamp,
    ) -> Result<Interaction, FormRefused> {
        let mut state = self.state.lock();
        let interaction = state.check(ticket, cookie, now)?;
        state.interactions.remove(&ticket.interaction);
        Ok(interaction)
    }

    /// Logs an account holder in, inside an interaction that was just checked: a new session takes over what the old
    /// one had begun. Returns the new cookie value.
    pub(crate) fn log_in(&self, ticket: &Ticket, username: &str, mint: &Mint, now: Timestamp) -> String {
        let mut state = self.state.lock();
        let login = Login { username: username.to_owned(), at: now };
        let cookie = state.open(Some(login.clone()), mint, username, now);
        let new = sha256(cookie.as_bytes());
        let Some(interaction) = state.interactions.get_mut(&ticket.interaction) else { return cookie };
        let old = interaction.session;
        interaction.login = Some(login);
        state.sessions.remove(&old);
        state.interactions.values_mut().filter(|one| one.session == old).for_each(|one| one.session = new);
        cookie
    }
}

impl Interaction {
    /// The same before anybody logged in: for showing the login page again.
    pub(crate) fn logged_out(&self) -> Interaction {
        Interaction { login: None, ..self.clone() }
    }
}

impl State {
    fn open(&mut self, login: Option<Login>, mint: &Mint, owner: &str, now: Timestamp) -> String {
        let cookie = mint.next(Kind::Session, owner);
        let expires_at = after(now, SESSION_LIFETIME);
        self.sessions.insert(sha256(cookie.as_bytes()), Session { login, expires_at }, expires_at, now);
        cookie
    }

    fn check(&self, ticket: &Ticket, cookie: Option<&str>, now: Timestamp) -> Result<Interaction, FormRefused> {
        let found = self.interactions.get(&ticket.interaction).filter(|interaction| interaction.expires_at > now);
        let interaction = found.ok_or(FormRefused::Over)?;
        let same_session = cookie.is_some_and(|cookie| sha256(cookie.as_bytes()) == interaction.session);
        if same_session && same_secret(&ticket.csrf, &interaction.csrf) {
            Ok(interaction.clone())
        } else {
            Err(FormRefused::Forged)
        }
    }
}

/// The session cookie of a request, if it sent one.
pub(crate) fn cookie_of(headers: &axum::http::HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(axum::http::header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|header| header.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value)
}

/// The `Set-Cookie` value that gives a browser its session, for this bank alone.
pub(crate) fn set_cookie(cookie: &str, base_url: &str) -> String {
    let url = url::Url::parse(base_url).ok();
    let path = url.as_ref().map_or("/", |url| url.path());
    let secure = url.as_ref().is_some_and(|url| url.scheme() == "https");
    let path = if path.is_empty() { "/" } else { path };
    format!("{COOKIE}={cookie}; Path={path}; HttpOnly; SameSite=Lax{}", if secure { "; Secure" } else { "" })
}
