//! The pages an account holder sees: login, consent, error.
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
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, Value, context};

use crate::auth::endpoint::authorize::AuthorizationRequest;
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
        ("consent.html", include_str!("../../templates/consent.html")),
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

/// The consent page; `alert` says why it is shown again.
pub(crate) fn consent(
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
        permissions => request.scopes.sentences(),
        choose => request.scopes.needs_accounts(),
        accounts => accounts.map(|account| row(&account)).collect::<Vec<_>>(),
        alert => alert.unwrap_or_default(),
        ..shared(bank, ticket)
    };
    respond(StatusCode::OK, "consent.html", page, &form_action(&request.redirect_uri))
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

fn shared(bank: &BankInstance, ticket: &Ticket) -> Value {
    context! {
        style => STYLE,
        bank => bank.auth.settings.bank_name.as_str(),
        interaction => ticket.interaction.as_str(),
        csrf => ticket.csrf.as_str(),
    }
}

fn row(account: &Account) -> Value {
    let by = |scheme| account.identifiers.iter().find(|identifier| identifier.scheme == scheme);
    let identifier = by(IdentifierScheme::Iban).or_else(|| account.identifiers.first());
    let last = identifier.map(|identifier| {
        let digits: Vec<char> = identifier.value.chars().collect();
        digits[digits.len().saturating_sub(4)..].iter().collect::<String>()
    });
    context! {
        id => account.id.as_str(),
        name => account.name.as_deref().or(account.product.as_deref()).unwrap_or("Account"),
        last => last.unwrap_or_default(),
        currency => account.currency.map(|currency| currency.to_string()).unwrap_or_default(),
    }
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
