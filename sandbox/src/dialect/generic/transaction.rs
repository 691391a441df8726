//! The body of a transaction: the row the bank writes most often, so nothing is copied on the way to the buffer.

use std::borrow::Borrow;
use std::fmt;

use bank_fixtures::record::{self, Link};
use serde::Serialize;
use serde::ser::Serializer;

use super::value::{Day, Identifier, Moment, Sum, Text};
use super::word;

#[derive(Serialize)]
pub(super) struct Transaction<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    status: &'static str,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    nature: &'static str,
    amount: Sum,
    #[serde(skip_serializing_if = "Option::is_none")]
    booked_on: Option<Day>,
    #[serde(skip_serializing_if = "Option::is_none")]
    booked_at: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_on: Option<Day>,
    #[serde(skip_serializing_if = "Option::is_none")]
    occurred_on: Option<Day>,
    #[serde(skip_serializing_if = "Option::is_none")]
    occurred_at: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    original_amount: Option<Sum>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exchange_rate: Option<ExchangeRate<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    balance_after: Option<Sum>,
    #[serde(skip_serializing_if = "Option::is_none")]
    counterparty: Option<Counterparty<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    merchant: Option<Merchant<'a>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    description: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    creditor_reference: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_to_end_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mandate_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "bank_code")]
    bank_transaction_code: Option<&'a [String; 3]>,
    #[serde(skip_serializing_if = "<[Link]>::is_empty", serialize_with = "related")]
    related: &'a [Link],
}

#[derive(Serialize)]
struct ExchangeRate<'a> {
    from: &'a str,
    to: &'a str,
    rate: Text<&'a dyn fmt::Display>,
}

#[derive(Serialize)]
struct Counterparty<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<Identifier<'a>>,
}

#[derive(Serialize)]
struct Merchant<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mcc: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    city: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<&'a str>,
}

#[derive(Serialize)]
struct Related<'a> {
    relation: &'static str,
    transaction_id: &'a str,
}

/// Transactions written one after the other, each made from its record only when its turn comes.
pub(super) struct Transactions<'a, T>(pub &'a [T]);

impl<T: Borrow<record::Transaction>> Serialize for Transactions<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|entry| Transaction::from(entry.borrow())))
    }
}

impl<'a> From<&'a record::Transaction> for Transaction<'a> {
    fn from(entry: &'a record::Transaction) -> Transaction<'a> {
        Transaction {
            id: entry.id.as_deref(),
            status: word::transaction_status(entry.status),
            kind: entry.kind.map(word::transaction_kind),
            nature: word::nature(entry.nature),
            amount: Sum(entry.amount),
            booked_on: entry.booking_date.map(Day),
            booked_at: entry.booking_at.map(Moment),
            value_on: entry.value_date.map(Day),
            occurred_on: entry.transaction_date.map(Day),
            occurred_at: entry.transaction_at.map(Moment),
            original_amount: entry.original_amount.map(Sum),
            exchange_rate: entry.fx.as_ref().map(|fx| ExchangeRate {
                from: fx.source.code(),
                to: fx.target.code(),
                rate: Text(&fx.rate),
            }),
            balance_after: entry.balance_after.map(Sum),
            counterparty: entry.counterparty.as_ref().map(|other| Counterparty {
                name: other.name.as_deref(),
                account: other.account.as_ref().map(Identifier),
            }),
            merchant: entry.merchant.as_ref().map(|merchant| Merchant {
                name: merchant.name.as_deref(),
                mcc: merchant.mcc.as_deref(),
                city: merchant.city.as_deref(),
                country: merchant.country.as_deref(),
            }),
            description: &entry.remittance,
            creditor_reference: entry.creditor_reference.as_deref(),
            end_to_end_id: entry.end_to_end_id.as_deref(),
            mandate_id: entry.mandate_id.as_deref(),
            bank_transaction_code: entry.bank_tx_code.as_ref(),
            related: &entry.links,
        }
    }
}

fn bank_code<S: Serializer>(code: &Option<&[String; 3]>, serializer: S) -> Result<S::Ok, S::Error> {
    let [domain, family, sub_family] = code.expect("an absent code is skipped");
    serializer.collect_str(&format_args!("{domain}-{family}-{sub_family}"))
}

fn related<S: Serializer>(links: &&[Link], serializer: S) -> Result<S::Ok, S::Error> {
    let related = links
        .iter()
        .map(|link| Related { relation: word::relation(link.relation), transaction_id: &link.transaction_id });
    serializer.collect_seq(related)
}
