//! Every place a payment can come to, in the words of both versions: by the amounts of the bank's file, and by scenario.

use std::fmt::Write;

use bank_fixtures::record::{PaymentReason, PaymentStatus};

use super::bench::Bench;
use super::families::KINDS;
use super::payments::initiation;
use crate::bank::Fate;

/// The amounts of the bank's files that choose what becomes of a payment.
const MAGIC: std::ops::RangeInclusive<u32> = 1..=14;

#[test]
fn an_amount_chooses_what_becomes_of_a_payment() {
    let mut table = String::new();
    for (kind, id) in &KINDS[..3] {
        for number in MAGIC {
            let amount = format!("4.{number:02}");
            let words = Bench::both().map(|mut bench| {
                let order = bench.wish(kind, &amount);
                let consent = bench.agreed(kind, &order);
                let made = bench.order(kind, "key", &consent, &order);
                assert_eq!(made.status, 201, "{}", made.text);
                let payment = made.json()["Data"][*id].as_str().unwrap().to_owned();
                bench.wait(30 * 86_400);
                let details = bench.get_as_client(&format!("/pisp/{kind}s/{payment}/payment-details")).json();
                let finer = details["Data"]["PaymentStatus"][0]["Status"].as_str().unwrap().to_owned();
                format!("{} / {finer}", bench.status_of(kind, &payment))
            });
            writeln!(table, "{kind} {amount}: {}", words.join(", ")).unwrap();
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn money_moves_in_the_places_where_it_has_moved_and_in_no_others() {
    for (number, moved) in [(1, 0), (4, 0), (9, 0), (10, -410), (11, 0), (12, 0), (13, -413), (14, 0)] {
        for mut bench in Bench::both() {
            let order = initiation(&format!("4.{number:02}"));
            let consent = bench.agreed("domestic-payment", &order);
            let account = bench.account(0);
            assert_eq!(bench.order("domestic-payment", "key", &consent, &order).status, 201);
            bench.wait(60);
            bench = bench.consented("alice", super::bench::ALL, "");
            let truth = bench.bank.ledger.truth(bench.consent.as_deref().unwrap(), bench.now).unwrap();
            let payee = |entry: &&bank_fixtures::record::Transaction| {
                let name = entry.counterparty.as_ref().and_then(|other| other.name.as_deref());
                name == Some("Zed Bakery") && entry.booking_date.is_some() && entry.account_id == account
            };
            let sum: i128 = truth.transactions.iter().filter(payee).map(|entry| entry.amount.minor().unwrap()).sum();
            assert_eq!(sum, moved, "4.{number:02} at {}", bench.bank.slug);
        }
    }
}

#[test]
fn a_scenario_moves_a_payment_on() {
    for mut bench in Bench::both() {
        let order = initiation("10.00");
        let consent = bench.agreed("domestic-payment", &order);
        let made = bench.order("domestic-payment", "key", &consent, &order).json();
        let id = made["Data"]["DomesticPaymentId"].as_str().unwrap().to_owned();
        let fate = |status, reason: Option<&str>| Fate {
            status,
            shade: None,
            reason: reason.map(|code| PaymentReason { code: code.to_owned(), text: None }),
        };
        bench.bank.ledger.overrule_payment(&id, fate(PaymentStatus::InClearing, None), bench.now).unwrap();
        bench.wait(86_400);
        let stuck = bench.word("AcceptedSettlementInProcess", "ACSP");
        assert_eq!(bench.status_of("domestic-payment", &id), stuck, "for ever");
        let refused = fate(PaymentStatus::Rejected, Some("AM04"));
        bench.bank.ledger.overrule_payment(&id, refused, bench.now).unwrap();
        let read = bench.get_as_client(&format!("/pisp/domestic-payments/{id}")).json();
        assert_eq!(read["Data"]["Status"], bench.word("Rejected", "RJCT"));
        if bench.word("3", "4") == "4" {
            assert_eq!(read["Data"]["StatusReason"][0]["StatusReasonCode"], "AM04");
        }
    }
}
