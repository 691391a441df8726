//! What a standard is to a reader: tables of member paths, words and codes.
//!
//! Owns the shape of those tables and the list of standards. One file beside this one per standard fills them in; the
//! readers know no member names. Paths are dotted, relative to the record (`balanceAfterTransaction.balanceAmount`); a
//! number is a position in an array; of several paths the first that is there is taken.

use bank_fixtures::error_class::ErrorClass;
use bank_fixtures::record::{
    AccountKind, AccountStatus, ConsentStatus, Nature, PaymentStatus, TransactionKind, TransactionStatus,
};

use super::model::{Direction, Meaning, Quality, Scheme};

/// Paths, best first.
pub type Paths = &'static [&'static str];

/// A standard, as far as its documents are concerned.
#[derive(Debug)]
pub struct Standard {
    /// Slug.
    pub slug: &'static str,
    /// How it writes figures.
    pub figures: Figures,
    /// Currency of amounts that state none, by the standard itself.
    pub default_currency: Option<&'static str>,
    /// Zone in which its instants become days, by the standard itself.
    pub zone: Option<&'static str>,
    /// Whether instants are written as seconds since 1970.
    pub epoch: bool,
    /// Where lists of entries stand in a document.
    pub entry_lists: &'static [EntryList],
    /// Where entries stand inside an account.
    pub nested_entries: Option<&'static str>,
    /// Member paths of an entry.
    pub entry: &'static [(Field, Paths)],
    /// What its signs mean.
    pub sign: Sign,
    /// Whether the parties of an entry say which way money went.
    pub parties: bool,
    /// Status words of an entry.
    pub statuses: &'static [(&'static str, TransactionStatus)],
    /// How far its ids can be trusted.
    pub quality: Trust,
    /// Type words of an entry: what kind of movement, and what it does to earlier ones.
    pub types: &'static [(&'static str, TransactionKind, Nature)],
    /// Where lists of accounts stand; an empty path is the document itself.
    pub account_lists: Paths,
    /// Where one account stands.
    pub account_record: Paths,
    /// Member paths of an account.
    pub account: &'static [(AccountField, Paths)],
    /// Kinds of account.
    pub account_kinds: &'static [(&'static str, AccountKind)],
    /// Statuses of an account.
    pub account_statuses: &'static [(&'static str, AccountStatus)],
    /// Identifiers of an account.
    pub identifiers: &'static [IdentifierRow],
    /// Balances.
    pub balances: Balances,
    /// Customers.
    pub customers: &'static [(CustomerField, Paths)],
    /// Payments.
    pub payment: &'static [(PaymentField, Paths)],
    /// Statuses of a payment.
    pub payment_statuses: &'static [(&'static str, PaymentStatus)],
    /// Frequencies of a periodic payment.
    pub frequencies: &'static [(&'static str, &'static str)],
    /// Consents.
    pub consent: &'static [(ConsentField, Paths)],
    /// Statuses of a consent.
    pub consent_statuses: &'static [(&'static str, ConsentStatus)],
    /// Failures.
    pub failures: Failures,
    /// Where an answer that is no failure lists what went wrong all the same.
    pub reported: Paths,
    /// Where the link to the next page stands.
    pub next: Paths,
}

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

/// Members of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// Id of the account it belongs to, where the row says.
    Account,
    /// Id.
    ProviderId,
    /// Reference that is no id.
    ProviderRef,
    /// Status word.
    Status,
    /// Flag that says it waits.
    Pending,
    /// Amount.
    Amount,
    /// Credit or debit.
    Indicator,
    /// Currency.
    Currency,
    /// Code of a currency that ISO does not know.
    UnofficialCurrency,
    /// Day of booking.
    BookingDate,
    /// Instant of booking, whose day is the day of booking.
    BookingAt,
    /// Instant whose day is the day of booking, and which is nothing else.
    BookingDayOf,
    /// Instant of booking that says nothing about the day.
    BookingInstant,
    /// Day when booked, and the day the holder acted while it waits.
    BookedOrActed,
    /// Day interest counts from.
    ValueDate,
    /// Instant interest counts from.
    ValueAt,
    /// Day the holder acted.
    TransactionDate,
    /// Instant the holder acted.
    TransactionAt,
    /// Day it is due.
    ExpectedDate,
    /// Original amount: an object.
    OriginalAmount,
    /// Currency of a plain original amount.
    OriginalCurrency,
    /// Conversions.
    Exchange,
    /// A fee: an object or a figure.
    Fee,
    /// Balance after: an object or a figure.
    BalanceAfter,
    /// Whether the balance after is a debt, where its figure has no sign.
    BalanceAfterIndicator,
    /// Who was paid.
    CreditorName,
    /// Who paid.
    DebtorName,
    /// Account of who was paid.
    CreditorAccount,
    /// Account of who paid.
    DebtorAccount,
    /// Bank of who was paid.
    CreditorAgent,
    /// Bank of who paid.
    DebtorAgent,
    /// The other side, whichever it is.
    PartyName,
    /// Tax number of the other side.
    PartyTaxNumber,
    /// Merchant.
    MerchantName,
    /// ISO 18245 code.
    Mcc,
    /// Acceptor's number.
    MerchantId,
    /// Terminal.
    Terminal,
    /// Text in lines.
    Lines,
    /// Text in one piece.
    Text,
    /// Structured references.
    Structured,
    /// End-to-end id.
    EndToEnd,
    /// Mandate.
    Mandate,
    /// Creditor id.
    CreditorId,
    /// Cheque.
    Check,
    /// ISO 20022 code, joined with hyphens or an object.
    BankCode,
    /// The bank's own code.
    Proprietary,
    /// Type word.
    Type,
    /// Id of the pending entry it replaces.
    PendingId,
    /// Id of an earlier entry it undoes.
    ReferenceId,
}

/// Members of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountField {
    /// Id.
    Id,
    /// Currency.
    Currency,
    /// Kind word.
    Kind,
    /// Finer kind word, asked first.
    Subkind,
    /// Status word.
    Status,
    /// Name.
    Name,
    /// Name given by the holder.
    Nickname,
    /// Product.
    Product,
    /// Holders: a text, or a list of texts or of objects with names.
    Owners,
    /// Masked number.
    Masked,
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
        words: &'static [(&'static str, Meaning)],
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
    /// Meaning.
    pub meaning: Meaning,
    /// Meaning for cards and loans, or for a negative figure.
    pub debt: Option<Meaning>,
}

/// Members of a balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BalanceField {
    /// Account, where the row says.
    Account,
    /// Figure: an object or a plain figure.
    Amount,
    /// Currency, for plain figures.
    Currency,
    /// Code of a currency that ISO does not know.
    UnofficialCurrency,
    /// Which way, for unsigned figures.
    Indicator,
    /// Instant.
    AsOf,
    /// Day.
    ReferenceDate,
    /// Credit line.
    CreditLine,
    /// Whether it is included.
    Included,
    /// Further purses in other currencies: a list of figures.
    Purses,
}

/// Members of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CustomerField {
    /// Where the records stand.
    List,
    /// Id.
    Id,
    /// Name of a person in one piece.
    Name,
    /// Parts of a person's name, in order.
    NameParts,
    /// Name of an organisation.
    Organisation,
    /// Brazilian number of a person.
    Cpf,
    /// Brazilian number of an organisation.
    Cnpj,
    /// Australian business number.
    Abn,
    /// Australian company number.
    Acn,
}

/// Members of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentField {
    /// Where the record stands.
    Record,
    /// Id.
    Id,
    /// Status word.
    Status,
    /// Amount: an object or a figure.
    Amount,
    /// Whole minor units.
    Minor,
    /// Currency of a plain figure.
    Currency,
    /// How often.
    Frequency,
    /// First day.
    Start,
    /// Code of the refusal or return.
    Reason,
    /// Earlier and later statuses: a list of words or of objects that hold one.
    Events,
}

/// Members of a consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentField {
    /// Where the record stands.
    Record,
    /// Id.
    Id,
    /// Status word.
    Status,
    /// Whether it recurs.
    Recurring,
    /// Unattended reads a day.
    FrequencyPerDay,
    /// Last day on which it holds.
    LastDay,
    /// Instant from which it does not.
    ExpiresAt,
}

/// How failures are written and what they mean.
#[derive(Debug, Clone, Copy)]
pub struct Failures {
    /// Where codes stand, best first.
    pub codes: Paths,
    /// Where texts stand, best first.
    pub texts: Paths,
    /// What codes and statuses mean; the first row that fits.
    pub rows: &'static [FailureRow],
}

/// What a failure means.
#[derive(Debug, Clone, Copy)]
pub struct FailureRow {
    /// Statuses it comes with; none for any.
    pub statuses: &'static [u16],
    /// What is looked for.
    pub sign: FailureSign,
    /// What it means.
    pub class: ErrorClass,
    /// The member at fault, where the code tells.
    pub field: Option<&'static str>,
}

/// What tells one failure from another.
#[derive(Debug, Clone, Copy)]
pub enum FailureSign {
    /// The code is exactly this.
    Code(&'static str),
    /// The code begins with this.
    Prefix(&'static str),
    /// The code ends with this.
    Suffix(&'static str),
    /// The text contains this, in any case.
    Says(&'static str),
    /// The status alone.
    Status,
}

/// A standard that says nothing: what a table leaves out is as here.
pub(super) const SILENT: Standard = Standard {
    slug: "",
    figures: Figures::Text(None),
    default_currency: None,
    zone: None,
    epoch: false,
    entry_lists: &[],
    nested_entries: None,
    entry: &[],
    sign: Sign::AsWritten,
    parties: false,
    statuses: &[],
    quality: Trust::All(Quality::Unstable),
    types: &[],
    account_lists: &[],
    account_record: &[],
    account: &[],
    account_kinds: &[],
    account_statuses: &[],
    identifiers: &[],
    balances: Balances::Columns {
        records: &[],
        columns: &[],
        members: &[],
        debt_unsigned: false,
        line_defaults_to_zero: false,
    },
    customers: &[],
    payment: &[],
    payment_statuses: &[],
    frequencies: &[],
    consent: &[],
    consent_statuses: &[],
    failures: Failures { codes: &[], texts: &[], rows: &[] },
    reported: &[],
    next: &[],
};

/// Every standard that is read by tables.
pub static STANDARDS: &[&Standard] = &[
    &super::berlin_group::STANDARD,
    &super::gocardless::STANDARD,
    &super::cdr::STANDARD,
    &super::brasil::STANDARD,
    &super::plaid::STANDARD,
    &super::fdx::STANDARD,
    &super::stet::STANDARD,
    &super::simplefin::STANDARD,
    &super::teller::STANDARD,
    &super::truelayer::STANDARD,
    &super::uk_open_banking::STANDARD,
];

/// The standard of that slug.
pub fn of(slug: &str) -> Option<&'static Standard> {
    STANDARDS.iter().copied().find(|standard| standard.slug == slug)
}

/// The paths of a member; none if the standard has no such member.
pub(super) fn paths<F: PartialEq>(table: &'static [(F, Paths)], field: F) -> Paths {
    table.iter().find(|row| row.0 == field).map_or(&[], |row| row.1)
}

/// A row for a code.
pub(super) const fn code(statuses: &'static [u16], code: &'static str, class: ErrorClass) -> FailureRow {
    FailureRow { statuses, sign: FailureSign::Code(code), class, field: None }
}

/// A row for codes that begin alike.
pub(super) const fn prefix(statuses: &'static [u16], prefix: &'static str, class: ErrorClass) -> FailureRow {
    FailureRow { statuses, sign: FailureSign::Prefix(prefix), class, field: None }
}

/// A row for codes that end alike.
pub(super) const fn suffix(statuses: &'static [u16], suffix: &'static str, class: ErrorClass) -> FailureRow {
    FailureRow { statuses, sign: FailureSign::Suffix(suffix), class, field: None }
}

/// A list whose rows say themselves what they are.
pub(super) const fn list(path: &'static str) -> EntryList {
    EntryList { path, status: None, change: Change::Listed }
}

/// A row for what a text says.
pub(super) const fn says(statuses: &'static [u16], text: &'static str, class: ErrorClass) -> FailureRow {
    FailureRow { statuses, sign: FailureSign::Says(text), class, field: None }
}

/// A row for a status.
pub(super) const fn status(statuses: &'static [u16], class: ErrorClass) -> FailureRow {
    FailureRow { statuses, sign: FailureSign::Status, class, field: None }
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use super::*;

    fn no_row_twice<F: PartialEq + Debug>(slug: &str, table: &[(F, Paths)]) {
        for (index, (field, paths)) in table.iter().enumerate() {
            assert!(!table[..index].iter().any(|row| row.0 == *field), "{slug}: {field:?} stands twice");
            assert!(!paths.is_empty(), "{slug}: {field:?} stands nowhere");
        }
    }

    /// A second row of one member would never be looked at.
    #[test]
    fn tables_say_one_thing_once() {
        for standard in STANDARDS {
            no_row_twice(standard.slug, standard.entry);
            no_row_twice(standard.slug, standard.account);
            no_row_twice(standard.slug, standard.customers);
            no_row_twice(standard.slug, standard.payment);
            no_row_twice(standard.slug, standard.consent);
            assert!(std::ptr::eq(of(standard.slug).expect("its own slug"), *standard));
        }
        assert!(of("no-such-standard").is_none());
    }
}
