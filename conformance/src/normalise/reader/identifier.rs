//! Identifiers of accounts, people and organisations, with their check digits.

use bank_fixtures::identifier::{Iban, IdentifierError};

use super::Reader;
use crate::json::At;
use crate::normalise::WarningCode;
use crate::normalise::check_digits;
use crate::normalise::model::{Identifier, Scheme};

impl Reader<'_> {
    /// An identifier of an account in the scheme its member promises.
    pub(in crate::normalise) fn identifier(&mut self, at: &At<'_>, scheme: Scheme) -> Option<Identifier> {
        let text = self.fields.id(at)?;
        let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let plain = |scheme, value| Some(Identifier { scheme, value, valid: None });
        match scheme {
            Scheme::Iban => {
                let upper = compact.to_ascii_uppercase();
                let valid = match upper.parse::<Iban>() {
                    Ok(_) => true,
                    Err(IdentifierError::IbanChecksum(_)) => false,
                    Err(_) if is_masked(&upper) => {
                        self.warn(WarningCode::IdScheme, at, "a masked card number where an IBAN belongs");
                        return plain(Scheme::PanMasked, compact);
                    }
                    Err(_) if !looks_like_iban(&upper) => {
                        self.warn(WarningCode::IdScheme, at, "not an IBAN");
                        return plain(Scheme::Other, compact);
                    }
                    Err(_) => false,
                };
                if !valid {
                    self.warn(WarningCode::IdChecksum, at, format!("the check digits of `{upper}` are wrong"));
                }
                Some(Identifier { scheme, value: upper, valid: Some(valid) })
            }
            Scheme::Cpf | Scheme::Cnpj => {
                let bare: String = compact.chars().filter(char::is_ascii_alphanumeric).collect();
                let bare = bare.to_ascii_uppercase();
                let valid = if scheme == Scheme::Cpf { check_digits::cpf(&bare) } else { check_digits::cnpj(&bare) };
                if !bare.bytes().all(|byte| byte.is_ascii_digit()) {
                    self.warn(WarningCode::Schema, at, format!("`{compact}`, but the pattern says digits"));
                }
                if !valid {
                    self.warn(WarningCode::IdChecksum, at, format!("the check digits of `{compact}` are wrong"));
                }
                Some(Identifier { scheme, value: bare, valid: Some(valid) })
            }
            _ => plain(scheme, compact),
        }
    }
}

fn is_masked(text: &str) -> bool {
    let masks = text.chars().filter(|c| matches!(c, '*' | 'X' | '•')).count();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    masks >= 4 && masks + digits == text.chars().count()
}

fn looks_like_iban(text: &str) -> bool {
    let bytes = text.as_bytes();
    (15..=34).contains(&bytes.len())
        && bytes[..2].iter().all(u8::is_ascii_uppercase)
        && bytes[2..4].iter().all(u8::is_ascii_digit)
        && bytes.iter().all(u8::is_ascii_alphanumeric)
}
