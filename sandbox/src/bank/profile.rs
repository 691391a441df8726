//! The settings of one bank, as its file states them.
//!
//! Owns what can be set and within which bounds. A profile that exists is valid.

use std::time::Duration;

use jiff::tz::TimeZone;

use crate::limit::LimitSettings;

/// Everything that makes one bank different from another.
#[derive(Debug, Clone)]
pub struct BankProfile {
    /// Its place in addresses: `plain`.
    pub slug: String,
    /// Its name for account holders.
    pub name: String,
    /// One line about it for lists.
    pub title: String,
    /// Slug of the dialect it speaks.
    pub dialect: String,
    /// Name of the dataset it is filled with.
    pub dataset: String,
    /// Zone in which it dates what belongs to no account.
    pub zone: TimeZone,
    /// How long lists are.
    pub pages: PageSizes,
    /// How often clients may call.
    pub limits: LimitSettings,
    /// How long tokens live.
    pub tokens: TokenLifetimes,
    /// How consents are asked for and how long they hold.
    pub consents: ConsentPolicy,
    /// How long payments take.
    pub settlement: Settlement,
}

/// Rows on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageSizes {
    /// Without `limit`.
    pub default: u32,
    /// At most.
    pub max: u32,
}

/// How long what the authorization server hands out is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenLifetimes {
    /// Access tokens.
    pub access: Duration,
    /// Refresh tokens, from their last use.
    pub refresh: Duration,
    /// Authorization codes.
    pub code: Duration,
}

/// How consents come about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsentPolicy {
    /// Who decides.
    pub decision: ConsentDecision,
    /// How long a consent holds when the client names no end, and at most.
    pub valid_for: Duration,
}

/// Who decides on a consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentDecision {
    /// The account holder, on the bank's pages.
    Asked,
    /// Nobody: the account holder named by `login_hint` approves at once, without a page.
    Automatic,
}

/// How long a payment stays where, on the world's clock, counted from the moment the bank starts with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settlement {
    /// Until it is sent to the clearing.
    pub clearing_after: Duration,
    /// Until it is booked; never before it is sent.
    pub booked_after: Duration,
}
