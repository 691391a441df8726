//! The bank's rows as they come over the wire.
//!
//! Owns our own reading of the bank's documentation: members we do not know are ignored, names we do not know are kept as
//! text until they are mapped. Nothing here is shared with a bank.

use serde::{Deserialize, Deserializer};

/// `{"value": "-12.30", "currency": "EUR"}`.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Money {
    pub(crate) value: String,
    pub(crate) currency: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Identifier {
    pub(crate) scheme: String,
    pub(crate) value: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Account {
    pub(crate) id: String,
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) currency: Option<String>,
    pub(crate) name: Option<String>,
    #[serde(default, deserialize_with = "listed")]
    pub(crate) owners: Vec<String>,
    #[serde(default, deserialize_with = "listed")]
    pub(crate) identifiers: Vec<Identifier>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Balance {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) amount: Money,
    pub(crate) as_of: Option<String>,
    pub(crate) reference_date: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Transaction {
    pub(crate) id: Option<String>,
    pub(crate) status: String,
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    pub(crate) nature: Option<String>,
    pub(crate) amount: Money,
    pub(crate) booked_on: Option<String>,
    pub(crate) booked_at: Option<String>,
    pub(crate) value_on: Option<String>,
    pub(crate) occurred_on: Option<String>,
    pub(crate) original_amount: Option<Money>,
    pub(crate) balance_after: Option<Money>,
    pub(crate) counterparty: Option<Counterparty>,
    pub(crate) merchant: Option<Merchant>,
    #[serde(default, deserialize_with = "listed")]
    pub(crate) description: Vec<String>,
    pub(crate) end_to_end_id: Option<String>,
    pub(crate) mandate_id: Option<String>,
    #[serde(default, deserialize_with = "listed")]
    pub(crate) related: Vec<Related>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Counterparty {
    pub(crate) name: Option<String>,
    pub(crate) account: Option<Identifier>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Merchant {
    pub(crate) name: String,
    pub(crate) mcc: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Related {
    pub(crate) relation: String,
    pub(crate) transaction_id: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Payment {
    pub(crate) id: String,
    pub(crate) status: String,
    pub(crate) amount: Money,
    pub(crate) reason: Option<Reason>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Reason {
    pub(crate) code: String,
    pub(crate) text: Option<String>,
}

/// A list that may be absent or null.
fn listed<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}
