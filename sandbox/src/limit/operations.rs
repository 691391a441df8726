//! The limits of a bank: one automaton per client and operation.

use jiff::Timestamp;

use crate::exchange::{Problem, ProblemKind};
use crate::limit::{HeaderFamily, Keyed, Policy, Verdict};
use crate::operation::{OPERATIONS, Operation};

/// What a bank limits, and how it says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitSettings {
    /// Headers that tell a client how much is left.
    pub headers: HeaderFamily,
    /// The first rule that names an operation applies to it; an operation of no rule is not limited.
    pub rules: Vec<LimitRule>,
    /// How often a client may look at an account while its holder is away; `None` as often as it likes.
    pub unattended: Option<Policy>,
}

/// One limit of a bank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitRule {
    /// The operations it counts, each for itself.
    pub operations: Vec<Operation>,
    /// How.
    pub policy: Policy,
}

/// The limits of one bank in one world.
#[derive(Debug)]
pub struct Limits {
    headers: HeaderFamily,
    /// In the order of [`OPERATIONS`].
    by_operation: Vec<Option<Keyed>>,
    /// By client, operation and account, as its caller writes them together.
    unattended: Option<Keyed>,
}

impl Limits {
    /// Limits nobody has used yet.
    pub fn new(settings: &LimitSettings) -> Limits {
        let rule_of = |operation| settings.rules.iter().find(|rule| rule.operations.contains(&operation));
        let keyed = |operation| rule_of(operation).map(|rule| Keyed::new(rule.policy.clone()));
        let by_operation = OPERATIONS.iter().map(|row| keyed(row.0)).collect();
        let unattended = settings.unattended.clone().map(Keyed::new);
        Limits { headers: settings.headers, by_operation, unattended }
    }

    /// Limits of their own that were used as much.
    #[must_use]
    pub fn fork(&self) -> Limits {
        let by_operation = self.by_operation.iter().map(|keyed| keyed.as_ref().map(Keyed::fork)).collect();
        Limits { headers: self.headers, by_operation, unattended: self.unattended.as_ref().map(Keyed::fork) }
    }

    /// Asks for one look of a client while the account holder is away: which calls those are, and what is counted together, the
    /// standard says. The refusal if it was one too many.
    pub fn unattended(&self, key: &str, now: Timestamp) -> Option<Problem> {
        let verdict = self.unattended.as_ref()?.check(key, now);
        let wait = verdict.retry_after?;
        let detail = format!("without the account holder there are {} calls a day", verdict.limit);
        Some(Problem::new(ProblemKind::QuotaExhausted, detail).retry_after(wait))
    }

    /// Asks for one call of a client; `None` if the operation is not limited.
    pub fn check(&self, operation: Operation, client_key: &str, now: Timestamp) -> Option<Verdict> {
        self.by_operation[operation as usize].as_ref().map(|keyed| keyed.check(client_key, now))
    }

    /// Which headers carry a verdict.
    pub fn headers(&self) -> HeaderFamily {
        self.headers
    }

    /// The refusal a verdict means; `None` if it allowed the call.
    pub fn refusal(&self, operation: Operation, verdict: &Verdict) -> Option<Problem> {
        let wait = verdict.retry_after?;
        let quota = self.by_operation[operation as usize].as_ref().is_some_and(|keyed| keyed.policy().is_quota());
        let kind = if quota { ProblemKind::QuotaExhausted } else { ProblemKind::RateLimited };
        let detail = format!("{operation} is limited to {} calls per {} s", verdict.limit, verdict.window.as_secs());
        Some(Problem::new(kind, detail).retry_after(wait))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn settings() -> LimitSettings {
        let policy = Policy::TokenBucket { capacity: 2, refill: 2, per: Duration::from_secs(60) };
        LimitSettings {
            headers: HeaderFamily::Ietf,
            rules: vec![LimitRule { operations: vec![Operation::AccountsList, Operation::TransactionsList], policy }],
            unattended: None,
        }
    }

    #[test]
    fn clients_and_operations_do_not_share_a_bucket() {
        let limits = Limits::new(&settings());
        let now = Timestamp::UNIX_EPOCH;
        let ask = |operation, client| limits.check(operation, client, now).map(|verdict| verdict.allowed);
        assert_eq!(ask(Operation::AccountsList, "a"), Some(true));
        assert_eq!(ask(Operation::AccountsList, "a"), Some(true));
        assert_eq!(ask(Operation::AccountsList, "a"), Some(false));
        assert_eq!(ask(Operation::AccountsList, "b"), Some(true));
        assert_eq!(ask(Operation::TransactionsList, "a"), Some(true));
        assert_eq!(ask(Operation::PaymentsCreate, "a"), None);
    }

    #[test]
    fn a_refusal_says_when_to_come_back() {
        let limits = Limits::new(&settings());
        let now = Timestamp::UNIX_EPOCH;
        for _ in 0..2 {
            limits.check(Operation::AccountsList, "a", now);
        }
        let last = limits.check(Operation::AccountsList, "a", now).unwrap();
        let problem = limits.refusal(Operation::AccountsList, &last).unwrap();
        assert_eq!(problem.kind, ProblemKind::RateLimited);
        assert_eq!(problem.retry_after, Some(Duration::from_secs(30)));
        assert_eq!(problem.detail, "accounts.list is limited to 2 calls per 60 s");
    }

    #[test]
    fn operations_index_their_own_row() {
        for (index, row) in OPERATIONS.iter().enumerate() {
            assert_eq!(row.0 as usize, index, "{}", row.1);
        }
    }
}
