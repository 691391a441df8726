//! What really is, for whoever judges what a client believes.
//!
//! Owns only the shape. How it is written down is the canonical contract's business.

use bank_fixtures::record::{Account, Balance, Instant, Party, Payment, PaymentStatus, Transaction};

/// Everything a perfect client would know through one consent at one instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Truth {
    /// The account holder.
    pub customers: Vec<Party>,
    /// The accounts the consent covers.
    pub accounts: Vec<Account>,
    /// Balances by account id, in the order of the accounts.
    pub balances: Vec<(String, Vec<Balance>)>,
    /// Every entry of those accounts, in list order, account by account.
    pub transactions: Vec<Transaction>,
    /// Every payment the client ordered for the account holder, newest first.
    pub payments: Vec<PaymentTruth>,
}

/// A payment as the bank has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentTruth {
    /// The record.
    pub payment: Payment,
    /// What it was before, oldest first, each since when.
    pub earlier: Vec<(PaymentStatus, Instant)>,
    /// The key it was ordered under.
    pub idempotency_key: String,
}
