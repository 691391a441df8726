//! Payments and the days on which the bank works: cut-offs, weekends, holidays, and nights in which the clocks change.

use bank_fixtures::market::{Hours, Market};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::*;

/// A bank of a market in a zone, and a consent of alice; the world starts at `start`.
struct Branch {
    ledger: Ledger,
    consent: String,
}

impl Branch {
    fn open(zone: &str, hours: Option<Hours>, start: &str) -> Branch {
        let zone = TimeZone::get(zone).unwrap();
        let mut profile = BankProfile::clone(&BankProfile::named("plain").unwrap());
        profile.zone = zone.clone();
        profile.settlement.hours = hours;
        let start: Timestamp = start.parse().unwrap();
        let book = Arc::new(Book::new(Dataset::builtin("retail-small").unwrap(), Seed::new(1), start, zone));
        let ledger = Ledger::new(Arc::new(profile), book, Seed::new(1));
        let scopes = SCOPES.iter().map(|row| row.0).collect();
        let asked = NewConsent { client_id: "demo".to_owned(), scopes, account_ids: None, expires_at: None };
        let consent = ledger.create_consent(asked, start).id;
        let accounts = ledger.accounts_of_user("alice").iter().map(|account| account.id.clone()).collect();
        ledger.approve_consent(&consent, "alice", accounts, start).unwrap();
        Branch { ledger, consent }
    }

    fn pay(&self, key: &str, on: Option<Date>, at: &str) -> String {
        let asked = NewPayment {
            debtor_account_id: self.ledger.accounts_of_user("alice")[0].id.clone(),
            requested_on: on,
            ..order(None, 100)
        };
        self.ledger.granted(&self.consent, at.parse().unwrap()).unwrap().pay(key, asked).unwrap().payment.id
    }

    fn status(&self, payment: &str, at: &str) -> PaymentStatus {
        self.ledger.granted(&self.consent, at.parse().unwrap()).unwrap().payment(payment).unwrap().status
    }

    /// Day, value day and instant of the debit, once it is booked.
    fn booked(&self, payment: &str, at: &str) -> (Date, Date, String) {
        assert_eq!(self.status(payment, at), PaymentStatus::Debited);
        let account = self.ledger.accounts_of_user("alice")[0].id.clone();
        let rows = whole(&self.ledger, &self.consent, &account, at.parse().unwrap());
        let leg = rows.iter().find(|row| row.remittance == ["INV 1"]).unwrap();
        (leg.booking_date.unwrap(), leg.value_date.unwrap(), leg.booking_at.unwrap().text())
    }
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

#[test]
fn a_payment_before_the_cut_off_is_booked_at_once_and_one_at_it_on_the_next_business_day() {
    let bank = Branch::open("Europe/Berlin", Some(Market::De.hours()), "2026-03-05T08:00:00Z");
    // A Thursday, 16:59:59 in Berlin.
    let early = bank.pay("early", None, "2026-03-05T15:59:59Z");
    assert_eq!(bank.booked(&early, "2026-03-05T16:00:04Z").0, date("2026-03-05"));
    let bank = Branch::open("Europe/Berlin", Some(Market::De.hours()), "2026-03-05T08:00:00Z");
    let late = bank.pay("late", None, "2026-03-05T16:00:00Z");
    // The order stands and its money is set aside, but nothing goes to the clearing at night.
    assert_eq!(bank.status(&late, "2026-03-06T04:59:59Z"), PaymentStatus::AcceptedChecks);
    assert_eq!(bank.status(&late, "2026-03-06T05:00:01Z"), PaymentStatus::InClearing);
    let monday = (date("2026-03-06"), date("2026-03-06"), "2026-03-06T06:00:05+01:00".to_owned());
    assert_eq!(bank.booked(&late, "2026-03-06T05:00:05Z"), monday);
    assert_eq!(bank.ledger.starts_at("2026-03-05T16:00:00Z".parse().unwrap()).to_string(), "2026-03-06T05:00:00Z");
    let cut_off = bank.ledger.next_cut_off("2026-03-05T16:00:00Z".parse().unwrap()).unwrap();
    assert_eq!(cut_off.to_string(), "2026-03-06T16:00:00Z");
}

#[test]
fn an_order_that_waits_for_its_day_can_still_be_cancelled() {
    let bank = Branch::open("Europe/Berlin", Some(Market::De.hours()), "2026-03-05T08:00:00Z");
    let late = bank.pay("late", None, "2026-03-05T16:00:00Z");
    let at = "2026-03-05T22:00:00Z".parse().unwrap();
    let cancelled = bank.ledger.granted(&bank.consent, at).unwrap().cancel(&late).unwrap();
    assert_eq!(cancelled.status, PaymentStatus::Cancelled);
    assert_eq!(bank.status(&late, "2026-03-07T00:00:00Z"), PaymentStatus::Cancelled);
}

#[test]
fn weekends_and_the_holidays_of_the_market_are_passed_over() {
    // The evening before Good Friday: TARGET is closed until Tuesday.
    let bank = Branch::open("Europe/Berlin", Some(Market::De.hours()), "2026-04-02T08:00:00Z");
    let late = bank.pay("late", None, "2026-04-02T16:30:00Z");
    let fifth = bank.pay("fifth", Some(date("2026-04-05")), "2026-04-02T16:30:00Z");
    assert_eq!(bank.status(&fifth, "2026-04-07T03:59:59Z"), PaymentStatus::Scheduled);
    assert_eq!(bank.booked(&late, "2026-04-07T04:00:05Z").0, date("2026-04-07"));
    assert_eq!(bank.status(&fifth, "2026-04-07T04:00:05Z"), PaymentStatus::Debited);
    // What takes long is not booked on a Saturday either.
    let mut slow = BankProfile::clone(bank.ledger.profile());
    slow.settlement.booked_after = std::time::Duration::from_secs(86_400);
    let book = Arc::new(Book::new(BOOK.dataset().clone(), Seed::new(1), start(), slow.zone.clone()));
    let bank = Branch { ledger: Ledger::new(Arc::new(slow), book, Seed::new(1)), consent: String::new() };
    let consent = consent(&bank.ledger, "demo");
    let bank = Branch { consent, ..bank };
    let friday = bank.pay("friday", None, "2026-03-06T09:00:00Z");
    assert_eq!(bank.status(&friday, "2026-03-09T04:59:59Z"), PaymentStatus::InClearing);
    assert_eq!(bank.booked(&friday, "2026-03-09T05:00:00Z").0, date("2026-03-09"));
}

#[test]
fn a_bank_that_never_closes_books_at_night_and_on_sundays() {
    let bank = Branch::open("Europe/London", None, "2026-03-07T08:00:00Z");
    let sunday = bank.pay("sunday", None, "2026-03-08T23:59:00Z");
    assert_eq!(bank.booked(&sunday, "2026-03-08T23:59:05Z").0, date("2026-03-08"));
    assert_eq!(bank.ledger.next_cut_off("2026-03-08T23:59:00Z".parse().unwrap()), None);
}

/// The clocks of Berlin go forward on 29 March 2026 and back on 25 October: what counts is the time on the wall.
#[test]
fn the_day_opens_by_the_wall_on_both_sides_of_a_change_of_clocks() {
    for (friday_evening, before, opens, shown) in [
        ("2026-03-27T16:00:00Z", "2026-03-30T03:59:59Z", "2026-03-30T04:00:05Z", "2026-03-30T06:00:05+02:00"),
        ("2026-10-23T15:00:00Z", "2026-10-26T04:59:59Z", "2026-10-26T05:00:05Z", "2026-10-26T06:00:05+01:00"),
    ] {
        let bank = Branch::open("Europe/Berlin", Some(Market::De.hours()), friday_evening);
        let late = bank.pay("late", None, friday_evening);
        assert_eq!(bank.status(&late, before), PaymentStatus::AcceptedChecks);
        assert_eq!(bank.booked(&late, opens).2, shown);
    }
    // A second before the cut-off on the last day of each offset.
    for (at, day) in [("2026-03-27T15:59:59Z", "2026-03-27"), ("2026-10-23T14:59:59Z", "2026-10-23")] {
        let bank = Branch::open("Europe/Berlin", Some(Market::De.hours()), at);
        let early = bank.pay("early", None, at);
        let then = format!("{day}T20:00:00Z");
        assert_eq!(bank.booked(&early, &then).0, date(day));
    }
    // Orders for the very Sunday, at a bank that never closes.
    for (sunday, ordered, opens) in [
        ("2026-03-29", "2026-03-27T10:00:00Z", "2026-03-29T04:00:00Z"),
        ("2026-10-25", "2026-10-23T10:00:00Z", "2026-10-25T05:00:00Z"),
    ] {
        let bank = Branch::open("Europe/Berlin", None, ordered);
        let waiting = bank.pay("sunday", Some(date(sunday)), ordered);
        let opens: Timestamp = opens.parse().unwrap();
        let before = opens - SignedDuration::from_nanos(1);
        assert_eq!(bank.status(&waiting, &before.to_string()), PaymentStatus::Scheduled);
        assert_eq!(bank.status(&waiting, &opens.to_string()), PaymentStatus::AcceptedChecks);
    }
    // A midnight in which the hour from two to three comes twice is one midnight, and the days around it keep their entries.
    for (at, day) in [
        ("2026-03-28T22:59:00Z", "2026-03-28"),
        ("2026-03-28T23:00:00Z", "2026-03-29"),
        ("2026-03-29T21:59:00Z", "2026-03-29"),
        ("2026-03-29T22:00:00Z", "2026-03-30"),
        ("2026-10-24T22:00:00Z", "2026-10-25"),
        ("2026-10-25T22:59:00Z", "2026-10-25"),
        ("2026-10-25T23:00:00Z", "2026-10-26"),
    ] {
        let bank = Branch::open("Europe/Berlin", None, at);
        let account = bank.ledger.accounts_of_user("alice")[0].id.clone();
        let entry = bank.ledger.post_entry(&account, gbp(100), None, at.parse().unwrap()).unwrap();
        assert_eq!(entry.booking_date, Some(date(day)), "{at}");
    }
}
