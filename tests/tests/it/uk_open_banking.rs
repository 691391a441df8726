//! What the UK banks write, the reader of the standard understands as what the bank knows: normalise(render(r)) = r.
//!
//! Nothing is shared between the two but records, so a word that only one of them knows is seen here.

use std::sync::Arc;

use bank_conformance::normalise::document::{self, Reading, Request, Resource};
use bank_conformance::normalise::model::Unit;
use bank_conformance::normalise::profile::Profile;
use bank_conformance::normalise::{WarningCode, standard};
use bank_fixtures::book::Book;
use bank_fixtures::dataset::Dataset;
use bank_fixtures::record::{AccountKind, BalanceKind, ConsentScope, Transaction, TransactionStatus};
use bank_fixtures::seed::Seed;
use bank_sandbox::auth::{AuthServer, AuthSettings};
use bank_sandbox::bank::{Ledger, NewConsent, Truth};
use bank_sandbox::dialect::{DIALECTS, Route};
use bank_sandbox::exchange::{Access, Call, Reply, Request as Wire};
use bank_sandbox::profile::BankProfile;
use bank_sandbox::world::BankInstance;
use jiff::Timestamp;

/// A bank with one consent to everything, as its client sees it.
struct Client {
    bank: BankInstance,
    access: Arc<Access>,
    prefix: &'static str,
    now: Timestamp,
}

impl Client {
    fn of(bank: &str, prefix: &'static str, dataset: &str, user: &str) -> Option<Client> {
        let now = "2026-03-02T09:00:00Z".parse().unwrap();
        let profile = BankProfile::named(bank).unwrap();
        let book = Book::new(Dataset::builtin(dataset).unwrap(), Seed::new(7), now, profile.zone.clone());
        let auth = AuthServer::new(AuthSettings::of(&profile), Seed::new(7)).unwrap();
        let ledger = Ledger::new(Arc::clone(&profile), Arc::new(book), Seed::new(7));
        let scopes =
            vec![ConsentScope::Accounts, ConsentScope::Balances, ConsentScope::Transactions, ConsentScope::Owner];
        let asked = NewConsent { client_id: "demo".to_owned(), scopes, account_ids: None, expires_at: None };
        let consent = ledger.create_consent(asked, now).id;
        let accounts: Vec<String> = ledger.accounts_of_user(user).iter().map(|account| account.id.clone()).collect();
        if accounts.is_empty() {
            return None;
        }
        ledger.approve_consent(&consent, user, accounts, now).unwrap();
        let access = Access {
            client_id: "demo".to_owned(),
            user: Some(user.to_owned()),
            consent_id: Some(consent),
            scopes: vec!["accounts".to_owned()],
            token_id: "t".to_owned(),
        };
        let bank = BankInstance::new(profile, ledger, auth).unwrap();
        Some(Client { bank, access: Arc::new(access), prefix, now })
    }

    fn truth(&self) -> Truth {
        self.bank.ledger.truth(self.access.consent_id.as_deref().unwrap(), self.now).unwrap()
    }

    /// One answer, understood; and the address of the next.
    fn read(&self, target: &str, resource: Resource) -> Reading {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path = format!("{}{path}", self.prefix);
        let dialect = DIALECTS.iter().find(|dialect| dialect.slug() == self.bank.profile.dialect).unwrap();
        let route: &Route = dialect.routes().iter().find(|route| route.path == path).unwrap();
        let request = Wire {
            method: route.method.clone(),
            path,
            query: query.to_owned(),
            headers: Default::default(),
            body: Default::default(),
            base_url: "http://bank.test".to_owned(),
            certificate: None,
            mutual_base_url: None,
            connection: 1,
            request_id: "1".to_owned(),
        };
        let access = Some(Arc::clone(&self.access));
        let call = Call { request: &request, operation: route.operation, params: Vec::new(), access, now: self.now };
        let reply = (route.handle)(&self.bank, &call).unwrap_or_else(|problem| panic!("{problem:?}"));
        understood(&reply, resource, self.now)
    }
}

/// What the normaliser makes of an answer.
pub(crate) fn understood(reply: &Reply, resource: Resource, fetched: Timestamp) -> Reading {
    let asked = Request {
        resource,
        account: None,
        known: &[],
        fetched,
        status: reply.status.as_u16(),
        url: None,
        moves_money: false,
    };
    document::read(standard::of("uk-open-banking").unwrap(), &Profile::default(), &reply.body, asked)
}

/// Every client worth asking: all people of datasets that differ, at both banks.
fn clients() -> Vec<Client> {
    let mut clients = Vec::new();
    for (bank, prefix) in [("severn", "/open-banking/v3.1"), ("albion", "/open-banking/v4.0")] {
        for dataset in ["retail-small", "card-abroad", "overdrawn"] {
            let people = Dataset::builtin(dataset).unwrap();
            let book = Book::new(
                people,
                Seed::new(7),
                "2026-03-02T09:00:00Z".parse().unwrap(),
                BankProfile::named(bank).unwrap().zone.clone(),
            );
            let users: Vec<String> = book.customers().iter().map(|customer| customer.username.clone()).collect();
            clients.extend(users.iter().filter_map(|user| Client::of(bank, prefix, dataset, user)));
        }
    }
    assert!(clients.len() > 6);
    clients
}

#[test]
fn accounts_and_balances_are_understood_as_they_are() {
    for client in clients() {
        let truth = client.truth();
        let read = client.read("/aisp/accounts", Resource::Accounts);
        assert!(read.problems.is_empty() && read.warnings.is_empty(), "{:?} {:?}", read.problems, read.warnings);
        assert_eq!(read.accounts.len(), truth.accounts.len());
        for (read, known) in read.accounts.iter().zip(&truth.accounts) {
            assert_eq!(read.provider_id, known.id);
            assert_eq!(read.currency, known.currency.map(Unit::Iso));
            assert_eq!(read.status, known.status);
            let kind = if known.kind == AccountKind::Prepaid { read.kind } else { known.kind };
            assert_eq!(read.kind, kind);
        }
        let read = client.read("/aisp/balances", Resource::Balances);
        // The reader takes the words of 3.1 for spellings of those of 4: it says so, and understands them.
        let odd = read.warnings.iter().filter(|warning| warning.code != WarningCode::EnumAlias).count();
        assert!(read.problems.is_empty() && odd == 0, "{:?} {:?}", read.problems, read.warnings);
        let known: Vec<_> = truth
            .balances
            .iter()
            .flat_map(|(account, balances)| balances.iter().map(move |balance| (account.as_str(), balance)))
            .collect();
        assert_eq!(read.balances.len(), known.len());
        for (read, (account, known)) in read.balances.iter().zip(known) {
            let meaning = match known.kind {
                BalanceKind::Available => &[BalanceKind::Available][..],
                _ => &[BalanceKind::BookedCurrent, BalanceKind::Owed],
            };
            assert!(meaning.contains(&read.meaning), "{read:?}");
            assert_eq!((read.account.as_str(), read.amount.value()), (account, known.amount.value()));
            assert_eq!(read.as_of, known.as_of);
        }
    }
}

#[test]
fn account_holders_are_understood_as_they_are() {
    for client in clients() {
        let truth = client.truth();
        let read = client.read("/aisp/party", Resource::Customers);
        assert!(read.problems.is_empty() && read.warnings.is_empty(), "{:?} {:?}", read.problems, read.warnings);
        assert_eq!((read.customers.len(), truth.customers.len()), (1, 1));
        let (read, known) = (&read.customers[0], &truth.customers[0]);
        assert_eq!((read.id.as_ref(), read.name.as_ref()), (Some(&known.id), Some(&known.name)));
    }
}

#[test]
fn entries_are_understood_as_they_are() {
    for client in clients() {
        let mut known = client.truth().transactions;
        let from = "2025-06-01T00:00:00";
        let since: Timestamp = "2025-05-31T23:00:00Z".parse().unwrap();
        let shown = |entry: &Transaction| entry.booking_at.or(entry.transaction_at).is_some_and(|at| at.at >= since);
        known.retain(shown);
        let mut target = Some(format!("/aisp/transactions?fromBookingDateTime={from}"));
        let mut read = Vec::new();
        while let Some(page) = target {
            let reading = client.read(&page, Resource::Transactions);
            assert!(reading.problems.is_empty(), "{:?}", reading.problems);
            target = reading.next.map(|next| next[next.find("/aisp").unwrap()..].to_owned());
            read.extend(reading.entries.into_iter().map(|(_, entry)| entry));
        }
        assert_eq!(read.len(), known.len());
        for (read, known) in read.iter().zip(&known) {
            let information = known.status == TransactionStatus::Information;
            assert!(information || read.status == known.status, "{known:?}");
            assert_eq!((&read.account, &read.provider_id), (&known.account_id, &known.id));
            assert_eq!(read.amount.value(), known.amount.value());
            assert_eq!(
                read.balance_after.as_ref().map(|after| after.value()),
                known.balance_after.map(|after| after.value())
            );
            let original = known.original_amount.map(|amount| amount.value());
            assert_eq!(read.original_amount.as_ref().map(|amount| amount.value()), original);
            if known.status == TransactionStatus::Booked {
                assert_eq!(read.dates.booking_at, known.booking_at, "{known:?}");
            }
            let text = (!known.remittance.is_empty()).then(|| known.remittance.join(" "));
            assert_eq!(read.unstructured.first().cloned(), text);
            let name = known.counterparty.as_ref().and_then(|other| other.name.clone());
            let merchant = known.merchant.as_ref().and_then(|merchant| merchant.name.clone());
            let read_name = read.counterparty.as_ref().and_then(|other| other.name.clone());
            assert!(read_name.is_none() || read_name == name || read_name == merchant, "{read_name:?} {name:?}");
            assert_eq!(read.merchant.as_ref().and_then(|merchant| merchant.name.clone()), merchant);
        }
    }
}
