//! Which entries a reader asks for.

use jiff::Timestamp;

use super::Entry;

/// All given parts must hold; an empty filter matches everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    pub(crate) bank: Option<String>,
    /// An operation's name, or a name ending in `*`.
    pub(crate) operation: Option<String>,
    pub(crate) client: Option<String>,
    /// A status (`429`) or a class of them (`5xx`).
    pub(crate) status: Option<StatusFilter>,
    pub(crate) consent: Option<String>,
    pub(crate) account: Option<String>,
    pub(crate) user: Option<String>,
    /// A scenario rule that had a hand in it.
    pub(crate) rule: Option<String>,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) committed: Option<bool>,
    /// What the request target begins with.
    pub(crate) path: Option<String>,
    /// Virtual time from which on, inclusive.
    pub(crate) from: Option<Timestamp>,
    /// Virtual time before which.
    pub(crate) until: Option<Timestamp>,
}

/// A status or a class of statuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StatusFilter {
    Exactly(u16),
    /// Its first digit.
    Class(u16),
}

/// A text that is neither a status nor a class.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither a status (`429`) nor a class of them (`5xx`)")]
pub(crate) struct UnknownStatus(pub(crate) String);

impl Filter {
    pub(crate) fn matches(&self, entry: &Entry) -> bool {
        let status = entry.answer.as_ref().map(|answer| answer.status.as_u16());
        let operation = entry.operation.name();
        let is =
            |wanted: &Option<String>, found: Option<&str>| wanted.as_deref().is_none_or(|text| found == Some(text));
        // What a deed changed, it is about.
        let about = |wanted: &Option<String>, found: Option<&str>| {
            is(wanted, found) || wanted.as_deref().is_some_and(|id| entry.touched(id))
        };
        self.bank.as_deref().is_none_or(|bank| entry.bank.as_deref() == Some(bank))
            && self.client.as_deref().is_none_or(|client| entry.client() == Some(client))
            && self.operation.as_deref().is_none_or(|wanted| match wanted.strip_suffix('*') {
                Some(prefix) => operation.starts_with(prefix),
                None => operation == wanted,
            })
            && self.status.is_none_or(|wanted| match wanted {
                StatusFilter::Exactly(code) => status == Some(code),
                StatusFilter::Class(digit) => status.is_some_and(|status| status / 100 == digit),
            })
            && about(&self.consent, entry.consent())
            && is(&self.user, entry.user())
            && about(&self.account, entry.account_id.as_deref())
            && is(&self.idempotency_key, entry.idempotency_key.as_deref())
            && self.rule.as_ref().is_none_or(|rule| entry.decisions.iter().any(|made| made.rule == *rule))
            && self.committed.is_none_or(|committed| entry.committed == committed)
            && self.path.as_deref().is_none_or(|path| entry.target.starts_with(path))
            && self.from.is_none_or(|from| entry.virtual_at >= from)
            && self.until.is_none_or(|until| entry.virtual_at < until)
    }
}

impl std::str::FromStr for StatusFilter {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || UnknownStatus(text.to_owned());
        match text.strip_suffix("xx") {
            Some(digit) => match digit.parse() {
                Ok(digit @ 1..=5) => Ok(StatusFilter::Class(digit)),
                _ => Err(unknown()),
            },
            None => match text.parse() {
                Ok(code @ 100..=599) => Ok(StatusFilter::Exactly(code)),
                _ => Err(unknown()),
            },
        }
    }
}
