//! The security profile of an issuer: which published profile it follows, and what was chosen where that leaves a choice.
//!
//! Owns what a profile fixes, as data: [`PROFILES`] has one row for each, and the tables of [`step`](crate::auth::step)
//! say which rule belongs to which. Knows no request.

use crate::auth::client::{AuthMethod, GrantType};
use crate::auth::key::SigningAlgorithm;

/// A published profile, or a way of doing without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SecurityProfile {
    /// OAuth 2 and OpenID Connect as RFC 9700 would have them.
    Plain,
    /// FAPI 1.0 part 2, final.
    Fapi1Advanced,
    /// FAPI 2.0 security profile, final.
    Fapi2Security,
    /// FAPI 2.0 message signing: signed requests and responses on top of the security profile.
    Fapi2MessageSigning,
    /// FAPI-CIBA: the account holder decides on a device of their own.
    FapiCiba,
    /// Tokens for clients alone: nobody logs in.
    ClientCredentials,
    /// A key in a header instead of a token.
    ApiKey,
    /// No security at all.
    Open,
}

/// What a profile fixes.
#[derive(Debug)]
pub struct Terms {
    /// Which.
    pub profile: SecurityProfile,
    /// Its name in bank files.
    pub slug: &'static str,
    /// One line about it.
    pub about: &'static str,
    /// What clients may exchange for tokens.
    pub grants: &'static [GrantType],
    /// How clients may prove who they are.
    pub auth_methods: &'static [AuthMethod],
    /// What clients may sign with.
    pub client_algorithms: &'static [SigningAlgorithm],
    /// What the issuer may sign with; the first is what it does unless told otherwise.
    pub signing: &'static [SigningAlgorithm],
    /// How tokens may be bound to their client; the first is what happens unless told otherwise.
    pub senders: &'static [Sender],
    /// What becomes of refresh tokens unless told otherwise.
    pub refresh: RefreshPolicy,
    /// Values of `response_type`.
    pub response_types: &'static [&'static str],
    /// Values of `response_mode`.
    pub response_modes: &'static [&'static str],
    /// Whether requests are pushed (RFC 9126).
    pub pushed: Need,
    /// Whether requests are signed (RFC 9101).
    pub signed_request: Need,
}

/// Whether something has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Not served.
    Never,
    /// Served, not demanded.
    Allowed,
    /// Demanded.
    Always,
}

/// The profile of one issuer with its choices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Security {
    /// Which profile.
    pub profile: SecurityProfile,
    /// Whose version of it.
    pub variant: Variant,
    /// How tokens are bound to their client.
    pub sender: Sender,
    /// When the issuer asks for a nonce in DPoP proofs, at its own endpoints and at resources.
    pub nonces: NoncePolicy,
    /// What becomes of a refresh token that was used.
    pub refresh: RefreshPolicy,
    /// What access tokens are.
    pub access_tokens: TokenFormat,
    /// What the issuer signs with.
    pub signing: SigningAlgorithm,
}

macro_rules! choices {
    ($(#[$about:meta])* $name:ident { $($(#[doc = $doc:literal])* $variant:ident = $slug:literal,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[doc = $doc])* $variant,)* }

        impl $name {
            /// Every choice with its name in bank files.
            pub const ALL: &'static [(&'static str, $name)] = &[$(($slug, $name::$variant),)*];

            /// The name in bank files.
            pub fn slug(self) -> &'static str {
                match self { $($name::$variant => $slug,)* }
            }
        }
    };
}

choices! {
    /// Whose version of a profile.
    Variant {
        /// As published.
        Plain = "plain",
        /// UK Open Banking: the request names the intent it is about.
        UkOpenBanking = "uk-open-banking",
    }
}

choices! {
    /// How a token is bound to the client it was given to.
    Sender {
        /// Not at all: who holds it may use it.
        None = "none",
        /// By whatever the client shows: a DPoP proof, or a certificate if it registered to have its tokens bound to one.
        Optional = "optional",
        /// By a DPoP proof (RFC 9449).
        Dpop = "dpop",
        /// By the client's certificate (RFC 8705 3).
        Mtls = "mtls",
        /// By one of the two.
        Either = "dpop-or-mtls",
    }
}

choices! {
    /// When DPoP proofs need a nonce from the server (RFC 9449 8, 9).
    NoncePolicy {
        /// Never.
        Never = "never",
        /// The authorization server asks for one.
        Server = "server",
        /// The resources ask for one.
        Resource = "resource",
        /// Both do.
        Both = "both",
        /// Both do, and each nonce is good for one proof.
        Single = "single-use",
    }
}

choices! {
    /// What becomes of refresh tokens.
    RefreshPolicy {
        /// There are none.
        None = "none",
        /// One stays good until its time is over (FAPI 2.0 5.3.2.1: servers do not rotate).
        Keep = "keep",
        /// Each use gives a new one; reuse of the old one revokes the family.
        Rotate = "rotate",
        /// The same, but the old one stays good for a minute, so that a lost answer costs nothing.
        Grace = "rotate-with-grace",
        /// One use, no successor: then the account holder has to be asked again. Reuse revokes the family.
        OneTime = "one-time",
    }
}

choices! {
    /// What an access token is.
    TokenFormat {
        /// A reference nobody but the bank can read.
        Opaque = "opaque",
        /// A signed JWT (RFC 9068).
        Jwt = "jwt",
    }
}

const ALL_METHODS: &[AuthMethod] = &[
    AuthMethod::SecretBasic,
    AuthMethod::SecretPost,
    AuthMethod::PrivateKeyJwt,
    AuthMethod::TlsClientAuth,
    AuthMethod::SelfSignedTlsClientAuth,
    AuthMethod::None,
];
const KEY_METHODS: &[AuthMethod] =
    &[AuthMethod::PrivateKeyJwt, AuthMethod::TlsClientAuth, AuthMethod::SelfSignedTlsClientAuth];
const CODE_GRANTS: &[GrantType] =
    &[GrantType::AuthorizationCode, GrantType::RefreshToken, GrantType::ClientCredentials];
const PLAIN_GRANTS: &[GrantType] = &[
    GrantType::AuthorizationCode,
    GrantType::RefreshToken,
    GrantType::ClientCredentials,
    GrantType::DeviceCode,
    GrantType::Ciba,
];
const PLAIN_MODES: &[&str] = &["query", "fragment", "form_post", "jwt", "query.jwt", "fragment.jwt", "form_post.jwt"];
const JWT_MODES: &[&str] = &["jwt", "query.jwt", "fragment.jwt", "form_post.jwt"];

use SigningAlgorithm::{EdDsa, Es256, Ps256, Rs256};

/// The terms of a bank without an authorization server.
const WITHOUT_OAUTH: Terms = Terms {
    profile: SecurityProfile::Open,
    slug: "none",
    about: "no security: every call is the first account holder's",
    grants: &[],
    auth_methods: &[],
    client_algorithms: &[],
    signing: &[Es256],
    senders: &[Sender::None],
    refresh: RefreshPolicy::None,
    response_types: &[],
    response_modes: &[],
    pushed: Need::Never,
    signed_request: Need::Never,
};

/// Every profile, in the order of the columns of the step table.
pub const PROFILES: &[Terms] = &[
    Terms {
        profile: SecurityProfile::Plain,
        slug: "plain",
        about: "OAuth 2 and OpenID Connect: code with PKCE, any client authentication",
        grants: PLAIN_GRANTS,
        auth_methods: ALL_METHODS,
        client_algorithms: &[Es256, Ps256, EdDsa, Rs256],
        signing: &[Es256, Ps256, EdDsa, Rs256],
        senders: &[Sender::Optional, Sender::None, Sender::Dpop, Sender::Mtls, Sender::Either],
        refresh: RefreshPolicy::Rotate,
        response_types: &["code"],
        response_modes: PLAIN_MODES,
        pushed: Need::Allowed,
        signed_request: Need::Allowed,
    },
    Terms {
        profile: SecurityProfile::Fapi1Advanced,
        slug: "fapi1-advanced",
        about: "FAPI 1.0 advanced: signed requests, hybrid flow or JARM, certificate-bound tokens",
        grants: CODE_GRANTS,
        auth_methods: KEY_METHODS,
        client_algorithms: &[Ps256, Es256],
        signing: &[Ps256, Es256],
        senders: &[Sender::Mtls],
        refresh: RefreshPolicy::Keep,
        response_types: &["code id_token", "code"],
        response_modes: &["fragment", "jwt", "query.jwt", "fragment.jwt", "form_post.jwt"],
        pushed: Need::Allowed,
        signed_request: Need::Always,
    },
    Terms {
        profile: SecurityProfile::Fapi2Security,
        slug: "fapi2-security",
        about: "FAPI 2.0 security profile: pushed requests, PKCE, sender-constrained tokens",
        grants: CODE_GRANTS,
        auth_methods: KEY_METHODS,
        client_algorithms: &[Ps256, Es256, EdDsa],
        signing: &[Ps256, Es256, EdDsa],
        senders: &[Sender::Dpop, Sender::Mtls, Sender::Either],
        refresh: RefreshPolicy::Keep,
        response_types: &["code"],
        response_modes: &["query", "form_post"],
        pushed: Need::Always,
        signed_request: Need::Never,
    },
    Terms {
        profile: SecurityProfile::Fapi2MessageSigning,
        slug: "fapi2-message-signing",
        about: "FAPI 2.0 with signed requests (JAR), responses (JARM) and introspection",
        grants: CODE_GRANTS,
        auth_methods: KEY_METHODS,
        client_algorithms: &[Ps256, Es256, EdDsa],
        signing: &[Ps256, Es256, EdDsa],
        senders: &[Sender::Dpop, Sender::Mtls, Sender::Either],
        refresh: RefreshPolicy::Keep,
        response_types: &["code"],
        response_modes: JWT_MODES,
        pushed: Need::Always,
        signed_request: Need::Always,
    },
    Terms {
        profile: SecurityProfile::FapiCiba,
        slug: "fapi-ciba",
        about: "FAPI-CIBA: backchannel authentication with signed requests, certificate-bound tokens",
        grants: &[GrantType::RefreshToken, GrantType::ClientCredentials, GrantType::Ciba],
        auth_methods: KEY_METHODS,
        client_algorithms: &[Ps256, Es256],
        signing: &[Ps256, Es256],
        senders: &[Sender::Mtls],
        refresh: RefreshPolicy::Keep,
        response_types: &[],
        response_modes: &[],
        pushed: Need::Never,
        signed_request: Need::Always,
    },
    Terms {
        profile: SecurityProfile::ClientCredentials,
        slug: "client-credentials",
        about: "OAuth 2 without account holders: every client calls for itself",
        grants: &[GrantType::ClientCredentials],
        auth_methods: ALL_METHODS,
        client_algorithms: &[Es256, Ps256, EdDsa, Rs256],
        signing: &[Es256, Ps256, EdDsa, Rs256],
        senders: &[Sender::Optional, Sender::None, Sender::Dpop, Sender::Mtls, Sender::Either],
        refresh: RefreshPolicy::None,
        response_types: &[],
        response_modes: &[],
        pushed: Need::Never,
        signed_request: Need::Never,
    },
    Terms {
        profile: SecurityProfile::ApiKey,
        slug: "api-key",
        about: "no OAuth: a key in a header names the client and the account holder",
        ..WITHOUT_OAUTH
    },
    WITHOUT_OAUTH,
];

/// A set of profiles: a column mark of the step tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Profiles(u8);

impl SecurityProfile {
    /// What it fixes.
    pub fn terms(self) -> &'static Terms {
        let row = PROFILES.iter().find(|row| row.profile == self);
        row.expect("the table has a row for every profile")
    }

    /// The set of this one.
    pub(crate) const fn only(self) -> Profiles {
        Profiles(1 << self as u8)
    }
}

impl Profiles {
    /// Both.
    pub(crate) const fn and(self, other: Profiles) -> Profiles {
        Profiles(self.0 | other.0)
    }

    /// `true` if the profile is one of them.
    pub fn contains(self, profile: SecurityProfile) -> bool {
        self.0 & profile.only().0 != 0
    }
}

impl Security {
    /// A profile with the choices it makes by itself.
    pub fn of(profile: SecurityProfile) -> Security {
        let terms = profile.terms();
        Security {
            profile,
            variant: Variant::Plain,
            sender: terms.senders[0],
            nonces: NoncePolicy::Never,
            refresh: terms.refresh,
            access_tokens: TokenFormat::Opaque,
            signing: terms.signing[0],
        }
    }

    /// What the profile fixes.
    pub fn terms(&self) -> &'static Terms {
        self.profile.terms()
    }

    /// `true` for the profiles that FAPI defines.
    pub fn is_fapi(&self) -> bool {
        use SecurityProfile as P;
        matches!(self.profile, P::Fapi1Advanced | P::Fapi2Security | P::Fapi2MessageSigning | P::FapiCiba)
    }

    /// `true` if there is a token endpoint at all.
    pub fn issues_tokens(&self) -> bool {
        !self.terms().grants.is_empty()
    }

    /// `true` if tokens may stand for account holders.
    pub fn knows_account_holders(&self) -> bool {
        self.issues_tokens() && self.profile != SecurityProfile::ClientCredentials
    }

    /// `true` if account holders are sent to the bank's pages.
    pub fn asks_account_holders(&self) -> bool {
        !self.terms().response_types.is_empty()
    }
}

impl Sender {
    /// `true` if a DPoP proof is read.
    pub fn reads_proofs(self) -> bool {
        matches!(self, Sender::Optional | Sender::Dpop | Sender::Either)
    }

    /// `true` if tokens may be bound to certificates.
    pub fn reads_certificates(self) -> bool {
        matches!(self, Sender::Optional | Sender::Mtls | Sender::Either)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rows_stand_in_the_order_of_the_profiles() {
        for (index, row) in PROFILES.iter().enumerate() {
            assert_eq!(row.profile as usize, index, "{}", row.slug);
            assert!(!row.senders.is_empty() && !row.signing.is_empty(), "{} has something to begin with", row.slug);
            assert!(row.profile.only().contains(row.profile));
        }
    }
}
