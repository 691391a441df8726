//! Requests that a client polls for while an account holder decides elsewhere: on a second device (RFC 8628), or asked by
//! the bank (CIBA).
//!
//! Owns the secrets clients poll with, their pace, the codes people type, and that each buys tokens once. What was
//! decided is [`approval`](crate::auth::approval)'s.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use parking_lot::Mutex;

use crate::auth::client::GrantType;
use crate::auth::grant::after;
use crate::auth::mint::{Digest, Kind, Mint, sha256};
use crate::auth::scope::ScopeSet;
use crate::auth::shelf::Shelf;

/// How often a client may ask (RFC 8628 3.2, CIBA 7.3).
pub(crate) const INTERVAL: Duration = Duration::from_secs(5);
/// By how much the pace slows when a client asks too soon (RFC 8628 3.5).
const SLOWER: Duration = Duration::from_secs(5);
const MAX_POLLED: usize = 10_000;
/// What was redeemed or has expired is told from what never was for a while.
const MEMORY: Duration = Duration::from_secs(3600);
/// Letters of user codes: no vowels that spell words, nothing that looks like something else (RFC 8628 6.1).
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
/// Wrong user codes that are taken in a minute, from everybody (RFC 8628 5.1): twenty letters to the eighth are many.
const MOST_GUESSES: usize = 10;
const GUESS_WINDOW: Duration = Duration::from_secs(60);

/// What a secret stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Polled {
    /// The request at the account holder.
    pub(crate) approval: String,
    /// Whose it is.
    pub(crate) client_id: String,
    /// The grant it is redeemed with.
    pub(crate) grant: GrantType,
    /// What was asked for.
    pub(crate) scopes: ScopeSet,
    /// Whom to tell once it is decided.
    pub(crate) notice: Option<Notice>,
    /// When its notice may go out; unknown until it is decided.
    told_from: Option<Timestamp>,
    interval: Duration,
    next_at: Timestamp,
    used: bool,
}

/// Where a client wants to hear that it is decided (CIBA 10.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its endpoint.
    pub endpoint: String,
    /// The bearer token for it.
    pub token: String,
    /// The secret, in clear: the notice names it.
    pub auth_req_id: String,
    /// What a scenario makes of it on its way.
    pub(crate) mishap: Option<Mishap>,
}

/// What becomes of a notice on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mishap {
    /// It goes out so long after the decision was first seen.
    Late(Duration),
    /// It goes out twice.
    Twice,
    /// It carries a bearer token that is not the client's.
    Stranger,
    /// It is never sent.
    Lost,
}

/// What a stranger shows instead of the client's own token.
const STRANGERS_TOKEN: &str = "not-the-token-of-this-request";

/// The requests polled for at one bank.
#[derive(Debug)]
pub(crate) struct Pollings {
    state: Mutex<State>,
    /// How many wait to be told.
    notices: AtomicUsize,
}

#[derive(Debug, Clone)]
struct State {
    polled: Shelf<Digest, Polled>,
    /// Approvals by user code.
    codes: Shelf<String, String>,
    wrong: Vec<Timestamp>,
}

/// What came of a user code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Typed {
    /// The request it belongs to.
    Known(String),
    /// None.
    Unknown,
    /// Too many were wrong lately.
    TooMany,
}

impl Polled {
    pub(crate) fn new(approval: String, client_id: String, grant: GrantType, scopes: ScopeSet) -> Polled {
        let next_at = Timestamp::MIN;
        let told_from = None;
        Polled { approval, client_id, grant, scopes, notice: None, told_from, interval: INTERVAL, next_at, used: false }
    }
}

impl Pollings {
    pub(crate) fn new() -> Pollings {
        let state = State { polled: Shelf::new(MAX_POLLED), codes: Shelf::new(MAX_POLLED), wrong: Vec::new() };
        Pollings { state: Mutex::new(state), notices: AtomicUsize::new(0) }
    }

    /// Requests of their own in the same state.
    pub(crate) fn fork(&self) -> Pollings {
        let (state, notices) = (self.state.lock().clone(), self.notices.load(Ordering::Relaxed));
        Pollings { state: Mutex::new(state), notices: AtomicUsize::new(notices) }
    }

    /// Keeps a request under its secret.
    pub(crate) fn keep(&self, secret: &str, polled: Polled, expires_at: Timestamp, now: Timestamp) {
        if polled.notice.is_some() {
            self.notices.fetch_add(1, Ordering::Relaxed);
        }
        self.state.lock().polled.insert(sha256(secret.as_bytes()), polled, after(expires_at, MEMORY), now);
    }

    /// Lets a request be found by the code people type.
    pub(crate) fn name(&self, user_code: &str, approval: &str, expires_at: Timestamp, now: Timestamp) {
        self.state.lock().codes.insert(plain(user_code), approval.to_owned(), expires_at, now);
    }

    /// The request of a user code. Blanks, hyphens and case make no difference.
    pub(crate) fn typed(&self, user_code: &str, now: Timestamp) -> Typed {
        let mut state = self.state.lock();
        state.wrong.retain(|at| after(*at, GUESS_WINDOW) > now);
        if state.wrong.len() >= MOST_GUESSES {
            return Typed::TooMany;
        }
        match state.codes.get(&plain(user_code)).cloned() {
            Some(approval) => Typed::Known(approval),
            None => {
                state.wrong.push(now);
                Typed::Unknown
            }
        }
    }

    /// What a secret stands for, redeemed or not.
    pub(crate) fn find(&self, secret: &str) -> Option<Polled> {
        self.state.lock().polled.get(&sha256(secret.as_bytes())).cloned()
    }

    /// `true` if a client asks no sooner than it may. Either way the next time is counted from now.
    pub(crate) fn in_pace(&self, secret: &str, now: Timestamp) -> bool {
        let mut state = self.state.lock();
        let Some(polled) = state.polled.get_mut(&sha256(secret.as_bytes())) else { return true };
        let in_pace = polled.next_at <= now;
        if !in_pace {
            polled.interval += SLOWER;
        }
        polled.next_at = after(now, polled.interval);
        in_pace
    }

    /// Uses a secret up; `false` if somebody else was faster.
    pub(crate) fn redeem(&self, secret: &str) -> bool {
        let mut state = self.state.lock();
        let polled = state.polled.get_mut(&sha256(secret.as_bytes()));
        polled.is_some_and(|polled| !std::mem::replace(&mut polled.used, true))
    }

    /// `true` if somebody waits to be told.
    pub(crate) fn has_notices(&self) -> bool {
        self.notices.load(Ordering::Relaxed) > 0
    }

    /// Lets something befall the notice of a request, if it has one that is not on its way yet.
    pub(crate) fn befall(&self, secret: &str, mishap: Mishap) {
        let mut state = self.state.lock();
        let polled = state.polled.get_mut(&sha256(secret.as_bytes()));
        if let Some(notice) = polled.and_then(|polled| polled.notice.as_mut()) {
            notice.mishap = Some(mishap);
        }
    }

    /// Takes the notices of requests that are decided: each is handed out once, but for what befell it.
    pub(crate) fn notices(&self, now: Timestamp, decided: impl Fn(&Polled) -> bool) -> Vec<(String, Notice)> {
        let mut state = self.state.lock();
        let is_due = |polled: &mut Polled| {
            let Some(notice) = polled.notice.as_ref().filter(|_| decided(polled)) else { return false };
            let late = match notice.mishap {
                Some(Mishap::Late(by)) => by,
                _ => Duration::ZERO,
            };
            now >= *polled.told_from.get_or_insert_with(|| after(now, late))
        };
        let due = state.polled.values_mut().filter_map(|polled| is_due(polled).then_some(polled));
        let due: Vec<_> = due.filter_map(|polled| Some((polled.client_id.clone(), polled.notice.take()?))).collect();
        self.notices.fetch_sub(due.len(), Ordering::Relaxed);
        due.into_iter()
            .flat_map(|(client_id, notice)| notice.sent().map(move |sent| (client_id.clone(), sent)))
            .collect()
    }
}

impl Notice {
    /// What goes out for it.
    fn sent(self) -> impl Iterator<Item = Notice> {
        let copies = match self.mishap {
            Some(Mishap::Lost) => 0,
            Some(Mishap::Twice) => 2,
            _ => 1,
        };
        let token = if self.mishap == Some(Mishap::Stranger) { STRANGERS_TOKEN.to_owned() } else { self.token.clone() };
        std::iter::repeat_n(Notice { token, ..self }, copies)
    }
}

/// A new user code, `XXXX-XXXX`.
pub(crate) fn user_code(mint: &Mint, client_id: &str) -> String {
    let random = sha256(mint.next(Kind::UserCode, client_id).as_bytes());
    let letter = |byte: &u8| char::from(LETTERS[usize::from(*byte) % LETTERS.len()]);
    let letters: String = random[..8].iter().map(letter).collect();
    format!("{}-{}", &letters[..4], &letters[4..])
}

fn plain(user_code: &str) -> String {
    user_code.chars().filter(char::is_ascii_alphanumeric).take(16).collect::<String>().to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use bank_fixtures::seed::Seed;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_secret_has_a_pace_and_is_redeemed_once() {
        let pollings = Pollings::new();
        let polled = Polled::new("a".to_owned(), "demo".to_owned(), GrantType::DeviceCode, ScopeSet::default());
        pollings.keep("secret", polled, at(600), at(0));
        assert!(pollings.in_pace("secret", at(0)), "the first time is free");
        assert!(pollings.in_pace("secret", at(5)));
        assert!(!pollings.in_pace("secret", at(9)), "too soon");
        assert!(!pollings.in_pace("secret", at(18)), "the pace has slowed to ten seconds");
        assert!(pollings.in_pace("secret", at(33)));
        assert!(pollings.redeem("secret") && !pollings.redeem("secret") && !pollings.redeem("other"));
        assert_eq!(pollings.find("other"), None);
    }

    #[test]
    fn codes_are_typed_in_any_form_and_guesses_are_few() {
        let (pollings, mint) = (Pollings::new(), Mint::new(Seed::new(1)));
        let code = user_code(&mint, "demo");
        assert_eq!((code.len(), &code[4..5]), (9, "-"));
        assert_ne!(code, user_code(&mint, "demo"));
        pollings.name(&code, "a", at(600), at(0));
        let sloppy = code.to_ascii_lowercase().replace('-', " ");
        assert_eq!(pollings.typed(&sloppy, at(1)), Typed::Known("a".to_owned()));
        for _ in 0..MOST_GUESSES {
            assert_eq!(pollings.typed("BBBB-BBBB", at(2)), Typed::Unknown);
        }
        assert_eq!(pollings.typed(&code, at(3)), Typed::TooMany);
        assert_eq!(pollings.typed(&code, at(63)), Typed::Known("a".to_owned()));
    }
}
