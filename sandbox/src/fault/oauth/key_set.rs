//! Lies in the key set (RFC 7517).

use serde_json::{Map, Value, json};

use super::json::{edit, padding, set};
use super::lie::{Kind, Lie, Takes, Told};

/// What can be said here.
pub(super) const LIES: &[Lie] = &[
    Lie {
        point: "jwks",
        name: "empty",
        takes: Takes::Nothing,
        about: "there is no key",
        client: "refuses what it cannot verify; reads the set again once, after a pause",
        kind: Kind::Edit(|told| keys(told, |_, _| Vec::new())),
    },
    Lie {
        point: "jwks",
        name: "without-signing-key",
        takes: Takes::Nothing,
        about: "the key in use is missing",
        client: "reads the set again once for the unknown `kid`, then refuses",
        kind: Kind::Edit(|told| keys(told, |keys, _| keys.into_iter().skip(1).collect())),
    },
    Lie {
        point: "jwks",
        name: "decoys",
        takes: Takes::Nothing,
        about: "a key of the same `kid` stands in front of the right one",
        client: "tries each key of that `kid`, or refuses",
        kind: Kind::Edit(decoys),
    },
    Lie {
        point: "jwks",
        name: "same-kid",
        takes: Takes::Nothing,
        about: "the key is another one under the same `kid`",
        client: "does not verify with it, and reads the set again once",
        kind: Kind::Edit(same_kid),
    },
    Lie {
        point: "jwks",
        name: "without-kid",
        takes: Takes::Nothing,
        about: "keys have no `kid`",
        client: "tries each key that fits the algorithm, or refuses",
        kind: Kind::Edit(|told| {
            each(told, |key, _| {
                key.remove("kid");
            })
        }),
    },
    Lie {
        point: "jwks",
        name: "oct-key",
        takes: Takes::Nothing,
        about: "a shared secret is among the keys",
        client: "ignores it: no public key is a secret",
        kind: Kind::Edit(oct),
    },
    Lie {
        point: "jwks",
        name: "enc-key",
        takes: Takes::Nothing,
        about: "the key is for encryption",
        client: "does not verify signatures with it",
        kind: Kind::Edit(|told| each(told, |key, _| set(key, "use", "enc"))),
    },
    Lie {
        point: "jwks",
        name: "wrong-alg",
        takes: Takes::Nothing,
        about: "the key is for another algorithm",
        client: "does not verify with it",
        kind: Kind::Edit(|told| each(told, |key, _| set(key, "alg", "RS512"))),
    },
    Lie {
        point: "jwks",
        name: "twice",
        takes: Takes::Nothing,
        about: "every key is there twice",
        client: "verifies as ever",
        kind: Kind::Edit(|told| keys(told, |keys, _| [keys.clone(), keys].concat())),
    },
    Lie {
        point: "jwks",
        name: "huge",
        takes: Takes::Size,
        about: "so many bytes of text are in the set",
        client: "stops reading at a bound",
        kind: Kind::Edit(|told| edit(told, "keys", |members, told| set(members, "note", padding(told.with.size())))),
    },
];

/// Changes the list of keys.
fn keys(told: &mut Told<'_, '_>, change: impl Fn(Vec<Value>, &Told<'_, '_>) -> Vec<Value>) {
    edit(told, "keys", |members, told| {
        if let Some(Value::Array(keys)) = members.remove("keys") {
            members.insert("keys".to_owned(), Value::Array(change(keys, told)));
        }
    });
}

/// Changes each key.
fn each(told: &mut Told<'_, '_>, change: impl Fn(&mut Map<String, Value>, &Told<'_, '_>)) {
    keys(told, |mut keys, told| {
        keys.iter_mut().filter_map(Value::as_object_mut).for_each(|key| change(key, told));
        keys
    });
}

fn kid(key: &Value) -> &str {
    key["kid"].as_str().unwrap_or_default()
}

fn decoys(told: &mut Told<'_, '_>) {
    keys(told, |keys, told| {
        let pair = |key: Value| [told.scene.keys.decoy(kid(&key)), key];
        keys.into_iter().flat_map(pair).collect()
    });
}

fn same_kid(told: &mut Told<'_, '_>) {
    keys(told, |keys, told| keys.iter().map(|key| told.scene.keys.decoy(kid(key))).collect());
}

fn oct(told: &mut Told<'_, '_>) {
    keys(told, |mut keys, _| {
        let kid = keys.first().map(kid).unwrap_or_default().to_owned();
        keys.insert(0, json!({"kty": "oct", "k": "c2VjcmV0", "alg": "HS256", "kid": kid}));
        keys
    });
}
