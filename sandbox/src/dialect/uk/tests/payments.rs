//! Payments from outside, at once and for a day to come.

use axum::http::Method;
use bank_fixtures::record::ConsentStatus;
use serde_json::{Value, json};

use super::bench::{Answer, Bench};

pub(super) fn initiation(amount: &str) -> Value {
    json!({
        "InstructionIdentification": "INSTR-1",
        "EndToEndIdentification": "E2E-1",
        "InstructedAmount": {"Amount": amount, "Currency": "GBP"},
        "CreditorAccount": {
            "SchemeName": "UK.OBIE.SortCodeAccountNumber",
            "Identification": "20000155555555",
            "Name": "Zed Bakery",
        },
    })
}

pub(super) fn later(day: &str) -> Value {
    let mut order = initiation("12.30");
    order["RequestedExecutionDateTime"] = day.into();
    order
}

impl Bench {
    pub(super) fn ask_for(&self, kind: &str, key: &str, initiation: &Value) -> Answer {
        let mut data = json!({"Initiation": initiation, "ReadRefundAccount": "Yes"});
        if kind.contains("scheduled") || kind.contains("standing") {
            data["Permission"] = "Create".into();
        }
        let body = json!({"Data": data, "Risk": {"PaymentContextCode": "BillPayment"}}).to_string();
        self.post(&format!("/pisp/{kind}-consents"), &[("x-idempotency-key", key)], &body)
    }

    /// A consent to an order, authorised by alice.
    pub(super) fn agreed(&mut self, kind: &str, initiation: &Value) -> String {
        let asked = self.ask_for(kind, &format!("consent-{}", self.now), initiation);
        assert_eq!(asked.status, 201, "{kind}: {}", asked.text);
        let id = asked.json()["Data"]["ConsentId"].as_str().unwrap().to_owned();
        self.authorise("alice", &id);
        id
    }

    pub(super) fn order(&self, kind: &str, key: &str, consent: &str, initiation: &Value) -> Answer {
        let data = json!({"ConsentId": consent, "Initiation": initiation});
        let body = json!({"Data": data, "Risk": {"PaymentContextCode": "BillPayment"}}).to_string();
        let headers = [("content-type", "application/json"), ("x-idempotency-key", key)];
        self.send(&self.holder(), Method::POST, &format!("/pisp/{kind}s"), &headers, &body)
    }

    pub(super) fn status_of(&self, kind: &str, id: &str) -> String {
        let read = self.get_as_client(&format!("/pisp/{kind}s/{id}"));
        read.json()["Data"]["Status"].as_str().unwrap().to_owned()
    }
}

pub(super) fn errors(bench: &Bench, expected: &[(&'static str, &'static str, &str)]) -> (u16, Vec<(String, String)>) {
    let row = |(three, four, path): &(&'static str, &'static str, &str)| {
        (bench.word(three, four).to_owned(), (*path).to_owned())
    };
    (400, expected.iter().map(row).collect())
}

const DOMESTIC: &str = "domestic-payment";
const SCHEDULED: &str = "domestic-scheduled-payment";

#[test]
fn the_life_of_a_payment() {
    let mut shown = Vec::new();
    for mut bench in Bench::both() {
        let consent = bench.agreed(DOMESTIC, &initiation("10.00"));
        let path = format!("/pisp/domestic-payment-consents/{consent}");
        let enough = bench.get(&format!("{path}/funds-confirmation")).json();
        assert_eq!(enough["Data"]["FundsAvailableResult"]["FundsAvailable"], true);
        bench.wait(1);
        let made = bench.order(DOMESTIC, "key-1", &consent, &initiation("10.00"));
        assert_eq!(made.status, 201, "{}", made.text);
        let id = made.json()["Data"]["DomesticPaymentId"].as_str().unwrap().to_owned();
        assert_eq!(made.json()["Data"]["Status"], bench.word("Pending", "RCVD"));
        assert_eq!(bench.get_as_client(&path).json()["Data"]["Status"], bench.word("Consumed", "COND"));
        bench.wait(2);
        assert_eq!(bench.status_of(DOMESTIC, &id), bench.word("AcceptedSettlementInProcess", "ACSP"));
        bench.wait(10);
        assert_eq!(bench.status_of(DOMESTIC, &id), bench.word("AcceptedSettlementCompleted", "ACSC"));
        let details = bench.get_as_client(&format!("/pisp/domestic-payments/{id}/payment-details")).json();
        let status = &details["Data"]["PaymentStatus"][0]["Status"];
        assert_eq!(status, bench.word("AcceptedSettlementCompleted", "ACSC"));
        shown.push(format!(
            "{}\n{}\n{}",
            bench.dialect.version.slug,
            bench.get_as_client(&path).pretty(),
            made.pretty()
        ));
    }
    insta::assert_snapshot!(shown.join("\n\n"));
}

#[test]
fn a_key_makes_one_order_however_often_it_is_sent() {
    for mut bench in Bench::both() {
        let order = initiation("10.00");
        let asked = bench.ask_for(DOMESTIC, "key-0", &order);
        assert_eq!(
            bench.ask_for(DOMESTIC, "key-0", &order).json()["Data"]["ConsentId"],
            asked.json()["Data"]["ConsentId"]
        );
        let other = bench.ask_for(DOMESTIC, "key-0", &initiation("11.00"));
        let exists = ("UK.OBIE.Rules.ResourceAlreadyExists", "U029", "x-idempotency-key");
        assert_eq!(other.refusal(), errors(&bench, &[exists]));
        let consent = bench.agreed(DOMESTIC, &order);
        let first = bench.order(DOMESTIC, "key-1", &consent, &order);
        bench.wait(3);
        let again = bench.order(DOMESTIC, "key-1", &consent, &order);
        assert_eq!((first.status, again.status), (201, 201));
        assert_eq!(first.json()["Data"]["DomesticPaymentId"], again.json()["Data"]["DomesticPaymentId"]);
        assert_eq!(again.json()["Data"]["Status"], bench.word("AcceptedSettlementInProcess", "ACSP"));
        let used = bench.order(DOMESTIC, "key-2", &consent, &order);
        let status = ("UK.OBIE.Resource.InvalidConsentStatus", "U009", "Data.ConsentId");
        assert_eq!(used.refusal(), errors(&bench, &[status]));
        // A day later the key is forgotten, and the consent is still used up.
        bench.wait(24 * 3_600);
        assert_eq!(bench.order(DOMESTIC, "key-1", &consent, &order).refusal(), errors(&bench, &[status]));
        let none = bench.send(
            &bench.client(),
            Method::POST,
            "/pisp/domestic-payment-consents",
            &[("content-type", "application/json")],
            &json!({"Data": {"Initiation": order}, "Risk": {}}).to_string(),
        );
        assert_eq!(none.refusal(), errors(&bench, &[("UK.OBIE.Header.Missing", "U007", "x-idempotency-key")]));
    }
}

#[test]
fn an_order_is_what_was_consented_to() {
    for mut bench in Bench::both() {
        let order = initiation("10.00");
        let asked = bench.ask_for(DOMESTIC, "key-0", &order).json();
        let waiting = asked["Data"]["ConsentId"].as_str().unwrap().to_owned();
        bench.consent = Some(waiting.clone());
        let status = ("UK.OBIE.Resource.InvalidConsentStatus", "U009", "Data.ConsentId");
        assert_eq!(bench.order(DOMESTIC, "key-1", &waiting, &order).refusal(), errors(&bench, &[status]));
        let consent = bench.agreed(DOMESTIC, &order);
        let mismatch = |path| ("UK.OBIE.Resource.ConsentMismatch", "U008", path);
        let more = bench.order(DOMESTIC, "key-2", &consent, &initiation("10.01"));
        assert_eq!(more.refusal(), errors(&bench, &[mismatch("Data.Initiation.InstructedAmount.Amount")]));
        let foreign = bench.order(DOMESTIC, "key-3", &waiting, &order);
        assert_eq!(foreign.refusal(), errors(&bench, &[mismatch("Data.ConsentId")]));
        // Nothing came of what was refused: the consent is as good as before.
        let view = bench.bank.ledger.consent(&consent, bench.now).unwrap();
        assert_eq!(view.consent.status, ConsentStatus::Active);
        assert_eq!(bench.order(DOMESTIC, "key-2", &consent, &order).status, 201);
    }
}

#[test]
fn every_mistake_of_an_order_is_named_at_once() {
    for bench in Bench::both() {
        let mut order = initiation("0.00");
        order["LocalInstrument"] = "UK.OBIE.Pigeon".into();
        order["CreditorAccount"]["Identification"] = "2000".into();
        order["DebtorAccount"] = json!({"SchemeName": "UK.OBIE.IBAN", "Identification": "GB33BUKB20201555555555"});
        let at = |three, four, field| (three, four, field);
        let expected = [
            at("UK.OBIE.Field.Invalid", "U002", "Data.Initiation.InstructedAmount.Amount"),
            at("UK.OBIE.Unsupported.LocalInstrument", "U026", "Data.Initiation.LocalInstrument"),
            at("UK.OBIE.Unsupported.AccountIdentifier", "U021", "Data.Initiation.CreditorAccount.Identification"),
            at("UK.OBIE.Unsupported.AccountIdentifier", "U021", "Data.Initiation.DebtorAccount.Identification"),
        ];
        assert_eq!(bench.ask_for(DOMESTIC, "key-1", &order).refusal(), errors(&bench, &expected));
        let mut order = initiation("10.00");
        order["InstructedAmount"]["Currency"] = "EUR".into();
        order["CreditorAccount"]["SchemeName"] = "UK.OBIE.Wallet".into();
        let expected = [
            at("UK.OBIE.Unsupported.Currency", "U023", "Data.Initiation.InstructedAmount.Currency"),
            at("UK.OBIE.Unsupported.Scheme", "U027", "Data.Initiation.CreditorAccount.SchemeName"),
        ];
        assert_eq!(bench.ask_for(DOMESTIC, "key-1", &order).refusal(), errors(&bench, &expected));
        let mut order = initiation("ten");
        order.as_object_mut().unwrap().remove("EndToEndIdentification");
        order["CreditorAccount"].as_object_mut().unwrap().remove("Name");
        let expected = [
            at("UK.OBIE.Field.Invalid", "U002", "Data.Initiation.InstructedAmount.Amount"),
            at("UK.OBIE.Field.Missing", "U004", "Data.Initiation.CreditorAccount.Name"),
            at("UK.OBIE.Field.Missing", "U004", "Data.Initiation.EndToEndIdentification"),
        ];
        let mut found = bench.ask_for(DOMESTIC, "key-1", &order).refusal();
        found.1.sort();
        let mut expected = errors(&bench, &expected);
        expected.1.sort();
        assert_eq!(found, expected);
        // The key was not used up by what was refused.
        assert_eq!(bench.ask_for(DOMESTIC, "key-1", &initiation("10.00")).status, 201);
        assert_eq!(bench.bank.ledger.consents_of("demo", bench.now).len(), 1);
    }
}

#[test]
fn what_the_account_does_not_hold_is_not_paid() {
    for mut bench in Bench::both() {
        let order = initiation("1000000.00");
        let consent = bench.agreed(DOMESTIC, &order);
        let path = format!("/pisp/domestic-payment-consents/{consent}/funds-confirmation");
        assert_eq!(bench.get(&path).json()["Data"]["FundsAvailableResult"]["FundsAvailable"], false);
        let refused = bench.order(DOMESTIC, "key-1", &consent, &order);
        let field = ("UK.OBIE.Field.Invalid", "U002", "Data.Initiation.InstructedAmount.Amount");
        assert_eq!(refused.refusal(), errors(&bench, &[field]));
    }
}

#[test]
fn a_scheduled_payment_waits_for_its_day() {
    for mut bench in Bench::both() {
        let today = bench.ask_for(SCHEDULED, "key-0", &later("2026-03-02T12:00:00Z"));
        let field = ("UK.OBIE.Field.InvalidDate", "U003", "Data.Initiation.RequestedExecutionDateTime");
        assert_eq!(today.refusal(), errors(&bench, &[field]));
        let order = later("2026-03-05T00:00:00+00:00");
        let consent = bench.agreed(SCHEDULED, &order);
        let made = bench.order(SCHEDULED, "key-1", &consent, &order);
        assert_eq!(made.status, 201, "{}", made.text);
        let id = made.json()["Data"]["DomesticScheduledPaymentId"].as_str().unwrap().to_owned();
        assert_eq!(made.json()["Data"]["Status"], bench.word("InitiationPending", "RCVD"));
        bench.wait(2 * 86_400);
        assert_eq!(bench.status_of(SCHEDULED, &id), bench.word("InitiationPending", "RCVD"));
        bench.wait(2 * 86_400);
        assert_eq!(bench.status_of(SCHEDULED, &id), bench.word("InitiationCompleted", "ACSC"));
        // A payment is read where it was made only.
        assert_eq!(bench.get_as_client(&format!("/pisp/domestic-payments/{id}")).refusal().0, 400);
    }
}
