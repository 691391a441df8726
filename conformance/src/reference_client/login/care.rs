//! What a careful login looks at, and the logins that leave one look out.
//!
//! Owns the table of wrong logins and which checks must catch each.

/// Something a login looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// Whether the metadata are those of the issuer that was asked.
    Issuer,
    /// Whether the endpoints are at the issuer's own origin.
    Origins,
    /// Whether `state` came back, once and unchanged.
    State,
    /// Whether `iss` came back, once and as the issuer.
    ResponseIssuer,
    /// Whether there is an error beside the code.
    Error,
    /// Whether the token has a type that the client knows how to show.
    TokenType,
    /// Whether the nonce is that of this login.
    Nonce,
    /// Whether the id_token is for this client.
    Audience,
    /// Whether the id_token is still good.
    Expiry,
    /// Whether one of the issuer's keys signed the id_token.
    Signature,
    /// Whether the key that is used is one of the issuer's and not of the header.
    KeySource,
    /// Whether an unknown claim is harmless: it is.
    Tolerance,
    /// Whether a code was sent before.
    CodeOnce,
    /// Whether the same refusal came before.
    Patience,
}

/// What one login looks at: everything, or everything but one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Care(Option<Look>);

/// One wrong login.
#[derive(Debug)]
pub struct LoginDefect {
    /// Name on the command line and in reports, kebab-case.
    pub slug: &'static str,
    /// What it does wrong, in one sentence.
    pub what: &'static str,
    /// The checks that must catch it; no other may.
    pub caught_by: &'static [&'static str],
    left_out: Look,
}

/// Every wrong login.
pub static LOGIN_DEFECTS: &[LoginDefect] = &[
    LoginDefect {
        slug: "believes-any-issuer",
        what: "takes metadata that say they are another issuer's",
        caught_by: &["checks-the-metadata"],
        left_out: Look::Issuer,
    },
    LoginDefect {
        slug: "follows-foreign-endpoints",
        what: "sends its credentials to whatever host the metadata name",
        caught_by: &["checks-the-metadata"],
        left_out: Look::Origins,
    },
    LoginDefect {
        slug: "ignores-state",
        what: "redeems the code of an answer without its `state`",
        caught_by: &["checks-the-redirect"],
        left_out: Look::State,
    },
    LoginDefect {
        slug: "ignores-response-issuer",
        what: "redeems the code of an answer that says another issuer made it",
        caught_by: &["checks-the-redirect"],
        left_out: Look::ResponseIssuer,
    },
    LoginDefect {
        slug: "ignores-errors-beside-codes",
        what: "redeems a code that came with an error",
        caught_by: &["checks-the-redirect"],
        left_out: Look::Error,
    },
    LoginDefect {
        slug: "ignores-token-type",
        what: "shows any token as Bearer",
        caught_by: &["checks-oauth-answers"],
        left_out: Look::TokenType,
    },
    LoginDefect {
        slug: "ignores-nonce",
        what: "takes an id_token of another login",
        caught_by: &["checks-id-tokens"],
        left_out: Look::Nonce,
    },
    LoginDefect {
        slug: "ignores-audience",
        what: "takes an id_token of another client",
        caught_by: &["checks-id-tokens"],
        left_out: Look::Audience,
    },
    LoginDefect {
        slug: "ignores-expiry",
        what: "takes an id_token that is over",
        caught_by: &["checks-id-tokens"],
        left_out: Look::Expiry,
    },
    LoginDefect {
        slug: "decodes-without-verifying",
        what: "reads the claims of an id_token and not its signature",
        caught_by: &["checks-signatures"],
        left_out: Look::Signature,
    },
    LoginDefect {
        slug: "believes-keys-in-headers",
        what: "verifies an id_token with the key it brings along",
        caught_by: &["checks-signatures"],
        left_out: Look::KeySource,
    },
    LoginDefect {
        slug: "refuses-what-it-does-not-know",
        what: "refuses an id_token with a claim it has never heard of",
        caught_by: &["goes-on-where-it-may"],
        left_out: Look::Tolerance,
    },
    LoginDefect {
        slug: "redeems-codes-again",
        what: "sends a code again after an answer that was lost or failed",
        caught_by: &["redeems-codes-once"],
        left_out: Look::CodeOnce,
    },
    LoginDefect {
        slug: "asks-for-ever",
        what: "repeats a refused token request as it was, again and again",
        caught_by: &["gives-up-on-refusals"],
        left_out: Look::Patience,
    },
];

impl Care {
    /// Everything is looked at.
    pub(super) fn full() -> Care {
        Care(None)
    }

    /// `true` if this is not looked at.
    pub(super) fn leaves_out(&self, look: Look) -> bool {
        self.0 == Some(look)
    }
}

impl LoginDefect {
    /// The wrong login of this name.
    pub fn find(slug: &str) -> Option<&'static LoginDefect> {
        LOGIN_DEFECTS.iter().find(|defect| defect.slug == slug)
    }

    pub(super) fn care(&self) -> Care {
        Care(Some(self.left_out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_defect_leaves_out_something_of_its_own_and_names_a_check_that_exists() {
        for (index, defect) in LOGIN_DEFECTS.iter().enumerate() {
            assert!(LoginDefect::find(defect.slug).is_some() && !defect.caught_by.is_empty());
            for slug in defect.caught_by {
                assert!(crate::check::find(slug).is_some(), "{}: no check `{slug}`", defect.slug);
            }
            for other in &LOGIN_DEFECTS[index + 1..] {
                assert_ne!(defect.slug, other.slug);
                assert_ne!(defect.left_out, other.left_out, "{} and {}", defect.slug, other.slug);
            }
        }
    }

    #[test]
    fn the_documentation_lists_every_defect() {
        let page = include_str!("../../../../docs/judge-a-login.md");
        for defect in LOGIN_DEFECTS {
            let checks: Vec<String> = defect.caught_by.iter().map(|slug| format!("`{slug}`")).collect();
            let row = format!("| `{}` | {} | {} |", defect.slug, defect.what, checks.join(", "));
            assert!(page.contains(&row), "docs/judge-a-login.md lacks the row\n{row}");
        }
    }
}
