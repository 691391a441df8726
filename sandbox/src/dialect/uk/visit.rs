//! One call at a UK bank: who may make it, and what its consent lets through.
//!
//! Owns token types, scopes and the consent of a read. A token from client credentials makes and reads consents and orders;
//! a token from a login reads accounts and orders payments; neither does the other's work.

use std::borrow::Cow;

use axum::http::{HeaderName, StatusCode};
use bank_fixtures::error_class::ErrorClass;
use bank_fixtures::record::{Account, ConsentScope, ConsentStatus, Instant};
use jiff::Timestamp;

use super::answer;
use super::client_signature;
use super::error::{self, Code, INTERACTION_ID, Refused};
use super::json::Json;
use super::permission::{Permission, Permissions};
use super::shape;
use super::signature;
use super::version::Version;
use crate::bank::{ConsentView, Granted, Refusal, local};
use crate::exchange::{Access, Call, Problem, ProblemKind, Reply};
use crate::profile::WrongScope;
use crate::world::BankInstance;

/// Which token a call needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    /// One from client credentials.
    Client,
    /// One from a login, under a consent.
    Holder,
}

/// What a call needs before its handler runs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Guard {
    pub token: Token,
    /// One of the standard's, or who needs none in particular: `any`, or `any, signed`.
    pub scope: &'static str,
    /// Media types it can answer with.
    pub serves: &'static [&'static str],
}

/// Answers a call that may be made.
pub(super) type Handler = fn(&Visit<'_>) -> Result<Reply, Refused>;

/// A call that may be made.
pub(super) struct Visit<'a> {
    pub version: &'static Version,
    pub bank: &'a BankInstance,
    pub call: &'a Call<'a>,
    pub access: &'a Access,
}

/// What a call may read.
pub(super) struct Reading<'a> {
    pub granted: Granted<'a>,
    pub terms: Terms,
}

/// The terms of an account-access consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Terms {
    pub permissions: Permissions,
    /// Earliest booking that may be seen.
    pub from: Option<Timestamp>,
    /// Latest.
    pub to: Option<Timestamp>,
}

/// What is signed: everything that moves money, and subscriptions to events.
const SIGNED: &[&str] = &["payments", SUBSCRIBER];
/// Stands for any scope: whoever has a token subscribes to events ...
const SUBSCRIBER: &str = "any, signed";
/// ... and fetches them.
const FETCHER: &str = "any";
/// The scope of whatever reads accounts.
const ACCOUNTS: &str = "accounts";
/// Says that the account holder is there, and from where.
const CUSTOMER_ADDRESS: HeaderName = HeaderName::from_static("x-fapi-customer-ip-address");

/// Serves a call: the one way from a route to a handler.
pub(super) fn serve(
    version: &'static Version,
    guard: Guard,
    (bank, call): (&BankInstance, &Call<'_>),
    handler: Handler,
) -> Result<Reply, Problem> {
    shape::accepts(call, guard.serves)?;
    let missing = || Problem::new(ProblemKind::InvalidToken, "send an access token");
    let access = call.access.as_deref().ok_or_else(missing)?;
    let visit = Visit { version, bank, call, access };
    let admitted = visit.admit(guard);
    if admitted.is_ok() {
        visit.within_quota(guard)?;
    }
    let is_signed = SIGNED.contains(&guard.scope);
    let believed = admitted.and_then(|()| if is_signed { client_signature::judge(&visit) } else { Ok(()) });
    let answer = believed.and_then(|()| handler(&visit));
    let reply = answer.unwrap_or_else(|refused| refused.render(version, call.request));
    let reply = if is_signed { signature::signed(bank, reply, call.now) } else { reply };
    Ok(reply.header(INTERACTION_ID, &error::interaction_id(call.request)))
}

impl<'a> Visit<'a> {
    fn admit(&self, guard: Guard) -> Result<(), Refused> {
        let token = if self.access.user.is_some() { Token::Holder } else { Token::Client };
        let any = [SUBSCRIBER, FETCHER].contains(&guard.scope);
        let covers = any || self.access.scopes.iter().any(|scope| scope == guard.scope);
        if token != guard.token || !covers {
            return Err(match self.bank.profile.messages.wrong_scope {
                WrongScope::Unauthorized => Refused::bare(StatusCode::UNAUTHORIZED, ErrorClass::ConsentScope),
                WrongScope::Forbidden => {
                    let message = "this takes another scope, or a token of the other kind";
                    Refused::forbidden(Code::ConsentMismatch, message)
                }
            });
        }
        let id = self.call.request.headers.get(INTERACTION_ID);
        if id.is_some_and(|id| !id.to_str().is_ok_and(error::is_uuid)) {
            let message = format!("send a UUID (RFC 4122) in {INTERACTION_ID}");
            return Err(Refused::mistake(Code::HeaderInvalid, INTERACTION_ID.as_str(), message));
        }
        Ok(())
    }

    /// Counts a read while the account holder is away.
    ///
    /// # Errors
    /// It was one too many for today.
    fn within_quota(&self, guard: Guard) -> Result<(), Problem> {
        let request = self.call.request;
        let reads = guard.scope == ACCOUNTS && guard.token == Token::Holder;
        // What follows a link is the same look.
        if !reads || request.headers.contains_key(&CUSTOMER_ADDRESS) || self.call.query(answer::PAGE).is_some() {
            return Ok(());
        }
        let consent = self.access.consent_id.as_deref().unwrap_or_default();
        let key = format!("{} {consent} {}", self.access.client_id, request.path);
        self.bank.limits.unattended(&key, self.call.now).map_or(Ok(()), Err)
    }

    /// What this call may read: one of these permissions is enough.
    pub(super) fn reading(&self, any: &[Permission]) -> Result<Reading<'a>, Refused> {
        let granted = self.granted()?;
        let terms = self.terms(granted.consent());
        if !terms.permissions.any(any) {
            let message = format!("the consent does not cover this: it takes {any:?}");
            return Err(Refused::forbidden(Code::ConsentMismatch, message));
        }
        Ok(Reading { granted, terms })
    }

    /// What the consent of the caller's token shows.
    pub(super) fn granted(&self) -> Result<Granted<'a>, Refused> {
        let missing = || Refused::forbidden(Code::ConsentMismatch, "the token was given without a consent");
        let consent = self.access.consent_id.as_deref().ok_or_else(missing)?;
        Ok(self.bank.ledger.granted(consent, self.call.now)?)
    }

    /// The terms of a consent; for one that was not made by this standard's call, those its scopes stand for.
    fn terms(&self, consent: &ConsentView) -> Terms {
        let paper = self.bank.ledger.papers().find(&consent.consent.id);
        let Some(paper) = paper.and_then(|text| Json::read(text.as_bytes()).ok()) else {
            return Terms { permissions: standing_for(&consent.consent.scopes), from: None, to: None };
        };
        let names = paper.at(&["Data", "Permissions"]).map(Json::items).unwrap_or_default();
        let permissions = names.iter().filter_map(|name| Permission::named(name.text(&[])?)).collect();
        let instant = |name| paper.text(&["Data", name]).and_then(shape::instant);
        Terms { permissions, from: instant("TransactionFromDateTime"), to: instant("TransactionToDateTime") }
    }

    /// An own consent of this kind, by the id in the path.
    ///
    /// # Errors
    /// There is none, it is another client's, or its client has ended it.
    pub(super) fn own_consent(&self, kind: &str) -> Result<(ConsentView, Json), Refused> {
        let id = self.call.param("consent");
        let found = self.bank.ledger.consent(id, self.call.now);
        let paper = self.bank.ledger.papers().find(id).and_then(|text| Json::read(text.as_bytes()).ok());
        let ended = |view: &ConsentView| view.consent.status == ConsentStatus::EndedByClient;
        match found.zip(paper).filter(|(view, paper)| paper.text(&["Kind"]) == Some(kind) && !ended(view)) {
            None => Err(Refused::not_found("consent", id)),
            Some((view, _)) if view.client_id != self.access.client_id => {
                Err(Refused::forbidden(Code::ConsentMismatch, "the consent is another client's"))
            }
            Some(found) => Ok(found),
        }
    }

    /// An instant as this bank states it.
    pub(super) fn stated(&self, at: Timestamp) -> Instant {
        local::instant(at, self.bank.ledger.book().zone())
    }

    /// The address of something of this bank: `aisp/accounts/acc_1`.
    pub(super) fn address(&self, path: &str) -> String {
        format!("{}{}/{path}", self.call.request.resource_base(), self.version.prefix)
    }
}

impl<'a> Reading<'a> {
    pub(super) fn has(&self, permission: Permission) -> bool {
        self.terms.permissions.has(permission)
    }

    /// An account of the consent by its id.
    ///
    /// # Errors
    /// There is none, or the account holder did not choose it.
    pub(super) fn account(&self, visit: &Visit<'_>, id: &str) -> Result<Cow<'a, Account>, Refused> {
        self.granted.account(id).map_err(|_| match visit.bank.ledger.account(id) {
            Some(_) => Refused::forbidden(Code::ConsentMismatch, format!("account `{id}` is not in the consent")),
            None => Refused::not_found("account", id),
        })
    }

    /// The accounts a call is about: the one in its path, or all of the consent.
    pub(super) fn accounts(&self, visit: &Visit<'_>) -> Result<Vec<Cow<'a, Account>>, Refused> {
        match visit.call.params.iter().find(|(name, _)| name == "account") {
            Some((_, id)) => Ok(vec![self.account(visit, id)?]),
            None => Ok(self.granted.accounts()),
        }
    }
}

/// The rows of every account a call is about, on one page or several.
pub(super) fn each<T>(
    visit: &Visit<'_>,
    any: &[Permission],
    name: &'static str,
    find: impl Fn(&Granted<'_>, &str) -> Result<Vec<T>, Refusal>,
    write: impl Fn(&Visit<'_>, &Reading<'_>, &T) -> Json,
) -> Result<Reply, Refused> {
    let reading = visit.reading(any)?;
    let mut rows = Vec::new();
    for account in reading.accounts(visit)? {
        rows.extend(find(&reading.granted, &account.id)?.iter().map(|found| write(visit, &reading, found)));
    }
    answer::list(visit, name, rows)
}

/// Everything that scopes without permissions stand for.
fn standing_for(scopes: &[ConsentScope]) -> Permissions {
    use Permission as P;
    let of = |scope: &ConsentScope| -> &[Permission] {
        match scope {
            ConsentScope::Accounts => &[
                P::ReadAccountsDetail,
                P::ReadPAN,
                P::ReadProducts,
                P::ReadOffers,
                P::ReadBeneficiariesDetail,
                P::ReadDirectDebits,
                P::ReadStandingOrdersDetail,
                P::ReadScheduledPaymentsDetail,
                P::ReadStatementsDetail,
                P::ReadBalances,
                P::ReadTransactionsDetail,
                P::ReadTransactionsCredits,
                P::ReadTransactionsDebits,
                P::ReadParty,
                P::ReadPartyPSU,
            ],
            ConsentScope::Balances => &[P::ReadBalances],
            ConsentScope::Transactions => {
                &[P::ReadTransactionsDetail, P::ReadTransactionsCredits, P::ReadTransactionsDebits]
            }
            ConsentScope::Owner => &[P::ReadParty, P::ReadPartyPSU],
            _ => &[],
        }
    };
    scopes.iter().flat_map(of).copied().collect()
}
