//! Reading the key `messages` of a bank file: what a standard leaves to the bank about single messages.

use bank_fixtures::document::Value;

/// How a bank takes messages where its standard leaves that to it. Only UK Open Banking does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessagePolicy {
    /// What becomes of signatures beside the bodies of clients.
    pub client_signatures: ClientSignatures,
    /// The answer to a token of another scope or kind.
    pub wrong_scope: WrongScope,
}

/// What becomes of signatures beside the bodies of clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientSignatures {
    /// Nobody looks.
    Ignored,
    /// One that is sent has to be good.
    Optional,
    /// There has to be a good one.
    Required,
    /// There must be none.
    Unsupported,
}

/// The answer to a token of another scope or kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WrongScope {
    /// 401, as for no token.
    Unauthorized,
    /// 403, as the text of the standard has it.
    Forbidden,
}

impl MessagePolicy {
    /// What a bank does whose file says nothing.
    pub(super) const USUAL: MessagePolicy =
        MessagePolicy { client_signatures: ClientSignatures::Ignored, wrong_scope: WrongScope::Unauthorized };
}

/// Reads the key; what it does not name stays as it is in `base`.
pub(super) fn read(value: Value<'_>, base: MessagePolicy) -> Option<MessagePolicy> {
    let map = value.map(&["client_signatures", "wrong_scope"])?;
    let signatures = map.optional("client_signatures").map(|value| {
        value.one_of(&[
            ("ignored", ClientSignatures::Ignored),
            ("optional", ClientSignatures::Optional),
            ("required", ClientSignatures::Required),
            ("unsupported", ClientSignatures::Unsupported),
        ])
    });
    let scope = map
        .optional("wrong_scope")
        .map(|value| value.one_of(&[("401", WrongScope::Unauthorized), ("403", WrongScope::Forbidden)]));
    Some(MessagePolicy {
        client_signatures: signatures.unwrap_or(Some(base.client_signatures))?,
        wrong_scope: scope.unwrap_or(Some(base.wrong_scope))?,
    })
}
