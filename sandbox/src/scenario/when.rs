//! `when`: conditions beyond the request: how often, by what chance, at what time, on what order, in what state.

use bank_fixtures::document::{Kind, Value};
use rust_decimal::Decimal;

use super::chance::Chance;
use super::facts::Facts;
use super::known::Known;
use super::matcher::Matcher;
use super::pattern::{NUMBERS, Numbers, Texts};
use super::window::Window;

/// Keys of `when`, with one line each.
pub(crate) const WHEN_KEYS: &[(&str, &str)] = &[
    ("count", "the n-th matching call of the key, from 1: 3, 2..5, \">= 4\", every 3"),
    ("chance", "5% of the calls by chance, or `5% exact`: exactly so many of every block"),
    ("clock", "a window of the world's time: \"Sun 02:00-04:00 Europe/Berlin\", {from: …, to: …}"),
    ("state", "variables that rules `set`: {mode: closed}"),
    ("bank", "the order, consent or account a call is about: {payment.amount: \">= 1000\", consent.status: expired}"),
    ("unless", "a `match` that must not hold"),
];

/// Compiled conditions; all must hold.
#[derive(Debug, Clone, Default)]
pub(super) struct When {
    pub(super) count: Option<Count>,
    pub(super) chance: Option<Chance>,
    pub(super) clock: Option<Window>,
    /// Variables with the texts they must have.
    pub(super) state: Vec<(String, Texts)>,
    pub(super) bank: Known,
    pub(super) unless: Option<Matcher>,
}

/// Which of a key's calls.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Count {
    Every(u64),
    These(Numbers),
}

impl When {
    pub(super) fn read(value: Value<'_>) -> Option<When> {
        let map = value.map(&["count", "chance", "clock", "state", "bank", "unless"])?;
        let count = map.optional("count").map(count);
        let chance = map.optional("chance").map(Chance::read);
        let clock = map.optional("clock").map(Window::read);
        let state = map.optional("state").map(state);
        let unless = map.optional("unless").map(Matcher::read);
        let bank = map.optional("bank").map(Known::read);
        Some(When {
            count: count.map_or(Some(None), |read| read.map(Some))?,
            chance: chance.map_or(Some(None), |read| read.map(Some))?,
            clock: clock.map_or(Some(None), |read| read.map(Some))?,
            state: state.unwrap_or(Some(Vec::new()))?,
            bank: bank.unwrap_or(Some(Known::default()))?,
            unless: unless.map_or(Some(None), |read| read.map(Some))?,
        })
    }

    /// Everything that does not depend on how often: what holds here is a matching call, and is counted. `attempt` is the
    /// number of the call among the attempts of its request.
    pub(super) fn admits(&self, facts: &Facts<'_>, attempt: u64) -> bool {
        self.clock.as_ref().is_none_or(|window| window.end(facts.now).is_some())
            && self.unless.as_ref().is_none_or(|unless| !unless.matches(facts, attempt))
            && self.bank.holds(facts)
    }

    /// `true` if something is asked that only a request can answer.
    pub(super) fn asks_a_request(&self) -> bool {
        self.bank != Known::default() || self.unless.is_some()
    }

    /// `true` if nothing is asked.
    pub(super) fn is_empty(&self) -> bool {
        self.count.is_none()
            && self.chance.is_none()
            && self.clock.is_none()
            && self.state.is_empty()
            && self.bank == Known::default()
            && self.unless.is_none()
    }
}

impl Count {
    /// How many calls of a key it can hit; `None` for no bound.
    pub(super) fn most(&self) -> Option<u64> {
        match self {
            Count::Every(_) => None,
            Count::These(numbers) => numbers.most(),
        }
    }

    pub(super) fn holds(&self, n: u64) -> bool {
        match self {
            Count::Every(step) => n.is_multiple_of(*step),
            Count::These(numbers) => numbers.hold(Decimal::from(n)),
        }
    }
}

pub(super) fn count(value: Value<'_>) -> Option<Count> {
    if value.kind() != Kind::List
        && let Some(step) = value.scalar().and_then(|text| text.strip_prefix("every "))
    {
        let step = step.trim().parse().ok().filter(|step| *step > 0);
        if step.is_none() {
            value.refuse("`every` needs a whole number above 0", format!("every 3, or {NUMBERS}"));
        }
        return step.map(Count::Every);
    }
    let numbers = Numbers::read(value)?;
    if !numbers.possible() {
        value.refuse("no call has this number", NUMBERS);
        return None;
    }
    Some(Count::These(numbers))
}

pub(super) fn state(value: Value<'_>) -> Option<Vec<(String, Texts)>> {
    let read = value.entries()?.into_iter().map(|(key, value)| Some((key.key_text().to_owned(), Texts::read(value)?)));
    read.collect::<Vec<_>>().into_iter().collect()
}
