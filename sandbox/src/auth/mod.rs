//! The authorization server of one bank: clients, logins, consents, tokens.
//!
//! Owns OAuth 2 and OpenID Connect: which rule refuses what (`step`), what each endpoint answers (`endpoint`), what was
//! granted (`grant`) and the pages (`page`). Asks the ledger who the account holder is and what the consent says; knows
//! no dialect, no fault and no socket.

mod access_token;
mod answering;
mod approval;
mod assertion;
mod bearer;
mod behind_tls;
mod client;
mod client_auth;
mod client_keys;
mod details;
mod directory;
mod endpoint;
mod error;
mod forge;
mod form;
mod giving;
mod grant;
mod holder;
mod id_token;
mod jose;
mod key;
mod leniency;
mod mint;
mod nonce;
mod orders;
mod outcome;
mod page;
mod polling;
mod problem;
mod proof;
mod pushed;
mod redirect;
mod registration;
mod remote_keys;
mod replay;
mod requested;
mod response_mode;
mod rs256;
mod scope;
mod security;
mod server;
mod session;
mod settings;
mod shelf;
mod standing_access;
mod step;
mod step_up;

#[cfg(test)]
mod tests;

pub use crate::certificate::PeerCertificate;
pub use approval::{Given, NewApproval, Standing};
pub use bearer::{admit, challenge};
pub use client::{
    AUTH_METHODS, AuthMethod, Client, GRANT_TYPES, GrantType, NewClient, RegistrationError, UnknownAuthMethod,
};
pub use client_keys::ClientKeys;
pub use directory::{DIRECTORY, Software};
pub use endpoint::{Decided, OpenLogin, Place, ROUTES, Undecided, ask, decide_login, metadata, open_logins};
pub use key::SigningAlgorithm;
#[cfg(test)]
pub(crate) use key::SigningKey;
pub use leniency::{Leniency, UnknownRule};
#[cfg(test)]
pub(crate) use mint::Mint;
pub use orders::{Order, TooManyOrders};
pub use outcome::{OUTCOMES, Outcome};
pub use polling::{Mishap, Notice};
pub use problem::{problem, problem_page};
pub use redirect::{BadRedirectUri, RedirectUri};
pub use scope::ScopeSet;
pub use security::{
    Need, NoncePolicy, PROFILES, Profiles, RefreshPolicy, Security, SecurityProfile, Sender, Terms, TokenFormat,
    Variant,
};
pub use server::{AuthServer, ReadyTokens};
pub use settings::AuthSettings;
pub use step::{Kind as StepKind, Row as StepRow, rows as steps, rule_names, table as step_table};
pub use step_up::StepUp;
