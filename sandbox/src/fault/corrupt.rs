//! Bits and bytes that changed on the way.

use bank_fixtures::seed::Seed;
use bytes::Bytes;

use super::prelude::*;

/// The row of the catalogue.
pub(super) const FAULT: Fault = Fault {
    slug: "corrupt",
    layer: Layer::Body,
    stages: &[Stage::Send],
    about: "bits of the body are flipped, or bytes replaced by random ones, at places drawn from the seed; length and headers stay",
    legal: "how many: 3 bits, 64 bytes",
    example: "corrupt: 3 bits",
    compile,
};

/// How much of a body changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Corrupt {
    /// So many bits are flipped.
    Bits(u32),
    /// So many bytes become others.
    Bytes(u32),
}

const MOST: u32 = 1 << 20;

fn compile(value: Value<'_>) -> Option<Arc<dyn Effect>> {
    let read = |text: &str| parse(text).ok_or_else(|| format!("`{text}` is not a number of bits or bytes"));
    Some(Arc::new(value.parse(FAULT.legal, read)?))
}

fn parse(text: &str) -> Option<Corrupt> {
    let (count, unit) = text.trim().split_once(' ')?;
    let count = count.parse().ok().filter(|count| (1..=MOST).contains(count))?;
    match unit.trim() {
        "bit" | "bits" => Some(Corrupt::Bits(count)),
        "byte" | "bytes" => Some(Corrupt::Bytes(count)),
        _ => None,
    }
}

impl Effect for Corrupt {
    fn apply(&self, moment: &Moment<'_>, plan: &mut Plan) {
        plan.rewrites.push(Rewrite::Corrupt(*self, moment.chance.of("corrupt")));
    }
}

impl Corrupt {
    /// The body, changed at places drawn from `chance`; each place once while there are enough of them.
    pub(super) fn of(self, body: &Bytes, chance: Seed) -> Bytes {
        let (mut bytes, mut draws) = (body.to_vec(), chance.draws());
        let (places, wanted) = match self {
            Corrupt::Bits(count) => (bytes.len() * 8, count as usize),
            Corrupt::Bytes(count) => (bytes.len(), count as usize),
        };
        let mut taken = std::collections::HashSet::new();
        while taken.len() < wanted.min(places) {
            let place = draws.below(places as u64) as usize;
            if !taken.insert(place) {
                continue;
            }
            match self {
                Corrupt::Bits(_) => bytes[place / 8] ^= 1 << (place % 8),
                // Never the byte that was there.
                Corrupt::Bytes(_) => bytes[place] ^= draws.below(255) as u8 + 1,
            }
        }
        Bytes::from(bytes)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn exactly_so_much_changes(body in proptest::collection::vec(any::<u8>(), 0..80), count in 1u32..40, seed in any::<u64>()) {
            let body = Bytes::from(body);
            let differing = |other: &Bytes| body.iter().zip(other).filter(|(a, b)| a != b).count();
            let bits = Corrupt::Bits(count).of(&body, Seed::new(seed));
            let flipped: u32 = body.iter().zip(&bits).map(|(a, b)| (a ^ b).count_ones()).sum();
            prop_assert_eq!(flipped, count.min(body.len() as u32 * 8));
            let bytes = Corrupt::Bytes(count).of(&body, Seed::new(seed));
            prop_assert_eq!(bytes.len(), body.len());
            prop_assert_eq!(differing(&bytes), (count as usize).min(body.len()));
            prop_assert_eq!(Corrupt::Bytes(count).of(&body, Seed::new(seed)), bytes);
        }

        #[test]
        fn any_text_is_answered(text in ".{0,12}") {
            let _ = parse(&text);
        }
    }

    #[test]
    fn a_number_and_a_unit_are_needed() {
        assert_eq!(parse("1 bit"), Some(Corrupt::Bits(1)));
        assert_eq!(parse("64 bytes"), Some(Corrupt::Bytes(64)));
        for wrong in ["", "3", "0 bits", "bits", "3 nibbles", "-1 bits", "99999999 bytes"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
