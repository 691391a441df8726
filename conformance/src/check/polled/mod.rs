//! Checks of logins away from the client's browser: devices (RFC 8628) and the backchannel (OpenID CIBA).

use super::Check;
use crate::http::Reply;
use crate::json::Value;
use crate::probe::{BankProbe, Trouble};
use crate::target::bank::Registration;

mod backchannel_checked;
mod device_polling;

/// Every check of this kind, in the order in which they run.
pub(super) static CHECKS: &[&Check] = &[&device_polling::CHECK, &backchannel_checked::CHECK];

/// `grant_type` and the parameter that names the request.
type Grant = (&'static str, &'static str);

const DEVICE: Grant = ("urn:ietf:params:oauth:grant-type:device_code", "device_code");
const BACKCHANNEL: Grant = ("urn:openid:params:grant-type:ciba", "auth_req_id");

/// What the token endpoint says to a client that polls.
async fn polling(bank: &BankProbe, client: &Registration, (kind, name): Grant, id: &str) -> Result<Reply, Trouble> {
    let url = bank.metadata().await?.token_endpoint.clone();
    bank.authenticated_as(client, url, vec![("grant_type", kind.to_owned()), (name, id.to_owned())]).await
}

fn text(document: &Value, name: &str) -> Option<String> {
    document.root().member(name).and_then(|at| at.text().map(str::to_owned))
}
