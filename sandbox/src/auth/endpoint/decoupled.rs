//! Requests that are decided away from the browser that made them: asking, and answering for the account holder.
//!
//! Owns the way from a request of the back channel to a decision: at once where nobody has to be asked, else on the
//! account holder's page or by the control API.

use jiff::Timestamp;

use crate::auth::approval::{Given, NewApproval};
use crate::auth::endpoint::decide::SLOW;
use crate::auth::giving::Giving;
use crate::auth::grant::after;
use crate::auth::holder::Holder;
use crate::auth::outcome::Outcome;
use crate::bank::Refusal;
use crate::profile::ConsentDecision;
use crate::world::BankInstance;

/// Why a request cannot be answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unanswered {
    /// It was decided, has run out, or never was.
    #[error("this request does not wait for anybody")]
    Over,
    /// Nobody of this name has accounts here.
    #[error("there is no account holder `{0}`")]
    UnknownUser(String),
    /// The bank says no.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// Asks an account holder, and returns the id to ask [`crate::auth::AuthServer::standing`] with. The user name
/// may carry an outcome (`alice:deny`). Where an order of the control API fits, or the bank asks nobody, it is decided
/// at once.
pub fn ask(bank: &BankInstance, mut asked: NewApproval, now: Timestamp) -> String {
    let auth = &bank.auth;
    let hinted = asked.user.as_deref().map(Outcome::of_user).map(|(user, magic)| (user.to_owned(), magic));
    asked.user = hinted.as_ref().map(|hint| hint.0.clone());
    let order = auth.orders.take(&asked.client_id, asked.user.as_deref());
    let id = auth.approvals.begin(asked, &auth.mint, now);
    let automatic = auth.settings.consent == ConsentDecision::Automatic;
    let decision = match (order, hinted) {
        (Some(order), hint) => order.username.or(hint.map(|hint| hint.0)).map(|user| Answer {
            user,
            outcome: order.outcome,
            accounts: order.account_ids,
        }),
        (None, Some((user, magic))) => automatic.then(|| {
            let outcome = magic.unwrap_or(Outcome::Approve);
            Answer { user, outcome, accounts: None }
        }),
        (None, None) => None,
    };
    if let Some(decision) = decision {
        // What cannot be done leaves the request waiting, as an account holder who is stuck would.
        let _ = answer(bank, &id, decision, now);
    }
    id
}

/// What somebody does with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    /// Who.
    pub(crate) user: String,
    /// What.
    pub(crate) outcome: Outcome,
    /// The accounts they choose; `None` for all.
    pub(crate) accounts: Option<Vec<String>>,
}

/// Answers a request for an account holder.
///
/// # Errors
/// It does not wait any more, nobody has this name, or the ledger refuses.
pub(crate) fn answer(bank: &BankInstance, id: &str, answer: Answer, now: Timestamp) -> Result<(), Unanswered> {
    let approvals = &bank.auth.approvals;
    let approval = approvals.find(id, now).ok_or(Unanswered::Over)?;
    let Answer { user, outcome, accounts } = answer;
    let holder = Holder::find(&bank.ledger, &user).ok_or(Unanswered::UnknownUser(user))?;
    let holder = match outcome {
        Outcome::WrongUser => holder.somebody_else(&bank.ledger).unwrap_or(holder),
        _ => holder,
    };
    let decided = match outcome {
        Outcome::Deny => {
            if let Some(consent) = &approval.asked.consent_id {
                // A consent that was decided meanwhile keeps its decision; this answer is the same.
                let _ = bank.ledger.reject_consent(consent, &holder.username, now);
            }
            approvals.deny(id, now)
        }
        Outcome::Abandon => true,
        Outcome::Expire => {
            if let Some(consent) = &approval.asked.consent_id {
                bank.ledger.expire_consent(consent, now)?;
            }
            approvals.expire(id, now)
        }
        _ => {
            let mut chosen: Vec<String> = holder.accounts(&bank.ledger).into_iter().map(|account| account.id).collect();
            chosen.retain(|id| accounts.as_ref().is_none_or(|accounts| accounts.contains(id)));
            if outcome == Outcome::Partial {
                chosen.truncate(1);
            }
            let giving = Giving {
                client_id: &approval.asked.client_id,
                scopes: &approval.asked.scopes,
                consent_id: approval.asked.consent_id.as_deref(),
                user: &holder.username,
                accounts: named(bank, &approval.asked, chosen, now),
                outcome,
            };
            let consent_id = giving.agree(bank, now)?;
            let from = if outcome == Outcome::Slow { after(now, SLOW) } else { now };
            approvals.approve(id, Given { user: holder.username.clone(), consent_id, auth_time: now }, from, now)
        }
    };
    if decided { Ok(()) } else { Err(Unanswered::Over) }
}

/// The accounts a consent made before names, of those chosen; all of them if it names none.
fn named(bank: &BankInstance, asked: &NewApproval, mut chosen: Vec<String>, now: Timestamp) -> Vec<String> {
    let consent = asked.consent_id.as_ref().and_then(|id| bank.ledger.consent(id, now));
    if let Some(named) = consent.map(|view| view.consent.account_ids).filter(|named| !named.is_empty()) {
        chosen.retain(|id| named.contains(id));
    }
    chosen
}
