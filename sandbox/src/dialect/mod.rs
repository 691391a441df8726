//! Renderings of published standards.
//!
//! A dialect owns its paths, bodies, codes and envelopes; nothing outside a dialect knows them. Handlers are three
//! steps: extract, ask the bank, render.

mod cursor;
pub mod generic;
mod json;
pub mod uk;

use axum::http::Method;

use crate::exchange::{Call, Problem, Reply, Request};
use crate::operation::Operation;
use crate::webhook::{Notice, Notification};
use crate::world::BankInstance;

/// One version of one standard.
pub trait Dialect: Sync {
    /// Name in bank files, reports and lists.
    fn slug(&self) -> &'static str;

    /// One line about it for `list dialects`.
    fn about(&self) -> &'static str;

    /// The paths it serves.
    fn routes(&self) -> &'static [Route];

    /// A refusal of `request` in its own envelope, code, status and headers.
    fn problem(&self, problem: &Problem, request: &Request) -> Reply;

    /// What a client is told, as this bank writes it; `None` if it tells nothing of this.
    fn notification(&self, _: &Notification<'_>, _: &BankInstance) -> Option<Notice> {
        None
    }

    /// What scenarios may match on that only the dialect can read out of a call.
    fn facts(&self, call: &Call<'_>) -> CallFacts;
}

/// What a call is about, in neutral words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallFacts {
    /// The account it names.
    pub account: Option<String>,
    /// The page it asks for, counted from 1.
    pub page: Option<u32>,
    /// The order it carries.
    pub payment: Option<PaymentFacts>,
    /// The order it asks about.
    pub payment_id: Option<String>,
    /// The consent it asks about.
    pub consent_id: Option<String>,
    /// The idempotency key it carries.
    pub idempotency_key: Option<String>,
}

/// The order a `payments.create` carries, as far as it can be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PaymentFacts {
    /// Instructed amount.
    pub amount: Option<bank_fixtures::money::Amount>,
    /// Text for the creditor.
    pub reference: Option<String>,
    /// Name of the creditor.
    pub creditor_name: Option<String>,
    /// Account of the creditor, as written: an IBAN, or another identifier's value.
    pub creditor_account: Option<String>,
    /// Code of the instructed currency, as written.
    pub currency: Option<String>,
}

/// One path of a dialect.
pub struct Route {
    /// Method.
    pub method: Method,
    /// Path template inside the bank: `/accounts/{account}`.
    pub path: &'static str,
    /// What the call is, in neutral words.
    pub operation: Operation,
    /// Who may call it.
    pub needs: Needs,
    /// Whose envelope its failures wear.
    pub surface: Surface,
    /// Answers the call.
    pub handle: fn(&BankInstance, &Call<'_>) -> Result<Reply, Problem>,
}

/// Whose envelope a failure of a route wears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    /// The dialect's.
    Api,
    /// OAuth's: JSON with `error` and `error_description` (RFC 6749 5.2).
    OAuth,
    /// An HTML page for the account holder.
    Page,
}

/// What a call must prove before its handler runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: the route is public.
    Nothing,
    /// A token of an account holder with this scope, under a consent in force.
    Consent(&'static str),
    /// A token with this scope, of a client or of an account holder.
    Client(&'static str),
}

/// Every dialect, in the order they are listed.
pub const DIALECTS: &[&dyn Dialect] = &[&generic::Generic, &uk::UK_31, &uk::UK_40];
