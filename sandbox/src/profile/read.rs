//! Reading a bank file, or the keys of one that a scenario sets anew.
//!
//! Every key but `payments`, `security`, `messages`, `lenient`, `step_up`, `limits.unattended`, `consents.sca` and `consents.joint` is required in a bank file. Where a profile is given to start from, a missing key keeps its value.

use std::ops::RangeInclusive;
use std::time::Duration;

use bank_fixtures::document::{Map, Value};
use bank_fixtures::duration;
use jiff::tz::TimeZone;

use super::{
    BankProfile, ConsentDecision, ConsentPolicy, JointAccounts, MessagePolicy, PageSizes, PaymentPolicy, Sca,
    TokenLifetimes, messages, payments, security, settlement, step_up,
};
use crate::auth::{self, Leniency, Security, SecurityProfile};
use crate::dialect::DIALECTS;
use crate::limit::{HeaderFamily, LimitRule, LimitSettings, Policy};
use crate::operation::{OPERATIONS, Operation};

/// Reads a whole bank file.
pub(super) fn file(slug: &str, value: Value<'_>) -> Option<BankProfile> {
    let map = value.map(FILE_KEYS)?;
    map.required("bank").map(|version| version.integer(1..=1u8));
    settings(slug, map, None)
}

/// Reads keys set on top of a profile.
pub(super) fn overrides(base: &BankProfile, value: Value<'_>) -> Option<BankProfile> {
    settings(&base.slug, value.map(&FILE_KEYS[1..])?, Some(base))
}

const FILE_KEYS: &[&str] = &[
    "bank",
    "name",
    "title",
    "dialect",
    "dataset",
    "zone",
    "pages",
    "limits",
    "tokens",
    "consents",
    "settlement",
    "payments",
    "security",
    "messages",
    "lenient",
    "step_up",
];

fn settings(slug: &str, map: Map<'_>, base: Option<&BankProfile>) -> Option<BankProfile> {
    let text = |value: Value<'_>| value.word().map(str::to_owned);
    let name = key(map, "name", base.map(|base| &base.name), text);
    let title = key(map, "title", base.map(|base| &base.title), text);
    let dialect = key(map, "dialect", base.map(|base| &base.dialect), dialect);
    let dataset = key(map, "dataset", base.map(|base| &base.dataset), text);
    let zone = key(map, "zone", base.map(|base| &base.zone), zone);
    let pages = key(map, "pages", base.map(|base| &base.pages), |value| pages(value, base.map(|base| &base.pages)));
    let limits = key(map, "limits", base.map(|base| &base.limits), |value| {
        // A wrong zone is reported where it stands; the limits are read all the same.
        limits(value, zone.as_ref().unwrap_or(&TimeZone::UTC), base.map(|base| &base.limits))
    });
    let tokens =
        key(map, "tokens", base.map(|base| &base.tokens), |value| tokens(value, base.map(|base| &base.tokens)));
    let consents =
        key(map, "consents", base.map(|base| &base.consents), |value| consents(value, base.map(|base| &base.consents)));
    let settlement = key(map, "settlement", base.map(|base| &base.settlement), |value| {
        settlement::read(value, base.map(|base| &base.settlement))
    });
    let payments = match (map.optional("payments"), base.map(|base| &base.payments)) {
        (Some(value), Some(base)) => payments::read(value, base),
        (Some(value), None) => payments::read(value, &PaymentPolicy::none()),
        (None, base) => Some(base.cloned().unwrap_or_else(PaymentPolicy::none)),
    };
    // `plain` is what an issuer is unless its file says otherwise.
    let security = match map.optional("security") {
        Some(value) => security::read(value, base.map(|base| base.security)),
        None => Some(base.map_or_else(|| Security::of(SecurityProfile::Plain), |base| base.security)),
    };
    let usual = base.map_or(MessagePolicy::USUAL, |base| base.messages);
    let messages = map.optional("messages").map_or(Some(usual), |value| messages::read(value, usual));
    // Strict is what a bank is unless somebody says otherwise, so this key too may be missing.
    let lenient = match map.optional("lenient") {
        Some(value) => lenient(value),
        None => Some(base.map_or_else(Leniency::strict, |base| base.lenient.clone())),
    };
    let step_up = match map.optional("step_up") {
        Some(value) => step_up::read(value),
        None => Some(base.map_or_else(Vec::new, |base| base.step_up.clone())),
    };
    Some(BankProfile {
        slug: slug.to_owned(),
        name: name?,
        title: title?,
        dialect: dialect?,
        dataset: dataset?,
        zone: zone?,
        pages: pages?,
        limits: limits?,
        tokens: tokens?,
        consents: consents?,
        settlement: settlement?,
        payments: payments?,
        security: security?,
        messages: messages?,
        lenient: lenient?,
        step_up: step_up?,
    })
}

/// The value of a key, or of the same key of the profile underneath; without either the key is missing.
pub(super) fn key<T: Clone>(
    map: Map<'_>,
    name: &str,
    base: Option<&T>,
    read: impl FnOnce(Value<'_>) -> Option<T>,
) -> Option<T> {
    match (map.optional(name), base) {
        (Some(value), _) => read(value),
        (None, Some(base)) => Some(base.clone()),
        (None, None) => map.required(name).and_then(read),
    }
}

fn dialect(value: Value<'_>) -> Option<String> {
    let slugs: Vec<&str> = DIALECTS.iter().map(|dialect| dialect.slug()).collect();
    value.word_of(&slugs).map(str::to_owned)
}

fn zone(value: Value<'_>) -> Option<TimeZone> {
    value.parse("an IANA time zone, such as Europe/London", |name| {
        TimeZone::get(name).map_err(|_| format!("`{name}` is not a time zone"))
    })
}

pub(super) fn span(value: Value<'_>, bounds: RangeInclusive<Duration>) -> Option<Duration> {
    let legal =
        format!("{}, from {} to {}", duration::LEGAL, duration::text(*bounds.start()), duration::text(*bounds.end()));
    let read = value.parse(&legal, duration::parse)?;
    if !bounds.contains(&read) {
        value.refuse(format!("`{}` is out of range", duration::text(read)), legal);
        return None;
    }
    Some(read)
}

fn pages(value: Value<'_>, base: Option<&PageSizes>) -> Option<PageSizes> {
    let map = value.map(&["default", "max"])?;
    let default = key(map, "default", base.map(|base| &base.default), |value| value.integer(1..=MAX_PAGE));
    let max = key(map, "max", base.map(|base| &base.max), |value| value.integer(1..=MAX_PAGE));
    let pages = PageSizes { default: default?, max: max? };
    if pages.default > pages.max {
        value
            .refuse(format!("{} rows by default are more than {} at most", pages.default, pages.max), "default <= max");
        return None;
    }
    Some(pages)
}

fn limits(value: Value<'_>, zone: &TimeZone, base: Option<&LimitSettings>) -> Option<LimitSettings> {
    let map = value.map(&["headers", "rules", "unattended"])?;
    let families: Vec<(&str, HeaderFamily)> = HeaderFamily::ALL.iter().map(|row| (row.1, row.0)).collect();
    let headers = key(map, "headers", base.map(|base| &base.headers), |value| value.one_of(&families));
    let rules = key(map, "rules", base.map(|base| &base.rules), |value| value.each(|rule| limit_rule(rule, zone)));
    let unattended = match map.optional("unattended") {
        Some(value) => value.integer(1..=MAX_CALLS).map(|limit| Some(Policy::PerDay { limit, zone: zone.clone() })),
        None => Some(base.and_then(|base| base.unattended.clone())),
    };
    Some(LimitSettings { headers: headers?, rules: rules?, unattended: unattended? })
}

fn limit_rule(value: Value<'_>, zone: &TimeZone) -> Option<LimitRule> {
    let map = value.map(&["operations", "fixed", "rolling", "token_bucket", "leaky", "per_day"])?;
    let operations = map.required("operations").and_then(|value| value.each(operations));
    let policies: Vec<Option<Policy>> = [
        map.optional("fixed").map(|value| window(value).map(|(limit, window)| Policy::Fixed { limit, window })),
        map.optional("rolling").map(|value| window(value).map(|(limit, window)| Policy::Rolling { limit, window })),
        map.optional("token_bucket").map(token_bucket),
        map.optional("leaky").map(leaky),
        map.optional("per_day").map(|value| per_day(value, zone)),
    ]
    .into_iter()
    .flatten()
    .collect();
    let [policy] = &policies[..] else {
        value.refuse(format!("{} ways to count in one rule", policies.len()), LEGAL_POLICIES);
        return None;
    };
    Some(LimitRule { operations: operations?.concat(), policy: policy.clone()? })
}

/// `accounts.list`, `accounts.*` or `*`.
pub(super) fn operations(value: Value<'_>) -> Option<Vec<Operation>> {
    let text = value.scalar()?;
    let group = text.strip_suffix('*');
    let fits = |name: &str| group.map_or(name == text, |group| name.starts_with(group));
    let found: Vec<Operation> = OPERATIONS.iter().filter(|row| fits(row.1)).map(|row| row.0).collect();
    if found.is_empty() {
        let names: Vec<&str> = OPERATIONS.iter().map(|row| row.1).collect();
        value.word_of(&names);
        return None;
    }
    Some(found)
}

fn window(value: Value<'_>) -> Option<(u64, Duration)> {
    let map = value.map(&["limit", "window"])?;
    let limit = map.required("limit").and_then(|value| value.integer(1..=MAX_CALLS));
    let window = map.required("window").and_then(|value| span(value, SECOND..=MONTH));
    Some((limit?, window?))
}

fn token_bucket(value: Value<'_>) -> Option<Policy> {
    let map = value.map(&["capacity", "refill", "per"])?;
    let capacity = map.required("capacity").and_then(|value| value.integer(1..=MAX_CALLS));
    let refill = map.required("refill").and_then(|value| value.integer(1..=MAX_CALLS));
    let per = map.required("per").and_then(|value| span(value, SECOND..=MONTH));
    Some(Policy::TokenBucket { capacity: capacity?, refill: refill?, per: per? })
}

fn leaky(value: Value<'_>) -> Option<Policy> {
    let map = value.map(&["depth", "every"])?;
    let depth = map.required("depth").and_then(|value| value.integer(1..=MAX_CALLS));
    let every = map.required("every").and_then(|value| span(value, Duration::from_millis(1)..=MONTH));
    Some(Policy::Leaky { depth: depth?, every: every? })
}

fn per_day(value: Value<'_>, zone: &TimeZone) -> Option<Policy> {
    let limit = value.map(&["limit"])?.required("limit").and_then(|value| value.integer(1..=MAX_CALLS));
    Some(Policy::PerDay { limit: limit?, zone: zone.clone() })
}

fn tokens(value: Value<'_>, base: Option<&TokenLifetimes>) -> Option<TokenLifetimes> {
    let map = value.map(&["access", "refresh", "code"])?;
    let access = key(map, "access", base.map(|base| &base.access), |value| span(value, SECOND..=MONTH));
    let refresh = key(map, "refresh", base.map(|base| &base.refresh), |value| span(value, SECOND..=TEN_YEARS));
    let code = key(map, "code", base.map(|base| &base.code), |value| span(value, SECOND..=MAX_CODE_LIFETIME));
    Some(TokenLifetimes { access: access?, refresh: refresh?, code: code? })
}

fn consents(value: Value<'_>, base: Option<&ConsentPolicy>) -> Option<ConsentPolicy> {
    let map = value.map(&["decision", "valid_for", "sca", "joint"])?;
    let decision = key(map, "decision", base.map(|base| &base.decision), |value| {
        value.one_of(&[("asked", ConsentDecision::Asked), ("automatic", ConsentDecision::Automatic)])
    });
    let valid_for = key(map, "valid_for", base.map(|base| &base.valid_for), |value| span(value, SECOND..=TEN_YEARS));
    // What a bank file does not say of these two is what banks without them do.
    let sca = map.optional("sca").map(|value| value.one_of(&[("none", Sca::None), ("code", Sca::OneTimeCode)]));
    let joint = map
        .optional("joint")
        .map(|value| value.one_of(&[("one", JointAccounts::OneAgrees), ("all", JointAccounts::AllAgree)]));
    Some(ConsentPolicy {
        decision: decision?,
        valid_for: valid_for?,
        sca: sca.unwrap_or(Some(base.map_or(Sca::None, |base| base.sca)))?,
        joint: joint.unwrap_or(Some(base.map_or(JointAccounts::OneAgrees, |base| base.joint)))?,
    })
}

fn lenient(value: Value<'_>) -> Option<Leniency> {
    let rules = auth::rule_names();
    let named = value.each(|rule| rule.word_of(&rules))?;
    Leniency::without(named).ok()
}

const LEGAL_POLICIES: &str = "exactly one of fixed, rolling, token_bucket, leaky, per_day";
const MAX_PAGE: u32 = 1_000;
const MAX_CALLS: u64 = 1_000_000_000;
pub(super) const SECOND: Duration = Duration::from_secs(1);
/// RFC 6749 4.1.2 recommends ten minutes at most.
const MAX_CODE_LIFETIME: Duration = Duration::from_secs(600);
pub(super) const MONTH: Duration = Duration::from_secs(31 * 86_400);
const TEN_YEARS: Duration = Duration::from_secs(3_653 * 86_400);
