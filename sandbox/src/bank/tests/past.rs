//! What was known at an earlier instant is what was shown then, whatever has happened since.

use bank_fixtures::record::AccountStatus;

use super::*;

/// Everything but who the client is, as it is told now.
fn told(ledger: &Ledger, consent: &str, now: Timestamp) -> Truth {
    ledger.truth(consent, now).unwrap()
}

#[test]
fn holds_payments_and_accounts_are_what_they_were() {
    let ledger = ledger();
    let consent = consent(&ledger, "demo");
    let account = account_of("alice", 0);
    let payment = ledger.granted(&consent, after(10)).unwrap().pay("k", order(None, 1_230)).unwrap().payment;
    let held = told(&ledger, &consent, after(10));
    let cleared = told(&ledger, &consent, after(12));
    let booked = told(&ledger, &consent, after(20));
    ledger.overrule_payment(&payment.id, Fate::of(PaymentStatus::Returned), after(30)).unwrap();
    ledger.set_account(&account, AccountStatus::Blocked, after(40)).unwrap();
    let now = after(3_600);
    let back = |at| ledger.truth_as_of(&consent, at, now).unwrap();
    assert_eq!(back(after(10)), held);
    assert_eq!(back(after(12)), cleared);
    assert_eq!(back(after(20)), booked);
    assert_eq!(back(after(9)).payments, Vec::new());
    let pending = |truth: &Truth| truth.transactions.iter().filter(|entry| entry.remittance == ["INV 1"]).count();
    assert_eq!((pending(&back(after(9))), pending(&back(after(10)))), (0, 1));
    assert_eq!(back(after(39)).accounts[0].status, AccountStatus::Open);
    assert_eq!(back(after(40)).accounts[0].status, AccountStatus::Blocked);
    // How it came there, each status since when.
    let last = &told(&ledger, &consent, now).payments[0];
    assert_eq!(last.payment.status, PaymentStatus::Returned);
    let earlier: Vec<PaymentStatus> = last.earlier.iter().map(|turn| turn.0).collect();
    assert_eq!(earlier, [PaymentStatus::AcceptedChecks, PaymentStatus::InClearing, PaymentStatus::Debited]);
    assert!(last.earlier.is_sorted_by_key(|turn| turn.1.at));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Whatever is done and however long ago it was: looking back shows what was shown.
    #[test]
    fn looking_back_shows_what_was_shown(acts in prop::collection::vec((0u8..6, 1i128..40_000, 1i64..4), 1..12)) {
        let ledger = ledger();
        let consent = consent(&ledger, "demo");
        let (current, savings) = (account_of("alice", 0), account_of("alice", 1));
        let mut now = start();
        let mut shown = Vec::new();
        let mut last = None;
        for (n, (act, minor, wait)) in acts.into_iter().enumerate() {
            let granted = ledger.granted(&consent, now).unwrap();
            let tomorrow = now.to_zoned(BOOK.zone().clone()).date().tomorrow().ok();
            match act {
                0 | 1 => {
                    let to = (act == 0).then_some(savings.as_str());
                    last = granted.pay(&n.to_string(), order(to, minor)).ok().map(|outcome| outcome.payment.id);
                }
                2 => {
                    let asked = NewPayment { requested_on: tomorrow, ..order(None, minor) };
                    last = granted.pay(&n.to_string(), asked).ok().map(|outcome| outcome.payment.id);
                }
                3 => drop(ledger.post_entry(&current, gbp(minor), None, now).unwrap()),
                4 => {
                    let status = if minor % 2 == 0 { AccountStatus::Blocked } else { AccountStatus::Open };
                    ledger.set_account(&savings, status, now).unwrap();
                }
                _ => {
                    if let Some(id) = &last {
                        let _ = ledger.overrule_payment(id, Fate::of(PaymentStatus::Rejected), now);
                    }
                }
            }
            shown.push((now, told(&ledger, &consent, now)));
            now += SignedDuration::from_secs(wait * wait * 3_000);
        }
        for (at, then) in shown {
            prop_assert_eq!(ledger.truth_as_of(&consent, at, now).unwrap(), then);
        }
    }
}
