//! Rules about connections, which happen before any request: what they may ask, and what they are asked about.

use bank_fixtures::document::Value;
use bank_fixtures::record::{AccountKind, ConsentStatus, PaymentStatus};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Scenario;
use super::facts::{BankView, Facts};
use super::rule::Rule;
use crate::dialect::CallFacts;
use crate::exchange::Request;
use crate::fault::Stage;
use crate::operation::Operation;

impl Scenario {
    /// `true` if its rules are about connections alone, so that no call shows them.
    pub fn is_about_connections(&self) -> bool {
        let mut stages = self.rules.iter().flat_map(Rule::stages).peekable();
        stages.peek().is_some() && stages.all(Stage::is_of_connections)
    }

    /// `true` if a rule is about connections of which nobody knows yet for which world they are.
    pub fn is_about_all_connections(&self) -> bool {
        self.rules.iter().flat_map(Rule::stages).any(|stage| stage == Stage::Accept)
    }
}

/// Records what a rule about connections cannot know or do.
pub(super) fn lint(rule: &Rule, value: Value<'_>) {
    let stages = rule.stages();
    if !stages.iter().any(|stage| stage.is_of_connections()) {
        return;
    }
    let at = |key: &str| value.member(key).unwrap_or(value);
    if let Some(other) = stages.iter().find(|stage| !stage.is_of_connections()) {
        let message = format!("a connection comes before any call: this rule also has an effect at `{}`", other.name());
        value.refuse(message, "effects on connections and effects on calls in rules of their own");
        return;
    }
    let named = stages.iter().all(|stage| *stage == Stage::Tls);
    if !rule.matcher.is_only_host() || !named && rule.matcher.host.is_some() {
        let legal = if named { "`host` alone" } else { "no `match`: nothing was read from the connection yet" };
        at("match").refuse("a rule about connections cannot ask about calls", legal);
    }
    if rule.when.asks_a_request() {
        at("when").refuse("a rule about connections cannot ask about calls", "count, chance, clock and state");
    }
    if !rule.key.is_world() {
        at("key").refuse("a connection has no such key", "no `key`: connections are counted together");
    }
    if rule.limit.is_some() {
        at("limit")
            .refuse("connections are no calls that a limit could grant", "connection_cap, or `when: {count: …}`");
    }
}

/// The bank behind a connection of which nobody knows yet for which bank it is. Rules about connections cannot ask it.
#[derive(Debug)]
pub(super) struct NoBank(pub(super) TimeZone);

impl BankView for NoBank {
    fn zone(&self) -> &TimeZone {
        &self.0
    }

    fn payment_status(&self, _: &str) -> Option<PaymentStatus> {
        None
    }

    fn consent_status(&self, _: &str) -> Option<ConsentStatus> {
        None
    }

    fn account_kind(&self, _: &str) -> Option<AccountKind> {
        None
    }
}

/// A connection in the words of scenarios: a call of which only the host is known.
pub(super) fn facts<T>(host: Option<&str>, now: Timestamp, with: impl FnOnce(&Facts<'_>) -> T) -> T {
    let request = Request::get("", "", &format!("https://{}", host.unwrap_or_default()));
    let call = CallFacts::default();
    let (operation, bank) = (Operation::Unknown, &NoBank(TimeZone::UTC));
    with(&Facts { operation, request: &request, access: None, client_id: None, call: &call, now, bank })
}
