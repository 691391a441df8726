//! OCSP responses (RFC 6960) that are stapled to a handshake: what an authority says of a certificate, good or bad.
//!
//! Owns their few structures of DER. A response is signed with the authority's own key, as RFC 6960 4.2.2.2 permits; who
//! asks for one and what a client makes of it is not known here.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, SigningKey};
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

use super::authority::Authority;
use crate::clock;
use crate::fault::TlsFlaw;

/// The status `good`: nothing, under the tag [0].
const GOOD: u8 = 0x80;
const CONTEXT_0: u8 = 0xa0;
const CONTEXT_1: u8 = 0xa1;
const CONTEXT_2: u8 = 0xa2;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OBJECT_ID: u8 = 0x06;
const ENUMERATED: u8 = 0x0a;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;

/// AlgorithmIdentifier of SHA-1, by which OCSP names issuers: no signature depends on it.
const SHA1: &[u8] = &[0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00];
/// AlgorithmIdentifier `ecdsa-with-SHA256`.
const ECDSA_SHA256: &[u8] = &[0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
/// AlgorithmIdentifier `sha256WithRSAEncryption`.
const RSA_SHA256: &[u8] = &[0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b, 0x05, 0x00];
/// `id-pkix-ocsp-basic`.
const OCSP_BASIC: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01];

/// What is stapled to a certificate; nothing unless the flaw is one of these. The authority of a folder may have a key that
/// OCSP has no short word for: then nothing is stapled either.
pub(super) fn response(authority: &Authority, leaf: &CertificateDer<'_>, flaw: Option<TlsFlaw>) -> Option<Vec<u8>> {
    let day = SignedDuration::from_hours(24);
    let now = clock::wall();
    let (revoked, produced, until) = match flaw? {
        TlsFlaw::StapledRevoked => (Some(now - day), now - SignedDuration::from_hours(1), now + day),
        TlsFlaw::StapledExpired => (None, now - day * 8, now - day),
        _ => return None,
    };
    let root = CertificateDer::from_pem_slice(authority.pem().as_bytes()).ok()?;
    signed(authority.issuer().key(), &root, leaf, (revoked, produced, until))
}

type Times = (Option<Timestamp>, Timestamp, Timestamp);

fn signed(key: &KeyPair, root: &[u8], leaf: &[u8], (revoked, produced, until): Times) -> Option<Vec<u8>> {
    let algorithm = match key.algorithm() {
        known if known == &PKCS_ECDSA_P256_SHA256 => ECDSA_SHA256,
        known if known == &PKCS_RSA_SHA256 => RSA_SHA256,
        _ => return None,
    };
    let root = fields(root)?;
    let (subject, key_bits) = (root.get(4)?, children(content(root.get(5)?)?)?.get(1).copied()?);
    // A bit string begins with how many bits of its last byte are not used: none.
    let key_hash = sha1(content(key_bits)?.get(1..)?);
    let serial = fields(leaf)?.first().copied()?;
    let certificate = [SHA1, &octets(&sha1(subject)), &octets(&key_hash), serial].concat();
    let status = match revoked {
        None => vec![GOOD, 0],
        Some(at) => tlv(CONTEXT_1, &time(at)),
    };
    let single = [tlv(SEQUENCE, &certificate), status, time(produced), tlv(CONTEXT_0, &time(until))];
    let responses = tlv(SEQUENCE, &tlv(SEQUENCE, &single.concat()));
    let data = tlv(SEQUENCE, &[tlv(CONTEXT_2, &octets(&key_hash)), time(produced), responses].concat());
    let signature = [&[0][..], &key.sign(&data).ok()?].concat();
    let basic = tlv(SEQUENCE, &[&data[..], algorithm, &tlv(BIT_STRING, &signature)].concat());
    let bytes = tlv(SEQUENCE, &[tlv(OBJECT_ID, OCSP_BASIC), octets(&basic)].concat());
    Some(tlv(SEQUENCE, &[tlv(ENUMERATED, &[0]), tlv(CONTEXT_0, &bytes)].concat()))
}

/// The fields of a certificate's signed part from the serial number on.
fn fields(certificate: &[u8]) -> Option<Vec<&[u8]>> {
    let signed = children(content(certificate)?)?.first().copied()?;
    let mut fields = children(content(signed)?)?;
    // Version 1 has no version.
    if fields.first()?.first() != Some(&INTEGER) {
        fields.remove(0);
    }
    Some(fields)
}

/// The elements one after the other, each with its head.
fn children(mut bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let (head, length) = head(bytes)?;
        found.push(bytes.get(..head + length)?);
        bytes = &bytes[head + length..];
    }
    Some(found)
}

fn content(element: &[u8]) -> Option<&[u8]> {
    let (head, length) = head(element)?;
    element.get(head..head + length)
}

/// Bytes of the head of an element, and of what follows it.
fn head(element: &[u8]) -> Option<(usize, usize)> {
    let first = usize::from(*element.get(1)?);
    if first < 0x80 {
        return Some((2, first));
    }
    let long = element.get(2..2 + (first & 0x7f))?;
    let length = long.iter().try_fold(0usize, |sum, byte| Some(sum.checked_mul(256)? + usize::from(*byte)))?;
    Some((2 + long.len(), length))
}

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut bytes = vec![tag];
    match u8::try_from(length) {
        Ok(short @ ..0x80) => bytes.push(short),
        Ok(long) => bytes.extend([0x81, long]),
        Err(_) => {
            let [.., high, low] = length.to_be_bytes();
            bytes.extend([0x82, high, low]);
        }
    }
    bytes.extend_from_slice(content);
    bytes
}

fn octets(content: &[u8]) -> Vec<u8> {
    tlv(OCTET_STRING, content)
}

fn sha1(bytes: &[u8]) -> Vec<u8> {
    digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref().to_vec()
}

fn time(at: Timestamp) -> Vec<u8> {
    let text = at.to_zoned(TimeZone::UTC).strftime("%Y%m%d%H%M%SZ").to_string();
    tlv(GENERALIZED_TIME, text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_written_as_they_are_read() {
        for length in [0, 1, 127, 128, 255, 256, 5_000] {
            let element = tlv(OCTET_STRING, &vec![7; length]);
            assert_eq!(content(&element).unwrap().len(), length);
            assert_eq!(children(&[element.clone(), element].concat()).unwrap().len(), 2);
        }
        assert_eq!(head(&[0x30]), None);
        assert_eq!(children(&[0x30, 0x05, 0x00]), None);
        assert_eq!(content(&[0x30, 0x89, 1, 1, 1, 1, 1, 1, 1, 1, 1]), None);
    }
}
