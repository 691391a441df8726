//! What a consent shows of an account besides its entries and balances: arrangements, statements, terms, holders.
//!
//! Owns the join of the book with what happened since: a statement counts the entries made by requests, a payment
//! ordered for a later day is a scheduled one, and so are standing orders that clients made. Whether a consent's permissions let a record through is a dialect's to say.

use std::ops::Range;

use bank_fixtures::money::{Amount, Money};
use bank_fixtures::record::{Account, AccountKind, Balance, BalanceKind, Counterparty, Transaction};
use bank_fixtures::servicing::{
    AccountDetails, AccountParty, Beneficiary, CreditLine, CreditLineKind, Due, Mandate, Offer, PeriodStatement,
    Product, ScheduledPayment, StandingOrder, TransactionDetails,
};
use jiff::Timestamp;

use super::Granted;
use crate::bank::activity::AccountActivity;
use crate::bank::desk::State;
use crate::bank::standing_order::standing_leg;
use crate::bank::statement::{Statement, StatementFilter, StatusFilter};
use crate::bank::{Refusal, local};

/// Every balance of an account and the credit lines beside them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalanceSheet {
    /// Opening and closing of the day, now, available, expected; what of these an account has.
    pub balances: Vec<Balance>,
    /// Agreed and unused credit, for accounts with a limit.
    pub credit_lines: Vec<CreditLine>,
}

impl Granted<'_> {
    /// Those the holders of an account have saved to pay.
    ///
    /// # Errors
    /// The consent covers no such account.
    pub fn beneficiaries(&self, account_id: &str) -> Result<Vec<Beneficiary>, Refusal> {
        self.account(account_id)?;
        Ok(self.ledger.book().beneficiaries(account_id, self.now))
    }

    /// The direct debits of an account.
    ///
    /// # Errors
    /// The consent covers no such account.
    pub fn mandates(&self, account_id: &str) -> Result<Vec<Mandate>, Refusal> {
        self.account(account_id)?;
        Ok(self.ledger.book().mandates(account_id, self.now))
    }

    /// The standing orders of an account.
    ///
    /// # Errors
    /// The consent covers no such account.
    pub fn standing_orders(&self, account_id: &str) -> Result<Vec<StandingOrder>, Refusal> {
        self.account(account_id)?;
        let book = self.ledger.book();
        let state = self.ledger.state(self.now);
        let ordered = state.orders.standing_of(account_id).map(|(payment, standing)| {
            standing.shown(payment, |day, amount, number| Due {
                at: local::instant(self.ledger.starts_on(day), book.zone()),
                amount: Some(amount),
                transaction_id: standing_leg(self.ledger.seed(), &payment.id, number, "debit"),
            })
        });
        Ok(book.standing_orders(account_id, self.now).into_iter().chain(ordered).collect())
    }

    /// Transfers ordered for later, in the bank's branch or through anybody's client, the next first.
    ///
    /// # Errors
    /// The consent covers no such account.
    pub fn scheduled_payments(&self, account_id: &str) -> Result<Vec<ScheduledPayment>, Refusal> {
        self.account(account_id)?;
        let book = self.ledger.book();
        let state = self.ledger.state(self.now);
        let ordered = state.orders.waiting_of(account_id).map(|(at, payment)| ScheduledPayment {
            id: payment.id.clone(),
            account_id: account_id.to_owned(),
            creditor: Counterparty {
                name: Some(payment.creditor_name.clone()),
                account: Some(payment.creditor_account.clone()),
            },
            reference: payment.reference.clone(),
            at: local::instant(at, book.zone()),
            amount: payment.amount,
            transaction_id: None,
        });
        let mut all = book.scheduled_payments(account_id, self.now);
        all.extend(ordered);
        all.sort_by(|one, other| one.at.at.cmp(&other.at.at).then_with(|| one.id.cmp(&other.id)));
        Ok(all)
    }

    /// How many statements of an account are made. Numbers start with 1, the oldest.
    ///
    /// # Errors
    /// The consent covers no such account.
    pub fn statements_len(&self, account_id: &str) -> Result<u32, Refusal> {
        self.account(account_id)?;
        Ok(self.ledger.book().statements_len(account_id, self.now))
    }

    /// Statements by number, in that order; numbers that are not made yet give nothing.
    ///
    /// # Errors
    /// The consent covers no such account.
    pub fn statements(&self, account_id: &str, numbers: Range<u32>) -> Result<Vec<PeriodStatement>, Refusal> {
        let made = self.statements_len(account_id)?;
        let state = self.ledger.state(self.now);
        let numbers = numbers.start.max(1)..numbers.end.min(made.saturating_add(1));
        let found = numbers.filter_map(|number| self.ledger.book().statement(account_id, number));
        Ok(found.map(|statement| with_activity(statement, state.activity.of(account_id))).collect())
    }

    /// The statement with this id, if it is made.
    ///
    /// # Errors
    /// The consent covers no such account, or the account has no such statement.
    pub fn statement(&self, account_id: &str, statement_id: &str) -> Result<PeriodStatement, Refusal> {
        self.account(account_id)?;
        let number = self.ledger.book().statement_number(account_id, statement_id);
        let found = number.map(|number| self.statements(account_id, number..number + 1)).transpose()?;
        let unknown = || Refusal::UnknownStatement(statement_id.to_owned());
        found.and_then(|mut found| found.pop()).ok_or_else(unknown)
    }

    /// The filter that shows the entries of a statement, for [`Granted::transactions`].
    pub fn entries_of(&self, statement: &PeriodStatement) -> StatementFilter {
        StatementFilter { from: Some(statement.from), to: Some(statement.to), status: StatusFilter::Booked }
    }

    /// What the bank offers the holders of an account.
    ///
    /// # Errors
    /// The consent covers no such account.
    pub fn offers(&self, account_id: &str) -> Result<Vec<Offer>, Refusal> {
        self.account(account_id)?;
        Ok(self.ledger.book().offers(account_id, self.now))
    }

    /// The terms of an account.
    ///
    /// # Errors
    /// The consent covers no such account.
    pub fn product(&self, account_id: &str) -> Result<Product, Refusal> {
        self.account(account_id)?;
        self.ledger.book().product(account_id).ok_or_else(|| Refusal::UnknownAccount(account_id.to_owned()))
    }

    /// The holders of an account.
    ///
    /// # Errors
    /// The consent covers no such account.
    pub fn parties(&self, account_id: &str) -> Result<Vec<AccountParty>, Refusal> {
        self.account(account_id)?;
        Ok(self.ledger.book().parties(account_id))
    }

    /// What is known of an account besides the record of it.
    ///
    /// # Errors
    /// The consent covers no such account.
    pub fn account_details(&self, account_id: &str) -> Result<AccountDetails, Refusal> {
        self.account(account_id)?;
        self.ledger.book().details(account_id).ok_or_else(|| Refusal::UnknownAccount(account_id.to_owned()))
    }

    /// What is known of an entry beyond its record.
    ///
    /// # Errors
    /// The consent does not cover its account.
    pub fn transaction_details(&self, entry: &Transaction) -> Result<TransactionDetails, Refusal> {
        self.account(&entry.account_id)?;
        let details = self.ledger.book().transaction_details(entry);
        details.ok_or_else(|| Refusal::UnknownAccount(entry.account_id.clone()))
    }

    /// Every balance of an account, and its credit lines.
    ///
    /// # Errors
    /// The consent covers no such account.
    pub fn balance_sheet(&self, account_id: &str) -> Result<BalanceSheet, Refusal> {
        let account = self.account(account_id)?;
        Ok(self.balance_sheet_in(&self.ledger.state(self.now), &account))
    }

    fn balance_sheet_in(&self, state: &State, account: &Account) -> BalanceSheet {
        let book = self.ledger.book();
        let statement = Statement::new(book, &state.activity, &account.id);
        let today = self.now.to_zoned(book.zone().clone()).date();
        let midnight = today.to_zoned(book.zone().clone()).map_or(self.now, |midnight| midnight.timestamp());
        // What is booked at midnight itself belongs to the new day.
        let before =
            statement.balance(midnight.saturating_sub(jiff::SignedDuration::from_nanos(1)).unwrap_or(midnight));
        let balance = |kind, amount: Money, at: Timestamp, day| Balance {
            kind,
            amount: amount.into(),
            as_of: Some(local::instant(at, book.zone())),
            reference_date: Some(day),
            credit_line: None,
            credit_line_included: None,
        };
        let mut balances = Vec::new();
        if let Some(before) = before {
            let yesterday = today.yesterday().unwrap_or(today);
            balances.push(balance(BalanceKind::BookedOpening, before, midnight, today));
            balances.push(balance(BalanceKind::BookedClosing, before, midnight, yesterday));
        }
        balances.extend(self.balances_in(state, account));
        let limit = book.credit_limit(&account.id);
        let available = statement.available(self.now);
        let spendable = !matches!(account.kind, AccountKind::Loan | AccountKind::Mortgage);
        let line = limit.map_or(0, |limit| limit.minor());
        let without_line = |money: Money| Money::from_minor(money.minor() - line, money.currency()).ok();
        if let Some(expected) = available.filter(|_| spendable).and_then(without_line) {
            balances.push(balance(BalanceKind::Expected, expected, self.now, today));
        }
        let credit_lines = limit.filter(|_| spendable).zip(available).map_or_else(Vec::new, |(limit, available)| {
            let unused = Money::from_minor(available.minor().clamp(0, limit.minor()), limit.currency());
            let agreed = CreditLine { kind: CreditLineKind::PreAgreed, amount: limit.into() };
            let unused = unused.map(|unused| CreditLine { kind: CreditLineKind::Available, amount: unused.into() });
            std::iter::once(agreed).chain(unused).collect()
        });
        BalanceSheet { balances, credit_lines }
    }
}

/// A statement of the book with the entries that requests made.
fn with_activity(statement: PeriodStatement, activity: &AccountActivity) -> PeriodStatement {
    let entries = activity.entries();
    let from = entries.partition_point(|entry| entry.at < statement.starts_at.at);
    let until = entries.partition_point(|entry| entry.at < statement.ends_at.at);
    if until == 0 {
        return statement;
    }
    let amounts = || entries[from..until].iter().filter_map(|entry| entry.transaction.amount.minor());
    let plus = |amount: Amount, minor: i128| {
        let sum = amount.money().and_then(|money| Money::from_minor(money.minor() + minor, money.currency()));
        sum.map_or(amount, Amount::from)
    };
    PeriodStatement {
        opening: plus(statement.opening, activity.sum_of(from)),
        closing: plus(statement.closing, activity.sum_of(until)),
        credited: plus(statement.credited, amounts().filter(|minor| *minor > 0).sum()),
        debited: plus(statement.debited, amounts().filter(|minor| *minor < 0).sum()),
        ..statement
    }
}
