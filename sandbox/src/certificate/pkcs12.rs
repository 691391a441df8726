//! A key with its certificate in one file under a password (PKCS#12, RFC 7292).
//!
//! Owns the format alone: PBES2 with PBKDF2-HMAC-SHA-256 and AES-256-CBC around the key, HMAC-SHA-256 around the whole, as
//! OpenSSL 3 writes it. Certificates are no secret and lie open in it.

use std::num::NonZeroU32;

use aws_lc_rs::cipher::{AES_256, EncryptionContext, PaddedBlockEncryptingKey, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::{digest, hmac, pbkdf2};
use yasna::models::ObjectIdentifier;
use yasna::{DERWriter, Tag};

/// What goes into the file.
pub(crate) struct Contents<'a> {
    /// The name programs show.
    pub(crate) name: &'a str,
    /// PKCS#8.
    pub(crate) key: &'a [u8],
    /// DER; the key's own certificate first.
    pub(crate) chain: &'a [&'a [u8]],
}

const ITERATIONS: u32 = 2048;
const DATA: &[u64] = &[1, 2, 840, 113_549, 1, 7, 1];
const CERTIFICATE_BAG: &[u64] = &[1, 2, 840, 113_549, 1, 12, 10, 1, 3];
const SHROUDED_KEY_BAG: &[u64] = &[1, 2, 840, 113_549, 1, 12, 10, 1, 2];
const X509_CERTIFICATE: &[u64] = &[1, 2, 840, 113_549, 1, 9, 22, 1];
const FRIENDLY_NAME: &[u64] = &[1, 2, 840, 113_549, 1, 9, 20];
const LOCAL_KEY_ID: &[u64] = &[1, 2, 840, 113_549, 1, 9, 21];
const PBES2: &[u64] = &[1, 2, 840, 113_549, 1, 5, 13];
const PBKDF2: &[u64] = &[1, 2, 840, 113_549, 1, 5, 12];
const HMAC_SHA256: &[u64] = &[1, 2, 840, 113_549, 2, 9];
const AES256_CBC: &[u64] = &[2, 16, 840, 1, 101, 3, 4, 1, 42];
const SHA256: &[u64] = &[2, 16, 840, 1, 101, 3, 4, 2, 1];

/// The file's bytes.
pub(crate) fn write(contents: &Contents<'_>, password: &str) -> Vec<u8> {
    let own = contents.chain.first().copied().unwrap_or_default();
    let key_id = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, own);
    let attributes = |writer: DERWriter<'_>| attributes(writer, contents.name, key_id.as_ref());
    let certificates = yasna::construct_der(|writer| {
        writer.write_sequence(|writer| {
            for (place, certificate) in contents.chain.iter().enumerate() {
                writer.next().write_sequence(|writer| {
                    writer.next().write_oid(&oid(CERTIFICATE_BAG));
                    writer.next().write_tagged(Tag::context(0), |writer| {
                        writer.write_sequence(|writer| {
                            writer.next().write_oid(&oid(X509_CERTIFICATE));
                            writer.next().write_tagged(Tag::context(0), |writer| writer.write_bytes(certificate));
                        });
                    });
                    if place == 0 {
                        attributes(writer.next());
                    }
                });
            }
        });
    });
    let key = yasna::construct_der(|writer| {
        writer.write_sequence(|writer| {
            writer.next().write_sequence(|writer| {
                writer.next().write_oid(&oid(SHROUDED_KEY_BAG));
                writer.next().write_tagged(Tag::context(0), |writer| shrouded(writer, contents.key, password));
                attributes(writer.next());
            });
        });
    });
    let safe = yasna::construct_der(|writer| {
        writer.write_sequence(|writer| {
            data(writer.next(), &certificates);
            data(writer.next(), &key);
        });
    });
    let salt = salt(contents.key, b"mac");
    let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &mac_key(password, &salt)), &safe);
    yasna::construct_der(|writer| {
        writer.write_sequence(|writer| {
            writer.next().write_u8(3);
            data(writer.next(), &safe);
            writer.next().write_sequence(|writer| {
                writer.next().write_sequence(|writer| {
                    algorithm(writer.next(), SHA256);
                    writer.next().write_bytes(mac.as_ref());
                });
                writer.next().write_bytes(&salt);
                writer.next().write_u32(ITERATIONS);
            });
        });
    })
}

fn oid(components: &[u64]) -> ObjectIdentifier {
    ObjectIdentifier::from_slice(components)
}

/// An algorithm whose parameters are NULL.
fn algorithm(writer: DERWriter<'_>, components: &[u64]) {
    writer.write_sequence(|writer| {
        writer.next().write_oid(&oid(components));
        writer.next().write_null();
    });
}

fn data(writer: DERWriter<'_>, content: &[u8]) {
    writer.write_sequence(|writer| {
        writer.next().write_oid(&oid(DATA));
        writer.next().write_tagged(Tag::context(0), |writer| writer.write_bytes(content));
    });
}

fn attributes(writer: DERWriter<'_>, name: &str, key_id: &[u8]) {
    writer.write_set(|writer| {
        writer.next().write_sequence(|writer| {
            writer.next().write_oid(&oid(FRIENDLY_NAME));
            writer.next().write_set(|writer| writer.next().write_bmp_string(name));
        });
        writer.next().write_sequence(|writer| {
            writer.next().write_oid(&oid(LOCAL_KEY_ID));
            writer.next().write_set(|writer| writer.next().write_bytes(key_id));
        });
    });
}

/// EncryptedPrivateKeyInfo (RFC 5958 3) with PBES2 (RFC 8018 6.2).
fn shrouded(writer: DERWriter<'_>, key: &[u8], password: &str) {
    let (salt, iv) = (salt(key, b"salt"), salt(key, b"iv"));
    let mut secret = [0; 32];
    let iterations = NonZeroU32::new(ITERATIONS).expect("it is not zero");
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, iterations, &salt, password.as_bytes(), &mut secret);
    let cipher = UnboundCipherKey::new(&AES_256, &secret).and_then(PaddedBlockEncryptingKey::cbc_pkcs7);
    let mut bytes = key.to_vec();
    let context = EncryptionContext::Iv128(FixedLength::from(iv));
    let sealed = cipher.and_then(|cipher| cipher.less_safe_encrypt(&mut bytes, context));
    sealed.expect("AES-256-CBC takes 32 bytes of key, 16 of vector and any content");
    writer.write_sequence(|writer| {
        writer.next().write_sequence(|writer| {
            writer.next().write_oid(&oid(PBES2));
            writer.next().write_sequence(|writer| {
                writer.next().write_sequence(|writer| {
                    writer.next().write_oid(&oid(PBKDF2));
                    writer.next().write_sequence(|writer| {
                        writer.next().write_bytes(&salt);
                        writer.next().write_u32(ITERATIONS);
                        algorithm(writer.next(), HMAC_SHA256);
                    });
                });
                writer.next().write_sequence(|writer| {
                    writer.next().write_oid(&oid(AES256_CBC));
                    writer.next().write_bytes(&iv);
                });
            });
        });
        writer.next().write_bytes(&bytes);
    });
}

/// Sixteen bytes that differ for every key and use: a key is random already.
fn salt(key: &[u8], label: &[u8]) -> [u8; 16] {
    let whole = digest::digest(&digest::SHA256, &[key, label].concat());
    whole.as_ref()[..16].try_into().expect("SHA-256 has more than 16 bytes")
}

/// The key of the MAC (RFC 7292 B.2, with its identifier 3): one block is as long as the key.
fn mac_key(password: &str, salt: &[u8]) -> Vec<u8> {
    const BLOCK: usize = 64;
    let mut text: Vec<u8> = password.encode_utf16().flat_map(u16::to_be_bytes).collect();
    text.extend([0, 0]);
    let filled =
        |bytes: &[u8]| -> Vec<u8> { bytes.iter().copied().cycle().take(bytes.len().div_ceil(BLOCK) * BLOCK).collect() };
    let mut block = [vec![3; BLOCK], filled(salt), filled(&text)].concat();
    for _ in 0..ITERATIONS {
        block = digest::digest(&digest::SHA256, &block).as_ref().to_vec();
    }
    block
}
