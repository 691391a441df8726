//! Calls that take a better login than the one their token came of (RFC 9470): which they are, and how a client is told.
//!
//! Owns the bank's demands and the challenge. The login itself is the authorization endpoint's: a client that asks for the
//! level or the age it was told comes back with a token that does.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::auth::AuthServer;
use crate::auth::bearer::algorithms;
use crate::auth::grant::{Binding, GrantLogin};
use crate::exchange::{Problem, ProblemKind, Request};
use crate::operation::Operation;

/// What the bank demands of the login behind the token of some calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepUp {
    /// The calls.
    pub operations: Vec<Operation>,
    /// Levels of authentication (`acr`), one of which the login reached; any will do if empty.
    pub levels: Vec<String>,
    /// How long ago it was, at most.
    pub max_age: Option<Duration>,
}

impl StepUp {
    /// Levels a demand may name: those a client can ask for.
    pub const LEVELS: &'static [&'static str] = crate::auth::requested::LEVELS;

    fn is_met(&self, login: &GrantLogin, now: Timestamp) -> bool {
        let reached = |level: &String| login.acr.as_ref() == Some(level);
        let high_enough = self.levels.is_empty() || self.levels.iter().any(reached);
        let age = now.duration_since(login.at);
        let fresh = self.max_age.is_none_or(|max| age <= SignedDuration::try_from(max).unwrap_or(SignedDuration::MAX));
        high_enough && fresh
    }

    /// The parameters of the challenge (RFC 9470 3).
    fn parameters(&self) -> String {
        let levels = (!self.levels.is_empty()).then(|| format!(", acr_values=\"{}\"", self.levels.join(" ")));
        let max_age = self.max_age.map(|max| format!(", max_age=\"{}\"", max.as_secs()));
        [levels, max_age].into_iter().flatten().collect()
    }
}

impl AuthServer {
    /// Whether the login behind the token of a call is good enough for it. A token that stands for nobody who logged in is
    /// another step's business.
    ///
    /// # Errors
    /// `StepUpRequired`, with the challenge that says what would be good enough.
    pub(crate) fn stepped_up(&self, operation: Operation, request: &Request, now: Timestamp) -> Result<(), Problem> {
        let Some(demand) = self.settings.step_up.iter().find(|demand| demand.operations.contains(&operation)) else {
            return Ok(());
        };
        let Some(token) = self.token_of(request, now) else { return Ok(()) };
        match &token.family.grant.login {
            Some(login) if !demand.is_met(login, now) => {
                let detail = "this call needs a fresher or stronger login of the account holder: ask for it again with the \
                              acr_values and the max_age of WWW-Authenticate";
                let (scheme, algs) = match token.binding {
                    Some(Binding::Key(_)) => ("DPoP", format!(", {}", algorithms())),
                    _ => ("Bearer", String::new()),
                };
                let words = "error_description=\"a fresher or stronger login is needed\"";
                let challenge = format!(
                    "{scheme} error=\"insufficient_user_authentication\", {words}{}{algs}",
                    demand.parameters()
                );
                Err(Problem::new(ProblemKind::StepUpRequired, detail).challenge(challenge))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_meets_a_demand_by_level_and_by_age() {
        let at = |seconds: i64| Timestamp::from_second(seconds).expect("an instant");
        let login = |acr: Option<&str>| GrantLogin { at: at(1000), acr: acr.map(str::to_owned) };
        let demand = |levels: &[&str], max_age: Option<u64>| StepUp {
            operations: vec![Operation::PaymentsCreate],
            levels: levels.iter().map(|level| (*level).to_owned()).collect(),
            max_age: max_age.map(Duration::from_secs),
        };
        for (levels, max_age, acr, now, met) in [
            (&[][..], None, None, 9000, true),
            (&["phr", "phrh"][..], None, Some("phrh"), 9000, true),
            (&["phr"][..], None, Some("phrh"), 9000, false),
            (&["phr"][..], None, None, 9000, false),
            (&[][..], Some(300), None, 1300, true),
            (&[][..], Some(300), None, 1301, false),
            (&["phr"][..], Some(300), Some("phr"), 1301, false),
        ] {
            let (demand, login) = (demand(levels, max_age), login(acr));
            assert_eq!(demand.is_met(&login, at(now)), met, "{demand:?} {login:?} {now}");
        }
        assert_eq!(demand(&["phr", "phrh"], Some(300)).parameters(), ", acr_values=\"phr phrh\", max_age=\"300\"");
    }
}
