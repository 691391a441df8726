//! What a consent shows besides entries counts what requests did.

use super::*;

#[test]
fn a_statement_counts_what_requests_booked() {
    let ledger = ledger();
    let consent = consent(&ledger, "app");
    let account = account_of("alice", 0);
    ledger.post_entry(&account, gbp(-1_234), Some("AT THE DESK"), start()).unwrap();
    let book = BOOK.statement(&account, BOOK.statements_len(&account, start()) + 1).unwrap();
    let (april, later) = (after(86_400 * 31), after(86_400 * 62));
    let granted = ledger.granted(&consent, april).unwrap();
    let made = granted.statements_len(&account).unwrap();
    let march = granted.statements(&account, made..made + 5).unwrap();
    assert_eq!(march.len(), 1, "only what is made is shown");
    assert_eq!(march[0].opening, book.opening);
    assert_eq!(march[0].closing.minor(), book.closing.minor().map(|minor| minor - 1_234));
    assert_eq!(march[0].debited.minor(), book.debited.minor().map(|minor| minor - 1_234));
    let granted = ledger.granted(&consent, later).unwrap();
    let april = granted.statements(&account, made + 1..made + 2).unwrap().remove(0);
    assert_eq!(april.opening, march[0].closing);
    assert_eq!(granted.statement(&account, &april.id).unwrap(), april);
    let filter = granted.entries_of(&march[0]);
    let listed = granted.transactions(&account, &filter, None, 10_000).unwrap().transactions;
    let sum: i128 = listed.iter().map(|entry| entry.amount.minor().unwrap()).sum();
    assert_eq!(march[0].opening.minor().unwrap() + sum, march[0].closing.minor().unwrap());
    assert!(matches!(granted.statement(&account, "stm_0"), Err(Refusal::UnknownStatement(_))));
}

#[test]
fn an_order_for_a_later_day_is_a_scheduled_payment() {
    let ledger = ledger();
    let consent = consent(&ledger, "app");
    let account = account_of("alice", 0);
    let scheduled = |now| ledger.granted(&consent, now).unwrap().scheduled_payments(&account).unwrap();
    let before = scheduled(start()).len();
    let asked = NewPayment { requested_on: Some(jiff::civil::date(2026, 3, 5)), ..order(None, 500) };
    let granted = ledger.granted(&consent, start()).unwrap();
    let payment = granted.pay("k", asked).unwrap().payment;
    let shown = scheduled(start());
    let one = shown.iter().find(|one| one.id == payment.id).expect("it is listed");
    assert_eq!(
        (shown.len(), one.amount, one.creditor.name.as_deref()),
        (before + 1, payment.amount, Some("Zed Bakery"))
    );
    assert!(!scheduled(after(86_400 * 4)).iter().any(|one| one.id == payment.id), "its day has come");
}

#[test]
fn the_balance_sheet_opens_closes_and_lends() {
    let ledger = ledger();
    let consent = consent(&ledger, "app");
    let account = account_of("alice", 0);
    let granted = ledger.granted(&consent, start()).unwrap();
    let sheet = granted.balance_sheet(&account).unwrap();
    let of = |kind| sheet.balances.iter().find(|balance| balance.kind == kind).unwrap().amount.minor().unwrap();
    assert_eq!(of(BalanceKind::BookedOpening), of(BalanceKind::BookedClosing));
    let line = sheet.credit_lines[0].amount.minor().unwrap();
    assert_eq!(of(BalanceKind::Expected) + line, of(BalanceKind::Available));
    let stranger = account_of("ben", 0);
    assert!(granted.balance_sheet(&stranger).is_err() && granted.mandates(&stranger).is_err());
    assert!(granted.statements(&stranger, 1..2).is_err() && granted.product(&stranger).is_err());
}
