//! Things that happen to tokens.

use super::prelude::*;

/// The row of the catalogue.
pub(super) const FAULT: Fault = Fault {
    slug: "oauth",
    layer: Layer::OAuth,
    stages: &[Stage::Head],
    about: "the access token of this call ends now: this call and all later ones with it get the dialect's invalid-token answer",
    legal: "expire-access-token",
    example: "oauth: expire-access-token",
    compile,
};

#[derive(Debug)]
struct Token(Act);

fn compile(value: Value<'_>) -> Option<Arc<dyn Effect>> {
    value.word_of(&["expire-access-token"])?;
    Some(Arc::new(Token(Act::ExpireAccessToken)))
}

impl Effect for Token {
    fn apply(&self, _: &Moment<'_>, plan: &mut Plan) {
        plan.acts.push(self.0.clone());
    }
}
