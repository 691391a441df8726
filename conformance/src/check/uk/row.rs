//! A check as data: who asks a bank for what, and what the answer must have.
//!
//! Owns the vocabulary of rows. Knows neither how a bank is asked nor any resource.

/// One question to a bank.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    /// With which token.
    pub(crate) who: Who,
    /// Under which consent.
    pub(crate) under: Under,
    /// Calls that come first; their answers only have to be successes.
    pub(crate) before: &'static [Call],
    /// The call.
    pub(crate) call: Call,
    /// What its answer must have: all of these.
    pub(crate) due: &'static [Due],
    /// Calls that take back what the others made, whatever came of them.
    pub(crate) cleanup: &'static [Call],
    /// Whether a bank may do without.
    pub(crate) obligation: Obligation,
    /// What it may cost.
    pub(crate) cost: Cost,
}

/// Whether a bank may do without a resource: then it answers 404.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Obligation {
    Mandatory,
    Optional,
}

/// What a check may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cost {
    Nothing,
    /// Orders are sent, so that the target has to allow it.
    Money,
}

/// Whose token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    /// No token.
    Nobody,
    /// A text that is no token.
    Stranger,
    /// The client's own.
    Client(&'static str),
    /// The account holder's, of the consent of the row.
    Holder,
}

/// Which consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Under {
    /// None.
    Nothing,
    /// An account-access consent with these permissions, and further members of `Data`.
    Access(&'static [&'static str], &'static str),
    /// One that was asked for like this, with the scope of its login.
    Asked(&'static Asked),
    /// The same, but nobody agreed.
    Waiting(&'static Asked),
}

/// A consent to something else than reading.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    /// Path after the version: `/pisp/domestic-payment-consents`.
    pub(crate) path: &'static str,
    /// Scope of the client's token and of the login.
    pub(crate) scope: &'static str,
    /// The body.
    pub(crate) body: Body,
}

/// A request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call {
    /// Method.
    pub(crate) method: &'static str,
    /// Path after the version; `{consent}`, `{account}`, `{statement}` and `{made}` (the id the last call before made) are filled
    /// in.
    pub(crate) path: &'static str,
    /// Whose token, if not that of the row.
    pub(crate) who: Option<Who>,
    /// Further headers; `{fresh}` is a word nobody used, `{key}` one that is the same in all calls of a row.
    pub(crate) headers: &'static [(&'static str, &'static str)],
    /// Body.
    pub(crate) body: Body,
}

/// JSON in the words of each version, with the same places to fill in as a path; `{soon}` is an instant in ten days, `{debtor}`
/// an account of the account holder as bodies name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Body {
    /// None.
    None,
    /// The same in both.
    Both(&'static str),
    /// One for each.
    Each { three: &'static str, four: &'static str },
}

/// Something an answer must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    /// One of these statuses.
    Status(&'static [u16]),
    /// No body at all.
    NoBody,
    /// A member: `Data.ConsentId`. `Data.Account[].AccountId` asks every row, and that there is one.
    Has(&'static str),
    /// Every row has one of these members.
    HasOneOf(&'static str, &'static [&'static str]),
    /// No such member, in no row.
    Lacks(&'static str),
    /// A member of one of these texts, in each version.
    Word(&'static str, &'static [&'static str], &'static [&'static str]),
    /// A member that is one of true and false.
    Flag(&'static str),
    /// An amount as the standard writes it: up to 13 digits and 5 decimals, no sign.
    Amount(&'static str),
    /// An instant with its offset.
    Instant(&'static str),
    /// A member that is a list.
    List(&'static str),
    /// A member that is the id of the row's consent.
    IsConsent(&'static str),
    /// A member that is the id of what the last call before made.
    IsMade(&'static str),
    /// The same as what was sent at this place.
    Echoes(&'static str),
    /// An absolute address that begins like the bank's.
    Link(&'static str),
    /// A refusal with this code among its errors, in each version.
    Code(&'static str, &'static str),
    /// The path of one of the errors ends like this.
    Path(&'static str),
    /// The body of a refusal is the standard's envelope.
    Envelope,
    /// A header.
    Header(&'static str),
    /// A header of this value; `{sent}` is what the request had under the same name.
    HeaderIs(&'static str, &'static str),
    /// The content type begins like this.
    Content(&'static str),
    /// A detached JWS with the claims of the standard beside the body.
    Signed,
    /// Instants of a member of every row are not earlier than this, or not later.
    Since(&'static str, &'static str),
    /// The other end.
    Until(&'static str, &'static str),
}

impl Row {
    /// A read by an account holder's client, under a consent with these permissions.
    pub(crate) const fn read(path: &'static str, permissions: &'static [&'static str], due: &'static [Due]) -> Row {
        Row { who: Who::Holder, under: Under::Access(permissions, ""), ..Row::own("accounts", Call::get(path), due) }
    }

    /// A call of a client for itself.
    pub(crate) const fn own(scope: &'static str, call: Call, due: &'static [Due]) -> Row {
        Row {
            who: Who::Client(scope),
            under: Under::Nothing,
            before: &[],
            call,
            due,
            cleanup: &[],
            obligation: Obligation::Mandatory,
            cost: Cost::Nothing,
        }
    }

    /// The same row with another token.
    pub(crate) const fn by(self, who: Who) -> Row {
        Row { who, ..self }
    }

    /// The same row under another consent.
    pub(crate) const fn under(self, under: Under) -> Row {
        Row { under, ..self }
    }

    /// The same row after other calls.
    pub(crate) const fn after(self, before: &'static [Call]) -> Row {
        Row { before, ..self }
    }

    /// The same row of a resource that a bank may do without.
    pub(crate) const fn optional(self) -> Row {
        Row { obligation: Obligation::Optional, ..self }
    }

    /// The same row, which orders payments.
    pub(crate) const fn paying(self) -> Row {
        Row { cost: Cost::Money, ..self }
    }

    /// The same row, followed by calls that take back what it made.
    pub(crate) const fn cleaning(self, cleanup: &'static [Call]) -> Row {
        Row { cleanup, ..self }
    }

    /// The same row with another call.
    pub(crate) const fn calling(self, call: Call) -> Row {
        Row { call, ..self }
    }
}

impl Call {
    pub(crate) const fn get(path: &'static str) -> Call {
        Call { method: "GET", path, who: None, headers: &[], body: Body::None }
    }

    pub(crate) const fn delete(path: &'static str) -> Call {
        Call { method: "DELETE", ..Call::get(path) }
    }

    pub(crate) const fn post(path: &'static str, body: Body) -> Call {
        Call { method: "POST", body, ..Call::get(path) }
    }

    /// The same call with another token than the row's.
    pub(crate) const fn by(self, who: Who) -> Call {
        Call { who: Some(who), ..self }
    }

    /// The same call with these headers.
    pub(crate) const fn with(self, headers: &'static [(&'static str, &'static str)]) -> Call {
        Call { headers, ..self }
    }
}
