//! Lies in header and signature of what the bank signs (RFC 7515, RFC 8725).

use serde_json::json;

use super::json::set;
use super::jwt::{self, Jwt, Signer};
use super::lie::{Kind, Lie, Takes, Told};

/// What can be said here.
pub(super) const LIES: &[Lie] = &[
    Lie {
        point: "jose",
        name: "alg-none",
        takes: Takes::Nothing,
        about: "`alg` is `none`, and there is no signature",
        client: "refuses the token",
        kind: Kind::Edit(|told| say(told, "alg", "none", Signer::Nobody)),
    },
    Lie {
        point: "jose",
        name: "hs256-with-public-key",
        takes: Takes::Nothing,
        about: "`alg` is HS256, and the secret is the public key",
        client: "refuses the token",
        kind: Kind::Edit(|told| say(told, "alg", "HS256", Signer::PublicKeyAsSecret)),
    },
    Lie {
        point: "jose",
        name: "wrong-alg",
        takes: Takes::Nothing,
        about: "`alg` is RS256, whatever the key",
        client: "refuses an algorithm that is not the one it registered",
        kind: Kind::Edit(|told| say(told, "alg", "RS256", Signer::Bank)),
    },
    Lie {
        point: "jose",
        name: "unknown-kid",
        takes: Takes::Nothing,
        about: "`kid` names no published key",
        client: "reads the key set again once, then refuses",
        kind: Kind::Edit(|told| say(told, "kid", "nobody-has-this", Signer::Bank)),
    },
    Lie {
        point: "jose",
        name: "without-kid",
        takes: Takes::Nothing,
        about: "there is no `kid`",
        client: "tries the keys that fit, or refuses",
        kind: Kind::Edit(|told| {
            change(told, |token, _| {
                token.header.remove("kid");
                Signer::Bank
            })
        }),
    },
    Lie {
        point: "jose",
        name: "decoy-key",
        takes: Takes::Nothing,
        about: "the key is not the bank's, the `kid` is",
        client: "refuses the token",
        kind: Kind::Edit(|told| change(told, |_, _| Signer::Decoy)),
    },
    Lie {
        point: "jose",
        name: "broken-signature",
        takes: Takes::Nothing,
        about: "a bit of the signature is wrong",
        client: "refuses the token",
        kind: Kind::Edit(|told| change(told, |_, _| Signer::Damaged)),
    },
    Lie {
        point: "jose",
        name: "der-signature",
        takes: Takes::Nothing,
        about: "the signature is in DER",
        client: "refuses the token (RFC 7518 3.4)",
        kind: Kind::Edit(|told| change(told, |_, _| Signer::Der)),
    },
    Lie {
        point: "jose",
        name: "wrong-typ",
        takes: Takes::Nothing,
        about: "`typ` is one of another kind of token",
        client: "refuses it where the kind has a `typ` of its own",
        kind: Kind::Edit(|told| say(told, "typ", "logout+jwt", Signer::Bank)),
    },
    Lie {
        point: "jose",
        name: "embedded-key",
        takes: Takes::Nothing,
        about: "the key is in the header, and the signature is by it",
        client: "uses no key of a header",
        kind: Kind::Edit(|told| {
            change(told, |token, told| {
                set(&mut token.header, "jwk", told.scene.keys.decoy("embedded"));
                token.header.remove("kid");
                Signer::Decoy
            })
        }),
    },
    Lie {
        point: "jose",
        name: "jku",
        takes: Takes::Nothing,
        about: "the header says where other keys are",
        client: "fetches nothing a header names",
        kind: Kind::Edit(|told| say(told, "jku", "https://bank.invalid/jwks", Signer::Decoy)),
    },
    Lie {
        point: "jose",
        name: "crit",
        takes: Takes::Nothing,
        about: "the header has a critical member nobody knows",
        client: "refuses the token",
        kind: Kind::Edit(|told| {
            change(told, |token, _| {
                set(&mut token.header, "crit", json!(["http://bank.invalid/unknown"]));
                set(&mut token.header, "http://bank.invalid/unknown", true);
                Signer::Bank
            })
        }),
    },
];

/// A member of the header that says something else.
fn say(told: &mut Told<'_, '_>, member: &str, value: &str, signer: Signer) {
    change(told, |token, _| {
        set(&mut token.header, member, value);
        signer
    });
}

fn change(told: &mut Told<'_, '_>, change: impl Fn(&mut Jwt, &Told<'_, '_>) -> Signer) {
    jwt::edit(told, &["id_token", "response", ""], change);
}
