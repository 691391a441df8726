//! `when: {bank: …}`: conditions on what a call is about, as the call or the bank itself knows it.

use bank_fixtures::canonical::words::{self, Words};
use bank_fixtures::document::Value;
use bank_fixtures::record::{AccountKind, ConsentStatus, PaymentStatus};

use super::facts::Facts;
use super::pattern::{Numbers, Texts};
use crate::operation::Operation;

/// Keys of `bank`, with one line each.
pub(crate) const BANK_KEYS: &[(&str, &str)] = &[
    ("payment.amount", "amount of the order the call carries: \">= 1000\""),
    ("payment.currency", "its currency: EUR"),
    ("payment.reference", "its text for the creditor: LOST-*"),
    ("payment.creditor", "name of its creditor"),
    ("payment.creditor_account", "account of its creditor, as written"),
    ("payment.status", "state of the order the call asks about: accepted_checks, rejected"),
    ("consent.status", "state of the consent the call asks about, or comes under: active, expired"),
    ("account.type", "type of the account the call names: current, savings, card"),
];

const KEYS: &[&str] = &[
    "payment.amount",
    "payment.currency",
    "payment.reference",
    "payment.creditor",
    "payment.creditor_account",
    "payment.status",
    "consent.status",
    "account.type",
];

/// States of orders.
pub(crate) const PAYMENT_STATUSES: Words<PaymentStatus> = words::known(words::PAYMENT_STATUSES);

/// States of consents.
pub(crate) const CONSENT_STATUSES: Words<ConsentStatus> = words::known(words::CONSENT_STATUSES);

/// Compiled conditions; all must hold. A call that does not have what is asked about does not fit.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Known {
    amount: Option<Numbers>,
    currency: Option<Texts>,
    reference: Option<Texts>,
    creditor: Option<Texts>,
    creditor_account: Option<Texts>,
    payment_status: Option<Vec<PaymentStatus>>,
    consent_status: Option<Vec<ConsentStatus>>,
    account_type: Option<Vec<AccountKind>>,
}

impl Known {
    pub(super) fn read(value: Value<'_>) -> Option<Known> {
        let map = value.map(KEYS)?;
        let amount = map.optional("payment.amount").map(Numbers::read);
        let texts = |key| map.optional(key).map(Texts::read);
        let (currency, reference) = (texts("payment.currency"), texts("payment.reference"));
        let (creditor, creditor_account) = (texts("payment.creditor"), texts("payment.creditor_account"));
        let payment_status = map.optional("payment.status").map(|value| one_or_more(value, PAYMENT_STATUSES));
        let consent_status = map.optional("consent.status").map(|value| one_or_more(value, CONSENT_STATUSES));
        let account_type = map.optional("account.type").map(|value| one_or_more(value, words::ACCOUNT_KINDS));
        Some(Known {
            amount: amount.map_or(Some(None), |read| read.map(Some))?,
            currency: currency.map_or(Some(None), |read| read.map(Some))?,
            reference: reference.map_or(Some(None), |read| read.map(Some))?,
            creditor: creditor.map_or(Some(None), |read| read.map(Some))?,
            creditor_account: creditor_account.map_or(Some(None), |read| read.map(Some))?,
            payment_status: payment_status.map_or(Some(None), |read| read.map(Some))?,
            consent_status: consent_status.map_or(Some(None), |read| read.map(Some))?,
            account_type: account_type.map_or(Some(None), |read| read.map(Some))?,
        })
    }

    /// What a call says itself is asked first, the bank last: its answer costs a look into its books.
    pub(super) fn holds(&self, facts: &Facts<'_>) -> bool {
        self.order_holds(facts)
            && self.account_type.as_ref().is_none_or(|types| {
                let kind = facts.call.account.as_deref().and_then(|id| facts.bank.account_kind(id));
                kind.is_some_and(|kind| types.contains(&kind))
            })
            && self.consent_status.as_ref().is_none_or(|statuses| {
                let id = facts.call.consent_id.as_deref().or_else(|| facts.consent());
                id.and_then(|id| facts.bank.consent_status(id)).is_some_and(|status| statuses.contains(&status))
            })
            && self.payment_status.as_ref().is_none_or(|statuses| {
                let status = facts.call.payment_id.as_deref().and_then(|id| facts.bank.payment_status(id));
                status.is_some_and(|status| statuses.contains(&status))
            })
    }

    fn order_holds(&self, facts: &Facts<'_>) -> bool {
        if self.amount.is_none()
            && [&self.currency, &self.reference, &self.creditor, &self.creditor_account].iter().all(|it| it.is_none())
        {
            return true;
        }
        let Some(payment) = &facts.call.payment else { return false };
        let text = |test: &Option<Texts>, text: &Option<String>| match test {
            None => true,
            Some(texts) => text.as_deref().is_some_and(|text| texts.any(text)),
        };
        let amount = self.amount.as_ref();
        amount.is_none_or(|numbers| payment.amount.is_some_and(|amount| numbers.hold(amount.value())))
            && text(&self.currency, &payment.currency)
            && text(&self.reference, &payment.reference)
            && text(&self.creditor, &payment.creditor_name)
            && text(&self.creditor_account, &payment.creditor_account)
    }
}

/// Whether calls of an operation can have what a key of `bank` asks about.
pub(super) fn carries(operation: Operation, key: &str) -> bool {
    use Operation::{AccountsGet, BalancesGet, PaymentsCancel, PaymentsCreate, PaymentsStatus, TransactionsList};
    match key {
        "payment.status" => matches!(operation, PaymentsStatus | PaymentsCancel),
        "account.type" => matches!(operation, AccountsGet | BalancesGet | TransactionsList | PaymentsCreate),
        key if key.starts_with("payment.") => operation.moves_money(),
        _ => true,
    }
}

fn one_or_more<T: Copy>(value: Value<'_>, table: &[(&str, T)]) -> Option<Vec<T>> {
    let read = value.each(|value| value.one_of(table))?;
    if read.is_empty() {
        value.refuse("an empty list matches nothing", table.iter().map(|row| row.0).collect::<Vec<_>>().join(", "));
        return None;
    }
    Some(read)
}
