//! Check digits that the plain identifiers of `fixtures` do not know: creditor references and Brazilian tax numbers.
//!
//! Owns the arithmetic. Knows nothing of documents.

/// ISO 11649: `RF`, two check digits, up to 21 characters (ISO 7064 MOD 97-10).
pub(super) fn creditor_reference(text: &str) -> Option<bool> {
    let compact: String = text.chars().filter(|c| *c != ' ').map(|c| c.to_ascii_uppercase()).collect();
    let well_formed = compact.starts_with("RF")
        && (5..=25).contains(&compact.len())
        && compact.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && compact[2..4].bytes().all(|byte| byte.is_ascii_digit());
    if !well_formed {
        return None;
    }
    let turned = format!("{}{}", &compact[4..], &compact[..4]);
    let rest = turned.chars().filter_map(|c| c.to_digit(36)).fold(0, |rest, digit| {
        let shift = if digit > 9 { 100 } else { 10 };
        (rest * shift + digit) % 97
    });
    Some(rest == 1)
}

/// Brazilian number of a person: nine digits and two that check them.
pub(super) fn cpf(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    if digits.len() != 11 || text.len() != 11 || digits.iter().all(|digit| *digit == digits[0]) {
        return false;
    }
    (9..11).all(|count| {
        let sum: u32 = digits[..count].iter().zip((2..=count as u32 + 1).rev()).map(|(d, weight)| d * weight).sum();
        digits[count] == (sum * 10) % 11 % 10
    })
}

/// Brazilian number of an organisation: twelve digits or capital letters and two digits that check them.
pub(super) fn cnpj(text: &str) -> bool {
    let well_formed = text.len() == 14
        && text.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
        && text[12..].bytes().all(|byte| byte.is_ascii_digit());
    if !well_formed {
        return false;
    }
    let values: Vec<u32> = text.bytes().map(|byte| u32::from(byte) - 48).collect();
    (12..14).all(|count| {
        let sum: u32 = values[..count].iter().rev().zip((2..=9).cycle()).map(|(value, weight)| value * weight).sum();
        let rest = sum % 11;
        values[count] == if rest < 2 { 0 } else { 11 - rest }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_examples() {
        assert_eq!(creditor_reference("RF18 5390 0754 7034"), Some(true));
        assert_eq!(creditor_reference("RF18539007547035"), Some(false));
        assert_eq!(creditor_reference("INV-1"), None);
        assert!(cpf("52998224725") && !cpf("52998224724") && !cpf("11111111111"));
        assert!(cnpj("12ABC34501DE35") && cnpj("11222333000181") && !cnpj("11222333000180"));
    }
}
