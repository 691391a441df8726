//! Where in the life of a request an effect takes place.

/// A stage of a request, in order. Effects before `Send` prevent the bank from acting; at `Send` it has acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// A connection was accepted; nothing was read, so nobody knows for which world it is.
    Accept,
    /// A TLS client has said which host it wants.
    Tls,
    /// The request was read; token, consent and limits are not looked at.
    Head,
    /// Token, consent and limits were found good; the bank is about to act.
    Bank,
    /// The bank has acted and the answer is about to go out.
    Send,
    /// Without a call: what follows on an event, a time, or with a message. No effect on calls is given it.
    After,
}

/// Every stage of a call with its name in scenario files and one line about it.
pub const STAGES: &[(Stage, &str, &str)] = &[
    (
        Stage::Accept,
        "accept",
        "a connection was accepted and nothing read: of all connections, in the default world's scenario, and of those at a world's own port in its own",
    ),
    (
        Stage::Tls,
        "tls",
        "a TLS client has named the host it wants: in the scenario of the world that host belongs to, else the default one's",
    ),
    (Stage::Head, "head", "before token, consent and limits are looked at: nothing is committed"),
    (Stage::Bank, "bank", "token, consent and limits were good, the bank has not acted: nothing is committed"),
    (Stage::Send, "send", "the bank has acted (a payment is booked), the answer is about to go out"),
];

impl Stage {
    /// `true` where there is a connection and no request yet.
    pub fn is_of_connections(self) -> bool {
        matches!(self, Stage::Accept | Stage::Tls)
    }

    /// The name in scenario files and in journals.
    pub fn name(self) -> &'static str {
        STAGES.iter().find(|row| row.0 == self).map_or("after", |row| row.1)
    }
}
