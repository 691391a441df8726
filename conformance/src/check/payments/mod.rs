//! Checks of payment orders and their idempotency keys. They send small orders, so a target must allow them.

use bank_fixtures::record::Payment;

use self::order::Order;
use super::Check;
use crate::http::{Reply, Request};
use crate::normalise::generic;
use crate::probe::{BankProbe, Trouble, needed_json};

mod order;

mod concurrent_key_books_once;
mod funds_checked;
mod key_conflict_refused;
mod key_required;
mod payment_found_by_key;
mod payment_readable;
mod replay_books_once;
mod replay_same_payment;

/// Every check of this area, in the order in which they run.
pub(super) static CHECKS: &[&Check] = &[
    &key_required::CHECK,
    &payment_readable::CHECK,
    &replay_same_payment::CHECK,
    &replay_books_once::CHECK,
    &key_conflict_refused::CHECK,
    &payment_found_by_key::CHECK,
    &concurrent_key_books_once::CHECK,
    &funds_checked::CHECK,
];

/// The payment in the answer to an order.
fn taken(reply: &Reply) -> Result<Payment, Trouble> {
    let payment = generic::one_payment(&needed_json(reply)?).value;
    payment.ok_or_else(|| Trouble::Unobservable(format!("no payment came: {}", reply.exchange)))
}

/// The payments a filter finds.
async fn listed(bank: &BankProbe, filter: &str, value: &str) -> Result<(Vec<Payment>, Reply), Trouble> {
    let reply = bank.ask(Request::get(bank.url("/payments")).query([(filter, value)])).await?;
    let page = generic::payments(&needed_json(&reply)?).value;
    Ok((page.records, reply))
}
