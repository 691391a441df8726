//! `match`: which calls a rule is about, by what came over the wire.

use axum::http::{HeaderName, Method};
use bank_fixtures::document::{Kind, Value, suggest};
use rust_decimal::Decimal;

use super::facts::Facts;
use super::index::Selector;
use super::pattern::{Numbers, Texts, glob, pointer};
use crate::operation::{OPERATIONS, Operation};

/// Keys of `match` and `unless`, with one line each.
pub(crate) const MATCH_KEYS: &[(&str, &str)] = &[
    ("op", "operation, by name or with `*`: payments.create, accounts.*; one or a list"),
    ("host", "host name the client asked for, `*` for anything; of a TLS handshake the server name; one or a list"),
    ("method", "HTTP method; one or a list"),
    ("path", "path inside the bank, `*` for anything"),
    ("header", "{name: text}; `*` for anything, `~` for absent"),
    ("query", "{name: text}; `*` for anything, `~` for absent"),
    ("body", "{$.path or /pointer: text} of a JSON body; `~` for absent"),
    ("client", "OAuth client id"),
    ("psu", "account holder's user name"),
    ("consent", "consent id"),
    ("account", "account id"),
    ("page", "page of a list, from 1: 3, 2.., \">= 2\""),
    (
        "attempt",
        "how often the same request has come, from 1: the same idempotency key, or else method, target and body",
    ),
];

const KEYS: &[&str] = &[
    "op", "host", "method", "path", "header", "query", "body", "client", "psu", "consent", "account", "page", "attempt",
];

/// A compiled `match`. Everything that is set must hold; the default matches every call.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Matcher {
    /// Operations it can match; `None` for all.
    pub(super) operations: Option<Vec<Operation>>,
    pub(super) host: Option<Texts>,
    methods: Option<Vec<Method>>,
    path: Option<Texts>,
    headers: Vec<(HeaderName, Option<Texts>)>,
    query: Vec<(String, Option<Texts>)>,
    body: Vec<(String, Option<Texts>)>,
    client: Option<Texts>,
    psu: Option<Texts>,
    consent: Option<Texts>,
    pub(super) account: Option<Texts>,
    pub(super) page: Option<Numbers>,
    pub(super) attempt: Option<Numbers>,
}

impl Matcher {
    pub(super) fn read(value: Value<'_>) -> Option<Matcher> {
        let map = value.map(KEYS)?;
        let operations = map.optional("op").map(operations);
        let methods = map.optional("method").map(|value| value.each(method));
        let texts = |key| map.optional(key).map(Texts::read);
        let (host, path, client, psu) = (texts("host"), texts("path"), texts("client"), texts("psu"));
        let (consent, account) = (texts("consent"), texts("account"));
        let headers = map.optional("header").map(|value| named(value, header_name));
        let query = map.optional("query").map(|value| named(value, |key| Some(key.key_text().to_owned())));
        let body = map.optional("body").map(|value| named(value, |key| pointer(key, key.key_text())));
        let page = map.optional("page").map(Numbers::read);
        let attempt = map.optional("attempt").map(Numbers::read);
        Some(Matcher {
            operations: operations.map_or(Some(None), |read| read.map(Some))?,
            host: host.map_or(Some(None), |read| read.map(Some))?,
            methods: methods.map_or(Some(None), |read| read.map(Some))?,
            path: path.map_or(Some(None), |read| read.map(Some))?,
            headers: headers.unwrap_or(Some(Vec::new()))?,
            query: query.unwrap_or(Some(Vec::new()))?,
            body: body.unwrap_or(Some(Vec::new()))?,
            client: client.map_or(Some(None), |read| read.map(Some))?,
            psu: psu.map_or(Some(None), |read| read.map(Some))?,
            consent: consent.map_or(Some(None), |read| read.map(Some))?,
            account: account.map_or(Some(None), |read| read.map(Some))?,
            page: page.map_or(Some(None), |read| read.map(Some))?,
            attempt: attempt.map_or(Some(None), |read| read.map(Some))?,
        })
    }

    /// `true` if everything that is set holds. The operation is tested too, for `unless`. `attempt` is the number of the call
    /// among the attempts of its request; any number will do where no rule asks for it.
    pub(super) fn matches(&self, facts: &Facts<'_>, attempt: u64) -> bool {
        let holds = |test: &Option<Texts>, text: Option<&str>| match test {
            None => true,
            Some(texts) => text.is_some_and(|text| texts.any(text)),
        };
        self.operations.as_ref().is_none_or(|operations| operations.contains(&facts.operation))
            && holds(&self.account, facts.call.account.as_deref())
            && holds(&self.client, facts.client())
            && holds(&self.consent, facts.consent())
            && holds(&self.psu, facts.psu())
            && self
                .page
                .as_ref()
                .is_none_or(|pages| facts.call.page.is_some_and(|page| pages.hold(Decimal::from(page))))
            && self.attempt.as_ref().is_none_or(|attempts| attempts.hold(Decimal::from(attempt)))
            && self.methods.as_ref().is_none_or(|methods| methods.contains(&facts.request.method))
            && holds(&self.host, facts.host())
            && holds(&self.path, Some(&facts.request.path))
            && self.headers.iter().all(|(name, test)| present(test, facts.header(name)))
            && self.query.iter().all(|(name, test)| present(test, facts.query(name).as_deref()))
            && self.body.iter().all(|(pointer, test)| present(test, facts.body(pointer).as_deref()))
    }

    /// Something it asks to be one of a few literal texts, with these: no other call can match. What only one account or
    /// client has comes first, what has to be read from a body last.
    pub(super) fn literal(&self) -> Option<(Selector, Vec<String>)> {
        let plain = [
            (Selector::Account, &self.account),
            (Selector::Consent, &self.consent),
            (Selector::Client, &self.client),
            (Selector::Psu, &self.psu),
            (Selector::Path, &self.path),
            (Selector::Host, &self.host),
        ];
        let plain = plain.into_iter().map(|(selector, texts)| (selector, texts.as_ref()));
        let headers = self.headers.iter().map(|(name, texts)| (Selector::Header(name.clone()), texts.as_ref()));
        let query = self.query.iter().map(|(name, texts)| (Selector::Query(name.clone()), texts.as_ref()));
        let body = self.body.iter().map(|(pointer, texts)| (Selector::Body(pointer.clone()), texts.as_ref()));
        let mut asked = plain.chain(headers).chain(query).chain(body);
        asked.find_map(|(selector, texts)| Some((selector, texts?.literals()?.to_vec())))
    }

    /// `true` if nothing but the host is asked.
    pub(super) fn is_only_host(&self) -> bool {
        *self == Matcher { host: self.host.clone(), ..Matcher::default() }
    }

    /// `true` if nothing but the operation is asked.
    pub(super) fn is_only_operations(&self) -> bool {
        *self == Matcher { operations: self.operations.clone(), ..Matcher::default() }
    }
}

/// Whether calls of an operation can have a page or name an account.
pub(super) fn carries(operation: Operation, key: &str) -> bool {
    use Operation::{
        AccountsGet, AccountsList, BalancesGet, ConsentsList, CustomersAccounts, CustomersList, PaymentsCreate,
        PaymentsList, TransactionsList,
    };
    match key {
        "page" => matches!(
            operation,
            CustomersList
                | CustomersAccounts
                | AccountsList
                | BalancesGet
                | TransactionsList
                | PaymentsList
                | ConsentsList
        ),
        "account" => matches!(operation, AccountsGet | BalancesGet | TransactionsList | PaymentsCreate),
        _ => true,
    }
}

/// `None` asks for absence.
fn present(test: &Option<Texts>, value: Option<&str>) -> bool {
    match test {
        None => value.is_none(),
        Some(texts) => value.is_some_and(|value| texts.any(value)),
    }
}

/// Reads operation names and patterns.
pub(super) fn operations(value: Value<'_>) -> Option<Vec<Operation>> {
    let lists = value.each(|value| {
        let text = value.scalar()?;
        let found: Vec<Operation> = OPERATIONS.iter().filter(|row| glob(text, row.1)).map(|row| row.0).collect();
        if found.is_empty() {
            let near = suggest(text, OPERATIONS.iter().map(|row| row.1));
            let legal = "a name of `list operations`, or a pattern such as accounts.* or *";
            value
                .document()
                .record(value.diagnostic(format!("`{text}` is not an operation")).suggestion(near).legal(legal));
            return None;
        }
        Some(found)
    })?;
    let mut all: Vec<Operation> = lists.into_iter().flatten().collect();
    if all.is_empty() {
        value.refuse("an empty list matches nothing", "at least one operation; `*` stands for all");
        return None;
    }
    all.sort_unstable();
    all.dedup();
    Some(all)
}

fn method(value: Value<'_>) -> Option<Method> {
    let known = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::HEAD, Method::OPTIONS];
    let words: Vec<&str> = known.iter().map(Method::as_str).collect();
    value.word_of(&words)?.parse().ok()
}

/// A mapping from names to tests; `~` asks for absence.
fn named<N>(value: Value<'_>, name: impl Fn(Value<'_>) -> Option<N>) -> Option<Vec<(N, Option<Texts>)>> {
    let read = value.entries()?.into_iter().map(|(key, value)| {
        let name = name(key);
        let test = if value.kind() == Kind::Null { Some(None) } else { Texts::read(value).map(Some) };
        Some((name?, test?))
    });
    read.collect::<Vec<_>>().into_iter().collect()
}

pub(super) fn header_name(key: Value<'_>) -> Option<HeaderName> {
    let read = HeaderName::from_bytes(key.key_text().as_bytes()).ok();
    if read.is_none() {
        key.refuse(format!("`{}` is not a header name", key.key_text()), "letters, digits and hyphens");
    }
    read
}
