//! What one bank does differently, as data.
//!
//! Owns the profile file and its reading (every mistake at once). A profile that says nothing changes nothing. Knows no
//! standard: a rule names texts, codes and days, never a member.

use bank_fixtures::currency::Currency;
use bank_fixtures::document::{self, Diagnostics, Map, Value};
use bank_fixtures::record::{AccountKind, Nature};
use jiff::tz::TimeZone;
use regex::Regex;

use super::model::{BalanceKind, Quality};
use super::words::{ACCOUNT_KINDS, BALANCE_KINDS, NATURES};
use super::{WARNING_CODES, WarningCode};

/// The rules of one institution.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Name of the institution; part of every derived id.
    pub institution: String,
    /// Zone in which it dates what it states as an instant.
    pub zone: Option<TimeZone>,
    /// What its signs mean.
    pub sign: SignRule,
    /// Kinds of account whose signs are the wrong way round.
    pub inverted_for: Vec<AccountKind>,
    /// Currency of amounts that state none.
    pub default_currency: Option<Currency>,
    /// How far its ids can be trusted, if not as the standard says.
    pub id_quality: Option<Quality>,
    /// Ids that look like this are no ids.
    pub ignore_id: Option<Regex>,
    /// Pending entries without a sign are debits when their text looks like this.
    pub pending_debit: Option<Regex>,
    /// Days within which a pending entry is booked.
    pub pending_days: u16,
    /// The booked amount is in the text: its figure is the first group.
    pub amount_in_text: Option<(Regex, Currency)>,
    /// The day the holder acted is in the text: the first group, `YYYY-MM-DD`.
    pub date_in_text: Option<Regex>,
    /// What is cut out of every text.
    pub remove_text: Vec<Regex>,
    /// What codes and texts say about an entry's nature.
    pub natures: Vec<NatureRule>,
    /// What the bank's own balance types mean.
    pub balances: Vec<(String, BalanceKind)>,
    /// Figures older than this are stale.
    pub stale_after_hours: u32,
    /// Deviations that make a record unusable.
    pub strict: Vec<WarningCode>,
}

/// What the signs of a bank mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignRule {
    /// What they say.
    AsDelivered,
    /// Nothing: who is named as the other party decides.
    InferFromParty,
}

/// What tells the nature of an entry.
#[derive(Debug, Clone)]
pub struct NatureRule {
    /// Matches the bank's own code.
    pub code: Option<Regex>,
    /// Matches the text.
    pub text: Option<Regex>,
    /// What it then is.
    pub nature: Nature,
}

const KEYS: &[&str] = &[
    "institution",
    "zone",
    "sign",
    "inverted_for",
    "default_currency",
    "id",
    "pending",
    "text",
    "natures",
    "balances",
    "stale_after_hours",
    "strict",
];

impl Default for Profile {
    /// The profile that changes nothing.
    fn default() -> Profile {
        Profile {
            institution: String::new(),
            zone: None,
            sign: SignRule::AsDelivered,
            inverted_for: Vec::new(),
            default_currency: None,
            id_quality: None,
            ignore_id: None,
            pending_debit: None,
            pending_days: 14,
            amount_in_text: None,
            date_in_text: None,
            remove_text: Vec::new(),
            natures: Vec::new(),
            balances: Vec::new(),
            stale_after_hours: 24,
            strict: Vec::new(),
        }
    }
}

impl Profile {
    /// Reads a profile. `file` is the name shown in diagnostics.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of its lines.
    pub fn parse(file: &str, text: &str) -> Result<Profile, Diagnostics> {
        document::read(file, text, profile)
    }
}

fn profile(value: Value<'_>) -> Option<Profile> {
    let map = value.map(KEYS)?;
    let plain = Profile::default();
    let id = map.optional("id").map_or(Some((None, None)), |value| {
        let map = value.map(&["quality", "ignore_regex"])?;
        let quality = map.optional("quality").and_then(|value| value.one_of(QUALITIES));
        Some((quality, map.optional("ignore_regex").and_then(pattern)))
    });
    let pending = map.optional("pending").map_or(Some((None, None)), |value| {
        let map = value.map(&["debit_when_text", "days"])?;
        let days = map.optional("days").and_then(|value| value.integer(1..=60));
        Some((map.optional("debit_when_text").and_then(pattern), days))
    });
    let texts = map.optional("text").map_or(Some(TextRules::default()), text_rules);
    let natures = map.optional("natures").map_or(Some(Vec::new()), |value| value.each(nature));
    let balances = map.optional("balances").map_or(Some(Vec::new()), |value| {
        let rows = value.entries()?;
        rows.into_iter().map(|(key, value)| Some((key.key_text().to_owned(), value.one_of(BALANCE_KINDS)?))).collect()
    });
    let codes: Vec<(&str, WarningCode)> = WARNING_CODES.iter().map(|(code, name)| (*name, *code)).collect();
    let read = Profile {
        institution: map.optional("institution").and_then(Value::word).unwrap_or_default().to_owned(),
        zone: map.optional("zone").and_then(zone),
        sign: map.optional("sign").and_then(|value| value.one_of(SIGNS)).unwrap_or(plain.sign),
        inverted_for: list(map, "inverted_for", |value| value.one_of(ACCOUNT_KINDS)),
        default_currency: map.optional("default_currency").and_then(currency),
        id_quality: None,
        ignore_id: None,
        pending_debit: None,
        pending_days: plain.pending_days,
        amount_in_text: None,
        date_in_text: None,
        remove_text: Vec::new(),
        natures: natures?,
        balances: balances?,
        stale_after_hours: map
            .optional("stale_after_hours")
            .and_then(|value| value.integer(1..=8760))
            .unwrap_or(plain.stale_after_hours),
        strict: list(map, "strict", |value| value.one_of(&codes)),
    };
    let ((id_quality, ignore_id), (pending_debit, days), texts) = (id?, pending?, texts?);
    Some(Profile {
        id_quality,
        ignore_id,
        pending_debit,
        pending_days: days.unwrap_or(plain.pending_days),
        amount_in_text: texts.amount,
        date_in_text: texts.date,
        remove_text: texts.remove,
        ..read
    })
}

#[derive(Default)]
struct TextRules {
    amount: Option<(Regex, Currency)>,
    date: Option<Regex>,
    remove: Vec<Regex>,
}

fn text_rules(value: Value<'_>) -> Option<TextRules> {
    let map = value.map(&["amount", "amount_currency", "transaction_date", "remove"])?;
    let figure = map.optional("amount").and_then(group);
    let unit = map.optional("amount_currency").and_then(currency);
    if map.has("amount") != map.has("amount_currency") {
        map.value().refuse("an amount in the text and its currency belong together", "both, or neither");
    }
    Some(TextRules {
        amount: figure.zip(unit),
        date: map.optional("transaction_date").and_then(group),
        remove: list(map, "remove", pattern),
    })
}

fn nature(value: Value<'_>) -> Option<NatureRule> {
    let map = value.map(&["code", "text", "nature"])?;
    let nature = map.required("nature").and_then(|value| value.one_of(NATURES));
    let (code, text) = (map.optional("code").and_then(pattern), map.optional("text").and_then(pattern));
    if !map.has("code") && !map.has("text") {
        map.value().refuse("a rule that matches nothing", "`code`, `text` or both");
    }
    Some(NatureRule { code, text, nature: nature? })
}

fn list<'d, T>(map: Map<'d>, key: &str, read: impl FnMut(Value<'d>) -> Option<T>) -> Vec<T> {
    map.optional(key).and_then(|value| value.each(read)).unwrap_or_default()
}

fn pattern(value: Value<'_>) -> Option<Regex> {
    value.parse("a regular expression without look-around", |text| {
        // The library draws the pattern over several lines; its last one says what is wrong.
        let reason = |error: regex::Error| error.to_string().lines().last().unwrap_or_default().trim().to_owned();
        let reason = |error| reason(error).trim_start_matches("error: ").to_owned();
        Regex::new(text).map_err(|error| format!("`{text}` is no regular expression: {}", reason(error)))
    })
}

fn group(value: Value<'_>) -> Option<Regex> {
    let regex = pattern(value)?;
    if regex.captures_len() != 2 {
        let message = format!("`{regex}` has {} groups", regex.captures_len() - 1);
        value.refuse(message, "exactly one group: what is wanted");
        return None;
    }
    Some(regex)
}

fn zone(value: Value<'_>) -> Option<TimeZone> {
    value.parse("an IANA zone such as Europe/Berlin", |text| {
        TimeZone::get(text).map_err(|_| format!("`{text}` is no zone of the IANA database"))
    })
}

fn currency(value: Value<'_>) -> Option<Currency> {
    value.parse("an ISO 4217 code such as EUR", str::parse)
}

const SIGNS: &[(&str, SignRule)] =
    &[("as_delivered", SignRule::AsDelivered), ("infer_from_party", SignRule::InferFromParty)];

const QUALITIES: &[(&str, Quality)] = &[
    ("immutable", Quality::Immutable),
    ("stable_when_booked", Quality::StableWhenBooked),
    ("unstable", Quality::Unstable),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_profile_changes_nothing() {
        let read = Profile::parse("bank.yaml", "institution: example\n").unwrap();
        let plain = Profile { institution: "example".to_owned(), ..Profile::default() };
        assert_eq!(format!("{read:?}"), format!("{plain:?}"));
    }

    #[test]
    fn the_documented_profile_says_everything() {
        let page = include_str!("../../../docs/normalisation.md");
        let text = page.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        let profile = Profile::parse("normalisation.md", text).unwrap_or_else(|wrong| panic!("{wrong}"));
        assert_eq!((profile.institution.as_str(), profile.natures.len()), ("example-bank", 2));
        assert!(KEYS.iter().all(|key| text.contains(&format!("{key}:"))));
    }

    #[test]
    fn every_mistake_is_reported_at_once() {
        let text = "\
institution: ''
zone: Europe/Berlim
sign: infer
inverted_for: [cards]
default_currency: eur
id: { quality: perfect, ignore_regex: '(' }
pending: { days: 0 }
text: { amount: 'a', transaction_date: '(a)(b)' }
natures: [{ nature: chargeback }, { text: x, nature: charge_back }]
balances: { info: booked }
strict: [AMOUNT]
signs: 1
";
        insta::assert_snapshot!(Profile::parse("bank.yaml", text).unwrap_err().to_string());
    }
}
