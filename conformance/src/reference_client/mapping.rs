//! From the bank's rows to the canonical model.
//!
//! Owns signs, amounts, names and ids. A row that cannot be read is refused on its own; the rows around it stay.

use bank_fixtures::currency::Currency;
use bank_fixtures::money;
use serde_json::Value;

use super::lapse::Lapse;
use super::output;
use super::policy::{Balances, Ids, Numbers, Policy, Signs};
use super::wire;

/// Turns rows into canonical records, as one policy sees them.
pub(crate) struct Mapping<'a> {
    policy: &'a Policy,
    /// Counts the records of this run, for the client that names them by run.
    run: String,
}

impl<'a> Mapping<'a> {
    /// The mapping of one run.
    pub(crate) fn new(policy: &'a Policy) -> Mapping<'a> {
        Mapping { policy, run: format!("{}", std::process::id()) }
    }

    /// An account. The bank's ids are opaque and stable, so ours are the same.
    pub(crate) fn account(&self, row: &Value) -> Result<output::Account, String> {
        let row: wire::Account = read(row)?;
        Ok(output::Account {
            account_id: row.id,
            identifiers: row.identifiers.into_iter().map(identifier).collect(),
            currency: row.currency,
            kind: row.kind.unwrap_or_else(|| "other".to_owned()),
            status: row.status.unwrap_or_else(|| "unknown".to_owned()),
            name: row.name,
            owners: row.owners,
        })
    }

    /// A balance.
    pub(crate) fn balance(&self, account: &str, row: &Value) -> Result<output::Balance, String> {
        let row: wire::Balance = read(row)?;
        let kind = match row.kind.as_str() {
            "booked" if self.policy.balances == Balances::Confused => "available",
            "available" if self.policy.balances == Balances::Confused => "booked_current",
            "booked" => "booked_current",
            "opening" => "booked_opening",
            "closing" => "booked_closing",
            "available" => "available",
            "expected" => "expected",
            "owed" => "owed",
            "blocked" => "blocked",
            _ => "unknown",
        };
        Ok(output::Balance {
            account_id: account.to_owned(),
            kind,
            amount: self.amount(&row.amount)?,
            as_of: row.as_of,
            reference_date: row.reference_date,
        })
    }

    /// An entry. `index` is its place in the list.
    pub(crate) fn transaction(&self, account: &str, index: usize, row: &Value) -> Result<output::Transaction, String> {
        if self.policy.has(Lapse::RefusesNewMembers) {
            known_members(row)?;
        }
        if self.policy.has(Lapse::ChokesOnNull) && row.as_object().is_some_and(|row| row.values().any(Value::is_null)) {
            return Err("a member is null".to_owned());
        }
        let row: wire::Transaction = read(row)?;
        let day = match (&row.booked_at, self.policy.has(Lapse::UtcDays)) {
            (Some(at), true) => {
                // Midnight where the bank is lies in the day before in UTC, wherever clocks are ahead of it.
                let day: Option<jiff::civil::Date> = row.booked_on.as_deref().and_then(|day| day.parse().ok());
                let east = at.contains('+');
                day.and_then(|day| if east { day.yesterday().ok() } else { Some(day) }).map(|day| day.to_string())
            }
            _ => row.booked_on.clone(),
        };
        let exact = |money: &Option<wire::Money>| money.as_ref().map(|money| self.amount(money)).transpose();
        let kind = row.kind.as_deref();
        Ok(output::Transaction {
            account_id: account.to_owned(),
            transaction_id: self.transaction_id(account, index, &row),
            provider_id: row.id,
            nature: row
                .nature
                .filter(|_| !self.policy.has(Lapse::LosesNatures))
                .unwrap_or_else(|| "original".to_owned()),
            kind: row.kind.clone(),
            status: row.status,
            amount: self.directed(&row.amount, kind)?,
            booking_date: day,
            booking_at: row.booked_at,
            value_date: row.value_on,
            transaction_date: row.occurred_on,
            original_amount: row.original_amount.as_ref().map(|money| self.signed(money)).transpose()?,
            balance_after: exact(&row.balance_after)?,
            counterparty: row
                .counterparty
                .map(|other| output::Counterparty { name: other.name, account: other.account.map(identifier) }),
            merchant: row.merchant.map(|merchant| output::Merchant { name: merchant.name, mcc: merchant.mcc }),
            remittance: row.description,
            end_to_end_id: row.end_to_end_id,
            mandate_id: row.mandate_id,
            links: row
                .related
                .into_iter()
                .map(|other| output::Link { relation: other.relation, provider_id: other.transaction_id })
                .collect(),
        })
    }

    /// A payment order of ours.
    pub(crate) fn payment(&self, order: &str, key: &str, row: &Value) -> Result<output::Payment, String> {
        let row: wire::Payment = read(row)?;
        Ok(output::Payment {
            payment_id: order.to_owned(),
            provider_id: Some(row.id),
            idempotency_key: Some(key.to_owned()),
            status: self.payment_status(&row.status).to_owned(),
            amount: self.amount(&row.amount)?,
            reason: row.reason.map(|reason| output::Reason { code: reason.code, text: reason.text }),
        })
    }

    fn payment_status(&self, status: &str) -> &'static str {
        match (self.policy.lapse, payment_status(status)) {
            (Some(Lapse::AcceptedIsSettled), "accepted_checks" | "in_clearing") => "debited",
            (Some(Lapse::UnknownPaymentIsSettled), "unknown") => "debited",
            (_, word) => word,
        }
    }

    /// The amount with the direction the bank states, or the one the kind of entry suggests.
    fn directed(&self, money: &wire::Money, kind: Option<&str>) -> Result<output::Amount, String> {
        let mut amount = self.signed(money)?;
        if self.policy.has(Lapse::SignsByKind) {
            let digits = amount.amount.trim_start_matches('-').to_owned();
            let arrives = kind.is_some_and(|kind| kind.contains("in") || kind == "salary");
            amount.amount = if arrives { digits } else { format!("-{digits}") };
        }
        Ok(amount)
    }

    fn transaction_id(&self, account: &str, index: usize, row: &wire::Transaction) -> String {
        match (self.policy.ids, &row.id) {
            (Ids::PerRun, _) => format!("{}-{account}-{index}", self.run),
            (Ids::Derived, Some(id)) => format!("{account}/{id}"),
            // Without an id, what does not change about an entry is all there is to tell it by.
            (Ids::Derived, None) => {
                let day = row.booked_on.as_deref().or(row.occurred_on.as_deref()).unwrap_or("pending");
                format!("{account}/{day}/{}/{}", row.amount.value, row.description.join(" "))
            }
        }
    }

    fn signed(&self, money: &wire::Money) -> Result<output::Amount, String> {
        let mut amount = self.amount(money)?;
        if self.policy.signs == Signs::Inverted {
            amount.amount = match amount.amount.strip_prefix('-') {
                Some(digits) => digits.to_owned(),
                None => format!("-{}", amount.amount),
            };
        }
        Ok(amount)
    }

    fn amount(&self, money: &wire::Money) -> Result<output::Amount, String> {
        let currency: Currency = money.currency.parse().map_err(|error| format!("{error}"))?;
        let exact = money::Amount::parse(&money.value, currency).map_err(|error| error.to_string())?;
        let text = match self.policy.numbers {
            Numbers::Decimal => exact.text(),
            Numbers::Binary => {
                let value: f64 = money.value.parse().unwrap_or_default();
                format!("{:.2}", (value * 100.0).trunc() / 100.0)
            }
        };
        Ok(output::Amount { amount: text, currency: money.currency.clone() })
    }
}

/// Refuses a row of entries with a member that was not there when this client was written.
fn known_members(row: &Value) -> Result<(), String> {
    const KNOWN: &[&str] = &[
        "id",
        "status",
        "type",
        "nature",
        "amount",
        "booked_on",
        "booked_at",
        "value_on",
        "occurred_on",
        "occurred_at",
        "original_amount",
        "exchange_rate",
        "balance_after",
        "counterparty",
        "merchant",
        "description",
        "creditor_reference",
        "end_to_end_id",
        "mandate_id",
        "bank_transaction_code",
        "related",
    ];
    let members = row.as_object().into_iter().flat_map(|row| row.keys());
    match members.into_iter().find(|name| !KNOWN.contains(&name.as_str())) {
        Some(name) => Err(format!("unknown member `{name}`")),
        None => Ok(()),
    }
}

fn read<T: serde::de::DeserializeOwned>(row: &Value) -> Result<T, String> {
    serde_json::from_value(row.clone()).map_err(|error| error.to_string())
}

fn identifier(row: wire::Identifier) -> output::Identifier {
    output::Identifier { scheme: row.scheme, value: row.value }
}

/// The bank's status in canonical words. A status added later is unknown, and so not final.
pub(crate) fn payment_status(status: &str) -> &'static str {
    match status {
        "created" => "created",
        "awaiting_authorisation" => "awaiting_authorisation",
        "accepted" => "accepted_checks",
        "scheduled" => "scheduled",
        "in_clearing" => "in_clearing",
        "debited" => "debited",
        "credited" => "credited",
        "rejected" => "rejected",
        "cancelled" => "cancelled",
        "returned" => "returned",
        _ => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn amount_of(policy: &Policy, value: &str, currency: &str) -> String {
        let row = json!({"id": "txn_1", "status": "booked", "amount": {"value": value, "currency": currency}});
        Mapping::new(policy).transaction("acc_1", 0, &row).unwrap().amount.amount
    }

    #[test]
    fn amounts_are_kept_digit_by_digit() {
        let careful = Policy::careful();
        for (value, currency) in [("-19.99", "EUR"), ("1000", "JPY"), ("0.005", "KWD"), ("9007199254740993.01", "GBP")]
        {
            assert_eq!(amount_of(&careful, value, currency), value);
        }
        let binary = Policy { numbers: Numbers::Binary, ..Policy::careful() };
        assert_eq!(amount_of(&binary, "4.35", "EUR"), "4.34", "the defect must show");
    }

    #[test]
    fn a_row_that_cannot_be_read_says_why() {
        let policy = Policy::careful();
        let row = json!({"id": "txn_1", "status": "booked", "amount": {"value": "1,00", "currency": "EUR"}});
        insta::assert_snapshot!(Mapping::new(&policy).transaction("acc_1", 0, &row).unwrap_err(), @"`1,00` is not a decimal amount (write it like 12.30 or -1250)");
        let row = json!({"id": "txn_1", "status": "booked", "amount": {"value": 1.0, "currency": "EUR"}});
        insta::assert_snapshot!(Mapping::new(&policy).transaction("acc_1", 0, &row).unwrap_err(), @"invalid type: floating point `1.0`, expected a string");
    }
}
