//! What is wrong with the server itself: its keys, its clock, and what a proxy in front of it loses.

use serde_json::Value;

use super::jwt::{self, Signer};
use super::lie::{Kind, Lie, Takes, Told};
use crate::fault::plan::Act;

/// What can be said here.
pub(super) const LIES: &[Lie] = &[
    Lie {
        point: "keys",
        name: "rotate",
        takes: Takes::Nothing,
        about: "the bank signs with a new key from this call on; the old one stays published",
        client: "reads the key set again for the unknown `kid`, once",
        kind: Kind::Act(Act::RotateKeys),
    },
    Lie {
        point: "keys",
        name: "replace",
        takes: Takes::Nothing,
        about: "the bank signs with a new key from this call on, and the old ones are gone",
        client: "reads the key set again for the unknown `kid`, once",
        kind: Kind::Act(Act::ReplaceKeys),
    },
    Lie {
        point: "clock",
        name: "server",
        takes: Takes::Shift,
        about: "the bank serves the call as if it were so much later or earlier: what it checks, and what it issues",
        client: "tolerates a minute, reads `Date`, and does not loop over refusals",
        kind: Kind::ServerClock,
    },
    Lie {
        point: "clock",
        name: "signer",
        takes: Takes::Shift,
        about: "times in what the bank signs are so much later or earlier; nothing else is",
        client: "accepts a minute of difference, and refuses more",
        kind: Kind::Edit(signer_clock),
    },
    Lie {
        point: "certificate",
        name: "dropped",
        takes: Takes::Nothing,
        about: "the client's certificate does not reach the bank: a proxy lost it",
        client: "reports the refusal; does not send the call without a certificate",
        kind: Kind::NoCertificate,
    },
];

/// Names under which signed tokens travel.
pub(super) const SIGNED: &[&str] = &["id_token", "response", "access_token", ""];

fn signer_clock(told: &mut Told<'_, '_>) {
    jwt::edit(told, SIGNED, |token, told| {
        for name in ["iat", "nbf", "exp", "auth_time"] {
            if let Some(time) = token.claims.get(name).and_then(Value::as_i64) {
                token.claims.insert(name.to_owned(), time.saturating_add(told.with.seconds()).into());
            }
        }
        Signer::Bank
    });
}
