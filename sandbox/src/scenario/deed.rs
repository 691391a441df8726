//! What a scenario makes happen by itself, on an event or at a time: deeds at the bank, not changes of an answer.
//!
//! Owns how deeds are written. Carrying them out is the world's business.

use std::sync::Arc;
use std::time::Duration;

use bank_fixtures::currency::Currency;
use bank_fixtures::document::{Kind, Map, Value};
use bank_fixtures::duration;
use bank_fixtures::expectation::slug;
use bank_fixtures::record::AccountStatus;
use rust_decimal::Decimal;

use super::effect;
use crate::auth::SigningAlgorithm;
use crate::fault::outcome::{self, ACCOUNT_STATUSES, CONSENT_ENDS};
use crate::fault::{ConsentEnd, PaymentEnd};

/// One item of `do`: deeds done together, perhaps a while later.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Deeds {
    /// Wait on the world's clock.
    pub(crate) after: Duration,
    pub(crate) list: Vec<Deed>,
    /// As written, on one line.
    pub(crate) words: Arc<str>,
}

/// One thing to be done.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Deed {
    /// The payment of the event takes another course.
    Payment(PaymentEnd),
    /// Consents end: that of the event, else all in force of these.
    Consent(ConsentEnd, Who),
    /// An account is closed, blocked or opened.
    Account(AccountStatus, Which),
    /// Every bank signs with a new key.
    RotateKeys,
    /// The bank signs with another algorithm, and a key nobody was told of.
    SwitchSigning(SigningAlgorithm),
    /// Every bank is down for so long.
    Maintenance(Duration),
    /// An entry is posted.
    Post(Posting),
    /// Variables are set.
    Set(Vec<(String, String)>),
    /// An event of the scenario's own.
    Emit(Arc<str>),
    /// The clock leaps ahead.
    Advance(Duration),
    /// A message of this kind goes out to whoever registered a webhook.
    Webhook(String),
}

/// Whose consents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Who {
    pub(crate) client: Option<String>,
    pub(crate) user: Option<String>,
}

/// Which account: by its id, or the first one of an account holder; neither for that of the event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Which {
    pub(crate) account: Option<String>,
    pub(crate) user: Option<String>,
}

/// An entry to be posted.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Posting {
    pub(crate) which: Which,
    pub(crate) amount: Decimal,
    /// `None` takes the account's.
    pub(crate) currency: Option<Currency>,
    pub(crate) description: Option<String>,
}

/// What deeds happen on: what they may leave to be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Occasion {
    /// A time of the timeline.
    Time,
    /// An event that concerns a payment.
    PaymentEvent,
    /// An event that concerns a consent.
    ConsentEvent,
    /// An event that concerns an account.
    AccountEvent,
    /// An event of the scenario's own, or several kinds of events.
    OtherEvent,
}

/// Keys of a deed, with one line each.
pub(crate) const DEED_KEYS: &[(&str, &str)] = &[
    ("after", "so long later on the world's clock: 90s"),
    (
        "bank",
        "{payment.status: RJCT, reason: AM04}, {consent.status: revoked, user?, client?}, {account.status: closed, account? or user?}, {signing_keys: rotated, or PS256, RS256, ES256 or EdDSA from now on} or {maintenance: 2h}",
    ),
    ("transaction", "posts an entry: {account or user, amount: \"-12.30\", currency?, description?}"),
    ("webhook", "sends a webhook of this type about the event: payment.status, or any name"),
    ("set", "variables for `when: {state: …}`: {mode: closed}"),
    ("emit", "the name of an event of the scenario's own, for `event:` and `until:`"),
    ("advance", "the clock leaps ahead by this duration"),
];

/// Keys of `bank` in a deed.
pub(crate) const BANK_DEED_KEYS: &[&str] = &[
    "payment.status",
    "reason",
    "consent.status",
    "account.status",
    "account",
    "user",
    "client",
    "signing_keys",
    "maintenance",
];

const KEYS: &[&str] = &["after", "bank", "transaction", "webhook", "set", "emit", "advance"];

/// Reads `do` of an event rule or of an item of the timeline.
pub(super) fn deeds(value: Value<'_>, occasion: Occasion) -> Option<Vec<Arc<Deeds>>> {
    if value.kind() == Kind::Text && value.text()? == "pass" {
        return Some(Vec::new());
    }
    if value.kind() == Kind::List && value.list()?.is_empty() {
        value.refuse("an empty list does nothing", "at least one effect, or `pass`");
        return None;
    }
    value.each(|value| read(value, occasion).map(Arc::new))
}

fn read(value: Value<'_>, occasion: Occasion) -> Option<Deeds> {
    let map = value.map(KEYS)?;
    let time = |key| map.optional(key).map(|value| value.parse(duration::LEGAL, duration::parse));
    let (after, advance) = (time("after"), time("advance"));
    let mut list = Vec::new();
    let mut right = true;
    let mut add = |read: Option<Option<Deed>>| match read {
        Some(Some(deed)) => list.push(deed),
        Some(None) => right = false,
        None => {}
    };
    // In the order of the table, whatever the order in the file.
    add(map.optional("bank").map(|value| bank(value, occasion)));
    add(map.optional("transaction").map(|value| posting(value, occasion).map(Deed::Post)));
    add(map.optional("webhook").map(|value| value.word().map(|kind| Deed::Webhook(kind.to_owned()))));
    add(map.optional("set").map(|value| effect::sets(value).map(Deed::Set)));
    add(map.optional("emit").map(|value| slug(value).map(|name| Deed::Emit(name.into()))));
    add(advance.map(|by| by.map(Deed::Advance)));
    let unknown = value.entries()?.iter().any(|(key, _)| !KEYS.contains(&key.key_text()));
    if right && list.is_empty() && !unknown {
        value.refuse("this effect does nothing", KEYS[1..].join(", "));
        return None;
    }
    let after = after.unwrap_or(Some(Duration::ZERO));
    (right && !list.is_empty()).then_some(())?;
    Some(Deeds { after: after?, list, words: effect::words(value).into() })
}

fn bank(value: Value<'_>, occasion: Occasion) -> Option<Deed> {
    let map = value.map(BANK_DEED_KEYS)?;
    let what = ["payment.status", "consent.status", "account.status", "signing_keys", "maintenance"];
    let said: Vec<&str> = what.into_iter().filter(|key| map.has(key)).collect();
    let [said] = said.as_slice() else {
        value.refuse("this effect must say what happens", format!("exactly one of {}", what.join(", ")));
        return None;
    };
    let beside: &[&str] = match *said {
        "payment.status" => &["reason"],
        "consent.status" => &["user", "client"],
        "account.status" => &["account", "user"],
        _ => &[],
    };
    for key in ["reason", "account", "user", "client"].into_iter().filter(|key| !beside.contains(key)) {
        if let Some(odd) = map.optional(key) {
            let legal = if beside.is_empty() { "nothing beside it".to_owned() } else { beside.join(", ") };
            odd.refuse(format!("`{key}` means nothing beside `{said}`"), legal);
            return None;
        }
    }
    let place = map.required(said)?;
    match *said {
        "payment.status" => {
            if occasion != Occasion::PaymentEvent {
                place.refuse("there is no payment here", "an event rule with `event: payment.…`");
                return None;
            }
            outcome::payment(&map).map(Deed::Payment)
        }
        "consent.status" => {
            let end = place.one_of(CONSENT_ENDS);
            let who = Who { client: word(&map, "client")?, user: word(&map, "user")? };
            Some(Deed::Consent(end?, who))
        }
        "account.status" => {
            let status = place.one_of(ACCOUNT_STATUSES);
            let which = which(&map, value, occasion);
            Some(Deed::Account(status?, which?))
        }
        "signing_keys" => {
            let rotated = std::iter::once(("rotated", None));
            let switched = SigningAlgorithm::ALL.iter().map(|(name, algorithm)| (*name, Some(*algorithm)));
            let words: Vec<_> = rotated.chain(switched).collect();
            place.one_of(&words).map(|switched| switched.map_or(Deed::RotateKeys, Deed::SwitchSigning))
        }
        _ => place.parse(duration::LEGAL, duration::parse).map(Deed::Maintenance),
    }
}

fn posting(value: Value<'_>, occasion: Occasion) -> Option<Posting> {
    let map = value.map(&["account", "user", "amount", "currency", "description"])?;
    let which = which(&map, value, occasion);
    let amount = map.required("amount").and_then(|value| {
        let read = |text: &str| match text.parse::<Decimal>() {
            Ok(amount) if !amount.is_zero() => Ok(amount),
            _ => Err(format!("`{text}` is no amount")),
        };
        value.parse("a decimal other than 0, in quotes: \"-12.30\"", read)
    });
    let currency = map.optional("currency").map(|value| value.parse("an ISO 4217 code: GBP", str::parse::<Currency>));
    let description = word(&map, "description");
    Some(Posting {
        which: which?,
        amount: amount?,
        currency: currency.map_or(Some(None), |read| read.map(Some))?,
        description: description?,
    })
}

/// The account a mapping names.
fn which(map: &Map<'_>, value: Value<'_>, occasion: Occasion) -> Option<Which> {
    let which = Which { account: word(map, "account")?, user: word(map, "user")? };
    // Events of the scenario's own may come from a call that names an account.
    let known = !matches!(occasion, Occasion::Time | Occasion::ConsentEvent);
    let legal = "`account: acc_…`, or `user: alice` for the first account of an account holder";
    match (&which.account, &which.user) {
        (Some(_), Some(_)) => value.refuse("two accounts in one effect", legal),
        (None, None) if !known => value.refuse("this effect does not say which account", legal),
        _ => return Some(which),
    }
    None
}

/// An optional text: `None` if it is wrong.
fn word(map: &Map<'_>, key: &str) -> Option<Option<String>> {
    match map.optional(key) {
        None => Some(None),
        Some(value) => value.scalar().map(|text| Some(text.to_owned())),
    }
}

impl Deed {
    /// What kind of deed it is, as its key in scenario files.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Deed::Payment(_) => "payment.status",
            Deed::Consent(..) => "consent.status",
            Deed::Account(..) => "account.status",
            Deed::RotateKeys | Deed::SwitchSigning(_) => "signing_keys",
            Deed::Maintenance(_) => "maintenance",
            Deed::Post(_) => "transaction",
            Deed::Set(_) => "set",
            Deed::Emit(_) => "emit",
            Deed::Advance(_) => "advance",
            Deed::Webhook(_) => "webhook",
        }
    }
}

impl Deeds {
    /// Variables these set.
    pub(super) fn sets(&self) -> impl Iterator<Item = &(String, String)> {
        self.list.iter().filter_map(|deed| if let Deed::Set(sets) = deed { Some(sets) } else { None }).flatten()
    }

    /// Events of the scenario's own that these emit.
    pub(super) fn emits(&self) -> impl Iterator<Item = &str> {
        self.list.iter().filter_map(|deed| if let Deed::Emit(name) = deed { Some(&**name) } else { None })
    }
}
