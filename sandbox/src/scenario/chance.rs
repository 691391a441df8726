//! `chance`: by a coin per call, or exactly so many calls of every block.
//!
//! A draw is a function of the seed, the rule, the key and the ordinal: other rules, other keys and the order in which
//! calls of other keys arrive never change it.

use bank_fixtures::document::Value;
use bank_fixtures::seed::Seed;

use crate::fault::{Odds, Share};

/// How often a rule fires among the calls it matches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Chance {
    /// Each call by itself.
    Bernoulli(Share),
    /// Exactly `share.hits` of every `share.of` calls of a key, in an order nobody can guess.
    Exact(Share),
}

/// The order of one block of an exact chance, kept so that each block is shuffled once.
#[derive(Debug, Clone)]
pub(super) struct Block {
    number: u64,
    places: Vec<u16>,
}

/// The longest block of an exact chance.
const LONGEST_BLOCK: u64 = 1_000;

impl Chance {
    /// `5%`, `5% exact`.
    pub(super) fn read(value: Value<'_>) -> Option<Chance> {
        const LEGAL: &str = "5%, 0.05 or 1 of 20; with `exact` after it, exactly that share of every block: 5% exact";
        let text = value.scalar()?;
        let (share, exact) = match text.strip_suffix("exact") {
            Some(rest) => (rest, true),
            None => (text, false),
        };
        let Some(share) = Share::parse(share) else {
            value.refuse(format!("`{text}` is not a chance"), LEGAL);
            return None;
        };
        if exact && share.of > LONGEST_BLOCK {
            let legal = format!("a share that is whole in a block of at most {LONGEST_BLOCK} calls: 0.1% exact");
            value.refuse(format!("`{text}` needs blocks of {} calls", share.of), legal);
            return None;
        }
        Some(if exact { Chance::Exact(share) } else { Chance::Bernoulli(share) })
    }

    /// What journals tell of it.
    pub(super) fn odds(self) -> Odds {
        match self {
            Chance::Bernoulli(share) => Odds { p: share.value(), block: None },
            Chance::Exact(share) => Odds { p: share.value(), block: Some(share.of) },
        }
    }

    /// Whether the `n`-th call (from 1) is hit, and the draw that says so. `seed` is the rule's and key's own.
    pub(super) fn hits(self, seed: Seed, n: u64, block: &mut Option<Block>) -> (bool, f64) {
        match self {
            Chance::Bernoulli(share) => {
                let draw = seed.at(n).unit();
                (draw < share.value(), draw)
            }
            Chance::Exact(share) => {
                let (number, place) = ((n - 1) / share.of, ((n - 1) % share.of) as usize);
                let fits = |block: &Block| block.number == number && block.places.len() as u64 == share.of;
                if !block.as_ref().is_some_and(fits) {
                    *block = Some(Block::new(seed.of("block").at(number), number, share.of));
                }
                let rank = block.as_ref().map_or(0, |block| u64::from(block.places[place]));
                (rank < share.hits, rank as f64 / share.of as f64)
            }
        }
    }
}

impl Block {
    /// A permutation of `0..length` (Fisher–Yates).
    fn new(seed: Seed, number: u64, length: u64) -> Block {
        let mut places: Vec<u16> = (0..length as u16).collect();
        let mut draws = seed.draws();
        for last in (1..places.len()).rev() {
            places.swap(last, draws.below(last as u64 + 1) as usize);
        }
        Block { number, places }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever the seed: every block of an exact chance has exactly its hits.
        #[test]
        fn exact_is_exact_in_every_block(seed in any::<u64>(), hits in 0u64..=20, of in 1u64..=200, blocks in 1u64..5) {
            let text = format!("{} of {of}", hits.min(of));
            let share = Share::parse(&text).unwrap();
            let (mut block, seed) = (None, Seed::new(seed));
            for number in 0..blocks {
                let calls = number * share.of + 1..=(number + 1) * share.of;
                let count = calls.filter(|n| Chance::Exact(share).hits(seed, *n, &mut block).0).count();
                prop_assert_eq!(count as u64, share.hits);
            }
        }

        /// A draw does not depend on which calls were asked before.
        #[test]
        fn draws_have_no_memory(seed in any::<u64>(), n in 1u64..500) {
            let share = Share::parse("12.5%").unwrap();
            for chance in [Chance::Exact(share), Chance::Bernoulli(share)] {
                let mut warm = None;
                for before in 1..n {
                    chance.hits(Seed::new(seed), before, &mut warm);
                }
                prop_assert_eq!(chance.hits(Seed::new(seed), n, &mut warm), chance.hits(Seed::new(seed), n, &mut None));
            }
        }
    }

    #[test]
    fn bernoulli_is_near_its_rate() {
        let share = Share::parse("5%").unwrap();
        let hits = (1..=20_000).filter(|n| Chance::Bernoulli(share).hits(Seed::new(3), *n, &mut None).0).count();
        assert!((880..1120).contains(&hits), "{hits}");
    }
}
