//! A login from nothing, written the way a careful team would: metadata, keys, the account holder's browser, tokens,
//! claims; and deliberately wrong ones.
//!
//! Owns the order of the steps: nothing of an answer is used before it was looked at, and the first doubt ends the login.
//! It knows the bank from its address and the published standards, never from the simulator. [`LOGIN_DEFECTS`] leave one
//! look out each, to prove that the checks of logins can fail.

use std::io::Write;

use bank_fixtures::error_class::ErrorClass;
use reqwest::Url;
use serde_json::Value;

use super::ReferenceClientError;
use super::failure::Failure;
use super::mapping::Mapping;
use super::output::Output;
use super::policy::Policy;
use super::transport::{self, Answer, Body, Request};
use super::vault;

mod care;
mod claims;
mod keys;
mod metadata;
mod nonces;
mod redirect;
mod registration;
mod tokens;

pub use care::{LOGIN_DEFECTS, LoginDefect};

use care::Care;
use metadata::Metadata;
use nonces::Secrets;
use registration::Registration;

/// Logs the account holder in with the settings found in the environment, reads the accounts once, and writes canonical v1
/// to `out` and one line per step to `log`. Answers whether it came to that.
///
/// # Errors
/// [`ReferenceClientError`]; trouble with the bank is not one of them.
pub async fn log_in(
    defect: Option<&LoginDefect>,
    out: &mut dyn Write,
    log: &mut dyn Write,
) -> Result<bool, ReferenceClientError> {
    let registration = Registration::read(&|name| std::env::var(name).ok());
    let registration = registration.map_err(|missing| ReferenceClientError::Settings(missing.join("\n")))?;
    let policy = Policy::careful();
    let http = transport::client(policy.request_limit, false).map_err(ReferenceClientError::Http)?;
    let care = defect.map_or_else(Care::full, LoginDefect::care);
    let login = Login { http, registration: &registration, care };
    let mut output = Output::empty();
    match login.run().await {
        Ok(rows) => {
            let mapping = Mapping::new(&policy);
            for row in &rows {
                match mapping.account(row) {
                    Ok(account) => output.accounts.push(account),
                    Err(reason) => output.failed("an account", None, &Failure::broken(None, reason)),
                }
            }
        }
        Err(failure) => {
            // A log that cannot be written must not change what is handed over.
            let _ = writeln!(log, "the login ended: {}", failure.message);
            output.failed("the login", None, &failure);
        }
    }
    let mut document = serde_json::to_vec(&output).map_err(|error| ReferenceClientError::Write(error.into()))?;
    document.push(b'\n');
    out.write_all(&document).map_err(ReferenceClientError::Write)?;
    Ok(output.errors.is_empty())
}

/// Where the client keeps who logged in first.
const SUBJECT_FILE: &str = "subject.json";

/// One login.
struct Login<'a> {
    http: reqwest::Client,
    registration: &'a Registration,
    care: Care,
}

impl Login<'_> {
    /// From the bank's address to the rows of its accounts.
    async fn run(&self) -> Result<Vec<Value>, Failure> {
        let metadata = self.metadata().await?;
        // Read before they are needed: what is signed in a moment is not to choose its own keys.
        let mut keys = self.keys(&metadata).await?;
        let secrets = Secrets::fresh();
        let location = self.authorize(&metadata, &secrets).await?;
        let code = redirect::code(&self.care, &metadata, &location, &self.registration.redirect_uri, &secrets)?;
        let tokens = self.redeem(&metadata, &code, &secrets).await?;
        let token = keys::Signed::parse(&tokens.id_token).map_err(doubt)?;
        if !self.care.leaves_out(care::Look::Signature) && token.is_of_unknown_key(&keys) {
            // The bank may have changed its keys since: once, and no more.
            keys = self.keys(&metadata).await?;
        }
        let about = claims::About {
            registration: self.registration,
            metadata: &metadata,
            secrets: &secrets,
            code: &code,
            access_token: &tokens.access_token,
        };
        let claims = token.verified(&self.care, &keys, &metadata).map_err(doubt)?;
        let subject = claims::check(&self.care, claims, &about).map_err(doubt)?;
        self.recognise(&subject)?;
        self.userinfo(&metadata, &tokens.access_token, &subject).await?;
        self.accounts(&tokens.access_token).await
    }

    /// Pushes the request where the bank takes that, sends the browser, and answers where the bank sends it back to. The
    /// account holder is one whom the bank asks nothing.
    async fn authorize(&self, metadata: &Metadata, secrets: &Secrets) -> Result<Url, Failure> {
        let parameters = self.registration.request(secrets);
        let mut url = metadata.authorization_endpoint.clone();
        match &metadata.push_endpoint {
            None => drop(url.query_pairs_mut().extend_pairs(&parameters)),
            Some(endpoint) => {
                let answer = self.post(endpoint, &parameters).await?;
                let members = object(&answer, &[200, 201])?;
                let request_uri = members.get("request_uri").and_then(Value::as_str);
                let request_uri = request_uri.ok_or_else(|| doubt("the pushed request has no request_uri"))?;
                let client = self.registration.client.0.as_str();
                url.query_pairs_mut().append_pair("client_id", client).append_pair("request_uri", request_uri);
            }
        }
        let answer = self.get(url, None).await?;
        let location = answer.header("location").filter(|_| matches!(answer.status, 302 | 303));
        let location = location.and_then(|location| Url::parse(location).ok());
        location.ok_or_else(|| Failure::broken(Some(answer.status), "the bank does not send the browser back"))
    }

    /// Whoever logged in before under this name is who must log in now.
    fn recognise(&self, subject: &str) -> Result<(), Failure> {
        let file = self.registration.work_dir.join(SUBJECT_FILE);
        match vault::read::<String>(&file) {
            Some(known) if known == subject => Ok(()),
            Some(_) => Err(doubt("somebody else logged in than before")),
            None => vault::write(&file, &subject).map_err(|error| doubt(format!("who it was cannot be kept: {error}"))),
        }
    }

    /// Holds the claims about the account holder against the login, where the bank has any.
    async fn userinfo(&self, metadata: &Metadata, token: &str, subject: &str) -> Result<(), Failure> {
        let Some(endpoint) = &metadata.userinfo_endpoint else { return Ok(()) };
        let answer = self.get(endpoint.clone(), Some(token)).await?;
        let members = object(&answer, &[200])?;
        match members.get("sub").and_then(Value::as_str) {
            Some(told) if told == subject => Ok(()),
            _ => Err(doubt("the claims are about somebody else")),
        }
    }

    async fn accounts(&self, token: &str) -> Result<Vec<Value>, Failure> {
        let mut url = self.registration.issuer.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push("accounts");
        }
        let answer = self.get(url, Some(token)).await?;
        let members = object(&answer, &[200])?;
        members.get("data").and_then(Value::as_array).cloned().ok_or_else(|| doubt("a list without `data`"))
    }

    async fn get(&self, url: Url, token: Option<&str>) -> Result<Answer, Failure> {
        let sent = match token {
            Some(token) => transport::send(&self.http, &Request::get(url), token, None).await,
            None => transport::send_bare(&self.http, url).await,
        };
        sent.map_err(Failure::lost)
    }

    async fn post<T: AsRef<str>>(&self, url: &Url, form: &[(&str, T)]) -> Result<Answer, Failure> {
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_ref())).collect();
        transport::send_form(&self.http, url.clone(), &self.registration.client, &form).await.map_err(Failure::lost)
    }
}

/// Something in an answer is not as it must be: the login ends.
fn doubt(why: impl Into<String>) -> Failure {
    Failure::broken(None, why)
}

/// The members of a JSON object that came with one of these statuses.
fn object(answer: &Answer, statuses: &[u16]) -> Result<serde_json::Map<String, Value>, Failure> {
    let broken = |why: &str| Failure::broken(Some(answer.status), why);
    if !statuses.contains(&answer.status) {
        let class = ErrorClass::of_status(answer.status).unwrap_or(ErrorClass::ProtocolViolation);
        return Err(Failure { class, ..Failure::refused(answer, None) });
    }
    let is_json = answer.header("content-type").is_some_and(|kind| kind.starts_with("application/json"));
    match &answer.body {
        Body::Whole(bytes) if is_json => match serde_json::from_slice(bytes) {
            Ok(Value::Object(members)) => Ok(members),
            _ => Err(broken("the answer is not a JSON object")),
        },
        Body::Whole(_) => Err(broken("the answer does not say that it is JSON")),
        Body::Cut(_) => Err(broken("the answer was cut short")),
        Body::TooLarge => Err(broken("the answer is larger than any of its kind")),
    }
}
