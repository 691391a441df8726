//! The words of the canonical model, for profiles and for output alike: those of canonical v1, and one table for each
//! enumeration that only a reader has.

pub(crate) use bank_fixtures::canonical::words::{
    ACCOUNT_KINDS, ACCOUNT_STATUSES, BALANCE_KINDS, CONSENT_STATUSES, KINDS, NATURES, PARTY_KINDS, PAYMENT_STATUSES,
    RELATIONS, STATUSES, Words,
};

use super::model::{Direction, MoneyMoved, Quality, Scheme};

/// The word of a value.
pub(crate) fn word<T: PartialEq>(words: Words<T>, value: &T) -> &'static str {
    words.iter().find(|row| row.1 == *value).map_or("unknown", |row| row.0)
}

pub(crate) const SCHEMES: Words<Scheme> = &[
    ("iban", Scheme::Iban),
    ("bban", Scheme::Bban),
    ("bsb_account", Scheme::BsbAccount),
    ("aba_account", Scheme::AbaAccount),
    ("sort_code_account", Scheme::SortCodeAccount),
    ("br_account", Scheme::BrAccount),
    ("pan_masked", Scheme::PanMasked),
    ("msisdn", Scheme::Msisdn),
    ("cpf", Scheme::Cpf),
    ("cnpj", Scheme::Cnpj),
    ("abn", Scheme::Abn),
    ("acn", Scheme::Acn),
    ("other", Scheme::Other),
];

pub(crate) const DIRECTIONS: Words<Direction> = &[("credit", Direction::Credit), ("debit", Direction::Debit)];

pub(crate) const QUALITIES: Words<Quality> = &[
    ("immutable", Quality::Immutable),
    ("stable_when_booked", Quality::StableWhenBooked),
    ("unstable", Quality::Unstable),
    ("absent", Quality::Absent),
];

pub(crate) const MONEY_MOVED: Words<MoneyMoved> = &[
    ("no", MoneyMoved::No),
    ("debited", MoneyMoved::Debited),
    ("credited", MoneyMoved::Credited),
    ("returned", MoneyMoved::Returned),
    ("unknown", MoneyMoved::Unknown),
];
