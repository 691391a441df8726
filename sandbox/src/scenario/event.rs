//! Rules about events instead of calls: which events, under which conditions, counted how, and what then happens.

use std::sync::Arc;

use bank_fixtures::document::{Value, suggest};
use bank_fixtures::expectation::slug;

use super::chance::Chance;
use super::deed::{self, Deeds, Occasion};
use super::effect::one_line;
use super::pattern::{Numbers, Texts, glob};
use super::phase::{self, Length, Phase};
use super::rule::{self, Place};
use super::when::{self, Count};
use super::window::Window;
use crate::bank::{BANK_EVENTS, Subject};

/// A compiled rule about events.
#[derive(Debug, Clone)]
pub(super) struct EventRule {
    pub(super) name: Arc<str>,
    /// Names of events; `*` stands for anything.
    events: Vec<String>,
    pub(super) key: Vec<EventKey>,
    pub(super) when: EventWhen,
    pub(super) phases: Vec<Phase<Arc<Deeds>>>,
    /// Times it may fire, per key.
    pub(super) max: Option<u64>,
    pub(super) disabled: bool,
    /// The profile it is written in, if it is in one.
    pub(super) profile: Option<Arc<str>>,
    /// Switches that must all be on for it to be in force: its profile and its tags.
    pub(super) switches: Vec<Arc<str>>,
    /// What it does to which event of a key: what tells a reload whether its counts may stay.
    course: Arc<str>,
    /// Where it is written.
    pub(super) place: Place,
    /// `event` and `when` as written, on one line each.
    pub(super) asks: (String, Option<String>),
}

/// Conditions on an event; all must hold.
#[derive(Debug, Clone, Default)]
pub(super) struct EventWhen {
    pub(super) count: Option<Count>,
    pub(super) chance: Option<Chance>,
    pub(super) clock: Option<Window>,
    pub(super) state: Vec<(String, Texts)>,
    amount: Option<Numbers>,
    reference: Option<Texts>,
    creditor: Option<Texts>,
    client: Option<Texts>,
    account: Option<Texts>,
}

/// What a rule about events counts separately.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EventKey {
    World,
    Client,
    Consent,
    Account,
    Psu,
    Payment,
}

/// Keys of a rule about events, with one line each.
pub(crate) const EVENT_RULE_KEYS: &[(&str, &str)] = &[
    ("name", "name of the rule, unique in the file"),
    ("event", "which events: payment.accepted, [consent.*, …], or a name that something emits"),
    ("when", "conditions on count, chance, time, state, order, client and account; all must hold"),
    ("key", "what has its own count and phases: world (default), client, consent, account, psu, payment"),
    ("do", "what happens: one effect or a list"),
    ("phases", "different effects for the first events, the next ones, and so on"),
    ("max", "fire at most so often per key"),
    ("tags", "words to group rules by"),
    ("disabled", "true: the rule is read and checked, and does nothing"),
];

/// Keys of `when` in a rule about events.
pub(crate) const EVENT_WHEN_KEYS: &[&str] = &["count", "chance", "clock", "state", "bank", "client", "account"];
/// Keys of its `bank`: what it asks of the order.
pub(crate) const EVENT_ORDER_KEYS: &[&str] = &["payment.amount", "payment.reference", "payment.creditor"];

const KEYS: &[&str] = &["name", "event", "when", "key", "do", "phases", "max", "tags", "disabled"];
/// Words for what a rule about events counts separately.
pub(crate) const EVENT_KEYS: &[(&str, EventKey)] = &[
    ("world", EventKey::World),
    ("client", EventKey::Client),
    ("consent", EventKey::Consent),
    ("account", EventKey::Account),
    ("psu", EventKey::Psu),
    ("payment", EventKey::Payment),
];

impl EventRule {
    pub(super) fn read(value: Value<'_>) -> Option<EventRule> {
        let map = value.map(KEYS)?;
        let name = map.required("name").and_then(slug);
        let events = map.required("event").and_then(|value| value.each(event));
        let when = map.optional("when").map(EventWhen::read);
        let key = map.optional("key").map(|value| value.each(|value| value.one_of(EVENT_KEYS)));
        let max = map.optional("max").map(|value| value.integer(1..=1_000_000_000u64));
        let tags = map.optional("tags").map(|value| value.each(slug));
        let disabled = map.optional("disabled").map(Value::boolean);
        // A wrong name of an event is one mistake, not two.
        let occasion = events.as_deref().map_or(Occasion::PaymentEvent, occasion);
        let deeds = |value: Value<'_>| deed::deeds(value, occasion);
        let phases = match (map.optional("do"), map.optional("phases")) {
            (Some(value), None) => deeds(value).map(|effects| vec![Phase { length: Length::Forever, effects }]),
            (None, Some(value)) => phase::phases(value, deeds),
            (None, None) => {
                value.refuse("this rule does nothing", "`do` or `phases`");
                None
            }
            (Some(_), Some(_)) => {
                value.refuse("do and phases in one rule", "one of do and phases");
                None
            }
        };
        let tags = tags.unwrap_or(Some(Vec::new()))?;
        Some(EventRule {
            name: name?.into(),
            events: events?,
            key: key.unwrap_or_else(|| Some(vec![EventKey::World]))?,
            when: when.unwrap_or(Some(EventWhen::default()))?,
            phases: phases?,
            max: max.map_or(Some(None), |read| read.map(Some))?,
            disabled: disabled.unwrap_or(Some(false))?,
            profile: None,
            switches: tags.into_iter().map(Arc::from).collect(),
            course: rule::course(value).into(),
            place: Place::of(value),
            asks: (
                map.required("event").map(one_line).unwrap_or_default(),
                map.optional("when").map(|value| format!("when {}", one_line(value))),
            ),
        })
    }

    /// `true` if what an earlier version of the rule has counted still means the same.
    pub(super) fn goes_on_from(&self, before: &EventRule) -> bool {
        self.name == before.name && self.key == before.key && self.course == before.course
    }

    /// `true` if it is about events of this name.
    pub(super) fn names(&self, event: &str) -> bool {
        self.events.iter().any(|pattern| glob(pattern, event))
    }

    /// Events its phases wait for.
    pub(super) fn awaits(&self) -> impl Iterator<Item = Arc<str>> {
        self.phases.iter().filter_map(|phase| match &phase.length {
            Length::Until(event) => Some(Arc::clone(event)),
            _ => None,
        })
    }

    /// The events it names that only the scenario itself can emit.
    pub(super) fn own_events(&self) -> impl Iterator<Item = &str> {
        self.events.iter().map(String::as_str).filter(|name| !name.contains(['.', '*']))
    }

    pub(super) fn has_chance(&self) -> bool {
        self.when.chance.is_some()
    }

    /// The key of an event, as journals show it: empty for the world's; parts an event does not have are empty.
    pub(super) fn key_of(&self, subject: Option<&Subject>) -> String {
        let part = |key: &EventKey| {
            let subject = subject?;
            match key {
                EventKey::World => None,
                EventKey::Client => subject.client_id.as_deref(),
                EventKey::Consent => subject.consent_id.as_deref(),
                EventKey::Account => subject.account_id.as_deref(),
                EventKey::Psu => subject.user.as_deref(),
                EventKey::Payment => subject.payment.as_ref().map(|payment| payment.id.as_str()),
            }
        };
        let parts = self.key.iter().filter(|key| **key != EventKey::World).map(|key| part(key).unwrap_or_default());
        parts.collect::<Vec<_>>().join("\n")
    }
}

/// A name of events: one of the table, a pattern that fits some of them, or one of the scenario's own, without a dot.
fn event(value: Value<'_>) -> Option<String> {
    let text = value.scalar()?;
    let own = !text.is_empty() && !text.contains(['.', '*']);
    if own || BANK_EVENTS.iter().any(|row| glob(text, row.1)) {
        return Some(text.to_owned());
    }
    let names = || BANK_EVENTS.iter().map(|row| row.1);
    let legal = names().collect::<Vec<_>>().join(", ");
    let wrong = value.diagnostic(format!("`{text}` is not an event")).suggestion(suggest(text, names()));
    value
        .document()
        .record(wrong.legal(format!("{legal}, `*` for anything, or a name without a dot that something emits")));
    None
}

/// What all of these events are about.
fn occasion(events: &[String]) -> Occasion {
    let all = |kind: &str| events.iter().all(|event| event.starts_with(kind));
    if all("payment.") {
        Occasion::PaymentEvent
    } else if all("consent.") {
        Occasion::ConsentEvent
    } else if all("account.") || all("transaction.") {
        Occasion::AccountEvent
    } else {
        Occasion::OtherEvent
    }
}

impl EventWhen {
    fn read(value: Value<'_>) -> Option<EventWhen> {
        let map = value.map(EVENT_WHEN_KEYS)?;
        let count = map.optional("count").map(when::count);
        let chance = map.optional("chance").map(Chance::read);
        let clock = map.optional("clock").map(Window::read);
        let state = map.optional("state").map(when::state);
        let client = map.optional("client").map(Texts::read);
        let account = map.optional("account").map(Texts::read);
        let mut when = EventWhen::default();
        let order = map.optional("bank").map(|value| when.read_order(value));
        when.count = optional(count)?;
        when.chance = optional(chance)?;
        when.clock = optional(clock)?;
        when.client = optional(client)?;
        when.account = optional(account)?;
        when.state = state.unwrap_or(Some(Vec::new()))?;
        order.unwrap_or(Some(()))?;
        Some(when)
    }

    fn read_order(&mut self, value: Value<'_>) -> Option<()> {
        let map = value.map(EVENT_ORDER_KEYS)?;
        let amount = map.optional("payment.amount").map(Numbers::read);
        let reference = map.optional("payment.reference").map(Texts::read);
        let creditor = map.optional("payment.creditor").map(Texts::read);
        self.amount = optional(amount)?;
        self.reference = optional(reference)?;
        self.creditor = optional(creditor)?;
        Some(())
    }

    /// Everything that does not depend on how often: an event for which it holds is counted.
    pub(super) fn admits(&self, subject: Option<&Subject>, at: jiff::Timestamp) -> bool {
        let payment = subject.and_then(|subject| subject.payment.as_ref());
        let text = |test: &Option<Texts>, text: Option<&str>| {
            test.as_ref().is_none_or(|texts| text.is_some_and(|text| texts.any(text)))
        };
        let amount = |numbers: &Numbers| payment.is_some_and(|payment| numbers.hold(payment.amount.value()));
        self.clock.as_ref().is_none_or(|window| window.end(at).is_some())
            && self.amount.as_ref().is_none_or(amount)
            && text(&self.reference, payment.and_then(|payment| payment.reference.as_deref()))
            && text(&self.creditor, payment.map(|payment| payment.creditor_name.as_str()))
            && text(&self.client, subject.and_then(|subject| subject.client_id.as_deref()))
            && text(&self.account, subject.and_then(|subject| subject.account_id.as_deref()))
    }
}

/// A value that may be left out and may be wrong.
fn optional<T>(read: Option<Option<T>>) -> Option<Option<T>> {
    read.map_or(Some(None), |read| read.map(Some))
}
