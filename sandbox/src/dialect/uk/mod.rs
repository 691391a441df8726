//! UK Open Banking Read/Write: one engine, two vocabularies.
//!
//! Owns the paths, bodies, words and codes of versions 3.1.11 and 4.0 on the writing side. Knows nothing of how the reading
//! side understands them.

mod account;
mod agreement;
mod answer;
mod arrangement;
mod balance;
mod client_signature;
mod consent;
mod error;
mod event;
mod family;
mod file;
mod frequency;
mod funds;
mod initiation;
mod json;
mod pain;
mod parts;
mod party;
mod payment;
mod permission;
mod product;
mod purpose;
mod routes;
mod rules;
mod shape;
mod signature;
mod statement;
mod statement_file;
mod status;
mod terms;
#[cfg(test)]
mod tests;
mod transaction;
mod value;
mod version;
mod visit;
mod vrp;
mod wish;

use axum::http::Method;

use self::json::Json;
use self::version::{V31, V40, Version};
use crate::dialect::{CallFacts, Dialect, PaymentFacts, Route};
use crate::exchange::{Call, Problem, Reply, Request};
use crate::operation::Operation;
use crate::webhook::{Notice, Notification};
use crate::world::BankInstance;

/// UK Open Banking, in one of its versions.
pub struct UkOpenBanking {
    version: &'static Version,
    routes: &'static [Route],
}

/// Read/Write 3.1.11.
pub static UK_31: UkOpenBanking = UkOpenBanking { version: &V31, routes: routes::OF_31 };

/// Read/Write 4.0 and 4.0.1.
pub static UK_40: UkOpenBanking = UkOpenBanking { version: &V40, routes: routes::OF_40 };

impl Dialect for UkOpenBanking {
    fn slug(&self) -> &'static str {
        self.version.slug
    }

    fn about(&self) -> &'static str {
        self.version.about
    }

    fn routes(&self) -> &'static [Route] {
        self.routes
    }

    fn problem(&self, problem: &Problem, request: &Request) -> Reply {
        error::render(self.version, problem, request)
    }

    fn notification(&self, notification: &Notification<'_>, bank: &BankInstance) -> Option<Notice> {
        event::notice(self.version, notification, bank)
    }

    fn facts(&self, call: &Call<'_>) -> CallFacts {
        let param = |wanted: &str| call.params.iter().find(|(name, _)| name == wanted).map(|(_, id)| id.clone());
        let order = call.operation.moves_money().then(|| Json::read(&call.request.body).ok()).flatten();
        let lists = call.request.method == Method::GET && call.operation != Operation::ConsentsGet;
        let page = || match call.query(answer::PAGE) {
            None => Some(1),
            Some(text) => transaction::page_number(&text),
        };
        let consent = || order.as_ref()?.text(&["Data", "ConsentId"]).map(str::to_owned);
        CallFacts {
            account: param("account"),
            page: lists.then(page).flatten(),
            payment: order.as_ref().map(payment_facts),
            payment_id: param("payment"),
            consent_id: param("consent").or_else(consent),
            idempotency_key: call.header("x-idempotency-key").map(str::to_owned),
        }
    }
}

/// What a body says about an order, as far as it can be read.
fn payment_facts(body: &Json) -> PaymentFacts {
    let text = |path: &[&str]| {
        let initiation = body.at(&["Data", "Initiation"]).or_else(|| body.at(&["Data", "Instruction"]))?;
        initiation.text(path).map(str::to_owned)
    };
    // A standing order is known by its first payment.
    let money = |name: &str| text(&["InstructedAmount", name]).or_else(|| text(&["FirstPaymentAmount", name]));
    let currency = money("Currency");
    let parsed = currency.as_deref().and_then(|code| code.parse().ok());
    let value = money("Amount");
    PaymentFacts {
        amount: value
            .zip(parsed)
            .and_then(|(value, currency)| bank_fixtures::money::Amount::parse(&value, currency).ok()),
        reference: body.at(&["Data", "Initiation"]).and_then(wish::reference),
        creditor_name: text(&["CreditorAccount", "Name"]),
        creditor_account: text(&["CreditorAccount", "Identification"]),
        currency,
    }
}
