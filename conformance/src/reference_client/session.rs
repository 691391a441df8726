//! The tokens of one consent, across processes.
//!
//! Owns which access token is used, when it is renewed, and the file that keeps a rotated refresh token. Knows nothing of
//! what the tokens are used for.

use std::path::PathBuf;

use bank_fixtures::error_class::ErrorClass;
use bank_fixtures::seed::Seed;
use jiff::{SignedDuration, Timestamp};
use reqwest::Url;
use serde::{Deserialize, Serialize};

use super::failure::{Failure, Kind};
use super::lapse::Lapse;
use super::policy::{Policy, Refresh};
use super::settings::Settings;
use super::transport::{self, Body};
use super::vault;
use crate::clock::{self, Stopwatch};

/// Even the client that refreshes for ever ends after this many refreshes, so that a run ends.
const MOST_REFRESHES: u32 = 12;

/// A token is renewed when this share of its life is over.
const AHEAD: f64 = 0.75;

/// The tokens, and what is known of them.
pub(crate) struct Session {
    tokens: Tokens,
    trust: Trust,
    refreshes: u32,
    /// When the access token was issued, if this run saw it.
    issued: Option<Stopwatch>,
    client: Option<(String, String)>,
    token_url: Url,
    file: PathBuf,
}

/// What is known of the access token in use.
#[derive(Debug, Clone)]
enum Trust {
    /// Not tried, or used with success: if it is refused, a new one may help.
    Usable,
    /// Just issued and not yet used with success: if it is refused, a new one will be too.
    Fresh,
    /// Given up; every further call fails like this without being made.
    Ended(Failure),
}

#[derive(Clone, Serialize, Deserialize)]
struct Tokens {
    access_token: String,
    refresh_token: Option<String>,
    expires_in: Option<u64>,
    /// The account holder has to agree again; nothing may be asked until then.
    #[serde(default)]
    ended: bool,
}

#[derive(Deserialize)]
struct OAuthError {
    error: String,
}

impl Session {
    /// The tokens of an earlier run with these settings, or those in the settings.
    pub(crate) fn open(settings: &Settings) -> Session {
        let given = Tokens {
            access_token: settings.access_token.clone(),
            refresh_token: settings.refresh_token.clone(),
            expires_in: None,
            ended: false,
        };
        let name = Seed::new(0).of(&settings.access_token).hex(8);
        let file = settings.work_dir.join(format!("tokens-{name}.json"));
        let mut token_url = settings.base_url.clone();
        token_url.set_path(&format!("{}/oauth/token", settings.base_url.path().trim_end_matches('/')));
        let tokens = vault::read(&file).unwrap_or(given);
        let trust = if tokens.ended { Trust::Ended(withdrawn()) } else { Trust::Usable };
        Session { tokens, trust, refreshes: 0, issued: None, client: settings.client.clone(), token_url, file }
    }

    /// The access token to use.
    ///
    /// # Errors
    /// The session has ended.
    pub(crate) fn bearer(&self) -> Result<&str, Failure> {
        match &self.trust {
            Trust::Ended(failure) => Err(failure.clone()),
            Trust::Usable | Trust::Fresh => Ok(&self.tokens.access_token),
        }
    }

    /// The access token was accepted.
    pub(crate) fn accepted(&mut self) {
        if let Trust::Fresh = self.trust {
            self.trust = Trust::Usable;
        }
    }

    /// The access token was refused: gets a new one, once.
    ///
    /// # Errors
    /// There is none to get, or the one just got was refused: the session has ended.
    pub(crate) async fn refused(
        &mut self,
        failure: Failure,
        policy: &Policy,
        http: &reqwest::Client,
    ) -> Result<(), Failure> {
        let hopeless = match &self.trust {
            Trust::Ended(failure) => return Err(failure.clone()),
            Trust::Fresh => policy.refresh == Refresh::Once,
            Trust::Usable => false,
        };
        if hopeless || self.refreshes >= MOST_REFRESHES {
            return Err(self.end(failure));
        }
        self.refreshes += 1;
        let mut result = self.refresh(http, policy).await;
        for _ in 0..3 {
            let refused = matches!(&result, Err(Some(failure)) if failure.class == ErrorClass::ConsentInvalid);
            if !refused || !policy.has(Lapse::RetriesInvalidGrant) {
                break;
            }
            result = self.refresh(http, policy).await;
        }
        match result {
            Ok(()) => Ok(()),
            Err(Some(failure)) if failure.class == ErrorClass::ConsentInvalid => Err(self.end_for_good(failure)),
            Err(trouble) => Err(self.end(trouble.unwrap_or(failure))),
        }
    }

    /// One refresh request. It is never repeated: if its answer was lost, the bank may have rotated the token already,
    /// and sending the old one again would look like theft.
    async fn refresh(&mut self, http: &reqwest::Client, policy: &Policy) -> Result<(), Option<Failure>> {
        let (client, refresh_token) = self.client.as_ref().zip(self.tokens.refresh_token.as_ref()).ok_or(None)?;
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
        let send = || transport::send_form(http, self.token_url.clone(), client, &form);
        let answer =
            if policy.has(Lapse::RefreshesInParallel) { tokio::join!(send(), send(), send()).0 } else { send().await };
        let answer = answer.map_err(|lost| Some(Failure::lost(lost)))?;
        let Body::Whole(body) = &answer.body else {
            return Err(Some(Failure::broken(Some(answer.status), "the token answer was cut short")));
        };
        if answer.status != 200 {
            return Err(Some(refusal(answer.status, body)));
        }
        let unreadable = |_| Some(Failure::broken(Some(answer.status), "the token answer is not a token answer"));
        let mut issued: Tokens = serde_json::from_slice(body).map_err(unreadable)?;
        // A bank that does not rotate leaves the refresh token out: the old one stays good.
        if !policy.has(Lapse::ForgetsRefreshToken) {
            issued.refresh_token = issued.refresh_token.or(self.tokens.refresh_token.take());
        }
        self.tokens = issued;
        self.trust = Trust::Fresh;
        self.issued = Some(Stopwatch::start());
        vault::write(&self.file, &self.tokens)
            .map_err(|error| Some(Failure::broken(None, format!("the new tokens could not be kept: {error}"))))
    }

    /// Renews a token that is about to end. What goes wrong here shows when the old one is refused.
    pub(crate) async fn renew_ahead(&mut self, policy: &Policy, http: &reqwest::Client) {
        let Some((issued, life)) = self.issued.as_ref().zip(self.tokens.expires_in) else { return };
        let due = std::time::Duration::from_secs(life).mul_f64(AHEAD);
        if issued.elapsed() >= due && !policy.has(Lapse::NeverRefreshesAhead) {
            let _ = self.refresh(http, policy).await;
        }
    }

    /// For the client that believes whatever clock it is shown: a bank that is hours ahead has ended the token.
    pub(crate) fn age_by(&mut self, date: Option<Timestamp>) {
        let ahead = date.is_some_and(|date| date.duration_since(clock::now()) > SignedDuration::from_hours(1));
        if ahead && self.refreshes < MOST_REFRESHES {
            self.refreshes += 1;
            self.tokens.expires_in = Some(0);
            self.issued = Some(Stopwatch::start());
        }
    }

    /// The account holder ended the consent: nothing is asked again, in this run or in a later one.
    pub(crate) fn end_for_good(&mut self, failure: Failure) -> Failure {
        self.tokens.ended = true;
        // If this cannot be kept, the next run asks once more.
        let _ = vault::write(&self.file, &self.tokens);
        self.end(failure)
    }

    fn end(&mut self, failure: Failure) -> Failure {
        self.trust = Trust::Ended(failure.clone());
        failure
    }
}

fn withdrawn() -> Failure {
    Failure {
        class: ErrorClass::ConsentInvalid,
        http_status: None,
        asked_wait: None,
        message: "the account holder has to agree again".to_owned(),
        kind: Kind::Refused,
    }
}

/// What a refusal of the token endpoint means (RFC 6749 §5.2).
fn refusal(status: u16, body: &[u8]) -> Failure {
    let error = serde_json::from_slice::<OAuthError>(body).map(|error| error.error).unwrap_or_default();
    let class = match error.as_str() {
        "invalid_grant" => ErrorClass::ConsentInvalid,
        "invalid_client" | "unauthorized_client" => ErrorClass::AuthClient,
        "invalid_scope" => ErrorClass::ConsentScope,
        _ => ErrorClass::of_status(status).unwrap_or(ErrorClass::ProtocolViolation),
    };
    let message = format!("the token could not be refreshed: {error}");
    Failure { class, http_status: Some(status), asked_wait: None, message, kind: Kind::Refused }
}
