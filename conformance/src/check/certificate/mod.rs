//! Checks of certificates in TLS handshakes (RFC 8705). They need a registration that shows one.

use super::Check;
use crate::http::{Http, Network};
use crate::probe::{BankProbe, Trouble};
use crate::target::bank::{BankTarget, Registration};

mod certificate_bound;
mod certificate_required;
#[cfg(test)]
pub(super) mod tests;

/// Every check of this kind, in the order in which they run.
pub(super) static CHECKS: &[&Check] = &[&certificate_required::CHECK, &certificate_bound::CHECK];

/// The same client, as far as everything but its certificate goes: what a thief of its other secrets is.
fn thief(bank: &BankProbe) -> Result<BankProbe, Trouble> {
    let client = bank.registration()?;
    if client.certificate.is_none() {
        return Err(Trouble::Unobservable("our client shows no certificate (`certificate_file`)".to_owned()));
    }
    let client = Some(Registration { certificate: None, ..client.clone() });
    let target = BankTarget { client, ..bank.target.clone() };
    let network = Network::with(target.anchors.as_ref(), None).map_err(Trouble::Broken)?;
    Ok(target.probe(Http::over(std::sync::Arc::new(network))))
}

/// What a client asks for itself.
fn credentials() -> crate::flow::Form {
    vec![("grant_type", "client_credentials".to_owned()), ("scope", "accounts".to_owned())]
}
