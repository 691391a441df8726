//! What an account holder makes of a client's request, in the words of user names, scenarios and the control API.
//!
//! Owns the words and what each means, not how it is carried out.

/// What an account holder does with a request for access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Agrees, with all accounts unless others are named.
    Approve,
    /// Agrees, with the first of several accounts.
    Partial,
    /// Says no.
    Deny,
    /// Closes the page: the client never hears.
    Abandon,
    /// Agrees, a minute later on the world's clock.
    Slow,
    /// Somebody else logs in and agrees.
    WrongUser,
    /// Agrees, and a second account holder has to agree as well.
    SecondApprover,
    /// Lets the request run out.
    Expire,
    /// Agrees, and the code is spent by somebody else before the client has it.
    ReplayedCode,
}

/// Every outcome with its word and one line about it.
pub const OUTCOMES: &[(&str, Outcome, &str)] = &[
    ("approve", Outcome::Approve, "agrees, with all accounts unless others are named"),
    ("partial", Outcome::Partial, "agrees, with the first account alone"),
    ("deny", Outcome::Deny, "says no: access_denied"),
    ("abandon", Outcome::Abandon, "closes the page: the client never hears of it"),
    ("slow", Outcome::Slow, "agrees a minute later on the world's clock; until then a page says that the bank waits"),
    ("wrong-user", Outcome::WrongUser, "somebody else logs in and agrees: their accounts, another `sub`"),
    (
        "second-approver",
        Outcome::SecondApprover,
        "agrees, and the consent is partially authorised until a second account holder does",
    ),
    ("expire", Outcome::Expire, "lets the request run out: access_denied, and a consent made before has expired"),
    (
        "replayed-code",
        Outcome::ReplayedCode,
        "agrees, and somebody else redeems the code first: the client's exchange is refused with invalid_grant",
    ),
];

/// Seconds of the world's clock that a slow account holder takes.
pub(crate) const SLOW_SECONDS: u64 = 60;

impl Outcome {
    /// The outcome of this word.
    pub fn named(word: &str) -> Option<Outcome> {
        OUTCOMES.iter().find(|row| row.0 == word).map(|row| row.1)
    }

    /// Its word.
    pub fn name(self) -> &'static str {
        OUTCOMES.iter().find(|row| row.1 == self).expect("every outcome has a row").0
    }

    /// A magic user name taken apart: `alice:deny` is alice, who says no. What is no outcome belongs to the name.
    pub(crate) fn of_user(text: &str) -> (&str, Option<Outcome>) {
        match text.rsplit_once(':').and_then(|(user, word)| Some((user, Outcome::named(word)?))) {
            Some((user, outcome)) => (user, Some(outcome)),
            None => (text, None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_has_one_word_and_a_user_name_can_carry_it() {
        for (word, outcome, _) in OUTCOMES {
            assert_eq!(Outcome::named(word), Some(*outcome));
            assert_eq!(outcome.name(), *word);
            assert_eq!(Outcome::of_user(&format!("alice:{word}")), ("alice", Some(*outcome)));
        }
        assert_eq!(Outcome::of_user("alice"), ("alice", None));
        assert_eq!(Outcome::of_user("alice:maybe"), ("alice:maybe", None), "no outcome, so a name nobody has");
    }
}
