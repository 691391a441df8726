//! A TLS handshake that goes wrong.

use super::prelude::*;
use super::wait::{self, Wait};

/// The row of the catalogue.
pub(super) const FAULT: Fault = Fault {
    slug: "tls",
    layer: Layer::Tls,
    stages: &[Stage::Tls],
    about: "the TLS handshake has a bad certificate (expired, not-yet-valid, wrong-host, self-signed, unknown-ca, broken-chain), a stapled OCSP response that says so (ocsp-revoked) or is out of date (ocsp-expired), another good certificate than before (rotated), only one version (only-1.2, only-1.3), no protocol in common (no-alpn) or none agreed to (alpn-ignored), or does not end: stall, reset, an alert",
    legal: "expired, not-yet-valid, wrong-host, self-signed, unknown-ca, broken-chain, ocsp-revoked, ocsp-expired, rotated, only-1.2, only-1.3, no-alpn, alpn-ignored, stall, reset, {stall: 30s} or {alert: handshake_failure}",
    example: "tls: expired",
    compile,
};

const WORDS: &[(&str, TlsFlaw)] = &[
    ("expired", TlsFlaw::Expired),
    ("not-yet-valid", TlsFlaw::NotYetValid),
    ("wrong-host", TlsFlaw::WrongHost),
    ("self-signed", TlsFlaw::SelfSigned),
    ("unknown-ca", TlsFlaw::UnknownCa),
    ("broken-chain", TlsFlaw::BrokenChain),
    ("ocsp-revoked", TlsFlaw::StapledRevoked),
    ("ocsp-expired", TlsFlaw::StapledExpired),
    ("rotated", TlsFlaw::Rotated),
    ("only-1.2", TlsFlaw::Only12),
    ("only-1.3", TlsFlaw::Only13),
    ("no-alpn", TlsFlaw::NoAlpn),
    ("alpn-ignored", TlsFlaw::AlpnIgnored),
    ("stall", TlsFlaw::Stall(None)),
    ("reset", TlsFlaw::Reset),
];

/// Fatal alerts (RFC 8446 6.2) that servers are seen to send.
const ALERTS: &[(&str, u8)] = &[
    ("handshake_failure", 40),
    ("bad_certificate", 42),
    ("certificate_expired", 45),
    ("illegal_parameter", 47),
    ("access_denied", 49),
    ("protocol_version", 70),
    ("insufficient_security", 71),
    ("internal_error", 80),
    ("unrecognized_name", 112),
    ("certificate_required", 116),
    ("no_application_protocol", 120),
];

#[derive(Debug)]
enum Tls {
    Flaw(TlsFlaw),
    Stall(Wait),
}

fn compile(value: Value<'_>) -> Option<Arc<dyn Effect>> {
    if value.kind() != Kind::Map {
        return Some(Arc::new(Tls::Flaw(value.one_of(WORDS)?)));
    }
    let map = value.map(&["stall", "alert"])?;
    let stall = map.optional("stall").map(|value| Wait::read(value, wait::LEGAL));
    let alert = map.optional("alert").map(|value| value.one_of(ALERTS));
    match (stall, alert) {
        (Some(stall), None) => Some(Arc::new(Tls::Stall(stall?))),
        (None, Some(alert)) => Some(Arc::new(Tls::Flaw(TlsFlaw::Alert(alert?)))),
        _ => {
            let legal = format!("{{stall: …}} with {}, or {{alert: …}}", wait::LEGAL);
            value.refuse("a handshake ends in one way", legal);
            None
        }
    }
}

impl Effect for Tls {
    fn apply(&self, moment: &Moment<'_>, plan: &mut Plan) {
        plan.connection.tls = Some(match self {
            Tls::Flaw(flaw) => *flaw,
            Tls::Stall(wait) => TlsFlaw::Stall(Some(wait.at(moment))),
        });
    }
}
