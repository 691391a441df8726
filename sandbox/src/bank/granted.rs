//! The bank as seen through one consent: only its accounts, only while it is in force.
//!
//! Owns what a consent lets through. Everything a client reads or orders goes through here, so that no handler can forget
//! to ask whether an account is in the consent.

mod servicing;

pub use servicing::BalanceSheet;

use std::borrow::Cow;
use std::sync::Arc;

use bank_fixtures::money::Amount;
use bank_fixtures::record::{Account, AccountKind, Balance, BalanceKind, ConsentStatus, Party, Payment};
use jiff::Timestamp;

use crate::bank::desk::State;
use crate::bank::order::{OrderSearch, Orderer};
use crate::bank::statement::{Page, Place, Statement, StatementFilter};
use crate::bank::truth::{PaymentTruth, Truth};
use crate::bank::{ConsentView, Ledger, NewPayment, PaymentOutcome, PaymentTerms, Refusal, local};

/// What one consent shows of a bank at one instant.
#[derive(Debug)]
pub struct Granted<'a> {
    ledger: &'a Ledger,
    consent: ConsentView,
    user: String,
    now: Timestamp,
    /// Whether `now` lies in the past, and later changes are not known yet.
    looking_back: bool,
}

impl<'a> Granted<'a> {
    pub(crate) fn new(ledger: &'a Ledger, consent_id: &str, now: Timestamp) -> Result<Granted<'a>, Refusal> {
        let consent = ledger.consent(consent_id, now).ok_or_else(|| Refusal::UnknownConsent(consent_id.to_owned()))?;
        match (consent.consent.status, consent.user.clone()) {
            (ConsentStatus::Active, Some(user)) => Ok(Granted { ledger, consent, user, now, looking_back: false }),
            (status, _) => Err(Refusal::ConsentNotInForce { consent: consent_id.to_owned(), status }),
        }
    }

    /// As [`Granted::new`], and where another account holder has still to agree.
    pub(crate) fn for_orders(ledger: &'a Ledger, consent_id: &str, now: Timestamp) -> Result<Granted<'a>, Refusal> {
        let found = ledger.consent(consent_id, now);
        let waits = found.filter(|view| view.consent.status == ConsentStatus::PartiallyAuthorised);
        match waits.and_then(|consent| consent.user.clone().map(|user| (consent, user))) {
            Some((consent, user)) => Ok(Granted { ledger, consent, user, now, looking_back: false }),
            None => Granted::new(ledger, consent_id, now),
        }
    }

    /// The consent.
    pub fn consent(&self) -> &ConsentView {
        &self.consent
    }

    /// The account holder.
    pub fn customers(&self) -> Vec<&'a Party> {
        self.ledger.book().customer(&self.user).map(|customer| &customer.party).into_iter().collect()
    }

    /// The accounts of one customer that the consent covers.
    ///
    /// # Errors
    /// The consent shows no such customer.
    pub fn customer_accounts(&self, customer_id: &str) -> Result<Vec<Cow<'a, Account>>, Refusal> {
        let shown = self.customers().iter().any(|party| party.id == customer_id);
        if shown { Ok(self.accounts()) } else { Err(Refusal::UnknownCustomer(customer_id.to_owned())) }
    }

    /// The accounts the consent covers, in the bank's order.
    pub fn accounts(&self) -> Vec<Cow<'a, Account>> {
        let covered = &self.consent.consent.account_ids;
        let at = if self.looking_back { self.now } else { Timestamp::MAX };
        self.ledger.accounts_as_of(&self.user, at).filter(|account| covered.contains(&account.id)).collect()
    }

    /// One account.
    ///
    /// # Errors
    /// The consent covers no such account.
    pub fn account(&self, id: &str) -> Result<Cow<'a, Account>, Refusal> {
        let unknown = || Refusal::UnknownAccount(id.to_owned());
        if !self.consent.consent.account_ids.iter().any(|covered| covered == id) {
            return Err(unknown());
        }
        self.ledger.account(id).ok_or_else(unknown)
    }

    /// The balances of one account: booked (owed, for a card or loan) and, but for a loan, available.
    ///
    /// # Errors
    /// The consent covers no such account.
    pub fn balances(&self, account_id: &str) -> Result<Vec<Balance>, Refusal> {
        let account = self.account(account_id)?;
        Ok(self.balances_in(&self.ledger.state(self.now), &account))
    }

    fn balances_in(&self, state: &State, account: &Account) -> Vec<Balance> {
        let book = self.ledger.book();
        let statement = Statement::new(book, &state.activity, &account.id);
        let credit_line = book.credit_limit(&account.id).map(Amount::from);
        let balance = |kind, amount: Amount| Balance {
            kind,
            amount,
            as_of: Some(local::instant(self.now, book.zone())),
            reference_date: Some(self.now.to_zoned(book.zone().clone()).date()),
            credit_line: credit_line.filter(|_| kind == BalanceKind::Available),
            credit_line_included: credit_line.filter(|_| kind == BalanceKind::Available).map(|_| true),
        };
        let (first, spendable) = match account.kind {
            AccountKind::Card => (BalanceKind::Owed, true),
            AccountKind::Loan | AccountKind::Mortgage => (BalanceKind::Owed, false),
            _ => (BalanceKind::BookedCurrent, true),
        };
        let booked = statement.balance(self.now).map(|money| balance(first, money.into()));
        let available = if self.looking_back {
            statement.available_in(state.activity.version_at(self.now), self.now)
        } else {
            statement.available(self.now)
        };
        let available = available.filter(|_| spendable);
        booked.into_iter().chain(available.map(|money| balance(BalanceKind::Available, money.into()))).collect()
    }

    /// One page of an account's entries, from the start or from a place of an earlier page of the same list.
    ///
    /// # Errors
    /// The consent covers no such account.
    pub fn transactions(
        &self,
        account_id: &str,
        filter: &StatementFilter,
        place: Option<Place>,
        limit: usize,
    ) -> Result<Page, Refusal> {
        self.account(account_id)?;
        let state = self.ledger.state(self.now);
        let statement = Statement::new(self.ledger.book(), &state.activity, account_id);
        let place = place.unwrap_or_else(|| statement.start(filter, state.activity.version(), self.now));
        Ok(statement.page(filter, place, limit))
    }

    /// Orders a payment under an idempotency key.
    ///
    /// # Errors
    /// The consent does not cover the account to debit, the key came with another order, or the bank refuses the order.
    pub fn pay(&self, idempotency_key: &str, asked: NewPayment) -> Result<PaymentOutcome, Refusal> {
        self.pay_with(idempotency_key, asked, PaymentTerms::default())
    }

    /// Orders a payment with terms of its own.
    ///
    /// # Errors
    /// As there.
    pub fn pay_with(
        &self,
        idempotency_key: &str,
        asked: NewPayment,
        terms: PaymentTerms,
    ) -> Result<PaymentOutcome, Refusal> {
        self.account(&asked.debtor_account_id)?;
        self.ledger.desk(|mut desk| desk.order(self.orderer(), idempotency_key, (asked, terms), self.now))
    }

    /// One payment this client ordered for this account holder.
    ///
    /// # Errors
    /// There is none.
    pub fn payment(&self, id: &str) -> Result<Payment, Refusal> {
        let state = self.ledger.state(self.now);
        let order = state.orders.find(self.orderer(), id)?;
        Ok(state.orders.order(order).payment.clone())
    }

    /// The payments this client ordered for this account holder, newest first: at most `limit`, from the one before the
    /// number `before`; and the number to go on with if there are more.
    pub fn payments(&self, search: &OrderSearch, before: Option<u64>, limit: usize) -> (Vec<Payment>, Option<u64>) {
        let state = self.ledger.state(self.now);
        let mut found = state.orders.search(self.orderer(), search, before);
        let page: Vec<_> = found.by_ref().take(limit).collect();
        let next = found.next().and(page.last()).map(|(number, _)| *number);
        (page.into_iter().map(|(_, order)| order.payment.clone()).collect(), next)
    }

    /// Cancels a payment; cancelling twice is no error.
    ///
    /// # Errors
    /// There is no such payment, or it went to the clearing.
    pub fn cancel(&self, payment_id: &str) -> Result<Payment, Refusal> {
        self.ledger.desk(|mut desk| desk.cancel(self.orderer(), payment_id, self.now))
    }

    /// The same consent, asked about an earlier instant.
    pub(crate) fn looking_back(self, as_of: Timestamp) -> Granted<'a> {
        Granted { now: as_of.min(self.now), looking_back: as_of < self.now, ..self }
    }

    /// Everything a perfect client would now know through this consent.
    pub fn truth(&self) -> Truth {
        let state = self.ledger.state(self.now);
        let version = if self.looking_back { state.activity.version_at(self.now) } else { state.activity.version() };
        let accounts = self.accounts();
        let whole = |account: &Account| {
            Statement::new(self.ledger.book(), &state.activity, &account.id).whole(version, self.now)
        };
        let all = OrderSearch::default();
        let ordered = state.orders.search(self.orderer(), &all, None).map(|(_, order)| order);
        let at = if self.looking_back { self.now } else { Timestamp::MAX };
        let payments = ordered.filter_map(|order| {
            let (payment, earlier) = order.as_of(at)?;
            Some(PaymentTruth { payment, earlier, idempotency_key: order.idempotency_key.clone() })
        });
        Truth {
            customers: self.customers().into_iter().cloned().collect(),
            balances: accounts.iter().map(|account| (account.id.clone(), self.balances_in(&state, account))).collect(),
            transactions: accounts.iter().flat_map(|account| whole(account)).map(Arc::unwrap_or_clone).collect(),
            accounts: accounts.into_iter().map(Cow::into_owned).collect(),
            payments: payments.collect(),
        }
    }

    fn orderer(&self) -> Orderer<'_> {
        Orderer { client_id: &self.consent.client_id, user: &self.user }
    }
}
