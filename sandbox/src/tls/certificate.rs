//! The certificates the listener shows, good and bad ones.

use std::sync::Arc;

use jiff::ToSpan;
use jiff::tz::TimeZone;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::ServerCertVerifier;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime};

use super::authority::Authority;
use super::{SOMEBODY_ELSE, staple};
use crate::clock;
use crate::fault::TlsFlaw;

/// How long a good certificate holds: less than the limits of pickier clients (398 days).
const DAYS: i64 = 365;

/// A certificate with its key, and what leads to the authority.
pub(super) struct Certified {
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) key: PrivateKeyDer<'static>,
    /// What the authority says of it, if anything: an OCSP response.
    pub(super) staple: Vec<u8>,
}

/// A certificate for these names, with what is wrong with it.
pub(super) fn mint(
    authority: &Authority,
    rogue: &Authority,
    names: &[String],
    key: &KeyPair,
    flaw: Option<TlsFlaw>,
) -> Result<Certified, rcgen::Error> {
    let (from, to) = match flaw {
        Some(TlsFlaw::Expired) => (-DAYS, -1),
        Some(TlsFlaw::NotYetValid) => (2, DAYS),
        _ => (-2, DAYS),
    };
    let mut params = match flaw {
        Some(TlsFlaw::WrongHost) => leaf(&[SOMEBODY_ELSE.to_owned()])?,
        _ => leaf(names)?,
    };
    hold(&mut params, from, to);
    let certificate = match flaw {
        Some(TlsFlaw::SelfSigned) => params.self_signed(key)?,
        Some(TlsFlaw::UnknownCa) => params.signed_by(key, rogue.issuer())?,
        Some(TlsFlaw::BrokenChain) => params.signed_by(key, &between()?)?,
        _ => params.signed_by(key, authority.issuer())?,
    };
    let key = PrivatePkcs8KeyDer::from(key.serialize_der()).into();
    let staple = staple::response(authority, certificate.der(), flaw).unwrap_or_default();
    Ok(Certified { chain: vec![certificate.der().clone()], key, staple })
}

/// The certificate (DER) of a key that signs JWTs, from its PKCS#8.
pub(super) fn of_signing_key(authority: &Authority, name: &str, pkcs8: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
    let key = KeyPair::try_from(pkcs8)?;
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    hold(&mut params, -2, DAYS);
    Ok(params.signed_by(&key, authority.issuer())?.der().to_vec())
}

/// Makes a certificate hold from midnight UTC so many days from today until another: no client's clock is exact.
pub(super) fn hold(params: &mut CertificateParams, from_days: i64, to_days: i64) {
    let today = clock::wall().to_zoned(TimeZone::UTC).date();
    let midnight = |days: i64| {
        let date = today.checked_add(days.days()).expect("today and ten years are a date");
        rcgen::date_time_ymd(i32::from(date.year()), date.month().unsigned_abs(), date.day().unsigned_abs())
    };
    (params.not_before, params.not_after) = (midnight(from_days), midnight(to_days));
}

/// `true` if the certificate of an authority vouches for what this issuer signs.
pub(super) fn vouches(root: &CertificateDer<'_>, issuer: &Issuer<'_, KeyPair>) -> bool {
    let signed = || {
        let mut params = leaf(&["localhost".to_owned()]).ok()?;
        hold(&mut params, -1, 1);
        Some(params.signed_by(&KeyPair::generate().ok()?, issuer).ok()?.der().clone())
    };
    let verifier = || {
        let mut roots = RootCertStore::empty();
        roots.add(root.clone().into_owned()).ok()?;
        let provider = Arc::new(aws_lc_rs::default_provider());
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build().ok()
    };
    let (Some(signed), Some(verifier)) = (signed(), verifier()) else { return false };
    let name = ServerName::try_from("localhost").expect("it is a host name");
    let now = std::time::Duration::from_secs(u64::try_from(clock::wall().as_second()).unwrap_or(0));
    verifier.verify_server_cert(&signed, &[], &name, &[], UnixTime::since_unix_epoch(now)).is_ok()
}

fn leaf(names: &[String]) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "bank-sandbox");
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    Ok(params)
}

/// An authority between ours and a certificate. Nobody is shown its own: who signed it does not matter.
fn between() -> Result<Issuer<'static, KeyPair>, rcgen::Error> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "bank-sandbox intermediate authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    Ok(Issuer::new(params, KeyPair::generate()?))
}
