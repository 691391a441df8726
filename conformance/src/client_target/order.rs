//! The payment a client is asked to make.
//!
//! Owns the choice of an account that can pay it, and its creditor. Knows nothing of how the client pays.

use bank_fixtures::identifier::Iban;
use bank_fixtures::money::{Amount, Money};
use bank_fixtures::record::{AccountIdentifier, IdentifierScheme};
use serde::Deserialize;

use super::evidence::Order;
use super::template::Values;

/// An order is for this many minor units: small, and not round.
const ORDER_MINOR_UNITS: i128 = 1234;

/// What the truth says about accounts, without their entries.
#[derive(Debug, Deserialize)]
pub(crate) struct Holdings {
    #[serde(default)]
    accounts: Vec<HeldAccount>,
    #[serde(default)]
    balances: Vec<HeldBalance>,
}

#[derive(Debug, Deserialize)]
struct HeldAccount {
    account_id: String,
    currency: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    status: Option<String>,
}

#[derive(Debug, Deserialize)]
struct HeldBalance {
    account_id: String,
    amount: HeldAmount,
}

#[derive(Debug, Deserialize)]
struct HeldAmount {
    amount: String,
    currency: String,
}

impl Holdings {
    /// An order the account holder can afford; `None` if no open current account has the money.
    pub(crate) fn order(&self, id: String) -> Option<Order> {
        let (debtor_account, amount) = self.debtor()?;
        Some(Order {
            reference: format!("order {id}"),
            id,
            debtor_account,
            creditor_name: "Harbour Books".to_owned(),
            creditor_account: creditor(),
            amount,
        })
    }

    /// An open current account with enough money, and the order's amount in its currency.
    fn debtor(&self) -> Option<(String, Amount)> {
        let usable = |account: &&HeldAccount| {
            account.kind.as_deref() == Some("current") && account.status.as_deref() == Some("open")
        };
        let order = |account: &HeldAccount| {
            let currency = account.currency.as_deref()?.parse().ok()?;
            let amount = Amount::from(Money::from_minor(ORDER_MINOR_UNITS, currency).ok()?);
            let covers = |balance: &HeldBalance| {
                balance.account_id == account.account_id
                    && Some(balance.amount.currency.as_str()) == account.currency.as_deref()
                    && Amount::parse(&balance.amount.amount, currency).is_ok_and(|held| held.value() >= amount.value())
            };
            self.balances.iter().any(covers).then(|| (account.account_id.clone(), amount))
        };
        self.accounts.iter().filter(usable).find_map(order)
    }
}

impl Order {
    /// Sets the names that tell a client about the order.
    pub(crate) fn fill(&self, values: &mut Values) {
        let scheme = match self.creditor_account.scheme {
            IdentifierScheme::SortCodeAccount => "sort_code_account",
            _ => "iban",
        };
        values.set("ORDER_ID", &self.id);
        values.set("ORDER_DEBTOR_ACCOUNT", &self.debtor_account);
        values.set("ORDER_CREDITOR_NAME", &self.creditor_name);
        values.set("ORDER_CREDITOR_SCHEME", scheme);
        values.set("ORDER_CREDITOR_ACCOUNT", &self.creditor_account.value);
        values.set("ORDER_AMOUNT", self.amount.text());
        values.set("ORDER_CURRENCY", self.amount.currency().code());
        values.set("ORDER_REFERENCE", &self.reference);
    }
}

/// An account at a bank that does not exist (its bank code is reserved for tests), with a right checksum.
fn creditor() -> AccountIdentifier {
    let iban = Iban::from_bban("GB", "ZZZZ00000012345678").expect("the test account is well-formed");
    AccountIdentifier { scheme: IdentifierScheme::Iban, value: iban.as_str().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holdings(balance: &str) -> Holdings {
        let text = format!(
            r#"{{"canonical": "v1",
                "accounts": [{{"account_id": "s", "type": "savings", "status": "open", "currency": "GBP"}},
                             {{"account_id": "c", "type": "current", "status": "open", "currency": "GBP"}}],
                "balances": [{{"account_id": "s", "type": "available", "amount": {{"amount": "900.00", "currency": "GBP"}}}},
                             {{"account_id": "c", "type": "available", "amount": {{"amount": "{balance}", "currency": "GBP"}}}}],
                "transactions": [{{"anything": 1}}]}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn the_order_is_paid_from_a_current_account_that_has_the_money() {
        let order = holdings("12.34").order("lost-reply-1".to_owned()).unwrap();
        assert_eq!((order.debtor_account.as_str(), order.amount.text().as_str()), ("c", "12.34"));
        assert_eq!(holdings("12.33").order("lost-reply-1".to_owned()), None);
    }
}
