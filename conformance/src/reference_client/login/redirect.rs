//! What the browser brings back (RFC 6749 §4.1.2, RFC 9207, RFC 9700 §4.4, §4.7).

use bank_fixtures::error_class::ErrorClass;
use reqwest::Url;

use super::care::{Care, Look};
use super::doubt;
use super::metadata::Metadata;
use super::nonces::Secrets;
use crate::reference_client::failure::{Failure, Kind};

/// Parameters that may come once.
const ONCE: &[&str] = &["code", "state", "iss", "error"];

/// The code of an answer that is the bank's, whole, and about this login.
///
/// # Errors
/// It is none; or the bank said no.
pub(super) fn code(
    care: &Care,
    metadata: &Metadata,
    location: &Url,
    redirect_uri: &str,
    secrets: &Secrets,
) -> Result<String, Failure> {
    let (address, query) = location.as_str().split_once('?').unwrap_or((location.as_str(), ""));
    if address != redirect_uri {
        return Err(doubt("the browser was sent elsewhere"));
    }
    let query = query.split('#').next().unwrap_or_default();
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let all = |name: &str| pairs.iter().filter(|pair| pair.0 == name).map(|pair| pair.1.as_str()).collect::<Vec<_>>();
    let left_out = |name: &str| match name {
        "state" => care.leaves_out(Look::State),
        "iss" => care.leaves_out(Look::ResponseIssuer),
        "error" => care.leaves_out(Look::Error),
        _ => false,
    };
    if let Some(twice) = ONCE.iter().find(|name| !left_out(name) && all(name).len() > 1) {
        return Err(doubt(format!("{twice} came twice")));
    }
    if all("state") != [secrets.state.as_str()] && !care.leaves_out(Look::State) {
        return Err(doubt("the answer is not about this login"));
    }
    let issuers = all("iss");
    let is_ours = issuers.iter().all(|issuer| *issuer == metadata.issuer) && !(metadata.says_iss && issuers.is_empty());
    if !is_ours && !care.leaves_out(Look::ResponseIssuer) {
        return Err(doubt("the answer is another issuer's"));
    }
    if let (Some(error), false) = (all("error").first(), care.leaves_out(Look::Error)) {
        let class =
            if *error == "access_denied" { ErrorClass::ConsentInvalid } else { ErrorClass::ProviderUnavailable };
        let message = format!("the bank answered {error}");
        return Err(Failure { class, http_status: None, asked_wait: None, message, kind: Kind::Refused });
    }
    all("code").first().map(|code| (*code).to_owned()).ok_or_else(|| doubt("the answer has no code"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(care: &Care, query: &str) -> Result<String, String> {
        let url = |path: &str| Url::parse(&format!("https://bank.example/{path}")).unwrap();
        let metadata = Metadata {
            issuer: "https://bank.example".to_owned(),
            authorization_endpoint: url("a"),
            token_endpoint: url("t"),
            jwks_uri: url("k"),
            userinfo_endpoint: None,
            push_endpoint: None,
            says_iss: true,
            algorithms: Vec::new(),
        };
        let secrets = Secrets { state: "s".to_owned(), ..Secrets::fresh() };
        let location = Url::parse(&format!("https://app.example/cb{query}")).unwrap();
        code(care, &metadata, &location, "https://app.example/cb", &secrets).map_err(|failure| failure.message)
    }

    #[test]
    fn only_a_whole_answer_to_this_login_has_a_code() {
        let care = Care::full();
        let iss = "iss=https%3A%2F%2Fbank.example";
        assert_eq!(read(&care, &format!("?code=c&state=s&{iss}")), Ok("c".to_owned()));
        for wrong in [
            format!("?code=c&{iss}"),
            format!("?code=c&state=x&{iss}"),
            format!("?code=c&state=x&state=s&{iss}"),
            "?code=c&state=s".to_owned(),
            format!("?code=c&state=s&{iss}%2F"),
            format!("?code=c&state=s&{iss}&{iss}"),
            format!("?code=c&code=d&state=s&{iss}"),
            format!("?code=c&state=s&error=x&{iss}"),
            format!("?state=s&{iss}"),
            format!("#code=c&state=s&{iss}"),
        ] {
            assert!(read(&care, &wrong).is_err(), "{wrong}");
        }
    }
}
