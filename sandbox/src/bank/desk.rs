//! The bank at work: takes orders, moves them on as time passes, books both legs.
//!
//! Owns every change of orders and entries. Steps are carried out in the order of their times, each with what the bank
//! knew at that time, so that it does not matter how often or how late anybody looks.

use bank_fixtures::book::Book;
use bank_fixtures::currency::Currency;
use bank_fixtures::money::{Amount, Money};
use bank_fixtures::record::{
    Account, AccountIdentifier, AccountKind, AccountStatus, Instant, Payment, PaymentReason, PaymentStatus,
    Transaction, TransactionKind,
};
use bank_fixtures::seed::Seed;
use jiff::Timestamp;
use jiff::civil::Date;
use parking_lot::Mutex;

use crate::bank::activity::Activity;
use crate::bank::fate::{Fate, Fates};
use crate::bank::order::{Orderer, Orders, Step, later};
use crate::bank::standing::Standings;
use crate::bank::statement::Statement;
use crate::bank::{BankEvent, NewPayment, News, PaymentOutcome, PaymentTerms, Refusal, Subject, local};
use crate::profile::BankProfile;

/// What changes while a world runs.
#[derive(Debug, Clone)]
pub(crate) struct State {
    pub activity: Activity,
    pub orders: Orders,
    pub fates: Fates,
    /// The latest time the bank was asked to act at.
    last: Timestamp,
}

/// The state in the hands of the bank.
pub(crate) struct Desk<'a> {
    pub profile: &'a BankProfile,
    pub book: &'a Book,
    pub seed: Seed,
    pub state: &'a mut State,
    pub standings: &'a Standings,
    pub news: &'a Mutex<News>,
}

impl State {
    pub(crate) fn new() -> State {
        State {
            activity: Activity::default(),
            orders: Orders::default(),
            fates: Fates::default(),
            last: Timestamp::MIN,
        }
    }
}

impl Desk<'_> {
    /// Carries out every step whose time has come.
    pub(crate) fn settle(&mut self, now: Timestamp) {
        self.state.last = self.state.last.max(now);
        while let Some((at, order, step)) = self.state.orders.next_due(now) {
            match step {
                Step::Execute => self.execute(order, at),
                Step::Clear => {
                    self.set(order, PaymentStatus::InClearing, at, None);
                    let settlement = &self.profile.settlement;
                    let rest = settlement.booked_after.saturating_sub(settlement.clearing_after);
                    let due = self.business().working_at(later(at, rest));
                    self.state.orders.plan(order, Step::Book, due);
                }
                Step::Book => self.book_order(order, at),
                Step::Credit => self.set(order, PaymentStatus::Credited, at, None),
                Step::SetUp => self.set_up(order, at),
                Step::Pay => self.pay_standing(order, at),
                Step::GiveUp => self.give_up(order, at),
            }
        }
    }

    /// Takes an order, or finds the one already taken under its key.
    pub(crate) fn order(
        &mut self,
        who: Orderer<'_>,
        key: &str,
        (asked, terms): (NewPayment, PaymentTerms),
        now: Timestamp,
    ) -> Result<PaymentOutcome, Refusal> {
        let now = self.catch_up(now);
        if !terms.key_kept_elsewhere
            && let Some(payment) = self.state.orders.replay(who, key, &asked, now)?
        {
            return Ok(PaymentOutcome { payment: payment.clone(), replayed: true });
        }
        let today = self.instant(now);
        self.check(&asked, &terms, now)?;
        if self.starts_at(&asked, &terms, now).is_none() && terms.recurrence.is_none() {
            self.check_funds(&asked.debtor_account_id, cost(&asked, &terms), now)?;
        }
        let number = self.state.orders.count_of(who.client_id);
        let payment = Payment {
            id: format!("pay_{}", self.seed.of("payment").of(who.client_id).at(number).hex(10)),
            debtor_account_id: asked.debtor_account_id.clone(),
            creditor_name: asked.creditor_name.clone(),
            creditor_account: asked.creditor_account.clone(),
            amount: asked.amount,
            reference: asked.reference.clone(),
            end_to_end_id: asked.end_to_end_id.clone(),
            requested_date: asked.requested_on,
            status: match &terms {
                PaymentTerms { second: Some(_), .. } => PaymentStatus::PartiallyAuthorised,
                PaymentTerms { recurrence: Some(_), .. } => PaymentStatus::Created,
                _ => PaymentStatus::Scheduled,
            },
            reason: None,
            created_at: today,
            updated_at: today,
        };
        let second = terms.second.as_ref().map(|second| second.until);
        let magic = self.profile.payments.outcome_of(asked.amount);
        let order = self.state.orders.add(who, key, (asked, terms), payment, now);
        self.tell(order, BankEvent::PaymentReceived, now);
        let fate = self.state.fates.take(who.client_id, key).or(magic);
        match second {
            _ if fate.as_ref().is_some_and(Fate::is_refusal) => {}
            Some(until) => self.state.orders.plan(order, Step::GiveUp, until),
            None => self.begin(order, now),
        }
        if let Some(fate) = fate {
            self.befall(order, fate, now);
        }
        self.settle(now);
        Ok(PaymentOutcome { payment: self.state.orders.order(order).payment.clone(), replayed: false })
    }

    /// Starts with an order that all have agreed to.
    pub(super) fn begin(&mut self, order: usize, now: Timestamp) {
        let taken = self.state.orders.order(order);
        if taken.standing.is_some() {
            if taken.payment.status != PaymentStatus::Created {
                self.set(order, PaymentStatus::Created, now, None);
            }
            let ready = later(now, self.profile.settlement.clearing_after);
            return self.state.orders.plan(order, Step::SetUp, ready);
        }
        let Some(start) = self.starts_at(&taken.asked, &taken.terms, now) else { return self.execute(order, now) };
        if taken.payment.status == PaymentStatus::Scheduled {
            self.tell(order, BankEvent::PaymentScheduled, now);
        } else {
            self.set(order, PaymentStatus::Scheduled, now, None);
        }
        self.state.orders.plan(order, Step::Execute, start);
    }

    /// When an order is executed, if that is still to come.
    fn starts_at(&self, asked: &NewPayment, terms: &PaymentTerms, now: Timestamp) -> Option<Timestamp> {
        let day = asked.requested_on.filter(|day| *day > self.day(now)).map(|day| self.business().starts_on(day));
        day.max(terms.not_before.filter(|start| *start > now))
    }

    /// Cancels an order that has not gone to the clearing. Cancelling twice is no error.
    pub(crate) fn cancel(&mut self, who: Orderer<'_>, id: &str, now: Timestamp) -> Result<Payment, Refusal> {
        let now = self.catch_up(now);
        let order = self.state.orders.find(who, id)?;
        match self.state.orders.order(order).payment.status {
            PaymentStatus::Cancelled => {}
            PaymentStatus::Scheduled | PaymentStatus::AcceptedChecks => {
                self.state.orders.unplan(order);
                self.release(order, now);
                self.set(order, PaymentStatus::Cancelled, now, None);
            }
            status => return Err(Refusal::NotCancellable { payment: id.to_owned(), status }),
        }
        Ok(self.state.orders.order(order).payment.clone())
    }

    /// Books an entry on an account out of nothing, as a scenario or a tester asked.
    pub(crate) fn post(
        &mut self,
        account_id: &str,
        amount: Money,
        description: Option<&str>,
        now: Timestamp,
    ) -> Result<Transaction, Refusal> {
        let now = self.catch_up(now);
        let account = self.book.account(account_id).ok_or_else(|| Refusal::UnknownAccount(account_id.to_owned()))?;
        if let Some(currency) = account.currency.filter(|currency| *currency != amount.currency()) {
            return Err(Refusal::OtherCurrency { account: account_id.to_owned(), currency });
        }
        let number = self.state.activity.version();
        let id = format!("txn_{}", self.seed.of("posted").of(account_id).at(number).hex(10));
        let kind =
            if amount.is_negative() { TransactionKind::CreditTransferOut } else { TransactionKind::CreditTransferIn };
        let mut entry = self.entry(id, account_id, kind, amount.into(), now);
        entry.remittance = description.map(str::to_owned).into_iter().collect();
        self.booked(&mut entry, now);
        let shown = entry.clone();
        let subject =
            Subject { account_id: Some(account_id.to_owned()), transaction_id: entry.id.clone(), ..Subject::default() };
        self.news().tell(now, BankEvent::TransactionPosted, subject);
        self.state.activity.book(entry, amount.minor(), now);
        let balance_after = self.statement(account_id).balance(now).map(Amount::from);
        Ok(Transaction { balance_after, ..shown })
    }

    pub(super) fn catch_up(&mut self, now: Timestamp) -> Timestamp {
        let now = now.max(self.state.last);
        self.settle(now);
        now
    }

    /// The day of an order has come, or it was for today.
    fn execute(&mut self, order: usize, at: Timestamp) {
        let taken = self.state.orders.order(order);
        let (account, amount) = (taken.asked.debtor_account_id.clone(), cost(&taken.asked, &taken.terms));
        if let Err(refusal) = self.check_funds(&account, amount, at) {
            let reason = PaymentReason { code: "AM04".to_owned(), text: Some(refusal.to_string()) };
            return self.set(order, PaymentStatus::Rejected, at, Some(reason));
        }
        let hold = self.debit(order, at);
        let minor = hold.amount.minor().expect("checked when the order was taken");
        let hold = self.state.activity.hold(hold, minor, at);
        self.state.orders.order_mut(order).hold = Some(hold);
        self.set(order, PaymentStatus::AcceptedChecks, at, None);
        let business = self.business();
        let due = business.working_at(later(business.starts_at(at), self.profile.settlement.clearing_after));
        self.state.orders.plan(order, Step::Clear, due);
        if let Some(fate) = self.state.orders.order_mut(order).fate.take() {
            self.befall(order, fate, at);
        }
    }

    /// Moves the money: the debtor's leg and, for an account of this bank, the creditor's.
    pub(super) fn book_order(&mut self, order: usize, at: Timestamp) {
        self.release(order, at);
        let (debit, credit) = (self.debit(order, at), self.credit(order, at));
        self.book_legs(order, debit, credit, at);
        if let Some(fee) = self.fee(order, at) {
            self.book_legs(order, fee, None, at);
        }
        self.set(order, PaymentStatus::Debited, at, None);
        if let Some(wait) = self.profile.payments.credited_after {
            self.state.orders.plan(order, Step::Credit, later(at, wait));
        }
    }

    pub(super) fn release(&mut self, order: usize, at: Timestamp) {
        let order = self.state.orders.order_mut(order);
        if let Some(hold) = order.hold.take() {
            self.state.activity.release(&order.asked.debtor_account_id, hold, at);
        }
    }

    pub(super) fn set(&mut self, order: usize, status: PaymentStatus, at: Timestamp, reason: Option<PaymentReason>) {
        let shown = self.instant(at);
        self.state.orders.order_mut(order).set(status, at, shown, reason);
        self.tell(order, BankEvent::of_payment(status), at);
    }

    /// Tells what became of an order.
    fn tell(&self, order: usize, event: BankEvent, at: Timestamp) {
        let order = self.state.orders.order(order);
        let subject = Subject {
            client_id: Some(order.client_id.clone()),
            user: Some(order.user.clone()),
            account_id: Some(order.asked.debtor_account_id.clone()),
            payment: Some(Box::new(order.payment.clone())),
            ..Subject::default()
        };
        self.news().tell(at, event, subject);
    }

    /// Everything about an order that does not depend on what the account holds.
    fn check(&self, asked: &NewPayment, terms: &PaymentTerms, now: Timestamp) -> Result<(), Refusal> {
        let id = &asked.debtor_account_id;
        let debtor = self.book.account(id).ok_or_else(|| Refusal::UnknownAccount(id.clone()))?;
        match self.standings.of(debtor) {
            AccountStatus::Open | AccountStatus::Unknown => {}
            AccountStatus::Closed => return Err(Refusal::AccountClosed(id.clone())),
            AccountStatus::Blocked => return Err(Refusal::AccountBlocked(id.clone())),
        }
        if !matches!(debtor.kind, AccountKind::Current | AccountKind::Savings | AccountKind::Prepaid) {
            return Err(Refusal::NoPaymentAccount(id.clone()));
        }
        let debited = self.in_currency_of(id, asked.amount).filter(|_| terms.recurrence.is_some());
        let debited = terms.exchange.as_ref().map(|exchange| exchange.debited).or(debited).unwrap_or(asked.amount);
        if let Some(currency) = debtor.currency.filter(|currency| *currency != debited.currency()) {
            return Err(Refusal::OtherCurrency { account: id.clone(), currency });
        }
        let amount = asked.amount.money().map_err(|error| Refusal::Amount(error.to_string()))?;
        if amount.minor() <= 0 {
            return Err(Refusal::Amount(format!("{amount} is not more than nothing")));
        }
        let today = self.day(now);
        if let Some(day) = asked.requested_on
            && (day < today || today.until(day).is_ok_and(|ahead| ahead.get_days() > LONGEST_AHEAD_DAYS))
        {
            return Err(Refusal::ExecutionDay { day, today });
        }
        let transferred = terms.exchange.as_ref().map_or(asked.amount, |exchange| exchange.transferred);
        self.check_creditor(asked, transferred.currency())
    }

    fn check_creditor(&self, asked: &NewPayment, transferred: Currency) -> Result<(), Refusal> {
        let Some(creditor) = self.own_account(&asked.creditor_account) else { return Ok(()) };
        let why = if creditor.id == asked.debtor_account_id {
            "it is the account to debit"
        } else if self.standings.of(creditor) == AccountStatus::Closed {
            "it is closed"
        } else if creditor.currency.is_some_and(|currency| currency != transferred) {
            "it is held in another currency"
        } else {
            return Ok(());
        };
        Err(Refusal::Creditor { account: asked.creditor_account.value.clone(), why })
    }

    pub(super) fn check_funds(&self, account_id: &str, amount: Amount, at: Timestamp) -> Result<(), Refusal> {
        let available = self.statement(account_id).available(at);
        let wanted = amount.minor();
        match available.zip(wanted) {
            Some((available, wanted)) if wanted <= available.minor() => Ok(()),
            _ => Err(Refusal::InsufficientFunds { amount }),
        }
    }

    pub(super) fn statement<'a>(&'a self, account_id: &'a str) -> Statement<'a> {
        Statement::new(self.book, &self.state.activity, account_id)
    }

    pub(super) fn own_account(&self, identifier: &AccountIdentifier) -> Option<&Account> {
        self.book.account_with(identifier)
    }

    pub(super) fn instant(&self, at: Timestamp) -> Instant {
        local::instant(at, self.book.zone())
    }

    pub(super) fn day(&self, at: Timestamp) -> Date {
        at.to_zoned(self.book.zone().clone()).date()
    }
}

/// What an order takes from the account: the amount in its currency, and the bank's charge.
fn cost(asked: &NewPayment, terms: &PaymentTerms) -> Amount {
    let debited = terms.exchange.as_ref().map_or(asked.amount, |exchange| exchange.debited);
    let charge = terms.charge.filter(|charge| charge.currency() == debited.currency());
    charge.map_or(debited, |charge| Amount::new(debited.value() + charge.value(), debited.currency()))
}

const LONGEST_AHEAD_DAYS: i32 = 365;
