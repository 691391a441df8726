//! The lies of an authorization server, and what each leaves a client to do, as far as the wire shows it.
//!
//! Owns our own reading of the standards: where they say MUST, a client stops; where they ask it to go on, it goes on;
//! where they leave a choice, both are right. Names are those of `docs/authorization-faults.md`; a test of the whole holds
//! both lists together.

/// One lie.
#[derive(Debug, PartialEq, Eq)]
pub struct Lie {
    /// Where it is told.
    pub point: &'static str,
    /// Its name there.
    pub name: &'static str,
    /// What is due.
    pub due: Due,
}

/// What a client has to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Use nothing of the answer.
    Stop,
    /// Go on as if nothing had been said.
    GoOn,
    /// Either.
    Either,
}

macro_rules! lies {
    ($($point:literal { $($due:ident: $($name:literal)*;)* })*) => {
        /// Every lie, point by point.
        pub static LIES: &[Lie] = &[$($($(Lie { point: $point, name: $name, due: Due::$due },)*)*)*];
    };
}

lies! {
    "discovery" {
        Stop: "near-miss-issuer" "other-issuer" "without" "foreign";
        Either: "moved" "http-endpoints" "without-pkce" "broken-signed-metadata" "stale" "huge";
    }
    "jwks" {
        Stop: "empty" "without-signing-key" "same-kid" "enc-key" "wrong-alg";
        GoOn: "twice";
        Either: "decoys" "without-kid" "oct-key" "huge";
    }
    "keys" { GoOn: "rotate" "replace"; }
    "par" {
        Stop: "without-request-uri";
        GoOn: "expires-at-once";
        Either: "unknown-request-uri" "http-request-uri";
    }
    "authorize" {
        Stop: "without-state" "altered-state" "doubled-state" "without-iss" "wrong-iss" "near-miss-iss" "doubled-iss"
              "doubled-code" "code-and-error" "without-code" "error" "in-fragment";
        Either: "foreign-code" "plain-instead-of-jarm";
    }
    "token" {
        Stop: "without-token-type" "token-type" "without-access-token" "without-id-token" "error-with-200";
        GoOn: "without-refresh-token" "widened-scope" "without-scope" "dpop-nonce" "padded-access-token";
        Either: "narrowed-scope" "expires_in" "without-details" "reduced-details" "enriched-details";
    }
    "access_token" { Either: "wrong-typ" "wrong-aud" "alg-none"; }
    "id_token" {
        Stop: "wrong-nonce" "without-nonce" "wrong-iss" "near-miss-iss" "wrong-aud" "several-aud" "without-sub" "expired"
              "without-exp" "without-iat";
        GoOn: "unknown-claims";
        Either: "wrong-azp" "other-sub" "from-the-future" "old-auth-time" "wrong-at-hash" "wrong-c-hash" "wrong-s-hash"
                "wrong-acr" "without-acr";
    }
    "jose" {
        Stop: "alg-none" "hs256-with-public-key" "wrong-alg" "unknown-kid" "decoy-key" "broken-signature" "der-signature"
              "embedded-key" "jku" "crit";
        Either: "without-kid" "wrong-typ";
    }
    "userinfo" { Either: "other-sub" "without-sub" "without-claims"; }
    "introspection" {
        Either: "stale-active" "inactive-early" "without-cnf" "other-cnf" "other-client" "wrong-aud";
    }
    "registration" { Either: "changed-metadata" "secret-expires" "without-client-id"; }
    "clock" { Either: "server" "signer"; }
    "certificate" { Either: "dropped"; }
    "ping" { Either: "late" "twice" "wrong-bearer" "never"; }
}

/// The lies a decision of the journal speaks of: `oauth { id_token: wrong-nonce }`.
pub fn told(effect: &str) -> impl Iterator<Item = &'static Lie> {
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    let mut words = effect.split(move |letter| !is_word(letter)).filter(|word| !word.is_empty());
    let mut point = "";
    // Words before belong to other faults of the same rule.
    let named = words.find(|word| *word == "oauth").is_some();
    let mut found = Vec::new();
    let mut words = words.filter(|_| named).peekable();
    while let Some(word) = words.next() {
        if let Some(lie) = LIES.iter().find(|lie| lie.point == point && lie.name == word) {
            // Said of a token that is shown as Bearer, this is the truth.
            let is_true =
                lie.name == "token-type" && words.peek().is_some_and(|kind| kind.eq_ignore_ascii_case("bearer"));
            found.extend((!is_true).then_some(lie));
        } else if let Some(lie) = LIES.iter().find(|lie| lie.point == word) {
            point = lie.point;
        }
    }
    found.into_iter()
}
