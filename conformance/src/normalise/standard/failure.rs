//! How a standard writes failures, and what they mean.

use bank_fixtures::error_class::ErrorClass;

use super::Paths;

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

/// A row for a code.
pub(in crate::normalise) const fn code(statuses: &'static [u16], code: &'static str, class: ErrorClass) -> FailureRow {
    FailureRow { statuses, sign: FailureSign::Code(code), class, field: None }
}

/// A row for codes that begin alike.
pub(in crate::normalise) const fn prefix(
    statuses: &'static [u16],
    prefix: &'static str,
    class: ErrorClass,
) -> FailureRow {
    FailureRow { statuses, sign: FailureSign::Prefix(prefix), class, field: None }
}

/// A row for codes that end alike.
pub(in crate::normalise) const fn suffix(
    statuses: &'static [u16],
    suffix: &'static str,
    class: ErrorClass,
) -> FailureRow {
    FailureRow { statuses, sign: FailureSign::Suffix(suffix), class, field: None }
}

/// A row for what a text says.
pub(in crate::normalise) const fn says(statuses: &'static [u16], text: &'static str, class: ErrorClass) -> FailureRow {
    FailureRow { statuses, sign: FailureSign::Says(text), class, field: None }
}

/// A row for a status.
pub(in crate::normalise) const fn status(statuses: &'static [u16], class: ErrorClass) -> FailureRow {
    FailureRow { statuses, sign: FailureSign::Status, class, field: None }
}
