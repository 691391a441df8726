//! Nonces for DPoP proofs (RFC 9449 8, 9): what a client must put into its next proof.
//!
//! A nonce is a keyed hash of the minute, so nothing is kept and a world with one seed hands out the same ones; the one of
//! the minute before is still taken. Where each is good for one proof, they are counted and the used ones remembered.

use std::time::Duration;

use jiff::Timestamp;

use crate::auth::grant::after;
use crate::auth::mint::{Kind, Mint, same_secret};
use crate::auth::replay::Replays;
use crate::auth::security::NoncePolicy;

/// Where a proof is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// At the authorization server.
    Server,
    /// At a resource.
    Resource,
}

/// The nonces of one issuer.
#[derive(Debug, Default)]
pub(crate) struct Nonces {
    /// Those that were given out for one use and not used yet.
    given: Replays,
}

const MINUTE: i64 = 60;
const SINGLE_USE_LIFETIME: Duration = Duration::from_secs(300);

impl Nonces {
    pub(crate) fn fork(&self) -> Nonces {
        Nonces { given: self.given.fork() }
    }

    /// The nonce for the next proof; `None` where none is asked for.
    pub(crate) fn next(&self, policy: NoncePolicy, place: Place, mint: &Mint, now: Timestamp) -> Option<String> {
        if !asks(policy, place) {
            return None;
        }
        if policy == NoncePolicy::Single {
            let nonce = mint.next(Kind::Nonce, owner(place));
            self.given.first_time(owner(place), &nonce, after(now, SINGLE_USE_LIFETIME), now);
            return Some(nonce);
        }
        Some(of_minute(mint, place, now, 0))
    }

    /// `true` if a proof with this nonce is taken; a nonce that is good once is used up by it.
    pub(crate) fn takes(
        &self,
        policy: NoncePolicy,
        (place, nonce): (Place, Option<&str>),
        mint: &Mint,
        now: Timestamp,
    ) -> bool {
        match (asks(policy, place), nonce) {
            (false, _) => true,
            (true, None) => false,
            (true, Some(nonce)) if policy == NoncePolicy::Single => self.given.forget(owner(place), nonce),
            (true, Some(nonce)) => (0..=1).any(|ago| same_secret(&of_minute(mint, place, now, ago), nonce)),
        }
    }
}

/// `true` if proofs at this place need a nonce.
pub(crate) fn asks(policy: NoncePolicy, place: Place) -> bool {
    match policy {
        NoncePolicy::Never => false,
        NoncePolicy::Server => place == Place::Server,
        NoncePolicy::Resource => place == Place::Resource,
        NoncePolicy::Both | NoncePolicy::Single => true,
    }
}

fn owner(place: Place) -> &'static str {
    match place {
        Place::Server => "server",
        Place::Resource => "resource",
    }
}

fn of_minute(mint: &Mint, place: Place, now: Timestamp, ago: i64) -> String {
    mint.text(Kind::Nonce, owner(place), (now.as_second().div_euclid(MINUTE) - ago) as u64)
}

#[cfg(test)]
mod tests {
    use bank_fixtures::seed::Seed;

    use super::*;

    #[test]
    fn a_nonce_is_of_its_place_and_its_minute() {
        let (nonces, mint) = (Nonces::default(), Mint::new(Seed::new(1)));
        let at = |second| Timestamp::from_second(second).expect("in range");
        let nonce = nonces.next(NoncePolicy::Both, Place::Server, &mint, at(600)).expect("asked for");
        let takes = |place, second| nonces.takes(NoncePolicy::Both, (place, Some(&nonce)), &mint, at(second));
        assert!(takes(Place::Server, 600) && takes(Place::Server, 719) && takes(Place::Server, 719));
        assert!(!takes(Place::Resource, 600) && !takes(Place::Server, 720));
        assert!(nonces.next(NoncePolicy::Server, Place::Resource, &mint, at(0)).is_none());
        assert!(nonces.takes(NoncePolicy::Never, (Place::Server, None), &mint, at(0)));
    }

    #[test]
    fn a_single_use_nonce_is_taken_once() {
        let (nonces, mint) = (Nonces::default(), Mint::new(Seed::new(1)));
        let now = Timestamp::from_second(600).expect("in range");
        let nonce = nonces.next(NoncePolicy::Single, Place::Server, &mint, now).expect("asked for");
        let takes = |nonce: &str| nonces.takes(NoncePolicy::Single, (Place::Server, Some(nonce)), &mint, now);
        assert!(takes(&nonce) && !takes(&nonce) && !takes("made up"));
    }
}
