//! The code becomes tokens (RFC 6749 §4.1.3, §5).

use serde_json::Value;

use super::care::Look;
use super::metadata::Metadata;
use super::nonces::Secrets;
use super::{Login, doubt, object};
use crate::reference_client::failure::Failure;
use crate::reference_client::transport::{Answer, Body};

/// How often the login without patience asks.
const MOST_REPEATS: usize = 6;

/// Tokens whose answer was looked at.
pub(super) struct Tokens {
    pub(super) access_token: String,
    pub(super) id_token: String,
}

impl Login<'_> {
    /// Redeems a code: once. If the answer was lost, the bank may have used it up, and sending it again would look like
    /// theft.
    pub(super) async fn redeem(&self, metadata: &Metadata, code: &str, secrets: &Secrets) -> Result<Tokens, Failure> {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", self.registration.redirect_uri.as_str()),
            ("code_verifier", secrets.verifier.as_str()),
        ];
        let send = || self.post(&metadata.token_endpoint, &form);
        let mut answer = send().await;
        let failed = |answer: &Result<Answer, Failure>| match answer {
            Ok(answer) => answer.status >= 500,
            Err(_) => true,
        };
        if self.care.leaves_out(Look::CodeOnce) && failed(&answer) {
            answer = send().await;
        }
        for _ in 0..MOST_REPEATS {
            if !self.care.leaves_out(Look::Patience) || !answer.as_ref().is_ok_and(asks_for_more) {
                break;
            }
            answer = send().await;
        }
        let members = object(&answer?, &[200])?;
        let text = |name: &str| members.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        if let Some(error) = text("error") {
            return Err(doubt(format!("the token answer is an error: {error}")));
        }
        let is_bearer = text("token_type").is_some_and(|kind| kind.eq_ignore_ascii_case("bearer"));
        if !is_bearer && !self.care.leaves_out(Look::TokenType) {
            return Err(doubt("the token is of a type this client does not know"));
        }
        let needed = |name: &str| text(name).map(str::to_owned).ok_or_else(|| doubt(format!("there is no {name}")));
        Ok(Tokens { access_token: needed("access_token")?, id_token: needed("id_token")? })
    }
}

/// A demand for a DPoP nonce (RFC 9449 §8), which this client, having no proofs, cannot meet.
fn asks_for_more(answer: &Answer) -> bool {
    matches!(&answer.body, Body::Whole(body) if String::from_utf8_lossy(body).contains("use_dpop_nonce"))
}
