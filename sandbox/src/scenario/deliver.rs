//! `deliver`: what becomes of a bank's messages on their way: lost, late, twice, out of order, badly signed, old ones again.

use std::sync::Arc;
use std::time::Duration;

use bank_fixtures::document::Value;
use bank_fixtures::duration;
use bank_fixtures::expectation::slug;
use bank_fixtures::seed::Seed;

use super::chance::Chance;
use super::engine::draws_of;
use super::pattern::Texts;
use super::rule::Place;
use crate::fault::{Odds, Provenance, Share, Stage};
use crate::webhook::{FORGERIES, Forgery, Retry, Signature};

/// A compiled rule about messages.
#[derive(Debug, Clone)]
pub(crate) struct DeliverRule {
    pub(crate) name: Arc<str>,
    client: Option<Texts>,
    kind: Option<Texts>,
    pub(crate) disabled: bool,
    /// The profile it is written in, if it is in one.
    pub(super) profile: Option<Arc<str>>,
    /// Switches that must all be on for it to be in force: its profile and its tags.
    pub(crate) switches: Vec<Arc<str>>,
    /// Where it is written.
    pub(super) place: Place,
    copies: u32,
    drop: Option<Share>,
    delay: Duration,
    bad: Option<Share>,
    /// Share of the messages after which an older one is sent again.
    replay: Option<Share>,
    /// What is sent beside each message.
    pub(crate) forge: Vec<&'static Forgery>,
    /// How long messages are gathered, and in which order they then go out.
    pub(crate) window: Option<(Duration, Order)>,
    pub(crate) retry: Option<Retry>,
    /// The rule on one line.
    pub(super) words: Arc<str>,
}

/// In which order the messages of a window go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Kept,
    Reverse,
    Shuffle,
}

/// What a rule makes of one message.
#[derive(Debug)]
pub(crate) struct Fate {
    /// One signature per copy with why it is as it is; none if the message is lost.
    pub(crate) copies: Vec<(Signature, Arc<[Provenance]>)>,
    /// Why it is lost, if it is.
    pub(crate) because: Arc<[Provenance]>,
    pub(crate) delay: Duration,
    /// An older message goes out again: why.
    pub(crate) replay: Option<Arc<[Provenance]>>,
}

/// Where the draws of rules about messages come from: the world's seed and the name of the scenario.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) seed: Seed,
    pub(crate) scenario: Arc<str>,
}

/// Keys of a rule about messages, with one line each.
pub(crate) const DELIVER_RULE_KEYS: &[(&str, &str)] = &[
    ("name", "name of the rule, unique in the file"),
    ("event", "webhook.queued"),
    ("when", "which messages: {client: …, type: payment.*}; left out: all"),
    ("deliver", "what becomes of them"),
    ("tags", "words to group rules by"),
    ("disabled", "true: the rule is read and checked, and does nothing"),
];

/// Keys of `deliver`, with one line each.
pub(crate) const DELIVER_KEYS: &[(&str, &str)] = &[
    ("copies", "how often each message goes out (default: 1)"),
    ("order", "reverse or shuffle the messages of a window"),
    ("window", "gather messages so long before they go out: 5s"),
    ("drop", "this share of the messages never goes out: 10%, 1 of 3"),
    ("delay", "go out so much later: 30s"),
    ("signature", "{bad: 1 of 10}: this share of the copies is signed with another secret"),
    ("replay", "after this share of the messages an older one goes out again: 1 of 5"),
    ("forge", "after each message these forged ones come too: [tampered-body, stale]; `list forgeries` has them"),
    (
        "retry",
        "{after: [5xx, 4xx, timeout], max: 3, backoff: 1s x2}: at most so many more attempts, and the waits between them",
    ),
];

/// Most further attempts.
const MOST: u32 = 20;
/// Most copies of a message: enough for a burst.
const MOST_COPIES: u32 = 100;
const BACKOFF: &str = "a duration and how much longer each further wait is: 1s x2, 30s";

impl DeliverRule {
    pub(super) fn read(value: Value<'_>) -> Option<DeliverRule> {
        let map = value.map(&["name", "event", "when", "deliver", "tags", "disabled"])?;
        let name = map.required("name").and_then(slug);
        let event = map.required("event").and_then(|value| value.word_of(&["webhook.queued"]));
        let when = map.optional("when").map(when);
        let tags = map.optional("tags").map(|value| value.each(slug));
        let disabled = map.optional("disabled").map(Value::boolean);
        let mut rule = DeliverRule {
            name: Arc::from(""),
            client: None,
            kind: None,
            disabled: disabled.unwrap_or(Some(false))?,
            switches: tags.unwrap_or(Some(Vec::new()))?.into_iter().map(Arc::from).collect(),
            profile: None,
            place: Place::of(value),
            copies: 1,
            drop: None,
            delay: Duration::ZERO,
            bad: None,
            replay: None,
            forge: Vec::new(),
            window: None,
            retry: None,
            words: super::effect::one_line(map.required("deliver")?).into(),
        };
        rule.read_deliver(map.required("deliver")?)?;
        (rule.client, rule.kind) = when.unwrap_or(Some((None, None)))?;
        rule.name = name?.into();
        event.map(|_| rule)
    }

    fn read_deliver(&mut self, value: Value<'_>) -> Option<()> {
        let map =
            value.map(&["copies", "order", "window", "drop", "delay", "signature", "replay", "forge", "retry"])?;
        let time = |key| map.optional(key).map(|value| value.parse(duration::LEGAL, duration::parse));
        let share = |key| map.optional(key).map(Share::read);
        let copies = map.optional("copies").map(|value| value.integer(1..=MOST_COPIES));
        let order = map
            .optional("order")
            .map(|value| value.one_of(&[("reverse", Order::Reverse), ("shuffle", Order::Shuffle)]));
        let (window, delay, drop, replay) = (time("window"), time("delay"), share("drop"), share("replay"));
        let bad = map.optional("signature").map(|value| value.map(&["bad"])?.required("bad").and_then(Share::read));
        let retry = map.optional("retry").map(retry);
        let forge = map.optional("forge").map(forge);
        if let (Some(order), None) = (map.optional("order"), &window) {
            order.refuse("an order without a window: messages go out one by one", "`window: 5s` beside it");
            return None;
        }
        self.copies = copies.unwrap_or(Some(1))?;
        self.delay = delay.unwrap_or(Some(Duration::ZERO))?;
        self.drop = drop.map_or(Some(None), |read| read.map(Some))?;
        self.replay = replay.map_or(Some(None), |read| read.map(Some))?;
        self.bad = bad.map_or(Some(None), |read| read.map(Some))?;
        self.retry = retry.map_or(Some(None), |read| read.map(Some))?;
        self.forge = forge.unwrap_or(Some(Vec::new()))?;
        let order = order.unwrap_or(Some(Order::Kept))?;
        self.window = window.map_or(Some(None), |read| read.map(Some))?.map(|window| (window, order));
        Some(())
    }

    /// `true` if it is about messages of this kind to this client.
    pub(crate) fn applies(&self, client: &str, kind: &str) -> bool {
        let fits = |test: &Option<Texts>, text: &str| test.as_ref().is_none_or(|texts| texts.any(text));
        fits(&self.client, client) && fits(&self.kind, kind)
    }

    /// What becomes of the `n`-th message it is about, from 1.
    pub(crate) fn fate(&self, source: &Source, n: u64) -> Fate {
        let own = self.why(source, n, "", None);
        let with = |hit: Option<Provenance>| -> Arc<[Provenance]> { [own.clone()].into_iter().chain(hit).collect() };
        let signature = |copy: u32| {
            let number = (n - 1) * u64::from(self.copies) + u64::from(copy) + 1;
            let bad = self.hit(source, self.bad, "bad", number);
            (if bad.is_some() { Signature::Bad } else { Signature::Good }, with(bad))
        };
        let lost = self.hit(source, self.drop, "drop", n);
        let copies = if lost.is_some() { Vec::new() } else { (0..self.copies).map(signature).collect() };
        let replay = self.hit(source, self.replay, "replay", n).map(|hit| with(Some(hit)));
        Fate { copies, because: with(lost), delay: self.delay, replay }
    }

    /// The draw of a share that is hit; exactly the share of every block, in an order nobody can guess, so that a test can
    /// count on it. What is drawn for is the key of the draw.
    fn hit(&self, source: &Source, share: Option<Share>, what: &str, n: u64) -> Option<Provenance> {
        let chance = chance_of(share?);
        let seed = draws_of(source.seed, &source.scenario, &self.name, what);
        let (hit, draw) = chance.hits(seed, n, &mut None);
        hit.then(|| self.why(source, n, what, Some((draw, chance.odds()))))
    }

    fn why(&self, source: &Source, n: u64, what: &str, drawn: Option<(f64, Odds)>) -> Provenance {
        Provenance {
            rule: self.name.to_string(),
            phase: 0,
            n,
            draw: drawn.map(|(draw, _)| draw),
            effect: if what.is_empty() { self.words.to_string() } else { what.to_owned() },
            stage: Stage::After,
            key: what.to_owned(),
            chance: drawn.map(|(_, odds)| odds),
            drawn_from: (Arc::clone(&source.scenario), source.seed.number()),
        }
    }

    /// The chance of what is drawn for under this key; `None` if nothing is.
    pub(super) fn chance(&self, what: &str) -> Option<Chance> {
        let share = match what {
            "bad" => self.bad,
            "drop" => self.drop,
            "replay" => self.replay,
            _ => None,
        };
        share.map(chance_of)
    }

    /// Puts the messages of a window into the order they go out in.
    pub(crate) fn arrange<T>(&self, source: &Source, number: u64, messages: &mut [T]) {
        match self.window.map(|window| window.1) {
            None | Some(Order::Kept) => {}
            Some(Order::Reverse) => messages.reverse(),
            Some(Order::Shuffle) => {
                let seed = draws_of(source.seed, &source.scenario, &self.name, "shuffle");
                let mut draws = seed.at(number).draws();
                for last in (1..messages.len()).rev() {
                    messages.swap(last, draws.below(last as u64 + 1) as usize);
                }
            }
        }
    }
}

/// A share that is whole in a block is hit exactly; a finer one by a coin per message.
fn chance_of(share: Share) -> Chance {
    if share.of <= 1_000 { Chance::Exact(share) } else { Chance::Bernoulli(share) }
}

fn when(value: Value<'_>) -> Option<(Option<Texts>, Option<Texts>)> {
    let map = value.map(&["client", "type"])?;
    let (client, kind) = (map.optional("client").map(Texts::read), map.optional("type").map(Texts::read));
    Some((client.map_or(Some(None), |read| read.map(Some))?, kind.map_or(Some(None), |read| read.map(Some))?))
}

fn forge(value: Value<'_>) -> Option<Vec<&'static Forgery>> {
    let names: Vec<&str> = FORGERIES.iter().map(|forgery| forgery.name).collect();
    value.each(|item| item.word_of(&names).and_then(Forgery::find))
}

fn retry(value: Value<'_>) -> Option<Retry> {
    let map = value.map(&["after", "max", "backoff"])?;
    let after = map.optional("after").map(|value| value.each(|value| value.word_of(&["5xx", "4xx", "timeout"])));
    let max = map.optional("max").map(|value| value.integer(0..=MOST));
    let backoff = map
        .optional("backoff")
        .map(|value| value.parse(BACKOFF, |text| backoff(text).ok_or_else(|| format!("`{text}` is no backoff"))));
    let after = after.unwrap_or_else(|| Some(vec!["5xx", "timeout"]))?;
    let (backoff, growth) = backoff.unwrap_or(Some((Retry::BANK.backoff, Retry::BANK.growth)))?;
    Some(Retry {
        client_errors: after.contains(&"4xx"),
        server_errors: after.contains(&"5xx"),
        silence: after.contains(&"timeout"),
        attempts: max.unwrap_or(Some(Retry::BANK.attempts - 1))? + 1,
        backoff,
        growth,
    })
}

/// `1s x2`.
fn backoff(text: &str) -> Option<(Duration, f64)> {
    let (wait, growth) = match text.split_once(" x") {
        Some((wait, growth)) => (wait, growth.trim().parse().ok()?),
        None => (text, 1.0),
    };
    let legal = (1.0..=100.0).contains(&growth);
    duration::parse(wait.trim()).ok().map(|wait| (wait, growth)).filter(|_| legal)
}
