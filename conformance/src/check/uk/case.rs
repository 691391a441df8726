//! Asks a bank what a row says, and compares the answer with what is due.

use jiff::{SignedDuration, Timestamp};

use super::row::{Asked, Body, Call, Cost, Due, Obligation, Row, Under, Who};
use crate::dialect::uk_consent;
use crate::flow::{Lodging, Tokens};
use crate::http::{Reply, Request};
use crate::json::{At, Value};
use crate::probe::{BankProbe, Judgement, Trouble, needed_json};
use crate::verdict::{Evidence, Finding, Verdict};

/// Where the number of an account is filled in.
const DEBTOR: &str = "{debtor}";
/// How far ahead a later day is.
const SOON: SignedDuration = SignedDuration::from_hours(10 * 24);

/// The version a bank speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    Three,
    Four,
}

/// What a row is asked with.
struct Case<'a> {
    bank: &'a BankProbe,
    version: Version,
    who: Who,
    /// The account holder's token.
    held: Option<String>,
    consent: String,
    account: String,
    statement: String,
    debtor: String,
    made: String,
    key: String,
    soon: String,
}

/// Asks, and judges.
pub(super) async fn run(bank: &BankProbe, row: &'static Row) -> Judgement {
    if row.cost == Cost::Money {
        bank.may_pay()?;
    }
    let mut case = Case::prepared(bank, row).await?;
    let judged = case.judged(row).await;
    for call in row.cleanup {
        // What is not there need not be taken back.
        let _ = case.ask(call).await;
    }
    judged
}

impl<'a> Case<'a> {
    async fn prepared(bank: &'a BankProbe, row: &Row) -> Result<Case<'a>, Trouble> {
        let version = if bank.target.dialect.slug().ends_with("3.1") { Version::Three } else { Version::Four };
        let empty = String::new;
        let mut case = Case {
            bank,
            version,
            who: row.who,
            held: None,
            consent: empty(),
            account: empty(),
            statement: empty(),
            debtor: empty(),
            made: empty(),
            key: bank.fresh("key"),
            soon: bank
                .bank_now()
                .saturating_add(SOON)
                .map(|at| at.strftime("%Y-%m-%dT12:00:00+00:00").to_string())
                .unwrap_or_default(),
        };
        let asked = match row.under {
            Under::Asked(asked) | Under::Waiting(asked) => Some(asked),
            Under::Nothing | Under::Access(..) => None,
        };
        if row.call.body.mentions(DEBTOR) || asked.is_some_and(|asked| asked.body.mentions(DEBTOR)) {
            case.debtor = case.first_number().await?;
        }
        let lodging = match row.under {
            Under::Nothing => return Ok(case),
            Under::Access(permissions, more) => case.access(permissions, more),
            Under::Asked(asked) | Under::Waiting(asked) => case.lodging(asked),
        };
        case.consent = bank
            .lodged_with(&lodging, case.headers_of(&lodging))
            .await
            .map_err(|trouble| case.missing(trouble, row))?;
        if matches!(row.under, Under::Waiting(_)) {
            return Ok(case);
        }
        let held = bank.agreed(&case.consent, lodging.scope).await?.access_token;
        let named = |name: &str| row.call.path.contains(name) || row.before.iter().any(|call| call.path.contains(name));
        if named("{account}") {
            case.account = case.first(&held, "/aisp/accounts", &["Data", "Account"], "AccountId").await?;
        }
        if named("{statement}") {
            let path = format!("/aisp/accounts/{}/statements", case.account);
            case.statement = case.first(&held, &path, &["Data", "Statement"], "StatementId").await?;
        }
        case.held = Some(held);
        Ok(case)
    }

    /// Makes the calls, and compares the last answer with what is due.
    async fn judged(&mut self, row: &Row) -> Judgement {
        for call in row.before {
            let (_, reply) = self.ask(call).await?;
            self.served(row, &reply)?;
            if !reply.is_success() {
                return Err(Trouble::Unobservable(format!("what comes first was refused: {}", reply.exchange)));
            }
            self.made = made(&reply).unwrap_or_else(|| std::mem::take(&mut self.made));
        }
        let (request, reply) = self.ask(&row.call).await?;
        self.served(row, &reply)?;
        if row.before.is_empty() {
            self.made = made(&reply).unwrap_or_default();
        }
        let answer = Answer { case: self, request: &request, reply: &reply, document: reply.json().ok() };
        let findings: Vec<Finding> = row.due.iter().filter_map(|due| answer.lacks(due)).collect();
        Ok(Verdict::from_findings(findings, format!("{}: {} facts", reply.exchange, row.due.len())))
    }

    /// A bank may do without some resources: then it answers 404.
    fn served(&self, row: &Row, reply: &Reply) -> Result<(), Trouble> {
        if row.obligation == Obligation::Optional && reply.status() == 404 {
            return Err(Trouble::Unobservable(format!("the bank does not serve this: {}", reply.exchange)));
        }
        Ok(())
    }

    /// What goes wrong with the consent to an optional resource may be that there is none.
    fn missing(&self, trouble: Trouble, row: &Row) -> Trouble {
        match (row.obligation, trouble) {
            (Obligation::Optional, Trouble::Unobservable(reason)) => {
                Trouble::Unobservable(format!("perhaps the bank does not serve this: {reason}"))
            }
            (_, trouble) => trouble,
        }
    }

    fn prefix(&self) -> &'static str {
        match self.version {
            Version::Three => "/open-banking/v3.1",
            Version::Four => "/open-banking/v4.0",
        }
    }

    fn access(&self, permissions: &[&str], more: &str) -> Lodging {
        let mut lodging = uk_consent::to(self.prefix(), permissions);
        if !more.is_empty() {
            lodging.body = lodging.body.replacen("\"Permissions\"", &format!("{more},\"Permissions\""), 1);
        }
        lodging
    }

    fn lodging(&self, asked: &Asked) -> Lodging {
        let path = format!("{}{}", self.prefix(), asked.path);
        Lodging {
            path,
            scope: asked.scope,
            body: self.body(asked.body).unwrap_or_default(),
            id: &["Data", "ConsentId"],
        }
    }

    /// Consents to orders are made once for a key.
    fn headers_of(&self, lodging: &Lodging) -> Vec<(&'static str, String)> {
        let orders = lodging.path.contains("/pisp/");
        orders.then(|| ("x-idempotency-key", self.bank.fresh("key"))).into_iter().collect()
    }

    fn body(&self, body: Body) -> Option<String> {
        let text = match (body, self.version) {
            (Body::None, _) => return None,
            (Body::Both(text), _) => text,
            (Body::Each { three, .. }, Version::Three) => three,
            (Body::Each { four, .. }, Version::Four) => four,
        };
        Some(self.filled(text))
    }

    fn filled(&self, text: &str) -> String {
        text.replace("{consent}", &self.consent)
            .replace("{account}", &self.account)
            .replace("{statement}", &self.statement)
            .replace("{made}", &self.made)
            .replace(DEBTOR, &self.debtor)
            .replace("{key}", &self.key)
            .replace("{soon}", &self.soon)
            .replace("{fresh}", &self.bank.fresh("word"))
    }

    /// The id of the first row of a list.
    async fn first(&self, token: &str, path: &str, list: &[&str], id: &str) -> Result<String, Trouble> {
        let url = self.bank.url(&format!("{}{path}", self.prefix()));
        let reply = self.bank.send(Request::get(url).header("accept", "application/json").bearer(token)).await?;
        let document = needed_json(&reply)?;
        let rows = list.iter().try_fold(document.root(), |at, name| at.member(name));
        let found = rows.and_then(|rows| rows.items().next()?.member(id)?.text().map(str::to_owned));
        found.ok_or_else(|| Trouble::Unobservable(format!("nothing is listed: {}", reply.exchange)))
    }

    /// The number of an account of the account holder, as bodies name it.
    async fn first_number(&self) -> Result<String, Trouble> {
        let consent = self.bank.lodged(&uk_consent::to(self.prefix(), &["ReadAccountsDetail"])).await?;
        let token = self.bank.agreed(&consent, "accounts").await?.access_token;
        let url = self.bank.url(&format!("{}/aisp/accounts", self.prefix()));
        let reply = self.bank.send(Request::get(url).header("accept", "application/json").bearer(&token)).await?;
        let document = needed_json(&reply)?;
        let accounts = walk(document.root(), "Data.Account[].Account[]");
        let found = accounts.into_iter().find_map(|(_, at)| at.map(|at| at.value.to_string()));
        found.ok_or_else(|| Trouble::Unobservable(format!("no account has a number: {}", reply.exchange)))
    }

    async fn token(&self, who: Who) -> Result<Option<String>, Trouble> {
        Ok(match who {
            Who::Nobody => None,
            Who::Stranger => Some("no-token-of-this-bank".to_owned()),
            Who::Client(scope) => Some(self.bank.own_token(scope).await?.access_token),
            Who::Holder => self.held.clone(),
        })
    }

    async fn ask(&self, call: &Call) -> Result<(Request, Reply), Trouble> {
        let url = self.bank.url(&format!("{}{}", self.prefix(), self.filled(call.path)));
        let mut request = Request::new(call.method, url);
        if !call.headers.iter().any(|(name, _)| *name == "accept") {
            request = request.header("accept", "application/json");
        }
        for (name, value) in call.headers {
            request = request.header(name, self.filled(value));
        }
        if let Some(token) = self.token(call.who.unwrap_or(self.who)).await? {
            request = request.bearer(&token);
        }
        if let Some(body) = self.body(call.body) {
            request = match call.headers.iter().any(|(name, _)| *name == "content-type") {
                true => Request { body: Some(body.into_bytes()), ..request },
                false => request.json(body),
            };
        }
        let signed = call.path.starts_with("/pisp/") || call.path.starts_with("/event-subscriptions");
        if signed {
            request = self.bank.signing_message(request);
        }
        let reply = self.bank.send(request.clone()).await?;
        Ok((request, reply))
    }
}

impl Body {
    fn mentions(self, place: &str) -> bool {
        match self {
            Body::None => false,
            Body::Both(text) => text.contains(place),
            Body::Each { three, four } => three.contains(place) || four.contains(place),
        }
    }
}

impl BankProbe {
    /// The tokens of an account holder who agrees to a consent that was lodged before.
    pub(super) async fn agreed(&self, consent: &str, scope: &str) -> Result<Tokens, Trouble> {
        let authorization = self.authorization_about(Some(consent), &format!("openid {scope}")).await?;
        let code = self.code(&authorization).await?;
        Tokens::read(&self.redeem(&authorization, &code).await?)
    }
}

/// The id of what a call made: the first member of `Data` that ends with `Id` and is not the consent's, or else that.
fn made(reply: &Reply) -> Option<String> {
    let document = reply.json().ok()?;
    let data = document.root().member("Data")?;
    let own = data.members().find(|(name, _)| name.ends_with("Id") && *name != "ConsentId");
    let found = own.map(|(_, at)| at).or_else(|| data.member("ConsentId"))?;
    found.text().map(str::to_owned)
}

/// An answer before its judge.
struct Answer<'a> {
    case: &'a Case<'a>,
    request: &'a Request,
    reply: &'a Reply,
    document: Option<Value>,
}

impl Answer<'_> {
    /// What is due and not there.
    fn lacks(&self, due: &Due) -> Option<Finding> {
        let word = |three: &'static str, four: &'static str| match self.case.version {
            Version::Three => three,
            Version::Four => four,
        };
        let status = self.reply.status();
        match *due {
            Due::Status(legal) => {
                let text = legal.iter().map(u16::to_string).collect::<Vec<_>>().join(" or ");
                self.unless(legal.contains(&status), format!("answered {status}; {text} is due"))
            }
            Due::NoBody => self.unless(self.reply.body().is_empty(), "answered with a body; none is due".to_owned()),
            Due::Has(path) => self.every(path, "is missing", |_| true),
            Due::HasOneOf(path, names) => self.every(path, &format!("has none of {}", names.join(", ")), |at| {
                names.iter().any(|name| at.member(name).is_some())
            }),
            Due::Lacks(path) => {
                let found = self.found(path).into_iter().find_map(|(place, at)| at.map(|_| place));
                found.map(|place| self.finding(format!("{place} is there and must not be"), &place))
            }
            Due::Word(path, three, four) => {
                let due = if self.case.version == Version::Three { three } else { four };
                self.every(path, &format!("is none of {}", due.join(", ")), |at| {
                    at.text().is_some_and(|text| due.contains(&text))
                })
            }
            Due::Flag(path) => self.every(path, "is neither true nor false", |at| matches!(at.value, Value::Bool(_))),
            Due::Amount(path) => {
                self.every(path, "is no amount of the standard", |at| at.text().is_some_and(is_amount))
            }
            Due::Instant(path) => self.every(path, "is no instant with an offset", |at| instant(at).is_some()),
            Due::List(path) => self.every(path, "is no list", |at| matches!(at.value, Value::List(_))),
            Due::IsConsent(path) => {
                let consent = self.case.consent.as_str();
                self.every(path, "is not the id of the consent", |at| at.text() == Some(consent))
            }
            Due::IsMade(path) => {
                let made = self.case.made.as_str();
                self.every(path, &format!("is not `{made}`, which was made before"), |at| at.text() == Some(made))
            }
            Due::Echoes(path) => {
                let sent = self.request.body.as_deref().and_then(|body| crate::json::parse_bytes(body).ok());
                let sent = sent.as_ref().and_then(|document| walk(document.root(), path).pop()?.1);
                self.every(path, "is not what was sent", |at| {
                    sent.as_ref().is_some_and(|sent| alike(sent.value, at.value))
                })
            }
            Due::Link(path) => {
                let base = &self.case.bank.target.base_url;
                let own = |at: &At<'_>| at.text().is_some_and(|link| crate::probe::reading::same_origin(link, base));
                self.every(path, "is no absolute address of this bank", own)
            }
            Due::Code(three, four) => {
                let due = word(three, four);
                let codes = self.found("Errors[].ErrorCode");
                let has = codes.iter().any(|(_, at)| at.as_ref().and_then(At::text) == Some(due));
                self.unless(has, format!("answered {status} without the code {due}"))
            }
            Due::Path(due) => {
                let paths = self.found("Errors[].Path");
                let has =
                    paths.iter().any(|(_, at)| at.as_ref().and_then(At::text).is_some_and(|path| path.ends_with(due)));
                self.unless(has, format!("no error names the field {due}"))
            }
            Due::Envelope => self.envelope(),
            Due::Header(name) => {
                self.unless(self.reply.header(name).is_some(), format!("the answer has no header {name}"))
            }
            Due::HeaderIs(name, value) => {
                let sent =
                    self.request.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
                let due = if value == "{sent}" { sent.unwrap_or_default() } else { value };
                let is = self.reply.header(name);
                self.unless(is == Some(due), format!("{name} is `{}`; `{due}` is due", is.unwrap_or("missing")))
            }
            Due::Content(begins) => {
                let kind = self.reply.media_type().unwrap_or_default();
                self.unless(kind == begins, format!("the content type is `{kind}`; `{begins}` is due"))
            }
            Due::Signed => self.signed(),
            Due::Since(path, first) => {
                let first: Option<Timestamp> = first.parse().ok();
                self.each(path, "is earlier than was asked for", |at| instant(at) >= first)
            }
            Due::Until(path, last) => {
                let last: Option<Timestamp> = last.parse().ok();
                self.each(path, "is later than was asked for", |at| instant(at) <= last)
            }
        }
    }

    fn unless(&self, holds: bool, what: String) -> Option<Finding> {
        (!holds).then(|| Finding::new(what).with(self.reply.evidence()))
    }

    fn finding(&self, what: String, place: &str) -> Finding {
        Finding::new(what).with(Evidence::from(self.reply.exchange.clone()).at(place))
    }

    /// Every place a path leads to, with what is there. A list that has no rows leads to one place with nothing there.
    fn found(&self, path: &str) -> Vec<(String, Option<At<'_>>)> {
        match &self.document {
            Some(document) => walk(document.root(), path),
            None => vec![(path.to_owned(), None)],
        }
    }

    /// A finding for the first row that is not as it must be; where there are no rows there is nothing wrong with them.
    fn each(&self, path: &str, wrong: &str, is_right: impl Fn(&At<'_>) -> bool) -> Option<Finding> {
        let is_empty = self.found(path).iter().all(|(_, at)| at.is_none());
        if is_empty { None } else { self.every(path, wrong, is_right) }
    }

    /// A finding for the first place of a path that is missing or not as it must be.
    fn every(&self, path: &str, wrong: &str, is_right: impl Fn(&At<'_>) -> bool) -> Option<Finding> {
        self.found(path).into_iter().find_map(|(place, at)| match at {
            Some(at) if is_right(&at) => None,
            Some(at) => Some(
                Finding::new(format!("{place} {wrong}"))
                    .with(Evidence::from(self.reply.exchange.clone()).at(&place).measuring(at.value.to_string())),
            ),
            None => Some(self.finding(format!("{place} is missing"), &place)),
        })
    }

    /// The body of a refusal: errors, each with a code, and in 3.1 a code and a message above them.
    fn envelope(&self) -> Option<Finding> {
        let top: &[&str] = match self.case.version {
            Version::Three => &["Code", "Message", "Errors[].ErrorCode", "Errors[].Message"],
            Version::Four => &["Errors[].ErrorCode"],
        };
        let missing = top.iter().find_map(|path| self.every(path, "is no text", |at| at.text().is_some()));
        let known = ["Id", "Code", "Message", "Errors"];
        let root = self.document.as_ref().map(Value::root);
        let foreign =
            root.as_ref().and_then(|root| root.members().find(|(name, _)| !known.contains(name)).map(|row| row.0));
        missing.or_else(|| foreign.map(|name| self.finding(format!("{name} has no place in a refusal"), name)))
    }

    /// A detached signature: header, nothing, signature; with the claims of the standard.
    fn signed(&self) -> Option<Finding> {
        use base64::Engine;
        let refuse = |what: &str| Some(Finding::new(what).with(self.reply.evidence()));
        let Some(jws) = self.reply.header("x-jws-signature") else { return refuse("the answer is not signed") };
        let Some((header, signature)) = jws.split_once("..") else { return refuse("the signature is not detached") };
        let header = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(header).unwrap_or_default();
        let Ok(header) = crate::json::parse_bytes(&header) else {
            return refuse("the header of the signature is no JSON");
        };
        let root = header.root();
        let claims = ["iat", "iss", "tan"].map(|name| format!("http://openbanking.org.uk/{name}"));
        let critical: Vec<&str> = root.member("crit").iter().flat_map(At::items).filter_map(|at| at.text()).collect();
        let missing = claims.iter().find(|claim| root.member(claim).is_none() || !critical.contains(&claim.as_str()));
        if let Some(claim) = missing {
            return refuse(&format!("{claim} is missing in the signature, or in its crit"));
        }
        if root.member("b64").is_some() {
            return refuse("b64 has no place in a signature since 3.1.4");
        }
        let is_ps256 = root.member("alg").is_some_and(|alg| alg.text() == Some("PS256"));
        self.unless(is_ps256 && !signature.is_empty(), "the answer is not signed with PS256".to_owned())
    }
}

/// Every place a path leads to: `Data.Account[].AccountId`.
fn walk<'v>(root: At<'v>, path: &str) -> Vec<(String, Option<At<'v>>)> {
    let mut places: Vec<(String, Option<At<'v>>)> = vec![(String::new(), Some(root))];
    for step in path.split('.') {
        let (name, rows) = step.strip_suffix("[]").map_or((step, false), |name| (name, true));
        places = places
            .into_iter()
            .flat_map(|(place, at)| {
                let place = if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
                let at = at.and_then(|at| at.member(name));
                if !rows {
                    return vec![(place, at)];
                }
                let items: Vec<_> = at.iter().flat_map(At::items).collect();
                if items.is_empty() {
                    return vec![(format!("{place}[0]"), None)];
                }
                items.into_iter().enumerate().map(|(index, at)| (format!("{place}[{index}]"), Some(at))).collect()
            })
            .collect();
    }
    places
}

fn instant(at: &At<'_>) -> Option<Timestamp> {
    at.text()?.parse().ok()
}

fn is_amount(text: &str) -> bool {
    let digits = |text: &str, most| (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once('.') {
        Some((whole, fraction)) => digits(whole, 13) && digits(fraction, 5),
        None => digits(text, 13),
    }
}

/// The same whatever the order of members.
fn alike(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(name, value)| right.iter().any(|(other, there)| other == name && alike(value, there)))
        }
        (Value::List(left), Value::List(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(a, b)| alike(a, b))
        }
        _ => a == b,
    }
}
