//! What an order may carry beyond whom to pay and how much: another currency, a charge, a later start, a second account holder.
//!
//! Owns the terms and their meaning for money. Which standard has words for them is a dialect's business.

use bank_fixtures::money::Amount;
use jiff::Timestamp;
use rust_decimal::Decimal;

use crate::bank::Recurrence;

/// The terms of an order; without any it is an ordinary payment in the account's currency.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PaymentTerms {
    /// How the amount becomes what is debited, if that is in another currency.
    pub exchange: Option<Exchange>,
    /// What the bank charges the payer, in the account's currency; booked with the payment as an entry of its own.
    pub charge: Option<Amount>,
    /// When the bank starts with an order for today that came after its cut-off.
    pub not_before: Option<Timestamp>,
    /// What makes a standing order of it.
    pub recurrence: Option<Recurrence>,
    /// Another account holder has to agree first.
    pub second: Option<SecondHolder>,
    /// Whoever orders remembers keys itself: the same key stands for another order here.
    pub key_kept_elsewhere: bool,
}

/// How an amount in one currency is paid out of an account in another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// What leaves the account, in its currency.
    pub debited: Amount,
    /// What arrives, in the currency of the transfer.
    pub transferred: Amount,
    /// Units of the account's currency for one unit of the currency that is sent.
    pub rate: Decimal,
}

/// The agreement an order waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondHolder {
    /// The consent somebody else has to agree to.
    pub consent_id: String,
    /// Until when; then the order is refused.
    pub until: Timestamp,
}
