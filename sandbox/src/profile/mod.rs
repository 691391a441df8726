//! The settings of one bank, as its file states them.
//!
//! Owns what can be set and within which bounds. A profile that exists is valid.

mod messages;
mod payments;
mod read;
mod security;
mod settlement;
mod step_up;

use std::sync::{Arc, LazyLock};
use std::time::Duration;

pub use payments::{AfterCutOff, PaymentPolicy, Rail, exchanged_at, working_days};

use bank_fixtures::document::{self, Diagnostics, Value};
use bank_fixtures::library;
use bank_fixtures::market::Hours;
use jiff::tz::TimeZone;

use crate::auth::{Leniency, Security, StepUp};
use crate::limit::LimitSettings;

pub use messages::{ClientSignatures, MessagePolicy, WrongScope};

/// Everything that makes one bank different from another.
#[derive(Debug, Clone)]
pub struct BankProfile {
    /// Its place in addresses: `plain`.
    pub slug: String,
    /// Its name for account holders.
    pub name: String,
    /// One line about it for lists.
    pub title: String,
    /// Slug of the dialect it speaks.
    pub dialect: String,
    /// Name of the dataset it is filled with.
    pub dataset: String,
    /// Zone in which it dates what belongs to no account.
    pub zone: TimeZone,
    /// How long lists are.
    pub pages: PageSizes,
    /// How often clients may call.
    pub limits: LimitSettings,
    /// How long tokens live.
    pub tokens: TokenLifetimes,
    /// How consents are asked for and how long they hold.
    pub consents: ConsentPolicy,
    /// How long payments take.
    pub settlement: Settlement,
    /// How orders are treated otherwise.
    pub payments: PaymentPolicy,
    /// The security profile of its authorization server.
    pub security: Security,
    /// How it takes messages where its standard leaves that to it.
    pub messages: MessagePolicy,
    /// Which rules of its authorization server it does not enforce: none, unless a defect is to be simulated.
    pub lenient: Leniency,
    /// Which calls take a better login than the token's: none, unless the file says so.
    pub step_up: Vec<StepUp>,
}

/// The bank that is meant where none is named.
const PLAIN: &str = "plain";

/// Rows on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageSizes {
    /// Without `limit`.
    pub default: u32,
    /// At most.
    pub max: u32,
}

/// How long what the authorization server hands out is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenLifetimes {
    /// Access tokens.
    pub access: Duration,
    /// Refresh tokens, from their last use.
    pub refresh: Duration,
    /// Authorization codes.
    pub code: Duration,
}

/// How consents come about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsentPolicy {
    /// Who decides.
    pub decision: ConsentDecision,
    /// How long a consent holds when the client names no end, and at most.
    pub valid_for: Duration,
    /// What the account holder proves besides their password.
    pub sca: Sca,
    /// Who has to agree about an account that several people hold.
    pub joint: JointAccounts,
}

/// What an account holder proves besides their password: the second factor of strong customer authentication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sca {
    /// Nothing.
    None,
    /// That they hold their phone: a code that comes there works once.
    OneTimeCode,
}

/// Who has to agree about an account that several people hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JointAccounts {
    /// Any of them.
    OneAgrees,
    /// A second one, too.
    AllAgree,
}

/// Who decides on a consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentDecision {
    /// The account holder, on the bank's pages.
    Asked,
    /// Nobody where the client names the account holder in `login_hint`: that person approves at once, without a page.
    /// Without a `login_hint` the pages are shown.
    Automatic,
}

/// How long a payment stays where, on the world's clock, counted from the moment the bank starts with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settlement {
    /// Until it is sent to the clearing.
    pub clearing_after: Duration,
    /// Until it is booked; never before it is sent.
    pub booked_after: Duration,
    /// When the bank works on payments: what comes later is for the next business day. `None` for a bank that never closes.
    pub hours: Option<Hours>,
}

impl BankProfile {
    /// Reads a bank file; `slug` is its place in addresses.
    ///
    /// # Errors
    /// Everything that is wrong with the file.
    pub fn parse(slug: &str, file: &str, text: &str) -> Result<BankProfile, Diagnostics> {
        document::read(file, text, |value| read::file(slug, value))
    }

    /// The banks that come with the simulator: the plain one first, for whoever names none, the others by slug.
    pub fn shipped() -> &'static [Arc<BankProfile>] {
        static SHIPPED: LazyLock<Vec<Arc<BankProfile>>> = LazyLock::new(|| {
            let read = |file: library::LibraryFile| BankProfile::parse(file.name(), file.path, file.text);
            let mut banks: Vec<_> = library::files("banks")
                .into_iter()
                .map(|file| Arc::new(read(file).expect("a test reads every shipped bank file")))
                .collect();
            banks.sort_by_key(|bank: &Arc<BankProfile>| bank.slug != PLAIN);
            banks
        });
        &SHIPPED
    }

    /// The shipped bank of this slug.
    pub fn named(slug: &str) -> Option<Arc<BankProfile>> {
        Self::shipped().iter().find(|profile| profile.slug == slug).cloned()
    }

    /// The profile with the keys that a scenario sets anew; mistakes are recorded in the value's document.
    pub fn overridden(&self, keys: Value<'_>) -> Option<BankProfile> {
        read::overrides(self, keys)
    }
}

#[cfg(test)]
mod tests {
    use bank_fixtures::market::Market;

    use super::*;

    #[test]
    fn every_shipped_bank_is_valid() {
        for file in library::files("banks") {
            if let Err(problems) = BankProfile::parse(file.name(), file.path, file.text) {
                panic!("{problems}");
            }
        }
        assert!(BankProfile::named("plain").is_some());
    }

    #[test]
    fn a_scenario_changes_only_what_it_names() {
        let plain = BankProfile::named("plain").unwrap();
        let changed =
            document::read("s.yaml", "pages: {default: 5}\ntokens: {access: 10s}", |value| plain.overridden(value))
                .unwrap();
        assert_eq!(changed.pages, PageSizes { default: 5, max: plain.pages.max });
        assert_eq!(changed.tokens, TokenLifetimes { access: Duration::from_secs(10), ..plain.tokens });
        assert_eq!(changed.limits, plain.limits);
        assert_eq!(changed.name, plain.name);
    }

    #[test]
    fn a_bank_is_lenient_by_name_only() {
        let plain = BankProfile::named("plain").unwrap();
        assert_eq!(plain.lenient, Leniency::strict());
        let with = |text: &str| document::read("s.yaml", text, |value| plain.overridden(value));
        assert_eq!(with("lenient: [unused-code]").unwrap().lenient, Leniency::without(["unused-code"]).unwrap());
        insta::assert_snapshot!("unknown_rule", with("lenient: [unused-cod]").unwrap_err());
    }

    #[test]
    fn a_quota_of_a_day_follows_the_banks_midnight() {
        let plain = BankProfile::named("plain").unwrap();
        let keys = "zone: Europe/Berlin\nlimits: {rules: [{operations: ['*'], per_day: {limit: 4}}]}";
        let changed = document::read("s.yaml", keys, |value| plain.overridden(value)).unwrap();
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        assert_eq!(changed.limits.rules[0].policy, crate::limit::Policy::PerDay { limit: 4, zone });
        assert_eq!(changed.limits.headers, plain.limits.headers);
    }

    #[test]
    fn a_bank_closes_with_its_market_or_at_a_time_of_its_own() {
        let plain = BankProfile::named("plain").unwrap();
        assert_eq!(plain.settlement.hours, None);
        let with = |text: &str| document::read("s.yaml", text, |value| plain.overridden(value));
        let hours = |text: &str| with(text).unwrap().settlement.hours;
        let german = Market::De.hours();
        assert_eq!(hours("settlement: {business_days: DE}"), Some(german));
        let early = Hours { cut_off: jiff::civil::time(15, 30, 0, 0), ..german };
        assert_eq!(hours("settlement: {business_days: DE, cut_off: 15:30}"), Some(early));
        assert_eq!(hours("settlement: {business_days: every, booked_after: 1h}"), None);
        insta::assert_snapshot!("no_business_days", with("settlement: {cut_off: 17:00}").unwrap_err());
        insta::assert_snapshot!("no_time", with("settlement: {business_days: DW, cut_off: 5pm}").unwrap_err());
    }

    #[test]
    fn every_mistake_is_reported_at_once() {
        let text = "\
bank: 2
name: ''
dialect: generc
dataset: retail-small
zone: Mars/Olympus
pages: {default: 200, max: 100}
limits:
  headers: rfc
  rules:
    - {operations: [accounts.lst], fixed: {limit: 0, window: 1s}}
    - {operations: ['*'], fixed: {limit: 1, window: 1s}, leaky: {depth: 1, every: 1s}}
tokens: {access: 1y, refresh: 30d, code: 1h}
consents: {decision: maybe, valid_for: 0s}
settlement: {clearing_after: 5s, booked_after: 1s}
";
        insta::assert_snapshot!(BankProfile::parse("bad", "bad.yaml", text).unwrap_err());
    }
}
