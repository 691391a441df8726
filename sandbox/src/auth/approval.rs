//! Requests that are decided away from the browser that made them: on the account holder's own page, or by the control API.
//!
//! Owns what is asked, of whom, and how far it is. Whoever began one (a backchannel request, a device) asks `standing`
//! until it is decided. Knows no endpoint.

use std::time::Duration;

use jiff::Timestamp;
use parking_lot::Mutex;

use crate::auth::grant::after;
use crate::auth::mint::{Kind, Mint};
use crate::auth::scope::ScopeSet;
use crate::auth::shelf::Shelf;

/// What an account holder is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewApproval {
    /// The client that asks.
    pub client_id: String,
    /// Its name for people.
    pub client_name: String,
    /// What it asks for.
    pub scopes: ScopeSet,
    /// The consent it made before, if it made one.
    pub consent_id: Option<String>,
    /// User name of whom it asks; `None` for whoever takes it up (a device).
    pub user: Option<String>,
    /// What the account holder reads on both devices (CIBA `binding_message`), or types (RFC 8628 `user_code`).
    pub message: Option<String>,
    /// How long it waits.
    pub lifetime: Duration,
}

/// A request and how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Approval {
    /// Names it.
    pub(crate) id: String,
    /// What is asked.
    pub(crate) asked: NewApproval,
    /// Until when.
    pub(crate) expires_at: Timestamp,
    decision: Option<Decision>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Decision {
    /// From the instant on.
    Approved(Timestamp, Given),
    Denied,
}

/// What an account holder gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Who gave it.
    pub user: String,
    /// The consent; `None` if no bank data were asked for.
    pub consent_id: Option<String>,
    /// When they proved who they are.
    pub auth_time: Timestamp,
}

/// How far a request is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has decided.
    Waiting,
    /// Somebody agreed.
    Approved(Given),
    /// Somebody said no.
    Denied,
    /// Nobody decided in time.
    Expired,
}

/// The requests at one bank.
#[derive(Debug)]
pub(crate) struct Approvals {
    state: Mutex<Shelf<String, Approval>>,
}

const MAX_APPROVALS: usize = 10_000;
/// A request is remembered longer than it waits, so that whoever asks late hears that it is over.
const MEMORY: Duration = Duration::from_secs(3600);

impl Approvals {
    pub(crate) fn new() -> Approvals {
        Approvals { state: Mutex::new(Shelf::new(MAX_APPROVALS)) }
    }

    /// Requests of their own in the same state.
    pub(crate) fn fork(&self) -> Approvals {
        Approvals { state: Mutex::new(self.state.lock().clone()) }
    }

    /// Begins one and returns its id.
    pub(crate) fn begin(&self, asked: NewApproval, mint: &Mint, now: Timestamp) -> String {
        let id = mint.next(Kind::Interaction, &asked.client_id);
        let expires_at = after(now, asked.lifetime);
        let approval = Approval { id: id.clone(), asked, expires_at, decision: None };
        self.state.lock().insert(id.clone(), approval, after(expires_at, MEMORY), now);
        id
    }

    /// One that waits.
    pub(crate) fn find(&self, id: &str, now: Timestamp) -> Option<Approval> {
        let state = self.state.lock();
        state.get(&id.to_owned()).filter(|approval| approval.waits(now)).cloned()
    }

    /// Those that wait for this account holder, or for anybody; all of them where no one is named.
    pub(crate) fn waiting(&self, user: Option<&str>, now: Timestamp) -> Vec<Approval> {
        let of = |approval: &&Approval| {
            let asked = approval.asked.user.as_deref();
            approval.waits(now) && (user.is_none() || asked == user)
        };
        let mut found: Vec<Approval> = self.state.lock().values().filter(of).cloned().collect();
        found.sort_by(|a, b| (a.expires_at, &a.id).cmp(&(b.expires_at, &b.id)));
        found
    }

    /// How far one is; `None` if there never was one of this id, or long ago.
    pub(crate) fn standing(&self, id: &str, now: Timestamp) -> Option<Standing> {
        let state = self.state.lock();
        let approval = state.get(&id.to_owned())?;
        Some(match &approval.decision {
            Some(Decision::Denied) => Standing::Denied,
            Some(Decision::Approved(from, given)) if *from <= now && *from < approval.expires_at => {
                Standing::Approved(given.clone())
            }
            _ if approval.expires_at <= now => Standing::Expired,
            _ => Standing::Waiting,
        })
    }

    /// Somebody agreed, which shows from this instant on; `false` if it does not wait any more.
    pub(crate) fn approve(&self, id: &str, given: Given, from: Timestamp, now: Timestamp) -> bool {
        self.decide(id, Decision::Approved(from, given), now)
    }

    /// Somebody said no; `false` if it does not wait any more.
    pub(crate) fn deny(&self, id: &str, now: Timestamp) -> bool {
        self.decide(id, Decision::Denied, now)
    }

    /// Its time is over now; `false` if it does not wait any more.
    pub(crate) fn expire(&self, id: &str, now: Timestamp) -> bool {
        let mut state = self.state.lock();
        let waiting = state.get_mut(&id.to_owned()).filter(|approval| approval.waits(now));
        waiting.map(|approval| approval.expires_at = now).is_some()
    }

    fn decide(&self, id: &str, decision: Decision, now: Timestamp) -> bool {
        let mut state = self.state.lock();
        let waiting = state.get_mut(&id.to_owned()).filter(|approval| approval.waits(now));
        waiting.map(|approval| approval.decision = Some(decision)).is_some()
    }
}

impl Approval {
    fn waits(&self, now: Timestamp) -> bool {
        self.decision.is_none() && self.expires_at > now
    }
}

#[cfg(test)]
mod tests {
    use bank_fixtures::seed::Seed;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn asked(user: Option<&str>) -> NewApproval {
        NewApproval {
            client_id: "demo".to_owned(),
            client_name: "Demo".to_owned(),
            scopes: ScopeSet::parse("openid accounts").unwrap(),
            consent_id: None,
            user: user.map(str::to_owned),
            message: None,
            lifetime: Duration::from_secs(100),
        }
    }

    #[test]
    fn a_request_waits_is_decided_once_and_ends() {
        let (approvals, mint) = (Approvals::new(), Mint::new(Seed::new(1)));
        let one = approvals.begin(asked(Some("alice")), &mint, at(0));
        let given = Given { user: "alice".to_owned(), consent_id: None, auth_time: at(1) };
        assert_eq!(approvals.standing(&one, at(1)), Some(Standing::Waiting));
        assert_eq!(approvals.waiting(Some("ben"), at(1)), []);
        assert_eq!(approvals.waiting(Some("alice"), at(1)).len(), 1);
        assert!(approvals.approve(&one, given.clone(), at(50), at(1)));
        assert_eq!(approvals.standing(&one, at(49)), Some(Standing::Waiting), "slow");
        assert_eq!(approvals.standing(&one, at(50)), Some(Standing::Approved(given.clone())));
        assert!(!approvals.deny(&one, at(2)), "decided");
        let two = approvals.begin(asked(None), &mint, at(0));
        assert!(approvals.deny(&two, at(2)));
        assert_eq!(approvals.standing(&two, at(3)), Some(Standing::Denied));
        let three = approvals.begin(asked(None), &mint, at(0));
        assert!(!approvals.approve(&three, given, at(100), at(100)), "too late");
        assert_eq!(approvals.standing(&three, at(100)), Some(Standing::Expired));
        assert_eq!(approvals.standing("x", at(0)), None);
    }
}
