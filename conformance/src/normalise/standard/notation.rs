//! How a standard writes what is no plain member: figures, signs, lists, identifiers and balances, and how far its ids can be trusted.

use bank_fixtures::record::TransactionStatus;

use super::{BalanceField, Paths};
use crate::normalise::model::{BalanceKind, Direction, Quality, Scheme};

/// How figures are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figures {
    /// As text, with at most so many decimals.
    Text(Option<u32>),
    /// As JSON numbers, or as text where an order of money is concerned.
    Numbers,
}

/// A list of entries in a document.
#[derive(Debug, Clone, Copy)]
pub struct EntryList {
    /// Where.
    pub path: &'static str,
    /// What being in it says about the status.
    pub status: Option<TransactionStatus>,
    /// What being in it says about earlier reads.
    pub change: Change,
}

/// What a row says about earlier reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// The entry is there.
    Listed,
    /// The entry was there and is different now.
    Modified,
    /// The entry is gone.
    Removed,
}

/// What the sign of an amount means.
#[derive(Debug, Clone, Copy)]
pub enum Sign {
    /// Negative leaves the account.
    AsWritten,
    /// Positive leaves the account.
    Negated,
    /// Amounts have no sign; a word says which way, and sometimes that the entry waits.
    Word(&'static [(&'static str, Direction, Option<TransactionStatus>)]),
    /// As [`Sign::Word`], but a sign may stand there as well, and means nothing.
    WordOverSign(&'static [(&'static str, Direction, Option<TransactionStatus>)]),
}

/// How far ids can be trusted.
#[derive(Debug, Clone, Copy)]
pub enum Trust {
    /// All alike.
    All(Quality),
    /// Booked entries of these types at once, others from the day after booking.
    DayAfterUnless(&'static [&'static str]),
}

/// An identifier of an account: one member, or several joined with a slash.
#[derive(Debug, Clone, Copy)]
pub struct IdentifierRow {
    /// Scheme.
    pub scheme: Scheme,
    /// Its parts; the last but check digits must be there.
    pub parts: Paths,
    /// Index of the part without which there is no identifier.
    pub needs: usize,
}

/// How balances are written.
#[derive(Debug, Clone, Copy)]
pub enum Balances {
    /// A list of figures, each with a type word.
    Typed {
        /// Where the list stands.
        list: Paths,
        /// Where the type word stands.
        kind: Paths,
        /// What the words mean.
        words: &'static [(&'static str, BalanceKind)],
        /// Spelling variants of the words.
        aliases: &'static [(&'static str, &'static str)],
        /// The other members.
        members: &'static [(BalanceField, Paths)],
    },
    /// One member per meaning.
    Columns {
        /// Where the objects with the columns stand; an empty path is the document itself.
        records: Paths,
        /// The columns.
        columns: &'static [Column],
        /// The other members.
        members: &'static [(BalanceField, Paths)],
        /// Whether figures of cards and loans are what is owed, unsigned.
        debt_unsigned: bool,
        /// Whether a credit line that is not stated is none.
        line_defaults_to_zero: bool,
    },
}

/// One column of balances.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Member.
    pub path: &'static str,
    /// What the figure means.
    pub meaning: BalanceKind,
    /// What it means for cards and loans, or when it is negative.
    pub debt: Option<BalanceKind>,
}

/// A list whose rows say themselves what they are.
pub(in crate::normalise) const fn list(path: &'static str) -> EntryList {
    EntryList { path, status: None, change: Change::Listed }
}
