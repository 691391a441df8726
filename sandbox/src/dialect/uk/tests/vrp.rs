//! Variable recurring payments from outside: what is agreed, and what breaks it.

use axum::http::Method;
use serde_json::{Value, json};

use super::bench::{Answer, Bench};

const CONSENTS: &str = "/pisp/domestic-vrp-consents";

fn creditor() -> Value {
    json!({"SchemeName": "UK.OBIE.SortCodeAccountNumber", "Identification": "20000155555555", "Name": "Zed Savings"})
}

/// At most 100 an order, and 300 a month of the calendar.
fn controls() -> Value {
    json!({
        "MaximumIndividualAmount": {"Amount": "100.00", "Currency": "GBP"},
        "PeriodicLimits": [
            {"PeriodType": "Month", "PeriodAlignment": "Calendar", "Amount": "300.00", "Currency": "GBP"},
            {"PeriodType": "Week", "PeriodAlignment": "Consent", "Amount": "250.00", "Currency": "GBP"},
        ],
        "VRPType": ["UK.OBIE.VRPType.Sweeping"],
        "PSUAuthenticationMethods": ["UK.OBIE.SCANotRequired"],
    })
}

impl Bench {
    fn ask_for_vrp(&self, key: &str, controls: &Value, initiation: &Value) -> Answer {
        let data = json!({"ControlParameters": controls, "Initiation": initiation, "ReadRefundAccount": "Yes"});
        let body = json!({"Data": data, "Risk": {"PaymentContextCode": "TransferToSelf"}}).to_string();
        self.post(CONSENTS, &[("x-idempotency-key", key)], &body)
    }

    fn within(mut self, controls: &Value) -> Bench {
        let asked = self.ask_for_vrp("consent", controls, &json!({"CreditorAccount": creditor()}));
        assert_eq!(asked.status, 201, "{}", asked.text);
        let id = asked.json()["Data"]["ConsentId"].as_str().unwrap().to_owned();
        self.authorise("alice", &id);
        self
    }

    fn sweep(&self, key: &str, amount: &str, change: impl Fn(&mut Value)) -> Answer {
        let mut data = json!({
            "ConsentId": self.consent,
            "PSUAuthenticationMethod": "UK.OBIE.SCANotRequired",
            "VRPType": "UK.OBIE.VRPType.Sweeping",
            "Initiation": {"CreditorAccount": creditor()},
            "Instruction": {
                "InstructionIdentification": "I-1",
                "EndToEndIdentification": "E-1",
                "InstructedAmount": {"Amount": amount, "Currency": "GBP"},
                "CreditorAccount": creditor(),
            },
        });
        change(&mut data);
        let body = json!({"Data": data, "Risk": {"PaymentContextCode": "TransferToSelf"}}).to_string();
        let headers = [("content-type", "application/json"), ("x-idempotency-key", key)];
        self.send(&self.holder(), Method::POST, "/pisp/domestic-vrps", &headers, &body)
    }

    fn breaks(&self, parameter: &str) -> (u16, Vec<(String, String)>) {
        let code = self.word("UK.OBIE.Rules.FailsControlParameters", "U014").to_owned();
        (400, vec![(code, format!("Data.ControlParameters.{parameter}"))])
    }
}

#[test]
fn many_orders_are_made_under_one_consent() {
    let mut shown = Vec::new();
    for bench in Bench::both() {
        let mut bench = bench.within(&controls());
        bench.wait(1);
        let first = bench.sweep("1", "100.00", |_| {});
        assert_eq!(first.status, 201, "{}", first.text);
        let id = first.json()["Data"]["DomesticVRPId"].as_str().unwrap().to_owned();
        assert_eq!(bench.sweep("1", "100.00", |_| {}).json()["Data"]["DomesticVRPId"], id.as_str(), "once for its key");
        bench.wait(20);
        let read = bench.get_as_client(&format!("/pisp/domestic-vrps/{id}")).json();
        assert_eq!(read["Data"]["Status"], bench.word("AcceptedSettlementCompleted", "ACSC"));
        let details = bench.get_as_client(&format!("/pisp/domestic-vrps/{id}/payment-details"));
        assert_eq!(details.status, 200);
        assert_eq!(bench.sweep("2", "100.00", |_| {}).status, 201);
        let consent = bench.get_as_client(&format!("{CONSENTS}/{}", bench.consent.clone().unwrap()));
        assert_eq!(consent.json()["Data"]["Status"], bench.word("Authorised", "AUTH"));
        shown.push(format!("{}\n{}\n{}", bench.dialect.version.slug, consent.pretty(), first.pretty()));
    }
    insta::assert_snapshot!(shown.join("\n\n"));
}

#[test]
fn an_order_stays_within_what_was_agreed() {
    for bench in Bench::both() {
        // Agreed on 2 March: 30 of 31 days of the month are left, 290.32 of 300.
        let mut bench = bench.within(&controls());
        assert_eq!(bench.sweep("0", "100.01", |_| {}).refusal(), bench.breaks("MaximumIndividualAmount"));
        for key in ["1", "2"] {
            assert_eq!(bench.sweep(key, "100.00", |_| {}).status, 201);
        }
        assert_eq!(bench.sweep("3", "50.01", |_| {}).refusal(), bench.breaks("PeriodicLimits[1]"), "the week");
        assert_eq!(bench.sweep("4", "50.00", |_| {}).status, 201, "what was refused did not count");
        bench.wait(8 * 86_400);
        assert_eq!(bench.sweep("5", "40.33", |_| {}).refusal(), bench.breaks("PeriodicLimits[0]"), "the month");
        assert_eq!(bench.sweep("6", "40.32", |_| {}).status, 201);
        bench.wait(22 * 86_400);
        assert_eq!(bench.sweep("7", "100.00", |_| {}).status, 201, "April");
        let other = bench.sweep("8", "1.00", |data| data["VRPType"] = "UK.OBIE.VRPType.Other".into());
        assert_eq!(other.refusal(), bench.breaks("VRPType"));
        let sca = bench.sweep("9", "1.00", |data| data["PSUAuthenticationMethod"] = "UK.OBIE.SCA".into());
        assert_eq!(sca.refusal(), bench.breaks("PSUAuthenticationMethods"));
        let there = bench.sweep("a", "1.00", |data| data["PSUInteractionType"] = "InSession".into());
        assert_eq!(there.refusal(), bench.breaks("PSUInteractionTypes"));
        let mismatch = |path: &str| {
            (400, vec![(bench.word("UK.OBIE.Resource.ConsentMismatch", "U008").to_owned(), path.to_owned())])
        };
        let elsewhere = bench.sweep("b", "1.00", |data| {
            data["Instruction"]["CreditorAccount"]["Identification"] = "20000166666666".into();
        });
        assert_eq!(elsewhere.refusal(), mismatch("Data.Instruction.CreditorAccount"));
        let more = bench.sweep("c", "1.00", |data| data["Initiation"] = json!({}));
        assert_eq!(more.refusal(), mismatch("Data.Initiation"));
    }
}

#[test]
fn a_consent_is_for_its_days_and_ends_with_them() {
    for bench in Bench::both() {
        let mut terms = controls();
        terms["ValidFromDateTime"] = "2026-03-05T18:00:00+00:00".into();
        terms["ValidToDateTime"] = "2026-03-07T08:00:00+00:00".into();
        let mut bench = bench.within(&terms);
        assert_eq!(bench.sweep("1", "1.00", |_| {}).refusal(), bench.breaks("ValidFromDateTime"));
        // Only the day counts: the first begins at midnight, the last ends there.
        bench.wait(3 * 86_400 - 9 * 3_600);
        assert_eq!(bench.sweep("2", "1.00", |_| {}).status, 201);
        bench.wait(3 * 86_400 - 60);
        assert_eq!(bench.sweep("3", "1.00", |_| {}).status, 201);
        bench.wait(60);
        let status = bench.word("UK.OBIE.Resource.InvalidConsentStatus", "U009").to_owned();
        assert_eq!(bench.sweep("4", "1.00", |_| {}).refusal(), (400, vec![(status, "Data.ConsentId".to_owned())]));
        let read = bench.get_as_client(&format!("{CONSENTS}/{}", bench.consent.clone().unwrap()));
        assert_eq!(read.json()["Data"]["Status"], bench.word("Authorised", "EXPD"));
    }
}

#[test]
fn what_nobody_could_agree_to_is_not_asked() {
    for bench in Bench::both() {
        let mut terms = controls();
        terms["PeriodicLimits"][0]["PeriodType"] = "Fortnight".into();
        terms["PeriodicLimits"][1]["Currency"] = "EUR".into();
        terms["MaximumIndividualAmount"]["Amount"] = "0".into();
        terms["ValidToDateTime"] = "2026-03-01T00:00:00Z".into();
        let asked = bench.ask_for_vrp("1", &terms, &json!({}));
        let places: Vec<String> = asked.refusal().1.into_iter().map(|(_, path)| path).collect();
        let controls = |field: &str| format!("Data.ControlParameters.{field}");
        let expected = [
            controls("ValidToDateTime"),
            controls("MaximumIndividualAmount.Amount"),
            controls("PeriodicLimits[0].PeriodAlignment"),
            controls("PeriodicLimits[1].Currency"),
            "Data.Initiation.CreditorAccount".to_owned(),
        ];
        assert_eq!(places, expected);
    }
}

#[test]
fn funds_are_confirmed_while_the_consent_holds() {
    for bench in Bench::both() {
        let bench = bench.within(&controls());
        let path = format!("{CONSENTS}/{}", bench.consent.clone().unwrap());
        let ask = |amount: &str| {
            let amount = json!({"Amount": amount, "Currency": "GBP"});
            let body = json!({"Data": {"ConsentId": bench.consent, "Reference": "r", "InstructedAmount": amount}});
            let headers = [("content-type", "application/json")];
            let path = format!("{path}/funds-confirmation");
            bench.send(&bench.holder(), Method::POST, &path, &headers, &body.to_string())
        };
        let said = |answer: Answer| answer.json()["Data"]["FundsAvailableResult"]["FundsAvailable"].clone();
        assert_eq!((said(ask("1.00")), said(ask("999999999.00"))), (json!("Available"), json!("NotAvailable")));
        assert_eq!(bench.send(&bench.client(), Method::DELETE, &path, &[], "").status, 204);
        assert_eq!(bench.get_as_client(&path).status, 400);
        assert_eq!(ask("1.00").status, 400);
    }
}

#[test]
fn a_migration_changes_words_and_nothing_that_was_agreed() {
    let bench = Bench::both().into_iter().nth(1).unwrap().within(&controls());
    let path = format!("{CONSENTS}/{}", bench.consent.clone().unwrap());
    let put = |controls: &Value| {
        let data = json!({"ControlParameters": controls, "Initiation": {"CreditorAccount": creditor()}});
        let body =
            json!({"Data": data, "Risk": {"PaymentContextCode": "TransferToSelf", "CategoryPurposeCode": "SWEP"}});
        bench.send(&bench.client(), Method::PUT, &path, &[("content-type", "application/json")], &body.to_string())
    };
    let moved = put(&controls());
    assert_eq!((moved.status, &moved.json()["Risk"]["CategoryPurposeCode"]), (200, &json!("SWEP")), "{}", moved.text);
    let mut more = controls();
    more["MaximumIndividualAmount"]["Amount"] = "1000.00".into();
    assert_eq!(put(&more).refusal().1[0].1, "Data.ControlParameters");
    let patch = |steps: Value| {
        let headers = [("content-type", "application/json")];
        bench.send(&bench.client(), Method::PATCH, &path, &headers, &steps.to_string())
    };
    let step = json!([
        {"op": "test", "path": "/Risk/CategoryPurposeCode", "value": "SWEP"},
        {"op": "replace", "path": "/Risk/CategoryPurposeCode", "value": "CASH"},
    ]);
    assert_eq!(patch(step.clone()).json()["Risk"]["CategoryPurposeCode"], "CASH");
    assert_eq!(patch(step).refusal().1[0].1, "[0]", "the test fails now");
    let limits = json!([{"op": "remove", "path": "/Data/ControlParameters/PeriodicLimits/1"}]);
    assert_eq!(patch(limits).status, 400);
}
