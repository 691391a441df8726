//! Many at once: of a hundred redemptions of one code or refresh token exactly one wins.

use super::bench::{Answer, Bench};
use crate::auth::{RefreshPolicy, Security, SecurityProfile};

const RIVALS: usize = 100;

fn race(bench: &Bench, attempt: impl Fn() -> Answer + Sync) -> Vec<Answer> {
    let answers = all_at_once(attempt);
    let losers = answers.iter().filter(|answer| answer.status != 200);
    assert!(losers.clone().all(|loser| loser.refusal() == "400 invalid_grant"));
    assert_eq!(losers.count(), RIVALS - 1, "N24");
    let winner = answers.iter().find(|answer| answer.status == 200).expect("one wins").json();
    assert!(!bench.accepts(winner["access_token"].as_str().expect("text")), "the losers' reuse revoked what it bought");
    answers
}

fn all_at_once(attempt: impl Fn() -> Answer + Sync) -> Vec<Answer> {
    let barrier = std::sync::Barrier::new(RIVALS);
    std::thread::scope(|scope| {
        let run = || {
            barrier.wait();
            attempt()
        };
        let rivals: Vec<_> = (0..RIVALS).map(|_| scope.spawn(run)).collect();
        rivals.into_iter().map(|rival| rival.join().expect("no rival panics")).collect()
    })
}

#[test]
fn one_code_is_redeemed_once() {
    let bench = Bench::automatic();
    let code = bench.code();
    race(&bench, || bench.redeem(&code, &[]));
}

#[test]
fn one_refresh_token_is_exchanged_once() {
    let bench = Bench::automatic();
    let tokens = bench.tokens();
    let token = tokens["refresh_token"].as_str().expect("text");
    race(&bench, || bench.refresh(token));
}

#[test]
fn every_policy_holds_when_a_hundred_come_at_once() {
    for (refresh, winners, lives) in [
        (RefreshPolicy::Rotate, 1, false),
        (RefreshPolicy::OneTime, 1, false),
        // A lost answer costs nothing: whoever comes again within a minute is served, and nothing dies of it.
        (RefreshPolicy::Grace, RIVALS, true),
        (RefreshPolicy::Keep, RIVALS, true),
    ] {
        let bench = Bench::of(Security { refresh, ..Security::of(SecurityProfile::Plain) }, None);
        let tokens = bench.tokens();
        let token = tokens["refresh_token"].as_str().expect("text");
        let answers = all_at_once(|| bench.refresh(token));
        let won: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
        assert_eq!(won.len(), winners, "{refresh:?}");
        for answer in won {
            let tokens = answer.json();
            assert_eq!(bench.accepts(tokens["access_token"].as_str().expect("text")), lives, "{refresh:?}");
            // What it bought besides lives and dies with it, where there is anything.
            let next = tokens["refresh_token"].as_str().map(|next| bench.refresh(next).status);
            assert_eq!(
                next,
                (refresh != RefreshPolicy::OneTime).then_some(if lives { 200 } else { 400 }),
                "{refresh:?}"
            );
        }
        let first = bench.accepts(tokens["access_token"].as_str().expect("text"));
        assert_eq!(first, lives, "the family dies, or nobody does: {refresh:?}");
    }
}

#[test]
fn two_benches_with_one_seed_hand_out_the_same_secrets() {
    let (one, two) = (Bench::automatic(), Bench::automatic());
    two.token(&[("grant_type", "client_credentials")]);
    let (mut one, mut two) = (one.tokens(), two.tokens());
    // Signatures are random by nature (ECDSA), and the second bench has used up one access token.
    one["id_token"].take();
    two["id_token"].take();
    assert_ne!(one["access_token"].take(), two["access_token"].take());
    assert_eq!(one, two);
}
