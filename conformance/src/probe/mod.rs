//! A bank that can be asked: what every bank check works with.
//!
//! Owns the session, patience with throttling, what has been read so far, and the difference between a bank that is
//! wrong, a bank that cannot be observed, and a network that fails. Judges nothing itself.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use bank_fixtures::seed::Seed;
use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Mutex, OnceCell};

use crate::clock;
use crate::dialect::Ask;
use crate::flow::jose::Signer;
use crate::flow::{Metadata, Tokens};
use crate::http::{Http, HttpError, Reply, Request};
use crate::json::Value;
use crate::target::bank::{BankTarget, ConsentRoute, Permission, Sender};
use crate::verdict::{Finding, Verdict};

mod problem;
pub(crate) mod reading;

pub use problem::expect_problem;
pub use reading::{AccountReading, Reading, Row};

/// How often one request is repeated because the bank said "later".
pub(crate) const PATIENCE: usize = 3;
/// The longest wait a bank may ask for before a check gives up on it.
const LONGEST_WAIT: Duration = Duration::from_secs(65);

/// A bank, ready to be asked.
pub struct BankProbe {
    /// What is asked.
    pub target: BankTarget,
    http: Http,
    seed: Seed,
    drawn: AtomicU64,
    pub(crate) metadata: OnceCell<Metadata>,
    pub(crate) proof_key: std::sync::OnceLock<Signer>,
    pub(crate) nonces: std::sync::Mutex<HashMap<&'static str, String>>,
    /// The bank's clock less ours, in seconds, as its last `Date` said.
    ahead: AtomicI64,
    session: Mutex<Option<Arc<Tokens>>>,
    reading: Mutex<Option<Result<Arc<Reading>, Trouble>>>,
    keeps: Option<Box<dyn std::any::Any + Send + Sync>>,
}

/// Why a check could not go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The network or the harness failed.
    Broken(String),
    /// What the check needs did not happen, and that is another check's business.
    Unobservable(String),
    /// What happened on the way is itself what the check looks for.
    Found(Box<Finding>),
}

/// What a bank check computes.
pub type Judgement = Result<Verdict, Trouble>;

/// Makes a verdict of a judgement: the form in which a bank check is entered in the table.
pub fn judged<'a>(judgement: impl Future<Output = Judgement> + Send + 'a) -> BoxFuture<'a, Verdict> {
    Box::pin(async {
        judgement.await.unwrap_or_else(|trouble| match trouble {
            Trouble::Broken(reason) => Verdict::Broken { reason },
            Trouble::Unobservable(reason) => Verdict::Skipped { reason },
            Trouble::Found(finding) => Verdict::Failed(vec![*finding]),
        })
    })
}

impl BankProbe {
    /// The bank of a target over an HTTP client.
    pub fn new(target: BankTarget, http: Http) -> BankProbe {
        BankProbe {
            seed: Seed::new(target.seed),
            target,
            http,
            drawn: AtomicU64::new(0),
            metadata: OnceCell::new(),
            proof_key: std::sync::OnceLock::new(),
            nonces: Default::default(),
            ahead: AtomicI64::new(0),
            session: Mutex::new(None),
            reading: Mutex::new(None),
            keeps: None,
        }
    }

    /// The same probe, keeping something alive as long as it lives (a bank in this process).
    #[must_use]
    pub fn keeping(mut self, anything: impl std::any::Any + Send + Sync) -> BankProbe {
        self.keeps = Some(Box::new(anything));
        self
    }

    /// An address of the bank's API: `/accounts`.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.target.base_url)
    }

    /// The address of a resource that needs a token: the list of accounts.
    pub fn protected(&self) -> String {
        let path = self.target.dialect.path(Ask::Accounts);
        self.url(path.split('?').next().unwrap_or_default())
    }

    /// The scopes a login asks for: everything that can be read.
    pub fn scopes(&self) -> &'static str {
        self.target.dialect.scopes()
    }

    /// A fresh random word (hexadecimal, 32 digits) from the run's seed.
    pub fn fresh(&self, purpose: &str) -> String {
        self.seed.of(purpose).at(self.drawn.fetch_add(1, Ordering::Relaxed)).hex(16)
    }

    /// Sends a request as it is; when throttled, waits as told and repeats it.
    ///
    /// # Errors
    /// [`Trouble::Broken`] if no whole answer came; [`Trouble::Unobservable`] if the bank says that it is not available or
    /// goes on throttling, so that a check does not take an outage for the answer to its question.
    pub async fn send(&self, request: Request) -> Result<Reply, Trouble> {
        let mut reply = self.try_send(request.clone()).await?;
        for _ in 0..PATIENCE {
            match told_to_wait(&reply) {
                Some(length) if reply.status() == 429 && length <= LONGEST_WAIT => self.wait(length).await?,
                _ => break,
            }
            reply = self.try_send(request.clone()).await?;
        }
        answered(reply)
    }

    /// Sends a request exactly as it is, once.
    ///
    /// # Errors
    /// As [`BankProbe::send`].
    pub async fn send_bare(&self, request: Request) -> Result<Reply, Trouble> {
        answered(self.try_send_bare(request).await?)
    }

    /// Sends a request once, and lets the caller look at a failure of the connection. Where our tokens are bound to a
    /// key, a bearer token goes out with its proof; a server that asks for a nonce gets one, once.
    ///
    /// # Errors
    /// If no whole answer came.
    pub async fn try_send(&self, request: Request) -> Result<Reply, HttpError> {
        let reply = self.try_send_bare(self.proven(request.clone())).await?;
        let is_bound = self.sender() == Sender::Dpop && request.headers.iter().any(|(name, _)| name == "authorization");
        if is_bound && self.heed_nonce(&request.url, &reply) {
            return self.try_send_bare(self.proven(request)).await;
        }
        Ok(reply)
    }

    /// Sends a request exactly as it is, once.
    ///
    /// # Errors
    /// If no whole answer came.
    pub async fn try_send_bare(&self, request: Request) -> Result<Reply, HttpError> {
        let reply = self.http.send(request).await?;
        if let Some(date) = reply.header("date").and_then(http_date) {
            self.ahead.store(date.as_second() - clock::now().as_second(), Ordering::Relaxed);
        }
        Ok(reply)
    }

    /// Now, on the bank's clock as far as its answers tell it.
    pub fn bank_now(&self) -> Timestamp {
        let ahead = SignedDuration::from_secs(self.ahead.load(Ordering::Relaxed));
        clock::now().checked_add(ahead).unwrap_or_else(|_| clock::now())
    }

    /// Sends a request with the session's token; logs in again once when the token is no longer good.
    ///
    /// # Errors
    /// As [`BankProbe::send`], and when no session can be had or a fresh one is refused.
    pub async fn ask(&self, request: Request) -> Result<Reply, Trouble> {
        let tokens = self.session().await?;
        let reply = self.send(request.clone().bearer(&tokens.access_token)).await?;
        if reply.status() != 401 || !self.can_log_in() {
            return Ok(reply);
        }
        self.forget_session(&tokens).await;
        let tokens = self.session().await?;
        let reply = self.send(request.bearer(&tokens.access_token)).await?;
        if reply.status() == 401 {
            let reason = format!("the bank refuses the token it just issued (see reads-answer): {}", reply.exchange);
            return Err(Trouble::Unobservable(reason));
        }
        Ok(reply)
    }

    /// Reads a resource of the API with the session's token.
    ///
    /// # Errors
    /// As [`BankProbe::ask`].
    pub async fn get(&self, path: &str) -> Result<Reply, Trouble> {
        self.ask(Request::get(self.url(path)).header("accept", "application/json")).await
    }

    /// Reads a resource that must be there, as JSON.
    ///
    /// # Errors
    /// [`Trouble::Unobservable`] if it is not: what a good answer looks like is judged by `reads-answer`.
    pub async fn get_json(&self, path: &str) -> Result<(Reply, Value), Trouble> {
        let reply = self.get(path).await?;
        let document = needed_json(&reply)?;
        Ok((reply, document))
    }

    /// The id of an account the consent shows.
    ///
    /// # Errors
    /// [`Trouble::Unobservable`] if there is none.
    pub async fn any_account(&self) -> Result<String, Trouble> {
        let dialect = self.target.dialect;
        let reply = self.get(&dialect.path(Ask::Accounts)).await?;
        needed_json(&reply)?;
        let first = dialect.accounts(reply.body()).value.records.into_iter().next();
        let missing = || Trouble::Unobservable(format!("the consent shows no account: {}", reply.exchange));
        first.map(|account| account.id).ok_or_else(missing)
    }

    /// Everything the consent shows of the last `history_days`, read once per run.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn reading(&self) -> Result<Arc<Reading>, Trouble> {
        let mut reading = self.reading.lock().await;
        match reading.as_ref() {
            Some(Ok(taken)) => return Ok(Arc::clone(taken)),
            // A bank that hangs or hangs up would cost every check the same wait again.
            Some(Err(broken @ Trouble::Broken(_))) => return Err(broken.clone()),
            Some(Err(_)) | None => {}
        }
        let taken = Reading::take(self).await.map(Arc::new);
        *reading = Some(taken.clone());
        taken
    }

    /// The current session, begun if there is none.
    ///
    /// # Errors
    /// When no token can be had.
    pub async fn session(&self) -> Result<Arc<Tokens>, Trouble> {
        let mut session = self.session.lock().await;
        if let Some(tokens) = session.as_ref() {
            return Ok(Arc::clone(tokens));
        }
        let tokens = Arc::new(match &self.target.consent {
            ConsentRoute::Ready { access_token } => Tokens::ready(access_token),
            ConsentRoute::Login { .. } => self.log_in(self.scopes()).await?,
        });
        *session = Some(Arc::clone(&tokens));
        Ok(tokens)
    }

    /// Lets time pass at the bank: virtual time where it is a sandbox with a clock of its own, real time elsewhere.
    ///
    /// # Errors
    /// [`Trouble::Broken`] if a sandbox does not take the call.
    pub async fn wait(&self, length: Duration) -> Result<(), Trouble> {
        let Some(control) = &self.target.control else {
            clock::wait(length).await;
            return Ok(());
        };
        let url = format!("{}/v1/worlds/{}/clock/advance", control.url, control.world);
        let request = Request::post(url).json(format!(r#"{{"by":"{}ms"}}"#, length.as_millis()));
        let reply = self.try_send(request).await?;
        if !reply.is_success() {
            // The world runs on real time, so waiting is the only way.
            clock::wait(length).await;
            return Ok(());
        }
        // What is signed next is signed by the clock that was moved.
        let now = reply.json().ok().and_then(|body| body.root().member("now")?.text()?.parse::<Timestamp>().ok());
        if let Some(now) = now {
            self.ahead.store(now.as_second() - clock::now().as_second(), Ordering::Relaxed);
        }
        Ok(())
    }

    /// Says whether payment orders may be sent.
    ///
    /// # Errors
    /// [`Trouble::Unobservable`] if not.
    pub fn may_pay(&self) -> Result<(), Trouble> {
        match self.target.payments {
            Permission::Granted => Ok(()),
            Permission::Withheld => Err(Trouble::Unobservable("the target does not allow payment orders".to_owned())),
        }
    }

    /// Says whether the bank may be called until it refuses.
    ///
    /// # Errors
    /// [`Trouble::Unobservable`] if not.
    pub fn may_exhaust(&self) -> Result<(), Trouble> {
        match self.target.bursts {
            Permission::Granted => Ok(()),
            Permission::Withheld => Err(Trouble::Unobservable("the target does not allow bursts of calls".to_owned())),
        }
    }

    fn can_log_in(&self) -> bool {
        matches!(self.target.consent, ConsentRoute::Login { .. })
    }

    async fn forget_session(&self, stale: &Arc<Tokens>) {
        let mut session = self.session.lock().await;
        if session.as_ref().is_some_and(|current| Arc::ptr_eq(current, stale)) {
            *session = None;
        }
    }
}

/// An answer to the question: not that of a bank that throttles or is not there.
fn answered(reply: Reply) -> Result<Reply, Trouble> {
    match reply.status() {
        429 => Err(Trouble::Unobservable(format!("the bank throttles: {}", reply.exchange))),
        502..=504 => {
            Err(Trouble::Unobservable(format!("the bank is not available (see reads-answer): {}", reply.exchange)))
        }
        _ => Ok(reply),
    }
}

/// How long an answer says to wait (`Retry-After` in seconds).
pub fn told_to_wait(reply: &Reply) -> Option<Duration> {
    reply.header("retry-after")?.trim().parse().ok().map(Duration::from_secs)
}

/// The JSON of an answer a check cannot do without.
///
/// # Errors
/// [`Trouble::Unobservable`] if the answer is no success or no JSON.
pub fn needed_json(reply: &Reply) -> Result<Value, Trouble> {
    if !reply.is_success() {
        return Err(Trouble::Unobservable(format!("needed a success: {}", reply.exchange)));
    }
    reply.json().map_err(|error| Trouble::Unobservable(format!("needed JSON: {}: {error}", reply.exchange)))
}

impl From<HttpError> for Trouble {
    fn from(error: HttpError) -> Trouble {
        Trouble::Broken(error.to_string())
    }
}

impl From<Finding> for Trouble {
    fn from(finding: Finding) -> Trouble {
        Trouble::Found(Box::new(finding))
    }
}

impl std::fmt::Debug for BankProbe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BankProbe").field("target", &self.target).finish_non_exhaustive()
    }
}

/// An instant in the form of HTTP (IMF-fixdate, RFC 9110 §5.6.7): `Sun, 22 Nov 2026 10:00:00 GMT`.
pub fn http_date(text: &str) -> Option<Timestamp> {
    text.strip_suffix(" GMT").filter(|text| text.len() == 25)?;
    let zoned = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(zoned.timestamp())
}
