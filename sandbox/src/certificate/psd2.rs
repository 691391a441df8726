//! Roles of payment service providers in qualified certificates (ETSI TS 119 495 5.1).

use std::fmt;
use std::str::FromStr;

use super::der::dotted;

/// A role of a payment service provider under PSD2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Psd2Role {
    /// Account servicing.
    Aspsp,
    /// Payment initiation.
    Pisp,
    /// Account information.
    Aisp,
    /// Issuing of card-based payment instruments.
    Cbpii,
}

/// Every role: the word in commands and software statements, the name and the last part of the object identifier in
/// certificates.
pub const PSD2_ROLES: &[(Psd2Role, &str, &str, u64)] = &[
    (Psd2Role::Aspsp, "ASPSP", "PSP_AS", 1),
    (Psd2Role::Pisp, "PISP", "PSP_PI", 2),
    (Psd2Role::Aisp, "AISP", "PSP_AI", 3),
    (Psd2Role::Cbpii, "CBPII", "PSP_IC", 4),
];

/// A text that names no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a role; legal are AISP, PISP, CBPII, ASPSP")]
pub struct UnknownPsd2Role(pub String);

/// id-etsi-psd2-qcStatement.
const STATEMENT: &[u64] = &[0, 4, 0, 19495, 2];
/// id-etsi-psd2-roles.
const ROLES: &[u64] = &[0, 4, 0, 19495, 1];
/// id-etsi-qct-web: a certificate for websites.
const FOR_WEBSITES: &[u64] = &[0, 4, 0, 1862, 1, 6, 3];
/// id-etsi-qct-eseal: a certificate for seals, which sign.
const FOR_SEALS: &[u64] = &[0, 4, 0, 1862, 1, 6, 2];
/// id-etsi-qcs-QcType.
const TYPE_STATEMENT: &[u64] = &[0, 4, 0, 1862, 1, 6];
/// id-pe-qcStatements.
pub(crate) const QC_STATEMENTS: &[u64] = &[1, 3, 6, 1, 5, 5, 7, 1, 3];

impl Psd2Role {
    /// The word in commands and software statements.
    pub fn name(self) -> &'static str {
        self.row().1
    }

    fn row(self) -> &'static (Psd2Role, &'static str, &'static str, u64) {
        PSD2_ROLES.iter().find(|row| row.0 == self).expect("every role has a row")
    }
}

impl fmt::Display for Psd2Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Psd2Role {
    type Err = UnknownPsd2Role;

    fn from_str(text: &str) -> Result<Psd2Role, UnknownPsd2Role> {
        let same =
            |row: &&(Psd2Role, &str, &str, u64)| row.1.eq_ignore_ascii_case(text) || row.2.eq_ignore_ascii_case(text);
        PSD2_ROLES.iter().find(same).map(|row| row.0).ok_or_else(|| UnknownPsd2Role(text.to_owned()))
    }
}

/// What a certificate is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum QcType {
    /// Transport (QWAC).
    Website,
    /// Signing (QSealC).
    Seal,
}

/// The content of a qcStatements extension with these roles and the authority that granted them.
pub(crate) fn statements(kind: QcType, roles: &[Psd2Role], authority: (&str, &str)) -> Vec<u8> {
    let oid = yasna::models::ObjectIdentifier::from_slice;
    yasna::construct_der(|writer| {
        writer.write_sequence(|writer| {
            writer.next().write_sequence(|writer| {
                writer.next().write_oid(&oid(TYPE_STATEMENT));
                writer.next().write_sequence(|writer| {
                    writer.next().write_oid(&oid(if kind == QcType::Seal { FOR_SEALS } else { FOR_WEBSITES }));
                });
            });
            writer.next().write_sequence(|writer| {
                writer.next().write_oid(&oid(STATEMENT));
                writer.next().write_sequence(|writer| {
                    writer.next().write_sequence(|writer| {
                        for role in roles {
                            let (_, _, name, last) = *role.row();
                            writer.next().write_sequence(|writer| {
                                writer.next().write_oid(&oid(&[ROLES, &[last]].concat()));
                                writer.next().write_utf8_string(name);
                            });
                        }
                    });
                    writer.next().write_utf8_string(authority.0);
                    writer.next().write_utf8_string(authority.1);
                });
            });
        });
    })
}

/// The roles a qcStatements extension grants; none if it cannot be read.
pub(super) fn roles(content: &[u8]) -> Vec<Psd2Role> {
    let statement = yasna::models::ObjectIdentifier::from_slice(STATEMENT);
    let read = yasna::parse_der(content, |reader| {
        reader.collect_sequence_of(|reader| {
            reader.read_sequence(|reader| {
                let kind = reader.next().read_oid()?;
                let info = reader.read_optional(|reader| reader.read_der())?;
                Ok((kind, info))
            })
        })
    });
    let found = read.unwrap_or_default().into_iter().find(|row| row.0 == statement).and_then(|row| row.1);
    found.and_then(|info| granted(&info).ok()).unwrap_or_default()
}

fn granted(info: &[u8]) -> yasna::ASN1Result<Vec<Psd2Role>> {
    let oids = yasna::parse_der(info, |reader| {
        reader.read_sequence(|reader| {
            let oids = reader.next().collect_sequence_of(|reader| {
                reader.read_sequence(|reader| {
                    let role = reader.next().read_oid()?;
                    reader.next().read_der()?;
                    Ok(dotted(&role))
                })
            })?;
            reader.next().read_der()?;
            reader.next().read_der()?;
            Ok(oids)
        })
    })?;
    let role = |oid: String| PSD2_ROLES.iter().find(|row| oid == format!("0.4.0.19495.1.{}", row.3)).map(|row| row.0);
    Ok(oids.into_iter().filter_map(role).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_read_back() {
        let some = [Psd2Role::Aisp, Psd2Role::Cbpii];
        let content = statements(QcType::Website, &some, ("Sandbox Conduct Authority", "GB-SCA"));
        assert_eq!(roles(&content), some);
        assert_eq!(roles(&content[1..]), []);
        assert_eq!("psp_ai".parse(), Ok(Psd2Role::Aisp));
        assert_eq!("nobody".parse::<Psd2Role>(), Err(UnknownPsd2Role("nobody".to_owned())));
    }
}
