//! Lies of an authorization server: what it says in each of its answers that is not so, and what it does that it must not.
//!
//! Owns the points at which an answer can be changed and the table of lies at each: the table makes the reader, the
//! lists, the schema and the page. Signed answers are signed again after a change, with the bank's own key unless the
//! lie is about the key.

mod answer;
mod authorize;
mod claims;
mod discovery;
mod introspection;
mod jose;
mod json;
mod jwt;
mod key_set;
mod lie;
mod par;
mod ping;
mod registration;
mod rows;
mod server;
mod token;
mod userinfo;

use bank_fixtures::document::suggest;

use super::prelude::*;

pub use self::jwt::Forge;
#[cfg(test)]
pub(super) use self::jwt::NoKeys;
#[cfg(test)]
pub(super) use self::lie::Lie as AnyLie;
pub use self::lie::Lied;
use self::lie::{Kind as LieKind, Lie, With};
pub(crate) use self::lie::{POINTS, Takes, all as lies};
pub use self::rows::handbook;

/// The row of the catalogue.
pub(super) const FAULT: Fault = Fault {
    slug: "oauth",
    layer: Layer::OAuth,
    stages: &[Stage::Head, Stage::Bank, Stage::Send],
    about: "the authorization server lies at a named point, or the access token of this call ends now; an answer that has nothing of the kind is left alone. Errors come instead of the bank's answer: with `stage: bank` after the client was found good, with `stage: send` after the bank acted",
    legal: "expire-access-token, or a mapping from points to lies: {id_token: wrong-nonce}, {token: {expires_in: -1}}, {error: invalid_grant}, {clock: {server: +5m}}; `list oauth` and docs/authorization-faults.md have them all",
    example: "oauth: {id_token: wrong-nonce}",
    compile,
};

#[derive(Debug)]
struct Token;

#[derive(Debug)]
struct Lies(Vec<(&'static Lie, With)>);

fn compile(value: Value<'_>) -> Option<Arc<dyn Effect>> {
    if value.kind() != Kind::Map {
        value.word_of(&["expire-access-token"])?;
        return Some(Arc::new(Token));
    }
    let mut lies = Vec::new();
    let mut right = true;
    for (key, inner) in value.entries()? {
        let point = key.key_text();
        if !POINTS.iter().any(|row| row.0 == point) {
            let names = || POINTS.iter().map(|row| row.0);
            let wrong = key.diagnostic(format!("`{point}` is no point of an authorization server"));
            let wrong = wrong.suggestion(suggest(point, names()));
            value.document().record(wrong.legal(names().collect::<Vec<_>>().join(", ")));
            right = false;
            continue;
        }
        for item in inner.list_or_one() {
            match lie::read(point, item) {
                Some(read) => lies.extend(read),
                None => right = false,
            }
        }
    }
    if right && lies.is_empty() {
        value.refuse("nothing is said here", FAULT.legal);
        return None;
    }
    right.then(|| Arc::new(Lies(lies)) as Arc<dyn Effect>)
}

impl Effect for Token {
    fn apply(&self, _: &Moment<'_>, plan: &mut Plan) {
        plan.acts.push(Act::ExpireAccessToken);
    }
}

impl Effect for Lies {
    fn apply(&self, moment: &Moment<'_>, plan: &mut Plan) {
        for (lie, with) in &self.0 {
            match &lie.kind {
                LieKind::Act(act) => plan.acts.push(act.clone()),
                LieKind::ServerClock => plan.clock_shift_seconds += with.seconds(),
                LieKind::NoCertificate => plan.without_certificate = true,
                LieKind::Answer(answer) => {
                    let (ending, rewrites) = answer(with, moment);
                    plan.end(moment.stage, ending);
                    plan.rewrites.extend(rewrites);
                }
                LieKind::Edit(_) => {
                    let lied = Lied { lie, with: with.clone(), chance: moment.chance.of("oauth"), n: moment.n };
                    plan.rewrites.push(Rewrite::OAuth(lied));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
