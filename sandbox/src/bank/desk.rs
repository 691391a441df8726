//! The bank at work: takes orders, moves them on as time passes, books both legs.
//!
//! Owns every change of orders and entries. Steps are carried out in the order of their times, each with what the bank
//! knew at that time, so that it does not matter how often or how late anybody looks.

use bank_fixtures::book::Book;
use bank_fixtures::money::{Amount, Money};
use bank_fixtures::record::{
    Account, AccountIdentifier, AccountKind, AccountStatus, Counterparty, Instant, Nature, Payment, PaymentReason,
    PaymentStatus, Transaction, TransactionKind, TransactionStatus,
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
use crate::bank::{BankEvent, NewPayment, News, PaymentOutcome, Refusal, Subject, local};
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
            }
        }
    }

    /// Takes an order, or finds the one already taken under its key.
    pub(crate) fn order(
        &mut self,
        who: Orderer<'_>,
        key: &str,
        asked: NewPayment,
        now: Timestamp,
    ) -> Result<PaymentOutcome, Refusal> {
        let now = self.catch_up(now);
        if let Some(payment) = self.state.orders.replay(who, key, &asked, now)? {
            return Ok(PaymentOutcome { payment: payment.clone(), replayed: true });
        }
        let today = self.instant(now);
        let scheduled = asked.requested_on.filter(|day| *day > self.day(now));
        self.check(&asked, now)?;
        if scheduled.is_none() {
            self.check_funds(&asked.debtor_account_id, asked.amount, now)?;
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
            status: PaymentStatus::Scheduled,
            reason: None,
            created_at: today,
            updated_at: today,
        };
        let order = self.state.orders.add(who, key, asked, payment, now);
        self.tell(order, BankEvent::PaymentReceived, now);
        let fate = self.state.fates.take(who.client_id, key);
        match scheduled {
            _ if fate.as_ref().is_some_and(Fate::is_refusal) => {}
            Some(day) => {
                let due = self.business().starts_on(day);
                self.state.orders.plan(order, Step::Execute, due);
                self.tell(order, BankEvent::PaymentScheduled, now);
            }
            None => self.execute(order, now),
        }
        if let Some(fate) = fate {
            self.befall(order, fate, now);
        }
        self.settle(now);
        Ok(PaymentOutcome { payment: self.state.orders.order(order).payment.clone(), replayed: false })
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
        let asked = &self.state.orders.order(order).asked;
        let (account, amount) = (asked.debtor_account_id.clone(), asked.amount);
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
    }

    /// Moves the money: the debtor's leg and, for an account of this bank, the creditor's.
    pub(super) fn book_order(&mut self, order: usize, at: Timestamp) {
        self.release(order, at);
        let mut debit = self.debit(order, at);
        self.booked(&mut debit, at);
        let minor = debit.amount.minor().expect("checked when the order was taken");
        let credit = self.credit(order, at);
        self.tell_booked(order, &debit, at);
        self.state.activity.book(debit, minor, at);
        if let Some(mut credit) = credit {
            self.booked(&mut credit, at);
            self.tell_booked(order, &credit, at);
            self.state.activity.book(credit, -minor, at);
        }
        self.set(order, PaymentStatus::Debited, at, None);
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
    fn check(&self, asked: &NewPayment, now: Timestamp) -> Result<(), Refusal> {
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
        if let Some(currency) = debtor.currency.filter(|currency| *currency != asked.amount.currency()) {
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
        self.check_creditor(asked)
    }

    fn check_creditor(&self, asked: &NewPayment) -> Result<(), Refusal> {
        let Some(creditor) = self.own_account(&asked.creditor_account) else { return Ok(()) };
        let why = if creditor.id == asked.debtor_account_id {
            "it is the account to debit"
        } else if self.standings.of(creditor) == AccountStatus::Closed {
            "it is closed"
        } else if creditor.currency.is_some_and(|currency| currency != asked.amount.currency()) {
            "it is held in another currency"
        } else {
            return Ok(());
        };
        Err(Refusal::Creditor { account: asked.creditor_account.value.clone(), why })
    }

    fn check_funds(&self, account_id: &str, amount: Amount, at: Timestamp) -> Result<(), Refusal> {
        let available = self.statement(account_id).available(at);
        let wanted = amount.minor();
        match available.zip(wanted) {
            Some((available, wanted)) if wanted <= available.minor() => Ok(()),
            _ => Err(Refusal::InsufficientFunds { amount }),
        }
    }

    /// The debtor's leg of an order.
    pub(super) fn debit(&self, order: usize, at: Timestamp) -> Transaction {
        let payment = &self.state.orders.order(order).payment;
        let id = self.leg_id(&payment.id, "debit");
        let kind = TransactionKind::CreditTransferOut;
        let mut entry = self.entry(id, &payment.debtor_account_id, kind, payment.amount.negated(), at);
        let (name, account) = (payment.creditor_name.clone(), payment.creditor_account.clone());
        entry.counterparty = Some(Counterparty { name: Some(name), account: Some(account) });
        texts(&mut entry, payment);
        entry
    }

    /// The creditor's leg, if the creditor's account is at this bank.
    pub(super) fn credit(&self, order: usize, at: Timestamp) -> Option<Transaction> {
        let payment = &self.state.orders.order(order).payment;
        let account = self.own_account(&payment.creditor_account)?;
        let debtor = self.book.account(&payment.debtor_account_id)?;
        let id = self.leg_id(&payment.id, "credit");
        let mut entry = self.entry(id, &account.id, TransactionKind::CreditTransferIn, payment.amount, at);
        entry.counterparty =
            Some(Counterparty { name: debtor.owners.first().cloned(), account: debtor.identifiers.first().cloned() });
        texts(&mut entry, payment);
        Some(entry)
    }

    /// A pending entry of an account.
    fn entry(&self, id: String, account: &str, kind: TransactionKind, amount: Amount, at: Timestamp) -> Transaction {
        let family = if kind == TransactionKind::CreditTransferIn { "RCDT" } else { "ICDT" };
        Transaction {
            id: Some(id),
            account_id: account.to_owned(),
            status: TransactionStatus::Pending,
            nature: Nature::Original,
            kind: Some(kind),
            amount,
            booking_date: None,
            booking_at: None,
            value_date: None,
            transaction_date: Some(self.day(at)),
            transaction_at: Some(self.instant(at)),
            original_amount: None,
            fx: None,
            balance_after: None,
            counterparty: None,
            merchant: None,
            remittance: Vec::new(),
            creditor_reference: None,
            end_to_end_id: None,
            mandate_id: None,
            bank_tx_code: Some(["PMNT", family, "DMCT"].map(str::to_owned)),
            links: Vec::new(),
        }
    }

    pub(super) fn booked(&self, entry: &mut Transaction, at: Timestamp) {
        entry.status = TransactionStatus::Booked;
        entry.booking_date = Some(self.day(at));
        entry.booking_at = Some(self.instant(at));
        entry.value_date = Some(self.day(at));
    }

    fn statement<'a>(&'a self, account_id: &'a str) -> Statement<'a> {
        Statement::new(self.book, &self.state.activity, account_id)
    }

    fn own_account(&self, identifier: &AccountIdentifier) -> Option<&Account> {
        self.book.account_with(identifier)
    }

    fn leg_id(&self, payment_id: &str, leg: &str) -> String {
        format!("txn_{}", self.seed.of("leg").of(payment_id).of(leg).hex(10))
    }

    fn instant(&self, at: Timestamp) -> Instant {
        local::instant(at, self.book.zone())
    }

    fn day(&self, at: Timestamp) -> Date {
        at.to_zoned(self.book.zone().clone()).date()
    }
}

fn texts(entry: &mut Transaction, payment: &Payment) {
    entry.remittance = payment.reference.clone().into_iter().collect();
    entry.end_to_end_id = payment.end_to_end_id.clone();
}

const LONGEST_AHEAD_DAYS: i32 = 365;
