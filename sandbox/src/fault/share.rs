//! Shares written as people do: `5%`, `0.05`, `1 of 20`. Exact fractions, so that a rate can be kept exactly.

use bank_fixtures::document::Value;

/// A share in `[0, 1]`, in lowest terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Share {
    /// Hits.
    pub(crate) hits: u64,
    /// Out of so many; at least 1.
    pub(crate) of: u64,
}

/// What is legal, for diagnostics.
pub(crate) const LEGAL: &str = "a share: 5%, 0.05 or 1 of 20, from 0 to 100%";

impl Share {
    pub(crate) fn parse(text: &str) -> Option<Share> {
        let text = text.trim();
        if let Some((hits, of)) = text.split_once(" of ") {
            return Share::of(hits.trim().parse().ok()?, of.trim().parse().ok()?);
        }
        let (number, scale) = text.strip_suffix('%').map_or((text, 1), |number| (number.trim_end(), 100));
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if !plain(whole)
            || !plain(fraction)
            || whole.len() > 3
            || fraction.len() > 9
            || whole.is_empty() && fraction.is_empty()
        {
            return None;
        }
        let digits: u64 = format!("{whole}{fraction}").parse().ok()?;
        Share::of(digits, scale * 10u64.pow(fraction.len() as u32))
    }

    fn of(hits: u64, of: u64) -> Option<Share> {
        if of == 0 || hits > of {
            return None;
        }
        let divisor = gcd(hits, of);
        Some(Share { hits: hits / divisor, of: of / divisor })
    }

    /// Reads a share, and records what is wrong with it.
    pub(crate) fn read(value: Value<'_>) -> Option<Share> {
        value.parse(LEGAL, |text| Share::parse(text).ok_or_else(|| format!("`{text}` is not a share")))
    }

    /// As a floating-point number.
    pub(crate) fn value(self) -> f64 {
        self.hits as f64 / self.of as f64
    }
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a.max(1) } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn shares_are_exact_fractions() {
        let share = |text| Share::parse(text).map(|share| (share.hits, share.of));
        assert_eq!(share("5%"), Some((1, 20)));
        assert_eq!(share("0.05"), Some((1, 20)));
        assert_eq!(share("1 of 20"), Some((1, 20)));
        assert_eq!(share("12.5 %"), Some((1, 8)));
        assert_eq!(share("100%"), Some((1, 1)));
        assert_eq!(share("0"), Some((0, 1)));
        assert_eq!(share(".5"), Some((1, 2)));
        for wrong in ["", "%", ".", "101%", "1.01", "-5%", "5 %%", "1 of 0", "2 of 1", "5e1", "99999999999"] {
            assert_eq!(share(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in ".{0,16}") {
            if let Some(share) = Share::parse(&text) {
                prop_assert!(share.hits <= share.of && (0.0..=1.0).contains(&share.value()));
            }
        }
    }
}
