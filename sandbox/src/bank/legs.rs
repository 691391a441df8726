//! The entries a payment becomes: the debtor's leg, the creditor's if that account is at this bank, and what the bank charges.
//!
//! Owns how they are made and booked. When that happens is the desk's business.

use bank_fixtures::money::Amount;
use bank_fixtures::record::{Counterparty, Fx, Nature, Payment, Transaction, TransactionKind, TransactionStatus};
use jiff::Timestamp;

use super::desk::Desk;

impl Desk<'_> {
    /// The debtor's leg of an order.
    pub(super) fn debit(&self, order: usize, at: Timestamp) -> Transaction {
        let taken = self.state.orders.order(order);
        let mut entry = self.debit_of(order, taken.debited(), at);
        self.foreign(&mut entry, taken.payment.amount);
        if let (Some(fx), Some(exchange)) = (&mut entry.fx, &taken.terms.exchange)
            && fx.source == exchange.transferred.currency()
        {
            fx.rate = exchange.rate;
        }
        entry
    }

    /// The same of another amount, which is in the account's currency.
    pub(super) fn debit_of(&self, order: usize, amount: Amount, at: Timestamp) -> Transaction {
        let payment = &self.state.orders.order(order).payment;
        let id = self.leg_id(&payment.id, "debit");
        let kind = TransactionKind::CreditTransferOut;
        let mut entry = self.entry(id, &payment.debtor_account_id, kind, amount.negated(), at);
        let (name, account) = (payment.creditor_name.clone(), payment.creditor_account.clone());
        entry.counterparty = Some(Counterparty { name: Some(name), account: Some(account) });
        texts(&mut entry, payment);
        entry
    }

    /// The creditor's leg, if the creditor's account is at this bank.
    pub(super) fn credit(&self, order: usize, at: Timestamp) -> Option<Transaction> {
        self.credit_of(order, self.state.orders.order(order).transferred(), at)
    }

    /// The same of another amount, which the bank exchanges if the account is in another currency.
    pub(super) fn credit_of(&self, order: usize, amount: Amount, at: Timestamp) -> Option<Transaction> {
        let payment = &self.state.orders.order(order).payment;
        let account = self.own_account(&payment.creditor_account)?;
        let debtor = self.book.account(&payment.debtor_account_id)?;
        let id = self.leg_id(&payment.id, "credit");
        let amount = self.in_currency_of(&account.id, amount)?;
        let mut entry = self.entry(id, &account.id, TransactionKind::CreditTransferIn, amount, at);
        entry.counterparty =
            Some(Counterparty { name: debtor.owners.first().cloned(), account: debtor.identifiers.first().cloned() });
        texts(&mut entry, payment);
        Some(entry)
    }

    /// What the bank charges for an order, as an entry.
    pub(super) fn fee(&self, order: usize, at: Timestamp) -> Option<Transaction> {
        let taken = self.state.orders.order(order);
        let charge = taken.terms.charge.filter(|charge| charge.currency() == taken.debited().currency())?;
        let (id, account) = (self.leg_id(&taken.payment.id, "fee"), &taken.payment.debtor_account_id);
        let mut entry = self.entry(id, account, TransactionKind::Fee, charge.negated(), at);
        entry.nature = Nature::Fee;
        entry.remittance = vec!["PAYMENT CHARGE".to_owned()];
        entry.bank_tx_code = Some(["PMNT", "ICDT", "CHRG"].map(str::to_owned));
        Some(entry)
    }

    /// Notes the amount an entry was before it was exchanged, if it was.
    pub(super) fn foreign(&self, entry: &mut Transaction, original: Amount) {
        let (source, target) = (original.currency(), entry.amount.currency());
        if source == target {
            return;
        }
        let signed = if entry.amount.value().is_sign_negative() { original.negated() } else { original };
        entry.original_amount = Some(signed);
        entry.fx = self.profile.payments.rate(source, target).map(|rate| Fx { source, target, rate });
    }

    /// An amount in the currency of an account; `None` if the bank has no rate for it.
    pub(super) fn in_currency_of(&self, account_id: &str, amount: Amount) -> Option<Amount> {
        match self.book.account(account_id)?.currency {
            Some(currency) => self.profile.payments.exchanged(amount, currency),
            None => Some(amount),
        }
    }

    /// Books the legs of an order, or of one payment of it.
    pub(super) fn book_legs(
        &mut self,
        order: usize,
        mut debit: Transaction,
        credit: Option<Transaction>,
        at: Timestamp,
    ) {
        self.booked(&mut debit, at);
        self.tell_booked(order, &debit, at);
        let minor = debit.amount.minor().expect("checked when the order was taken");
        self.state.activity.book(debit, minor, at);
        if let Some(mut credit) = credit {
            self.booked(&mut credit, at);
            self.tell_booked(order, &credit, at);
            let minor = credit.amount.minor().expect("checked when the order was taken");
            self.state.activity.book(credit, minor, at);
        }
    }

    /// A pending entry of an account.
    pub(super) fn entry(
        &self,
        id: String,
        account: &str,
        kind: TransactionKind,
        amount: Amount,
        at: Timestamp,
    ) -> Transaction {
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

    fn leg_id(&self, payment_id: &str, leg: &str) -> String {
        format!("txn_{}", self.seed.of("leg").of(payment_id).of(leg).hex(10))
    }
}

fn texts(entry: &mut Transaction, payment: &Payment) {
    entry.remittance = payment.reference.clone().into_iter().collect();
    entry.end_to_end_id = payment.end_to_end_id.clone();
}
