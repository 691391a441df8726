//! The parts of a certificate that matter here, read from DER (RFC 5280 4.1).

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use yasna::models::{ObjectIdentifier, TaggedDerValue};
use yasna::{ASN1Error, ASN1ErrorKind, ASN1Result, BERReader, BERReaderSeq, Tag, TagClass};

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) issuer: Vec<Vec<Attribute>>,
    pub(super) subject: Vec<Vec<Attribute>>,
    pub(super) not_before: Timestamp,
    pub(super) not_after: Timestamp,
    /// SubjectPublicKeyInfo.
    pub(super) public_key: Vec<u8>,
    /// Object identifier in dots, and content.
    pub(super) extensions: Vec<(String, Vec<u8>)>,
}

/// Type in dots, and value, of an attribute of a name.
pub(super) type Attribute = (String, TaggedDerValue);

/// A general name (RFC 5280 4.2.1.6), by its tag and raw content.
pub(super) type GeneralName = (u64, Vec<u8>);

/// Key types of SubjectPublicKeyInfo.
pub(super) const RSA: &str = "1.2.840.113549.1.1.1";
pub(super) const EC: &str = "1.2.840.10045.2.1";
pub(super) const ED25519: &str = "1.3.101.112";

const MAX_BYTES: usize = 64 * 1024;

/// Reads a certificate; its signature is not looked at.
pub(super) fn certificate(der: &[u8]) -> ASN1Result<Parts> {
    if der.len() > MAX_BYTES {
        return Err(invalid());
    }
    yasna::parse_der(der, |reader| {
        reader.read_sequence(|reader| {
            let parts = reader.next().read_sequence(to_be_signed)?;
            reader.next().read_der()?;
            reader.next().read_der()?;
            Ok(parts)
        })
    })
}

fn to_be_signed(reader: &mut BERReaderSeq<'_, '_>) -> ASN1Result<Parts> {
    reader.read_optional(|reader| reader.read_tagged(Tag::context(0), |reader| reader.read_u8()))?;
    for _serial_and_algorithm in 0..2 {
        reader.next().read_der()?;
    }
    let issuer = name(reader.next())?;
    let (not_before, not_after) =
        reader.next().read_sequence(|reader| Ok((time(reader.next())?, time(reader.next())?)))?;
    let subject = name(reader.next())?;
    let public_key = reader.next().read_der()?;
    for unique_id in 1..=2 {
        reader.read_optional(|reader| match reader.lookahead_tag()? {
            tag if tag == Tag::context(unique_id) => reader.read_der(),
            _ => Err(invalid()),
        })?;
    }
    let extensions = reader
        .read_optional(|reader| reader.read_tagged(Tag::context(3), |reader| reader.collect_sequence_of(extension)))?;
    let extensions = extensions.unwrap_or_default();
    Ok(Parts { issuer, subject, not_before, not_after, public_key, extensions })
}

fn extension(reader: BERReader<'_, '_>) -> ASN1Result<(String, Vec<u8>)> {
    reader.read_sequence(|reader| {
        let kind = dotted(&reader.next().read_oid()?);
        reader.read_default(false, |reader| reader.read_bool())?;
        Ok((kind, reader.next().read_bytes()?))
    })
}

fn name(reader: BERReader<'_, '_>) -> ASN1Result<Vec<Vec<Attribute>>> {
    reader.collect_sequence_of(|reader| {
        reader.collect_set_of(|reader| {
            reader.read_sequence(|reader| {
                let kind = dotted(&reader.next().read_oid()?);
                Ok((kind, reader.next().read_tagged_der()?))
            })
        })
    })
}

/// UTCTime or GeneralizedTime (RFC 5280 4.1.2.5).
fn time(reader: BERReader<'_, '_>) -> ASN1Result<Timestamp> {
    let value = reader.read_tagged_der()?;
    let text = std::str::from_utf8(value.value()).map_err(|_| invalid())?;
    let digits = text.strip_suffix('Z').ok_or_else(invalid)?;
    let whole = match (value.tag(), digits.len()) {
        (tag, 12) if tag == yasna::tags::TAG_UTCTIME => {
            format!("{}{digits}", if digits < "50" { "20" } else { "19" })
        }
        (tag, 14) if tag == yasna::tags::TAG_GENERALIZEDTIME => digits.to_owned(),
        _ => return Err(invalid()),
    };
    let read = DateTime::strptime("%Y%m%d%H%M%S", &whole).and_then(|at| at.to_zoned(TimeZone::UTC));
    read.map(|at| at.timestamp()).map_err(|_| invalid())
}

/// The names of a subjectAltName extension.
pub(super) fn general_names(der: &[u8]) -> ASN1Result<Vec<GeneralName>> {
    yasna::parse_der(der, |reader| {
        reader.collect_sequence_of(|reader| {
            let value = reader.read_tagged_der()?;
            let tag = value.tag();
            let context = tag.tag_class == TagClass::ContextSpecific;
            if context { Ok((tag.tag_number, value.value().to_vec())) } else { Err(invalid()) }
        })
    })
}

/// Key type and key of a SubjectPublicKeyInfo.
pub(super) fn public_key(der: &[u8]) -> ASN1Result<(String, Vec<u8>)> {
    yasna::parse_der(der, |reader| {
        reader.read_sequence(|reader| {
            let kind = reader.next().read_sequence(|reader| {
                let kind = reader.next().read_oid()?;
                reader.read_optional(|reader| reader.read_der())?;
                Ok(kind)
            })?;
            let (key, _) = reader.next().read_bitvec_bytes()?;
            Ok((dotted(&kind), key))
        })
    })
}

/// Modulus and exponent of an RSA key (RFC 8017 A.1.1), without leading zeros.
pub(super) fn rsa_key(der: &[u8]) -> ASN1Result<(Vec<u8>, Vec<u8>)> {
    yasna::parse_der(der, |reader| {
        reader.read_sequence(|reader| {
            let (modulus, _) = reader.next().read_bigint_bytes()?;
            let (exponent, _) = reader.next().read_bigint_bytes()?;
            Ok((unpadded(modulus), unpadded(exponent)))
        })
    })
}

pub(super) fn unpadded(bytes: Vec<u8>) -> Vec<u8> {
    bytes.iter().position(|byte| *byte != 0).map_or_else(Vec::new, |first| bytes[first..].to_vec())
}

/// An object identifier in dots.
pub(super) fn dotted(oid: &ObjectIdentifier) -> String {
    oid.components().iter().map(u64::to_string).collect::<Vec<_>>().join(".")
}

/// The text of a string type (RFC 5280 4.1.2.4); `None` for anything else.
pub(super) fn text(value: &TaggedDerValue) -> Option<String> {
    use yasna::tags::{TAG_BMPSTRING, TAG_IA5STRING, TAG_NUMERICSTRING, TAG_PRINTABLESTRING, TAG_UTF8STRING};
    const TAG_T61STRING: u64 = 20;
    let bytes = value.value();
    match value.tag() {
        TAG_UTF8STRING | TAG_PRINTABLESTRING | TAG_IA5STRING | TAG_NUMERICSTRING => {
            std::str::from_utf8(bytes).ok().map(str::to_owned)
        }
        TAG_BMPSTRING => {
            let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
            String::from_utf16(&units).ok()
        }
        // In practice it holds Latin-1.
        tag if tag.tag_class == TagClass::Universal && tag.tag_number == TAG_T61STRING => {
            Some(bytes.iter().map(|byte| char::from(*byte)).collect())
        }
        _ => None,
    }
}

pub(super) fn invalid() -> ASN1Error {
    ASN1Error::new(ASN1ErrorKind::Invalid)
}
