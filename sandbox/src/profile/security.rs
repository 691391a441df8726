//! Reading the key `security` of a bank file: a profile, and what it leaves open.

use bank_fixtures::document::{Map, Value};

use crate::auth::{
    NoncePolicy, PROFILES, RefreshPolicy, Security, SecurityProfile, Sender, SigningAlgorithm, TokenFormat, Variant,
};

const KEYS: &[&str] = &["profile", "variant", "sender", "nonces", "refresh", "access_tokens", "signing"];

/// Reads the key. A profile that is named starts from its own choices; one that is not keeps those of `base`.
pub(super) fn read(value: Value<'_>, base: Option<Security>) -> Option<Security> {
    let map = value.map(KEYS)?;
    let names: Vec<(&str, SecurityProfile)> = PROFILES.iter().map(|terms| (terms.slug, terms.profile)).collect();
    let start = match (map.optional("profile"), base) {
        (Some(name), _) => Security::of(name.one_of(&names)?),
        (None, Some(base)) => base,
        (None, None) => Security::of(map.required("profile")?.one_of(&names)?),
    };
    let terms = start.terms();
    let legal = |open: &[(&'static str, Sender)]| -> Vec<(&'static str, Sender)> {
        open.iter().filter(|(_, sender)| terms.senders.contains(sender)).copied().collect()
    };
    let signing: Vec<_> =
        SigningAlgorithm::ALL.iter().filter(|(_, one)| terms.signing.contains(one)).copied().collect();
    let variants: Vec<_> = Variant::ALL
        .iter()
        .filter(|(_, variant)| *variant == Variant::Plain || start.profile == SecurityProfile::Fapi1Advanced)
        .copied()
        .collect();
    let variant = choice(map, "variant", &variants, start.variant);
    let sender = choice(map, "sender", &legal(Sender::ALL), start.sender);
    let nonces = choice(map, "nonces", NoncePolicy::ALL, start.nonces);
    let refresh = choice(map, "refresh", RefreshPolicy::ALL, start.refresh);
    let access_tokens = choice(map, "access_tokens", TokenFormat::ALL, start.access_tokens);
    let signing = choice(map, "signing", &signing, start.signing);
    Some(Security {
        profile: start.profile,
        variant: variant?,
        sender: sender?,
        nonces: nonces?,
        refresh: refresh?,
        access_tokens: access_tokens?,
        signing: signing?,
    })
}

/// The choice a key makes, of those that are legal here; the one there was without the key.
fn choice<T: Copy>(map: Map<'_>, key: &str, legal: &[(&'static str, T)], start: T) -> Option<T> {
    map.optional(key).map_or(Some(start), |value| value.one_of(legal))
}
