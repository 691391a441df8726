//! The generic REST bank: `docs/generic-api.md` rendered.
//!
//! Owns the paths, words, bodies and codes of that contract on the writing side. Knows nothing of how the reading side
//! understands them.

mod body;
mod consent;
mod json;
mod list;
mod payment;
mod problem;
mod query;
mod read;
#[cfg(test)]
mod tests;
mod transaction;
mod value;
mod webhook;
mod word;

use axum::http::Method;

use crate::dialect::{CallFacts, Dialect, Needs, Route, Surface};
use crate::exchange::{Call, Problem, Reply, Request};
use crate::operation::Operation;
use crate::webhook::{Notice, Notification};
use crate::world::BankInstance;

/// The generic REST dialect.
pub struct Generic;

impl Dialect for Generic {
    fn slug(&self) -> &'static str {
        "generic"
    }

    fn about(&self) -> &'static str {
        "plain REST and OAuth 2: decimal strings, RFC 3339, cursors, problem details"
    }

    fn routes(&self) -> &'static [Route] {
        ROUTES
    }

    fn problem(&self, problem: &Problem, request: &Request) -> Reply {
        problem::render(problem, request)
    }

    fn notification(&self, notification: &Notification<'_>, _: &BankInstance) -> Option<Notice> {
        Some(Notice::json(webhook::body(notification)))
    }

    fn facts(&self, call: &Call<'_>) -> CallFacts {
        let order = call.operation.moves_money().then(|| json::Json::read(&call.request.body).ok()).flatten();
        let param = |wanted: &str| call.params.iter().find(|(name, _)| name == wanted).map(|(_, id)| id.clone());
        let debtor = || order.as_ref()?.text(&["debtor_account_id"]).map(str::to_owned);
        CallFacts {
            account: param("account").or_else(debtor),
            page: LISTS.contains(&call.operation).then(|| page(call)).flatten(),
            payment: order.as_ref().map(payment::facts),
            payment_id: param("payment"),
            consent_id: param("consent"),
            idempotency_key: call.header("idempotency-key").map(str::to_owned),
        }
    }
}

/// 1 without a cursor; unknown for one that cannot be read.
fn page(call: &Call<'_>) -> Option<u32> {
    if call.request.query.is_empty() {
        return Some(1);
    }
    match call.query("cursor") {
        None => Some(1),
        Some(cursor) => crate::dialect::cursor::Cursor::page_of(&cursor),
    }
}

const LISTS: &[Operation] = &[
    Operation::CustomersList,
    Operation::CustomersAccounts,
    Operation::AccountsList,
    Operation::BalancesGet,
    Operation::TransactionsList,
    Operation::PaymentsList,
    Operation::ConsentsList,
    Operation::WebhooksList,
];

macro_rules! routes {
    ($($method:ident $path:literal $operation:ident $needs:expr => $handle:path;)*) => {
        const ROUTES: &[Route] = &[$(Route {
            method: Method::$method,
            path: $path,
            operation: Operation::$operation,
            needs: $needs,
            surface: Surface::Api,
            handle: $handle,
        },)*];
    };
}

/// Any scope will do.
const ANY: &str = "";

routes! {
    GET "/customers" CustomersList Needs::Consent("customers") => read::customers;
    GET "/customers/{customer}/accounts" CustomersAccounts Needs::Consent("customers") => read::customer_accounts;
    GET "/accounts" AccountsList Needs::Consent("accounts") => read::accounts;
    GET "/accounts/{account}" AccountsGet Needs::Consent("accounts") => read::account;
    GET "/accounts/{account}/balances" BalancesGet Needs::Consent("balances") => read::balances;
    GET "/accounts/{account}/transactions" TransactionsList Needs::Consent("transactions") => read::transactions;
    POST "/payments" PaymentsCreate Needs::Consent("payments") => payment::create;
    GET "/payments" PaymentsList Needs::Consent("payments") => payment::search;
    GET "/payments/{payment}" PaymentsStatus Needs::Consent("payments") => payment::status;
    POST "/payments/{payment}/cancel" PaymentsCancel Needs::Consent("payments") => payment::cancel;
    POST "/consents" ConsentsCreate Needs::Client(ANY) => consent::create;
    GET "/consents" ConsentsList Needs::Client(ANY) => consent::search;
    GET "/consents/{consent}" ConsentsGet Needs::Client(ANY) => consent::status;
    DELETE "/consents/{consent}" ConsentsDelete Needs::Client(ANY) => consent::end;
    POST "/webhooks" WebhooksCreate Needs::Client(ANY) => webhook::create;
    GET "/webhooks" WebhooksList Needs::Client(ANY) => webhook::search;
    DELETE "/webhooks/{webhook}" WebhooksDelete Needs::Client(ANY) => webhook::end;
}
