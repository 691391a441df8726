//! Whole answers of the generic bank, as canonical v1.
//!
//! Owns telling what a document holds by its own members, and the way from records to the contract. The ids of this bank
//! never change, so they stand for the reader's own.

use bank_fixtures::canonical::{
    AccountBalance, Canonical, Entry, Given, Holder, Members, Order, Reported, state_effects,
};
use bank_fixtures::error_class::ErrorClass;
use bank_fixtures::record::{Account, Consent, Failure, Party, Payment};

use super::{accounts, balances, customers, failure, one_account, one_consent, one_payment, payments, transactions};
use crate::json::{self, Value};
use crate::normalise::document::{Request, Resource};
use crate::normalise::model::Origin;
use crate::normalise::words::{self as canonical_words, word};
use crate::normalise::{Understood, Warning, canonical};

/// What the documents say, one after the other, and every deviation from the contract.
pub fn canonical(documents: &[Vec<u8>], request: Request<'_>, resource: Option<Resource>) -> (Canonical, Vec<Warning>) {
    let mut reader = Reader { canonical: Canonical::default(), warnings: Vec::new() };
    for body in documents {
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        match json::parse_bytes(body) {
            Ok(document) if request.status >= 400 => {
                let read = failure(request.status, None, Some(&document));
                let failure = reader.keep(read);
                reader.canonical.errors.push(reported(failure));
            }
            Ok(document) => {
                let resource = resource.or_else(|| resource_of(&document));
                reader.document(&document, request, resource);
            }
            Err(error) if request.status >= 400 => {
                let mut read = failure(request.status, None, None).value;
                read.message = Some(error.to_string());
                reader.canonical.errors.push(reported(read));
            }
            Err(error) => reader.canonical.errors.push(reported(violation(request, error.to_string()))),
        }
    }
    state_effects(&mut reader.canonical);
    reader.canonical.warnings = reader.warnings.iter().map(canonical::warning).collect();
    (reader.canonical, reader.warnings)
}

struct Reader {
    canonical: Canonical,
    warnings: Vec<Warning>,
}

impl Reader {
    fn keep<T>(&mut self, read: Understood<T>) -> T {
        self.warnings.extend(read.warnings);
        read.value
    }

    /// The record of a document that is one, and what it was read from.
    fn keep_one<T>(&mut self, read: Understood<T>, document: &Value) -> (T, Origin) {
        let mut origin = Origin { raw: document.to_string(), ..Origin::default() };
        read.warnings.iter().for_each(|warning| origin.warned(warning.code));
        (self.keep(read), origin)
    }

    fn account(&mut self, account: Account, origin: &Origin) {
        let mut members = Members::none();
        canonical::origin(&mut members, origin);
        self.canonical.account_members.insert(account.id.clone(), members);
        self.canonical.accounts.push(account.into());
    }

    fn document(&mut self, document: &Value, request: Request<'_>, resource: Option<Resource>) {
        let is_list = document.root().member("data").is_some();
        let account = request.account.unwrap_or_default();
        match resource {
            Some(Resource::Customers) => {
                let page = self.keep(customers(document));
                let holders = page.with_origins().map(|(party, origin)| holder(party, &origin));
                self.canonical.customers.extend(holders);
            }
            Some(Resource::Accounts) if is_list => {
                let page = self.keep(accounts(document));
                self.next(page.next.clone());
                for (account, origin) in page.with_origins() {
                    self.account(account, &origin);
                }
            }
            Some(Resource::Accounts) => {
                let (one, origin) = self.keep_one(one_account(document), document);
                if let Some(account) = one {
                    self.account(account, &origin);
                }
            }
            Some(Resource::Balances) => {
                let page = self.keep(balances(document));
                for (balance, origin) in page.with_origins() {
                    let mut balance = AccountBalance::of_bank(account.to_owned(), balance);
                    canonical::origin(&mut balance.members, &origin);
                    self.canonical.balances.push(balance);
                }
            }
            Some(Resource::Transactions) => {
                let page = self.keep(transactions(document, account));
                self.next(page.next.clone());
                for (record, origin) in page.with_origins() {
                    let mut entry = Entry::of_bank(record);
                    canonical::origin(&mut entry.members.own, &origin);
                    self.canonical.transactions.push(entry);
                }
            }
            Some(Resource::Payment) if is_list => {
                let page = self.keep(payments(document));
                let orders = page.with_origins().map(|(payment, origin)| order(payment, &origin));
                self.canonical.payments.extend(orders);
            }
            Some(Resource::Payment) => {
                let (one, origin) = self.keep_one(one_payment(document), document);
                self.canonical.payments.extend(one.map(|payment| order(payment, &origin)));
            }
            Some(Resource::Consent) => {
                let (one, origin) = self.keep_one(one_consent(document), document);
                self.canonical.consents.extend(one.map(|read| consent(read, &origin)));
            }
            None => {
                let message = "nothing in the document says what it holds; name the resource".to_owned();
                self.canonical.errors.push(reported(violation(request, message)));
            }
        }
    }

    fn next(&mut self, next: Option<String>) {
        self.canonical.source.say_text("next", next);
    }
}

/// What a document holds, by the members of its first row or of itself.
fn resource_of(document: &Value) -> Option<Resource> {
    let root = document.root();
    let row = match root.member("data") {
        Some(data) => data.items().next()?,
        None => root,
    };
    let has = |name: &str| row.member(name).is_some();
    if has("debtor_account_id") {
        Some(Resource::Payment)
    } else if has("scopes") {
        Some(Resource::Consent)
    } else if has("amount") && has("nature") {
        Some(Resource::Transactions)
    } else if has("amount") {
        // A transaction has a status, a balance none.
        Some(if has("status") { Resource::Transactions } else { Resource::Balances })
    } else if has("identifiers") || has("currency") || has("owners") {
        Some(Resource::Accounts)
    } else if has("name") && has("type") {
        Some(Resource::Customers)
    } else {
        None
    }
}

fn violation(request: Request<'_>, message: String) -> Failure {
    Failure {
        class: ErrorClass::ProtocolViolation,
        http_status: Some(request.status),
        provider_code: None,
        message: Some(message),
        field: None,
        retry_after_seconds: None,
    }
}

fn reported(failure: Failure) -> Reported {
    let mut members = Members::none();
    members.say_text("provider_code", failure.provider_code.as_deref());
    members.say_text("field", failure.field.as_deref());
    Reported { failure, scope: None, account_id: None, members }
}

fn holder(party: Party, origin: &Origin) -> Holder {
    let mut members = Members::none();
    canonical::origin(&mut members, origin);
    members.say("emails", Given::Texts(party.emails));
    members.say("phones", Given::Texts(party.phones));
    Holder { id: party.id, kind: Some(party.kind), name: Some(party.name), members }
}

fn consent(consent: Consent, origin: &Origin) -> Members {
    let mut members = Members::none();
    members.say_text("provider_id", Some(consent.id));
    members.say_text("status", Some(word(canonical_words::CONSENT_STATUSES, &consent.status)));
    members.say("account_ids", Given::Texts(consent.account_ids));
    if let Some(at) = consent.expires_at {
        members.say("expires_at", Given::Instant(at));
    }
    canonical::origin(&mut members, origin);
    members
}

fn order(payment: Payment, origin: &Origin) -> Order {
    let mut members = Members::none();
    canonical::origin(&mut members, origin);
    members.say("final", Given::Flag(payment.status.is_final()));
    members.say_text("debtor_account_id", Some(payment.debtor_account_id));
    members.say_text("creditor_name", Some(payment.creditor_name));
    members.say_text("creditor_account", Some(payment.creditor_account.value));
    members.say_text("end_to_end_id", payment.end_to_end_id);
    Order {
        id: None,
        provider_id: Some(payment.id),
        idempotency_key: None,
        status: payment.status,
        amount: payment.amount.into(),
        reason: payment.reason,
        members,
    }
}
