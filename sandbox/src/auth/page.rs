//! The pages an account holder sees: login, one-time code, accounts, confirmation, home, error.
//!
//! Plain HTML that works without JavaScript, loads nothing from elsewhere and cannot be framed.

use std::sync::LazyLock;

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderName, StatusCode};
use bank_fixtures::record::{Account, IdentifierScheme};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, Value, context};

use crate::auth::answering::AuthorizationRequest;
use crate::auth::error::OAuthError;
use crate::auth::holder::Holder;
use crate::auth::mint::sha256;
use crate::auth::redirect::form_action_source;
use crate::auth::session::Ticket;
use crate::exchange::Reply;
use crate::world::BankInstance;

const STYLE: &str = include_str!("../../templates/style.css");

static PAGES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut pages = Environment::new();
    pages.set_undefined_behavior(UndefinedBehavior::Strict);
    let tidy = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    pages.set_syntax(tidy.expect("the usual delimiters are legal"));
    for (name, text) in [
        ("layout.html", include_str!("../../templates/layout.html")),
        ("login.html", include_str!("../../templates/login.html")),
        ("code.html", include_str!("../../templates/code.html")),
        ("accounts.html", include_str!("../../templates/accounts.html")),
        ("confirm.html", include_str!("../../templates/confirm.html")),
        ("wait.html", include_str!("../../templates/wait.html")),
        ("left.html", include_str!("../../templates/left.html")),
        ("home-login.html", include_str!("../../templates/home-login.html")),
        ("home.html", include_str!("../../templates/home.html")),
        ("form_post.html", include_str!("../../templates/form_post.html")),
        ("device.html", include_str!("../../templates/device.html")),
        ("notice.html", include_str!("../../templates/notice.html")),
        ("error.html", include_str!("../../templates/error.html")),
    ] {
        pages.add_template(name, text).expect("the templates are part of the program and tested");
    }
    pages
});

/// The source expression that lets the one style sheet in.
static STYLE_SOURCE: LazyLock<String> =
    LazyLock::new(|| format!("'sha256-{}'", STANDARD.encode(sha256(STYLE.as_bytes()))));

/// The login page; `alert` says why it is shown again.
pub(crate) fn login(
    bank: &BankInstance,
    request: &AuthorizationRequest,
    ticket: &Ticket,
    alert: Option<&str>,
) -> Reply {
    let page = context! {
        client => request.client.name.as_str(),
        username => request.login_hint.as_deref().unwrap_or_default(),
        alert => alert.unwrap_or_default(),
        ..shared(bank, ticket)
    };
    respond(StatusCode::OK, "login.html", page, &form_action(&request.redirect_uri))
}

/// The page that asks for the code on the account holder's phone, which is shown beside it because nobody has one.
pub(crate) fn code(
    bank: &BankInstance,
    request: &AuthorizationRequest,
    (ticket, passcode): (&Ticket, &str),
    alert: Option<&str>,
) -> Reply {
    let page = context! {
        client => request.client.name.as_str(),
        passcode => passcode,
        alert => alert.unwrap_or_default(),
        ..shared(bank, ticket)
    };
    respond(StatusCode::OK, "code.html", page, &form_action(&request.redirect_uri))
}

/// The page on which the account holder chooses accounts.
pub(crate) fn accounts(
    bank: &BankInstance,
    request: &AuthorizationRequest,
    holder: &Holder,
    ticket: &Ticket,
    alert: Option<&str>,
) -> Reply {
    let offered = holder.offered(&bank.ledger, request);
    let accounts = holder.accounts(&bank.ledger).into_iter().filter(|account| offered.contains(&account.id));
    let page = context! {
        client => request.client.name.as_str(),
        holder => holder.party.name.as_str(),
        accounts => accounts.map(|account| row(&account)).collect::<Vec<_>>(),
        alert => alert.unwrap_or_default(),
        ..shared(bank, ticket)
    };
    respond(StatusCode::OK, "accounts.html", page, &form_action(&request.redirect_uri))
}

/// The page with everything the account holder is about to agree to; `chosen` are the accounts, if it is about any.
pub(crate) fn confirm(
    bank: &BankInstance,
    request: &AuthorizationRequest,
    (holder, chosen): (&Holder, Option<&[String]>),
    ticket: &Ticket,
    alert: Option<&str>,
) -> Reply {
    let accounts = holder.accounts(&bank.ledger).into_iter();
    let accounts = accounts.filter(|account| chosen.is_some_and(|chosen| chosen.contains(&account.id)));
    let until = request.consent.as_ref().and_then(|consent| consent.expires_at).map(|end| day(bank, end.at));
    let page = context! {
        client => request.client.name.as_str(),
        holder => holder.party.name.as_str(),
        permissions => request.scopes.sentences(),
        accounts => accounts.map(|account| row(&account)).collect::<Vec<_>>(),
        until => until.unwrap_or_default(),
        alert => alert.unwrap_or_default(),
        ..shared(bank, ticket)
    };
    respond(StatusCode::OK, "confirm.html", page, &form_action(&request.redirect_uri))
}

/// The page that waits until the account holder has made up their mind.
pub(crate) fn wait(bank: &BankInstance, request: &AuthorizationRequest, ticket: &Ticket, alert: Option<&str>) -> Reply {
    let page = context! {
        client => request.client.name.as_str(),
        alert => alert.unwrap_or_default(),
        ..shared(bank, ticket)
    };
    respond(StatusCode::OK, "wait.html", page, &form_action(&request.redirect_uri))
}

/// What is left of a page that was closed.
pub(crate) fn left(bank: &BankInstance, request: &AuthorizationRequest) -> Reply {
    let page = context! {
        style => STYLE,
        bank => bank.auth.settings.bank_name.as_str(),
        client => request.client.name.as_str(),
    };
    respond(StatusCode::OK, "left.html", page, "'none'")
}

/// The login page of the account holder's own page.
pub(crate) fn home_login(bank: &BankInstance, csrf: &str, (username, alert): (&str, Option<&str>)) -> Reply {
    let page = context! {
        style => STYLE,
        bank => bank.auth.settings.bank_name.as_str(),
        csrf => csrf,
        username => username,
        alert => alert.unwrap_or_default(),
    };
    respond(StatusCode::OK, "home-login.html", page, "'self'")
}

/// A request or consent on the account holder's own page.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// Id of the consent or request.
    pub(crate) id: String,
    /// Who asks, or has access.
    pub(crate) client: String,
    /// How it stands, as a sentence.
    pub(crate) state: String,
    /// What it is about.
    pub(crate) permissions: Vec<&'static str>,
    /// The accounts it is about.
    pub(crate) accounts: Vec<String>,
    /// What both devices show.
    pub(crate) message: Option<String>,
    /// Whether it can be withdrawn.
    pub(crate) is_open: bool,
}

/// The account holder's own page: what waits for them, and what they gave.
pub(crate) fn home(
    bank: &BankInstance,
    holder: &Holder,
    csrf: &str,
    (waiting, second, given): (&[Entry], &[Entry], &[Entry]),
    alert: Option<&str>,
) -> Reply {
    let page = context! {
        style => STYLE,
        bank => bank.auth.settings.bank_name.as_str(),
        holder => holder.party.name.as_str(),
        csrf => csrf,
        waiting => listed(waiting.iter()),
        second => listed(second.iter()),
        open => listed(given.iter().filter(|entry| entry.is_open)),
        over => listed(given.iter().filter(|entry| !entry.is_open)),
        alert => alert.unwrap_or_default(),
    };
    respond(StatusCode::OK, "home.html", page, "'self'")
}

fn listed<'a>(entries: impl Iterator<Item = &'a Entry>) -> Vec<Value> {
    let listed = |entry: &Entry| {
        context! {
            id => entry.id.as_str(),
            client => entry.client.as_str(),
            state => entry.state.as_str(),
            permissions => entry.permissions.clone(),
            accounts => entry.accounts.clone(),
            message => entry.message.as_deref().unwrap_or_default(),
        }
    };
    entries.map(listed).collect()
}

/// A day in the bank's zone, for people: 3 June 2026.
pub(crate) fn day(bank: &BankInstance, at: Timestamp) -> String {
    at.to_zoned(bank.profile.zone.clone()).strftime("%-d %B %Y").to_string()
}

/// The account in a few words: its name and the end of its number.
pub(crate) fn account_words(account: &Account) -> String {
    let name = account.name.as_deref().or(account.product.as_deref()).unwrap_or("Account");
    match last_four(account) {
        Some(last) => format!("{name}, ends in {last}"),
        None => name.to_owned(),
    }
}

/// The error page: what went wrong before there was anybody to send the browser back to.
pub(crate) fn error(error: &OAuthError) -> Reply {
    let page = context! {
        style => STYLE,
        bank => "Bank",
        code => error.code.name(),
        description => error.description(),
    };
    let mut reply = respond(error.status_code(), "error.html", page, "'none'");
    reply.class = Some(error.code.class());
    reply
}

/// The page that carries an answer to a client in a form (OAuth 2.0 Form Post Response Mode). Without a script, the account
/// holder presses the button.
pub(crate) fn form_post(bank: &BankInstance, redirect_uri: &str, parameters: &[(&str, &str)]) -> Reply {
    let page = context! {
        style => STYLE,
        bank => bank.auth.settings.bank_name.as_str(),
        action => redirect_uri,
        fields => parameters.iter().map(|(name, value)| context! { name => *name, value => *value }).collect::<Vec<_>>(),
    };
    respond(StatusCode::OK, "form_post.html", page, &form_action(redirect_uri))
}

/// A page that says one thing and asks nothing.
pub(crate) fn notice(bank: &BankInstance, heading: &str, notice: &str) -> Reply {
    of_bank(bank, StatusCode::OK, "notice.html", context! { heading => heading, notice => notice })
}

/// A page outside any client's request.
pub(crate) fn of_bank(bank: &BankInstance, status: StatusCode, template: &str, page: Value) -> Reply {
    let page = context! { style => STYLE, bank => bank.auth.settings.bank_name.as_str(), ..page };
    respond(status, template, page, "'self'")
}

fn shared(bank: &BankInstance, ticket: &Ticket) -> Value {
    context! {
        style => STYLE,
        bank => bank.auth.settings.bank_name.as_str(),
        interaction => ticket.interaction.as_str(),
        csrf => ticket.csrf.as_str(),
    }
}

fn row(account: &Account) -> Value {
    context! {
        id => account.id.as_str(),
        name => account.name.as_deref().or(account.product.as_deref()).unwrap_or("Account"),
        last => last_four(account).unwrap_or_default(),
        currency => account.currency.map(|currency| currency.to_string()).unwrap_or_default(),
        owners => if account.owners.len() > 1 { account.owners.join(" and ") } else { String::new() },
    }
}

/// The last four signs of the account's number.
fn last_four(account: &Account) -> Option<String> {
    let by = |scheme| account.identifiers.iter().find(|identifier| identifier.scheme == scheme);
    let identifier = by(IdentifierScheme::Iban).or_else(|| account.identifiers.first())?;
    let signs: Vec<char> = identifier.value.chars().collect();
    Some(signs[signs.len().saturating_sub(4)..].iter().collect())
}

/// A browser applies `form-action` to the redirect after the form too, so the client's address must be in it.
fn form_action(redirect_uri: &str) -> String {
    format!("'self' {}", form_action_source(redirect_uri))
}

fn respond(status: StatusCode, template: &str, page: Value, form_action: &str) -> Reply {
    let html = PAGES.get_template(template).and_then(|template| template.render(page));
    let html = html.expect("the templates are part of the program and tested");
    let policy = format!(
        "default-src 'none'; style-src {}; form-action {form_action}; base-uri 'none'; frame-ancestors 'none'",
        *STYLE_SOURCE
    );
    Reply::new(status, "text/html; charset=utf-8", html)
        .header(CONTENT_SECURITY_POLICY, &policy)
        .header(X_FRAME_OPTIONS, "DENY")
        .header(X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(REFERRER_POLICY, "no-referrer")
        .header(CACHE_CONTROL, "no-store")
        .header(HeaderName::from_static("cross-origin-opener-policy"), "same-origin")
}
