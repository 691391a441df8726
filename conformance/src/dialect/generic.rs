//! The generic bank: its contract is our own, so it is read to the letter.

use bank_fixtures::record::{Account, Balance, Transaction};

use super::{Ask, Dialect};
use crate::json::{self, Value};
use crate::normalise::generic::{self, Page};
use crate::normalise::{Understood, Warning, WarningCode};

/// The row of the table.
pub(super) struct Generic;

impl Dialect for Generic {
    fn slug(&self) -> &'static str {
        "generic"
    }

    fn scopes(&self) -> &'static str {
        "openid offline_access customers accounts balances transactions payments"
    }

    fn path(&self, ask: Ask<'_>) -> String {
        let id = super::tables::segment;
        match ask {
            Ask::Accounts => "/accounts?limit=100".to_owned(),
            Ask::Account(account) => format!("/accounts/{}", id(account)),
            Ask::Balances(account) => format!("/accounts/{}/balances", id(account)),
            Ask::Transactions(account, from) => format!("/accounts/{}/transactions?from={from}&limit=100", id(account)),
        }
    }

    fn accounts(&self, body: &[u8]) -> Understood<Page<Account>> {
        read(body, generic::accounts)
    }

    fn balances(&self, body: &[u8], _: &str) -> Understood<Page<Balance>> {
        read(body, generic::balances)
    }

    fn transactions(&self, body: &[u8], account_id: &str) -> Understood<Page<Transaction>> {
        read(body, |document| generic::transactions(document, account_id))
    }

    fn row(&self, index: usize) -> String {
        format!("/data/{index}")
    }
}

fn read<T>(body: &[u8], read: impl FnOnce(&Value) -> Understood<Page<T>>) -> Understood<Page<T>> {
    match json::parse_bytes(body) {
        Ok(document) => read(&document),
        Err(error) => {
            let warning = Warning { code: WarningCode::Schema, pointer: String::new(), message: error.to_string() };
            Understood {
                value: Page { records: Vec::new(), origins: Vec::new(), rows: 0, next: None },
                warnings: vec![warning],
            }
        }
    }
}
