//! Orders that two account holders have to agree to.

use bank_fixtures::record::ConsentStatus;
use serde_json::Value;

use super::bench::Bench;
use super::families::KINDS;
use super::payments::{errors, initiation};
use crate::bank::Second;

impl Bench {
    /// A consent that alice has agreed to and somebody else has to.
    fn half_agreed(&mut self, kind: &str, order: &Value) -> String {
        let asked = self.ask_for(
            kind,
            &format!("half-{}-{}", self.bank.ledger.consents_of("demo", self.now).len(), self.now.as_second()),
            order,
        );
        let id = asked.json()["Data"]["ConsentId"].as_str().unwrap_or_else(|| panic!("{}", asked.text)).to_owned();
        let accounts = self.bank.ledger.accounts_of_user("alice").iter().map(|account| account.id.clone()).collect();
        self.bank.ledger.approve_consent_with(&id, "alice", accounts, Second::Needed, self.now).unwrap();
        (self.user, self.consent) = ("alice".to_owned(), Some(id.clone()));
        id
    }
}

#[test]
fn an_order_waits_for_the_second_account_holder() {
    for mut bench in Bench::both() {
        for (kind, id) in KINDS {
            let order = bench.wish(kind, "10.00");
            let consent = bench.half_agreed(kind, &order);
            let path = format!("/pisp/{kind}-consents/{consent}");
            assert_eq!(bench.get_as_client(&path).json()["Data"]["Status"], bench.word("Authorised", "AUTH"), "{kind}");
            let made = bench.order(kind, &format!("key-{kind}"), &consent, &order);
            assert_eq!(made.status, 201, "{kind}: {}", made.text);
            let data = made.json()["Data"].clone();
            let pending =
                if kind.ends_with("payment") && !kind.contains("scheduled") { "Pending" } else { "InitiationPending" };
            assert_eq!(data["Status"], bench.word(pending, "PATC"), "{kind}");
            let block = &data["MultiAuthorisation"];
            assert_eq!(block["Status"], bench.word("AwaitingFurtherAuthorisation", "AWAF"));
            assert_eq!((&block["NumberRequired"], &block["NumberReceived"]), (&2.into(), &1.into()));
            assert_eq!(bench.get_as_client(&path).json()["Data"]["Status"], bench.word("Consumed", "COND"), "{kind}");
            let twice = bench.order(kind, "other", &consent, &order);
            let used = ("UK.OBIE.Resource.InvalidConsentStatus", "U009", "Data.ConsentId");
            assert_eq!(twice.refusal(), errors(&bench, &[used]));
            bench.wait(60);
            bench.bank.ledger.approve_consent_too(&consent, "ben", bench.now).unwrap();
            let payment = data[*id].as_str().unwrap();
            let read = bench.get_as_client(&format!("/pisp/{kind}s/{payment}")).json();
            assert_eq!(read["Data"]["MultiAuthorisation"]["Status"], bench.word("Authorised", "AUTH"), "{kind}");
            assert_eq!(read["Data"]["MultiAuthorisation"]["NumberReceived"], 2);
            assert_ne!(read["Data"]["Status"], "PATC", "{kind}");
            let view = bench.bank.ledger.consent(&consent, bench.now).unwrap();
            assert_eq!(view.consent.status, ConsentStatus::Consumed);
        }
    }
}

#[test]
fn an_order_is_refused_when_the_second_says_no_or_nothing() {
    for mut bench in Bench::both() {
        let kind = "domestic-payment";
        let order = initiation("10.00");
        let consent = bench.half_agreed(kind, &order);
        let made = bench.order(kind, "key-1", &consent, &order).json();
        let id = made["Data"]["DomesticPaymentId"].as_str().unwrap();
        bench.bank.ledger.reject_consent(&consent, "ben", bench.now).unwrap();
        let read = bench.get_as_client(&format!("/pisp/{kind}s/{id}")).json();
        assert_eq!(read["Data"]["Status"], bench.word("Rejected", "RJCT"));
        assert_eq!(read["Data"]["MultiAuthorisation"]["Status"], bench.word("Rejected", "RJCT"));
        bench.wait(1);
        let consent = bench.half_agreed(kind, &order);
        let made = bench.order(kind, "key-2", &consent, &order).json();
        let id = made["Data"]["DomesticPaymentId"].as_str().unwrap().to_owned();
        bench.wait(7 * 86_400 - 1);
        assert_eq!(bench.status_of(kind, &id), bench.word("Pending", "PATC"));
        bench.wait(2);
        assert_eq!(bench.status_of(kind, &id), bench.word("Rejected", "RJCT"));
        let read = bench.get_as_client(&format!("/pisp/{kind}s/{id}")).json();
        assert_eq!(read["Data"]["MultiAuthorisation"]["Status"], bench.word("Rejected", "RJCT"));
    }
}
