//! What a bank file decides about its authorization server.

use std::time::Duration;

use crate::auth::client::NewClient;
use crate::auth::leniency::Leniency;
use crate::auth::security::Security;
use crate::auth::step_up::StepUp;
use crate::profile::{BankProfile, ConsentDecision, Sca};

/// How the authorization server of one bank behaves.
#[derive(Debug, Clone)]
pub struct AuthSettings {
    /// The bank's name as its pages show it.
    pub bank_name: String,
    /// The profile it follows.
    pub security: Security,
    /// Life of an access token.
    pub access_token_lifetime: Duration,
    /// Life of a refresh token, counted anew at each rotation.
    pub refresh_token_lifetime: Duration,
    /// Life of an authorization code.
    pub code_lifetime: Duration,
    /// Who decides about a consent. Where nobody has to be asked, an authorization request that names the account holder
    /// in `login_hint` (`alice`, or `alice:deny` and the other outcomes) is answered at once; without it the pages are shown.
    pub consent: ConsentDecision,
    /// What the account holder proves besides their password.
    pub sca: Sca,
    /// Clients known from the start.
    pub clients: Vec<NewClient>,
    /// Rules a scenario switched off by name.
    pub lenient: Leniency,
    /// Which calls take a better login than the token's.
    pub step_up: Vec<StepUp>,
}

impl AuthSettings {
    /// The settings of a bank as its file states them, with the demo clients.
    pub fn of(profile: &BankProfile) -> AuthSettings {
        AuthSettings {
            bank_name: profile.name.clone(),
            security: profile.security,
            access_token_lifetime: profile.tokens.access,
            refresh_token_lifetime: profile.tokens.refresh,
            code_lifetime: profile.tokens.code,
            consent: profile.consents.decision,
            sca: profile.consents.sca,
            clients: NewClient::demo(&profile.security),
            lenient: profile.lenient.clone(),
            step_up: profile.step_up.clone(),
        }
    }
}
