//! Checks of proofs of possession (RFC 9449). They need a registration whose tokens are bound to a key.

use super::Check;
use crate::http::Request;
use crate::probe::{BankProbe, Trouble};
use crate::target::bank::Sender;

mod bound_token_not_bearer;
mod code_bound_to_key;
mod nonce_demanded;
mod proof_checked;
mod proof_in_time;
mod proof_required;
mod proof_used_once;

/// Every check of this kind, in the order in which they run.
pub(super) static CHECKS: &[&Check] = &[
    &proof_required::CHECK,
    &proof_checked::CHECK,
    &proof_used_once::CHECK,
    &proof_in_time::CHECK,
    &nonce_demanded::CHECK,
    &bound_token_not_bearer::CHECK,
    &code_bound_to_key::CHECK,
];

/// A token that is bound to the run's key, and an address it opens.
struct Bound {
    token: String,
    url: String,
}

/// A bound token; the read that is made first learns the nonce of a server that demands one.
async fn bound(bank: &BankProbe) -> Result<Bound, Trouble> {
    if bank.sender() == Sender::Bearer {
        return Err(Trouble::Unobservable("the tokens of our client are bound to no key".to_owned()));
    }
    // What is wrong with reads is for `reads-answer` to say.
    let _ = bank.get("/accounts").await;
    Ok(Bound { token: bank.session().await?.access_token.clone(), url: bank.protected() })
}

/// A read with a bound token and a proof made by hand.
fn with_proof(url: &str, token: &str, proof: &str) -> Request {
    Request::get(url).header("authorization", format!("DPoP {token}")).header("dpop", proof)
}
