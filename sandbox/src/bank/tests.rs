//! The ledger from outside: money that adds up, lists that hold still, keys that replay.

mod business;
mod past;
mod servicing;

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use bank_fixtures::book::Book;
use bank_fixtures::currency::Currency;
use bank_fixtures::dataset::Dataset;
use bank_fixtures::money::{Amount, Money};
use bank_fixtures::record::{
    AccountIdentifier, BalanceKind, ConsentScope, ConsentStatus, IdentifierScheme, PaymentStatus, Transaction,
    TransactionStatus,
};
use bank_fixtures::seed::Seed;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use crate::profile::BankProfile;

use super::*;

/// One book for all tests: what it remembers are only sums.
static BOOK: LazyLock<Arc<Book>> = LazyLock::new(|| {
    let dataset = Dataset::builtin("retail-small").unwrap();
    Arc::new(Book::new(dataset, Seed::new(1), start(), BankProfile::named("plain").unwrap().zone.clone()))
});

fn start() -> Timestamp {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

fn after(seconds: i64) -> Timestamp {
    start() + SignedDuration::from_secs(seconds)
}

fn ledger() -> Ledger {
    Ledger::new(BankProfile::named("plain").unwrap(), BOOK.clone(), Seed::new(1))
}

fn ask(ledger: &Ledger, client: &str) -> String {
    let scopes = SCOPES.iter().map(|row| row.0).collect();
    let asked = NewConsent { client_id: client.to_owned(), scopes, account_ids: None, expires_at: None };
    ledger.create_consent(asked, start()).id
}

/// The id of a consent of alice to a client for all of her accounts.
fn consent(ledger: &Ledger, client: &str) -> String {
    let id = ask(ledger, client);
    let accounts = ledger.accounts_of_user("alice").iter().map(|account| account.id.clone()).collect();
    ledger.approve_consent(&id, "alice", accounts, start()).unwrap();
    id
}

fn account_of(user: &str, index: usize) -> String {
    BOOK.accounts_of(user).nth(index).unwrap().id.clone()
}

fn gbp(minor: i128) -> Money {
    Money::from_minor(minor, Currency::GBP).unwrap()
}

/// An order of alice to an account of this bank, or to one elsewhere.
fn order(to: Option<&str>, minor: i128) -> NewPayment {
    let elsewhere = AccountIdentifier { scheme: IdentifierScheme::Iban, value: "GB33BUKB20201555555555".to_owned() };
    let own = |id: &str| BOOK.account(id).unwrap().identifiers[0].clone();
    NewPayment {
        debtor_account_id: account_of("alice", 0),
        creditor_name: "Zed Bakery".to_owned(),
        creditor_account: to.map_or(elsewhere, own),
        amount: gbp(minor).into(),
        reference: Some("INV 1".to_owned()),
        end_to_end_id: Some("E2E-1".to_owned()),
        requested_on: None,
    }
}

fn amount(ledger: &Ledger, consent: &str, account: &str, kind: BalanceKind, now: Timestamp) -> i128 {
    let balances = ledger.granted(consent, now).unwrap().balances(account).unwrap();
    balances.iter().find(|balance| balance.kind == kind).unwrap().amount.minor().unwrap()
}

const ALL: StatementFilter = StatementFilter { from: None, to: None, status: StatusFilter::All };

fn whole(ledger: &Ledger, consent: &str, account: &str, now: Timestamp) -> Vec<Arc<Transaction>> {
    ledger.granted(consent, now).unwrap().transactions(account, &ALL, None, usize::MAX).unwrap().transactions
}

fn ids(rows: &[Arc<Transaction>]) -> Vec<String> {
    rows.iter().map(|row| row.id.clone().unwrap()).collect()
}

#[test]
fn a_consent_ends_by_time_by_its_holder_and_by_its_client() {
    let ledger = ledger();
    let id = ask(&ledger, "demo");
    let status = |id: &str, now| ledger.consent(id, now).unwrap().consent.status;
    assert_eq!(status(&id, start()), ConsentStatus::Awaiting);
    assert!(matches!(ledger.granted(&id, start()), Err(Refusal::ConsentNotInForce { .. })));
    let own = vec![account_of("alice", 0)];
    let foreign = vec![account_of("ben", 0)];
    assert_eq!(
        ledger.approve_consent(&id, "alice", foreign.clone(), start()),
        Err(Refusal::UnknownAccount(foreign[0].clone()))
    );
    ledger.approve_consent(&id, "alice", own.clone(), start()).unwrap();
    assert!(matches!(
        ledger.approve_consent(&id, "alice", own, start()),
        Err(Refusal::ConsentDecided { status: ConsentStatus::Active, .. })
    ));
    assert_eq!(status(&id, after(90 * 86_400 - 1)), ConsentStatus::Active);
    assert_eq!(status(&id, after(90 * 86_400)), ConsentStatus::Expired);
    ledger.revoke_consent(&id, EndedBy::Holder, start()).unwrap();
    ledger.revoke_consent(&id, EndedBy::Client, start()).unwrap();
    assert_eq!(status(&id, start()), ConsentStatus::Revoked);
    assert_eq!(
        ledger.revoke_consent("con_x", EndedBy::Client, start()),
        Err(Refusal::UnknownConsent("con_x".to_owned()))
    );
}

#[test]
fn a_holder_may_narrow_a_consent_but_not_widen_it() {
    let ledger = ledger();
    let first = account_of("alice", 0);
    let asked = NewConsent {
        client_id: "demo".to_owned(),
        scopes: vec![ConsentScope::Accounts],
        account_ids: Some(vec![first.clone()]),
        expires_at: Some(after(60)),
    };
    let id = ledger.create_consent(asked, start()).id;
    let second = account_of("alice", 1);
    let wide = ledger.approve_consent(&id, "alice", vec![first.clone(), second.clone()], start());
    assert_eq!(wide, Err(Refusal::AccountNotAskedFor { account: second.clone() }));
    ledger.approve_consent(&id, "alice", vec![first], start()).unwrap();
    let granted = ledger.granted(&id, start()).unwrap();
    assert_eq!(granted.accounts().len(), 1);
    assert_eq!(granted.balances(&second), Err(Refusal::UnknownAccount(second.clone())));
    assert_eq!(ledger.granted(&id, after(60)).unwrap_err().kind(), crate::exchange::ProblemKind::ConsentExpired);
}

#[test]
fn ids_of_a_client_do_not_depend_on_other_clients() {
    let (alone, mixed) = (ledger(), ledger());
    let first = ask(&alone, "a");
    ask(&mixed, "b");
    assert_eq!(ask(&mixed, "a"), first);
    assert_ne!(ask(&mixed, "a"), first);
}

#[test]
fn a_payment_is_held_cleared_and_booked_in_its_time() {
    let ledger = ledger();
    let consent = consent(&ledger, "demo");
    let account = account_of("alice", 0);
    let before = amount(&ledger, &consent, &account, BalanceKind::BookedCurrent, start());
    let spendable = amount(&ledger, &consent, &account, BalanceKind::Available, start());
    let payment = ledger.granted(&consent, start()).unwrap().pay("k", order(None, 1_230)).unwrap().payment;
    let status = |now| ledger.granted(&consent, now).unwrap().payment(&payment.id).unwrap().status;
    assert_eq!(payment.status, PaymentStatus::AcceptedChecks);
    assert_eq!(amount(&ledger, &consent, &account, BalanceKind::BookedCurrent, start()), before);
    assert_eq!(amount(&ledger, &consent, &account, BalanceKind::Available, start()), spendable - 1_230);
    let held = whole(&ledger, &consent, &account, start()).remove(0);
    assert_eq!((held.status, held.booking_date), (TransactionStatus::Pending, None));
    assert_eq!(status(after(1)), PaymentStatus::InClearing);
    assert_eq!(status(after(5)), PaymentStatus::Debited);
    let booked = whole(&ledger, &consent, &account, after(5));
    let leg = booked.iter().find(|row| row.id == held.id).unwrap();
    assert_eq!((leg.status, leg.amount), (TransactionStatus::Booked, Amount::from(gbp(-1_230))));
    assert_eq!(leg.balance_after.and_then(|after| after.minor()), Some(before - 1_230));
}

#[test]
fn a_key_replays_its_order_for_a_day_and_refuses_any_other() {
    let ledger = ledger();
    let consent_id = consent(&ledger, "demo");
    let pay = |key, asked, now| ledger.granted(&consent_id, now).unwrap().pay(key, asked);
    let first = pay("k", order(None, 100), start()).unwrap();
    let again = pay("k", order(None, 100), after(60)).unwrap();
    assert_eq!((first.replayed, again.replayed), (false, true));
    assert_eq!(again.payment.id, first.payment.id);
    assert_eq!(again.payment.status, PaymentStatus::Debited);
    assert_eq!(pay("k", order(None, 101), after(60)), Err(Refusal::KeyReused));
    assert!(!pay("k2", order(None, 100), after(60)).unwrap().replayed);
    let other = consent(&ledger, "other");
    assert!(!ledger.granted(&other, after(60)).unwrap().pay("k", order(None, 100)).unwrap().replayed);
    assert!(!pay("k", order(None, 101), after(86_400)).unwrap().replayed);
    let search = OrderSearch { idempotency_key: Some("k2".to_owned()), end_to_end_id: None };
    let granted = ledger.granted(&consent_id, after(86_400)).unwrap();
    assert_eq!(granted.payments(&search, None, 10).0.len(), 1);
    let missing = OrderSearch { idempotency_key: Some("none".to_owned()), end_to_end_id: None };
    assert_eq!(granted.payments(&missing, None, 10), (Vec::new(), None));
    assert_eq!(granted.payments(&OrderSearch::default(), None, 10).0.len(), 3);
}

#[test]
fn an_order_the_bank_cannot_carry_out_leaves_no_trace() {
    let ledger = ledger();
    let consent = consent(&ledger, "demo");
    let own = order(None, 100);
    let euros = NewPayment { amount: Amount::parse("1.00", Currency::EUR).unwrap(), ..own.clone() };
    let fine = NewPayment { amount: Amount::parse("1.005", Currency::GBP).unwrap(), ..own.clone() };
    let late = NewPayment { requested_on: Some("2026-03-01".parse().unwrap()), ..own.clone() };
    let far = NewPayment { requested_on: Some("2027-03-03".parse().unwrap()), ..own.clone() };
    let itself = NewPayment {
        creditor_account: BOOK.account(&own.debtor_account_id).unwrap().identifiers[0].clone(),
        ..own.clone()
    };
    let foreign = NewPayment { debtor_account_id: account_of("ben", 0), ..own };
    let pay = |asked| ledger.granted(&consent, start()).unwrap().pay("k", asked).unwrap_err();
    assert!(matches!(pay(euros), Refusal::OtherCurrency { .. }));
    assert!(matches!(pay(fine), Refusal::Amount(_)));
    assert!(matches!(pay(order(None, 0)), Refusal::Amount(_)));
    assert!(matches!(pay(late), Refusal::ExecutionDay { .. }));
    assert!(matches!(pay(far), Refusal::ExecutionDay { .. }));
    assert!(matches!(pay(itself), Refusal::Creditor { .. }));
    assert!(matches!(pay(foreign), Refusal::UnknownAccount(_)));
    assert!(matches!(pay(order(None, 10i128.pow(12))), Refusal::InsufficientFunds { .. }));
    assert_eq!(ledger.truth(&consent, start()).unwrap().payments, []);
}

#[test]
fn a_scheduled_payment_waits_for_its_day_and_can_be_cancelled_until_then() {
    let ledger = ledger();
    let consent = consent(&ledger, "demo");
    let tomorrow = NewPayment { requested_on: Some("2026-03-03".parse().unwrap()), ..order(None, 100) };
    let granted = ledger.granted(&consent, start()).unwrap();
    let kept = granted.pay("kept", tomorrow.clone()).unwrap().payment;
    let dropped = granted.pay("dropped", tomorrow).unwrap().payment;
    assert_eq!(kept.status, PaymentStatus::Scheduled);
    assert_eq!(granted.cancel(&dropped.id).unwrap().status, PaymentStatus::Cancelled);
    assert_eq!(granted.cancel(&dropped.id).unwrap().status, PaymentStatus::Cancelled);
    ledger.take_news();
    ledger.settle(after(86_400));
    let happened: Vec<_> =
        ledger.take_news().into_iter().map(|event| (event.at.to_string(), event.event, event.version)).collect();
    let expected = [
        ("2026-03-03T06:00:00Z", BankEvent::PaymentAccepted, 3),
        ("2026-03-03T06:00:01Z", BankEvent::PaymentInClearing, 4),
        ("2026-03-03T06:00:05Z", BankEvent::TransactionBooked, 1),
        ("2026-03-03T06:00:05Z", BankEvent::PaymentDebited, 5),
    ];
    assert_eq!(happened, expected.map(|(at, event, version)| (at.to_owned(), event, version)));
    let granted = ledger.granted(&consent, after(86_400)).unwrap();
    assert!(matches!(granted.cancel(&kept.id), Err(Refusal::NotCancellable { status: PaymentStatus::Debited, .. })));
    assert_eq!(granted.payment(&dropped.id).unwrap().status, PaymentStatus::Cancelled);
}

#[test]
fn a_scheduled_payment_without_money_is_rejected_on_its_day() {
    let ledger = ledger();
    let consent = consent(&ledger, "demo");
    let tomorrow = NewPayment { requested_on: Some("2026-03-03".parse().unwrap()), ..order(None, 10i128.pow(12)) };
    let payment = ledger.granted(&consent, start()).unwrap().pay("k", tomorrow).unwrap().payment;
    let payment = ledger.granted(&consent, after(86_400)).unwrap().payment(&payment.id).unwrap();
    assert_eq!((payment.status, payment.reason.unwrap().code.as_str()), (PaymentStatus::Rejected, "AM04"));
}

#[test]
fn entries_that_arrive_between_pages_neither_shift_nor_repeat_a_row() {
    let ledger = ledger();
    let consent = consent(&ledger, "demo");
    let account = account_of("alice", 0);
    let pay = |key: &str, now| ledger.granted(&consent, now).unwrap().pay(key, order(None, 100)).unwrap();
    (0..4).for_each(|n| drop(pay(&format!("before {n}"), start())));
    let expected = ids(&whole(&ledger, &consent, &account, start()));
    let (mut seen, mut place, mut now) = (Vec::new(), None, start());
    loop {
        let page = ledger.granted(&consent, now).unwrap().transactions(&account, &ALL, place, 3).unwrap();
        seen.extend(ids(&page.transactions));
        let Some(next) = page.next.filter(|_| seen.len() < 120) else { break };
        place = Some(next);
        // The clock stands still at first: entries of the very instant the list is of must not slip in either.
        now = now.max(after(i64::from(next.page) - 4));
        ledger.post_entry(&account, gbp(77), None, now).unwrap();
        pay(&format!("between {}", next.page), now);
    }
    assert_eq!(seen, expected[..120]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Payments inside the bank, payments out of it, postings and steps of the clock, in any order: at every moment the
    /// entries of an account chain up to its balance, and what moves inside the bank cancels.
    #[test]
    fn sums_always_reconcile(acts in prop::collection::vec((0u8..5, 1i128..40_000, 0i64..4), 1..30)) {
        let ledger = ledger();
        let consent = consent(&ledger, "demo");
        let (current, savings) = (account_of("alice", 0), account_of("alice", 1));
        let mut now = start();
        // Everything earlier is the book's own, which has its own tests.
        let lately = StatementFilter { from: Some("2026-02-01".parse().unwrap()), ..ALL };
        let before: Timestamp = "2026-01-31T23:59:59.999Z".parse().unwrap();
        let (mut paid_out, mut posted) = (0, 0);
        let total = |now| {
            let of = |account: &str| amount(&ledger, &consent, account, BalanceKind::BookedCurrent, now);
            let book = |account: &str| BOOK.balance(account, now).unwrap().minor();
            of(&current) + of(&savings) - book(&current) - book(&savings)
        };
        for (n, (act, minor, wait)) in acts.into_iter().enumerate() {
            now += SignedDuration::from_secs(wait * wait * 3_000);
            let granted = ledger.granted(&consent, now).unwrap();
            match act {
                0 | 1 => {
                    let to = (act == 0).then_some(savings.as_str());
                    let outcome = granted.pay(&n.to_string(), order(to, minor));
                    paid_out += if outcome.is_ok() && act == 1 { minor } else { 0 };
                }
                2 => {
                    ledger.post_entry(&current, gbp(minor), Some("GIFT"), now).unwrap();
                    posted += minor;
                }
                _ => {}
            }
            for account in [&current, &savings] {
                let page = granted.transactions(account, &lately, None, usize::MAX).unwrap();
                let rows = page.transactions;
                let booked: Vec<_> = rows.iter().filter(|row| row.status == TransactionStatus::Booked).collect();
                let balance = amount(&ledger, &consent, account, BalanceKind::BookedCurrent, now);
                let sum: i128 = booked.iter().map(|row| row.amount.minor().unwrap()).sum();
                prop_assert_eq!(BOOK.balance(account, before).unwrap().minor() + sum, balance);
                let chained = booked.windows(2).all(|pair| {
                    let after = |row: &Transaction| row.balance_after.unwrap().minor().unwrap();
                    after(pair[0]) == after(pair[1]) + pair[0].amount.minor().unwrap()
                });
                prop_assert!(chained);
                let newest = booked.first().and_then(|row| row.balance_after?.minor());
                prop_assert_eq!(newest.unwrap_or(balance), balance);
                let unique: BTreeSet<_> = ids(&rows).into_iter().collect();
                prop_assert_eq!(unique.len(), rows.len());
            }
        }
        now += SignedDuration::from_secs(60);
        prop_assert_eq!(total(now), posted - paid_out);
    }

    /// The union of the pages is the list, whatever the size of a page and the filter.
    #[test]
    fn pages_add_up_to_the_list(
        limit in 1usize..200,
        days in (0i64..100, 0i64..100),
        status in prop::sample::select(vec![StatusFilter::All, StatusFilter::Booked, StatusFilter::Pending]),
        // Five waits end well inside the ninety days a consent holds.
        payments in prop::collection::vec(1i64..1_200_000, 0..6),
    ) {
        let ledger = ledger();
        let consent = consent(&ledger, "demo");
        let account = account_of("alice", 0);
        let mut now = start();
        for (n, wait) in payments.into_iter().enumerate() {
            now += SignedDuration::from_secs(wait);
            ledger.post_entry(&account, gbp(100 + n as i128), None, now).unwrap();
            let _ = ledger.granted(&consent, now).unwrap().pay(&n.to_string(), order(None, 100));
        }
        let today = now.to_zoned(BOOK.zone().clone()).date();
        let day = |ago: i64| today.checked_sub(SignedDuration::from_hours(24 * ago)).unwrap();
        let filter = StatementFilter {
            from: Some(day(days.0.max(days.1))),
            to: Some(day(days.0.min(days.1))),
            status,
        };
        let shown = |row: &Arc<Transaction>| match row.status {
            TransactionStatus::Pending => status != StatusFilter::Booked,
            _ => status != StatusFilter::Pending && row.booking_date >= filter.from && row.booking_date <= filter.to,
        };
        let expected: Vec<_> = whole(&ledger, &consent, &account, now).into_iter().filter(shown).collect();
        let (mut seen, mut place) = (Vec::new(), None);
        loop {
            let page = ledger.granted(&consent, now).unwrap().transactions(&account, &filter, place, limit).unwrap();
            prop_assert!(page.transactions.len() == limit || page.next.is_none());
            seen.extend(page.transactions);
            place = page.next;
            if place.is_none() { break }
        }
        prop_assert_eq!(seen, expected);
    }
}
