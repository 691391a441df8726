//! A client acting for itself asks for scopes of bank data, not of a login.

use crate::auth::endpoint::back_channel::{BackChannel, BackStage};
use crate::auth::error::{ErrorCode, OAuthError};
use crate::auth::scope::{ScopeSet, UnknownScope, offered_at};
use crate::auth::step::{Kind, Step};

pub(crate) const STEP: Step<BackStage> =
    Step { slug: "own-scope", kind: Kind::Reads, source: "RFC 6749 4.4.2", errors: &[ErrorCode::InvalidScope], run };

fn run(back: &mut BackChannel<'_>) -> Result<(), OAuthError> {
    let spoken = back.bank.dialect.slug();
    let data = || offered_at(spoken).filter(|scope| scope.sentence.is_some()).map(|scope| scope.name);
    let refuse = |why: UnknownScope| OAuthError::new(ErrorCode::InvalidScope, why.to_string());
    let scopes = match back.form.get("scope") {
        Some(asked) => ScopeSet::parse(asked).map_err(refuse)?,
        None => ScopeSet::from_words(data()).map_err(refuse)?,
    };
    if scopes.is_empty() || scopes.words().iter().any(|word| !data().any(|name| name == word)) {
        let legal = data().collect::<Vec<_>>().join(", ");
        return Err(OAuthError::new(ErrorCode::InvalidScope, format!("without an account holder scope is of {legal}")));
    }
    back.scopes = Some(scopes);
    Ok(())
}
