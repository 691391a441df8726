//! A small payment order of the account holder's.

use bank_fixtures::money::{Amount, Money};
use bank_fixtures::record::{AccountKind, AccountStatus, BalanceKind};

use crate::http::Request;
use crate::json::quoted;
use crate::probe::{BankProbe, Trouble};

/// An order, ready to be sent under a key.
#[derive(Debug, Clone)]
pub(super) struct Order {
    /// The bank's id of the account to debit.
    pub(super) debtor: String,
    /// How much.
    pub(super) amount: Amount,
    /// A fresh end-to-end id.
    pub(super) end_to_end_id: String,
    available: Money,
}

/// The published example IBAN of ISO 13616 for Germany: well-formed and nobody's account.
const CREDITOR_IBAN: &str = "DE89370400440532013000";

impl Order {
    /// An order of one unit of the currency of the account with most to spend.
    pub(super) async fn small(bank: &BankProbe) -> Result<Order, Trouble> {
        bank.may_pay()?;
        let reading = bank.reading().await?;
        let spendable = reading.accounts.iter().filter_map(|account| {
            let is_current = matches!(account.account.kind, AccountKind::Current | AccountKind::Savings);
            if account.account.status != AccountStatus::Open || !is_current {
                return None;
            }
            let available = account.balances.iter().find(|balance| balance.kind == BalanceKind::Available)?;
            let available = available.amount.money().ok()?;
            let unit = unit_of(available)?;
            (available.minor() >= unit.minor() * 100).then_some((account.account.id.clone(), available, unit))
        });
        let Some((debtor, available, unit)) = spendable.max_by_key(|(_, available, _)| available.minor()) else {
            let reason = "no open current account has a hundred units of its currency available";
            return Err(Trouble::Unobservable(reason.to_owned()));
        };
        let end_to_end_id = bank.fresh("end-to-end");
        Ok(Order { debtor, amount: unit.into(), end_to_end_id, available })
    }

    /// The same order of twice the amount.
    pub(super) fn doubled(mut self) -> Order {
        self.amount = self.amount.money().and_then(|money| money.checked_add(money)).map_or(self.amount, Amount::from);
        self
    }

    /// The same order of ten times what is available.
    pub(super) fn beyond_reach(mut self) -> Order {
        let beyond = Money::from_minor(self.available.minor().saturating_mul(10), self.available.currency());
        self.amount = beyond.map_or(self.amount, Amount::from);
        self
    }

    /// The request that sends it.
    pub(super) fn request(&self, bank: &BankProbe, key: Option<&str>) -> Request {
        let body = format!(
            r#"{{"debtor_account_id":{},"creditor":{{"name":"Conformance","account":{{"scheme":"iban","value":"{CREDITOR_IBAN}"}}}},"amount":{{"value":"{}","currency":"{}"}},"end_to_end_id":"{}"}}"#,
            quoted(&self.debtor),
            self.amount,
            self.amount.currency(),
            self.end_to_end_id
        );
        let request = Request::post(bank.url("/payments")).header("accept", "application/json").json(body);
        match key {
            Some(key) => request.header("idempotency-key", key),
            None => request,
        }
    }
}

/// One unit of a currency: 1.00 EUR, 1 JPY.
fn unit_of(money: Money) -> Option<Money> {
    Money::from_minor(10i128.pow(u32::from(money.currency().exponent()?)), money.currency()).ok()
}
