use std::collections::BTreeMap;

use bank_fixtures::library;
use bank_fixtures::record::{AccountKind, ConsentStatus, PaymentStatus};
use bank_fixtures::seed::Seed;
use bytes::Bytes;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::connection::NoBank;
use super::*;
use crate::dialect::{CallFacts, PaymentFacts};
use crate::exchange::{Access, Request};
use crate::fault::{Act, Close, Ending, FAULTS, Keep, Plan, Rewrite, Wire};
use crate::operation::Operation;

mod coverage;
mod diagnostics;
mod docs;
mod engine;
mod includes;
mod indexed;
mod limits;
mod memory;
mod proofs;
mod reading;
mod replayed;
mod schema;
mod shipped;
mod switches;

/// A call to decide on; `Default` is `accounts.list` of the client `demo` at the epoch.
#[derive(Debug)]
struct Sample {
    operation: Operation,
    request: Request,
    access: Access,
    call: CallFacts,
    now: Timestamp,
}

/// A bank that knows nothing, in Berlin.
static NO_BANK: std::sync::LazyLock<NoBank> =
    std::sync::LazyLock::new(|| NoBank(TimeZone::get("Europe/Berlin").unwrap()));

impl Default for Sample {
    fn default() -> Sample {
        Sample {
            operation: Operation::AccountsList,
            request: Request::get("/accounts", "", "http://127.0.0.1:8080/plain"),
            access: Access {
                client_id: "demo".into(),
                user: Some("alice".into()),
                consent_id: Some("con_1".into()),
                scopes: Vec::new(),
                token_id: "t".into(),
            },
            call: CallFacts::default(),
            now: "2026-03-01T08:00:00Z".parse().unwrap(),
        }
    }
}

impl Sample {
    fn of(operation: Operation) -> Sample {
        Sample { operation, ..Sample::default() }
    }

    fn key(key: &str) -> Sample {
        let call = CallFacts { idempotency_key: Some(key.into()), ..CallFacts::default() };
        Sample { operation: Operation::PaymentsCreate, call, ..Sample::default() }
    }

    fn decide(&self, engine: &Engine) -> Plan {
        self.decide_at(engine, &*NO_BANK)
    }

    fn decide_at(&self, engine: &Engine, bank: &dyn BankView) -> Plan {
        engine.decide(&self.facts(bank))
    }

    fn facts<'a>(&'a self, bank: &'a dyn BankView) -> Facts<'a> {
        Facts {
            operation: self.operation,
            request: &self.request,
            access: Some(&self.access),
            client_id: None,
            call: &self.call,
            now: self.now,
            bank,
        }
    }
}

fn engine(rules: &str) -> Engine {
    let text = format!("sandbox: 1\nname: sample\nseed: 1\nrules:\n{rules}");
    match Scenario::compile("sample.yaml", &text) {
        Ok(scenario) => Engine::new(Arc::new(scenario), Seed::new(1)),
        Err(problems) => panic!("{problems}"),
    }
}

/// A letter per call: what happened to it.
fn letter(plan: &Plan) -> char {
    match (&plan.before, &plan.instead, &plan.after, &plan.wire) {
        (Some(Ending::Hang(_)), ..) | (_, Some(Ending::Hang(_)), ..) => 'h',
        (Some(Ending::Fixed { .. }), ..) => 's',
        (Some(Ending::Problem(_)), ..) => 'e',
        (Some(Ending::Close(_)), ..) => 'c',
        (_, _, Some(_), _) => 'l',
        (_, _, _, Some(_)) => 'w',
        _ if !plan.acts.is_empty() => 'a',
        _ if !plan.rewrites.is_empty() => 'r',
        _ if !plan.delay_before.is_zero() => 'd',
        _ => '.',
    }
}
