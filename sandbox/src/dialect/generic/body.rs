//! The bodies of the contract but transactions: what is written for each record.

use bank_fixtures::record::{self, AccountIdentifier};
use serde::Serialize;
use serde::ser::Serializer;

use super::value::{Day, Identifier, Moment, Sum};
use super::word;
use crate::bank::scope_name;

/// A list body.
#[derive(Serialize)]
pub(super) struct List<'a, T: Serialize> {
    pub data: T,
    pub links: Links<'a>,
}

/// Where a page is and where the next one.
#[derive(Serialize)]
pub(super) struct Links<'a> {
    #[serde(rename = "self")]
    pub this: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<&'a str>,
}

#[derive(Serialize)]
pub(super) struct Customer<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    name: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    emails: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    phones: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<Address<'a>>,
}

#[derive(Serialize)]
struct Address<'a> {
    lines: &'a [String],
    city: &'a str,
    postcode: &'a str,
    country: &'a str,
}

#[derive(Serialize)]
pub(super) struct Account<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    product: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    owners: &'a [String],
    #[serde(skip_serializing_if = "<[AccountIdentifier]>::is_empty", serialize_with = "identifiers")]
    identifiers: &'a [AccountIdentifier],
    #[serde(skip_serializing_if = "Option::is_none")]
    time_zone: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    opened_on: Option<Day>,
}

#[derive(Serialize)]
pub(super) struct Balance {
    #[serde(rename = "type")]
    kind: &'static str,
    amount: Sum,
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference_date: Option<Day>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credit_line: Option<CreditLine>,
}

#[derive(Serialize)]
struct CreditLine {
    amount: Sum,
    #[serde(skip_serializing_if = "Option::is_none")]
    included: Option<bool>,
}

#[derive(Serialize)]
pub(super) struct Payment<'a> {
    id: &'a str,
    status: &'static str,
    debtor_account_id: &'a str,
    creditor: Creditor<'a>,
    amount: Sum,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_to_end_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    requested_on: Option<Day>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason<'a>>,
    created_at: Moment,
    updated_at: Moment,
}

#[derive(Serialize)]
struct Creditor<'a> {
    name: &'a str,
    account: Identifier<'a>,
}

#[derive(Serialize)]
struct Reason<'a> {
    code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
}

#[derive(Serialize)]
pub(super) struct Consent<'a> {
    id: &'a str,
    status: &'static str,
    scopes: Vec<&'static str>,
    account_ids: &'a [String],
    created_at: Moment,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Moment>,
}

impl<'a> From<&'a record::Party> for Customer<'a> {
    fn from(party: &'a record::Party) -> Customer<'a> {
        Customer {
            id: &party.id,
            kind: word::party_kind(party.kind),
            name: &party.name,
            emails: &party.emails,
            phones: &party.phones,
            address: party.address.as_ref().map(|address| Address {
                lines: &address.lines,
                city: &address.city,
                postcode: &address.postcode,
                country: &address.country,
            }),
        }
    }
}

impl<'a> From<&'a record::Account> for Account<'a> {
    fn from(account: &'a record::Account) -> Account<'a> {
        Account {
            id: &account.id,
            kind: word::account_kind(account.kind),
            status: word::account_status(account.status),
            currency: account.currency.as_ref().map(|currency| currency.code()),
            name: account.name.as_deref(),
            product: account.product.as_deref(),
            owners: &account.owners,
            identifiers: &account.identifiers,
            time_zone: account.zone.as_deref(),
            opened_on: account.opened_on.map(Day),
        }
    }
}

impl Balance {
    /// `None` for a kind the contract has no word for.
    pub(super) fn of(balance: &record::Balance) -> Option<Balance> {
        Some(Balance {
            kind: word::balance_kind(balance.kind)?,
            amount: Sum(balance.amount),
            as_of: balance.as_of.map(Moment),
            reference_date: balance.reference_date.map(Day),
            credit_line: balance
                .credit_line
                .map(|line| CreditLine { amount: Sum(line), included: balance.credit_line_included }),
        })
    }
}

impl<'a> From<&'a record::Payment> for Payment<'a> {
    fn from(payment: &'a record::Payment) -> Payment<'a> {
        Payment {
            id: &payment.id,
            status: word::payment_status(payment.status),
            debtor_account_id: &payment.debtor_account_id,
            creditor: Creditor { name: &payment.creditor_name, account: Identifier(&payment.creditor_account) },
            amount: Sum(payment.amount),
            reference: payment.reference.as_deref(),
            end_to_end_id: payment.end_to_end_id.as_deref(),
            requested_on: payment.requested_date.map(Day),
            reason: payment.reason.as_ref().map(|reason| Reason { code: &reason.code, text: reason.text.as_deref() }),
            created_at: Moment(payment.created_at),
            updated_at: Moment(payment.updated_at),
        }
    }
}

impl<'a> From<&'a record::Consent> for Consent<'a> {
    fn from(consent: &'a record::Consent) -> Consent<'a> {
        Consent {
            id: &consent.id,
            status: word::consent_status(consent.status),
            scopes: consent.scopes.iter().copied().map(scope_name).collect(),
            account_ids: &consent.account_ids,
            created_at: Moment(consent.created_at),
            expires_at: consent.expires_at.map(Moment),
        }
    }
}

fn identifiers<S: Serializer>(identifiers: &&[AccountIdentifier], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(identifiers.iter().map(Identifier))
}
