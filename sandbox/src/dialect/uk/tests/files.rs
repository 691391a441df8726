//! Files of payments from outside: uploaded, read back, ordered and reported on.

use axum::http::Method;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::bench::{Answer, Bench};
use super::payments::{errors, initiation};

fn file(amounts: &[&str]) -> String {
    let orders: Vec<Value> = amounts.iter().map(|amount| initiation(amount)).collect();
    json!({"Data": {"DomesticPayments": orders}}).to_string()
}

fn pain(amounts: &[&str]) -> String {
    let rows: String = amounts
        .iter()
        .enumerate()
        .map(|(index, amount)| {
            format!(
                "<CdtTrfTxInf><PmtId><InstrId>I{index}</InstrId><EndToEndId>E{index}</EndToEndId></PmtId>\
                 <Amt><InstdAmt Ccy=\"GBP\">{amount}</InstdAmt></Amt><Cdtr><Nm>Zed &amp; Sons</Nm></Cdtr>\
                 <CdtrAcct><Id><Othr><Id>20000155555555</Id></Othr></Id></CdtrAcct></CdtTrfTxInf>"
            )
        })
        .collect();
    format!("<?xml version=\"1.0\"?><Document><CstmrCdtTrfInitn><PmtInf>{rows}</PmtInf></CstmrCdtTrfInitn></Document>")
}

fn hash(text: &str) -> String {
    STANDARD.encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes()))
}

impl Bench {
    fn file_type(&self, xml: bool) -> &'static str {
        if xml {
            "UK.OBIE.pain.001.001.08"
        } else {
            self.word("UK.OBIE.PaymentInitiation.3.1", "UK.OBIE.PaymentInitiation.4.0")
        }
    }

    fn metadata(&self, text: &str, count: usize, sum: f64) -> Value {
        json!({
            "FileType": self.file_type(text.starts_with('<')),
            "FileHash": hash(text),
            "FileReference": "WAGES",
            "NumberOfTransactions": count.to_string(),
            "ControlSum": sum,
        })
    }

    fn ask_for_file(&self, key: &str, metadata: &Value) -> Answer {
        let body = json!({"Data": {"Initiation": metadata}}).to_string();
        self.post("/pisp/file-payment-consents", &[("x-idempotency-key", key)], &body)
    }

    fn upload(&self, key: &str, consent: &str, text: &str) -> Answer {
        let kind = if text.starts_with('<') { "text/xml" } else { "application/json" };
        let headers = [("content-type", kind), ("x-idempotency-key", key)];
        self.send(&self.client(), Method::POST, &format!("/pisp/file-payment-consents/{consent}/file"), &headers, text)
    }

    /// A consent to a file, uploaded but not yet agreed to.
    fn uploaded(&self, text: &str, count: usize, sum: f64) -> (String, Value) {
        let metadata = self.metadata(text, count, sum);
        let asked = self.ask_for_file(&format!("c{}", hash(text).get(..8).unwrap()), &metadata);
        assert_eq!(asked.status, 201, "{}", asked.text);
        let id = asked.json()["Data"]["ConsentId"].as_str().unwrap().to_owned();
        assert_eq!(asked.json()["Data"]["Status"], self.word("AwaitingUpload", "AWUP"));
        let answer = self.upload(&format!("u{}", hash(text).get(..8).unwrap()), &id, text);
        assert_eq!((answer.status, answer.text.as_str()), (200, ""));
        (id, metadata)
    }

    fn order_file(&self, key: &str, consent: &str, metadata: &Value) -> Answer {
        let body = json!({"Data": {"ConsentId": consent, "Initiation": metadata}}).to_string();
        let headers = [("content-type", "application/json"), ("x-idempotency-key", key)];
        self.send(&self.holder(), Method::POST, "/pisp/file-payments", &headers, &body)
    }
}

#[test]
fn a_file_is_uploaded_ordered_and_reported_on() {
    for mut bench in Bench::both() {
        for text in [file(&["10.00", "20.00", "1000000.00"]), pain(&["10.00", "20.00", "1000000.00"])] {
            let (id, metadata) = bench.uploaded(&text, 3, 1_000_030.0);
            let path = format!("/pisp/file-payment-consents/{id}");
            let word = bench.word("AwaitingAuthorisation", "AWAU");
            assert_eq!(bench.get_as_client(&path).json()["Data"]["Status"], word);
            assert_eq!(bench.get_as_client(&format!("{path}/file")).text, text, "byte for byte");
            bench.authorise("alice", &id);
            let key = format!("order-{id}");
            let made = bench.order_file(&key, &id, &metadata);
            assert_eq!(made.status, 201, "{}", made.text);
            assert_eq!(made.json()["Data"]["Status"], bench.word("InitiationPending", "PDNG"));
            let file = made.json()["Data"]["FilePaymentId"].as_str().unwrap().to_owned();
            bench.wait(20);
            let again = bench.order_file(&key, &id, &metadata);
            assert_eq!(again.json()["Data"]["FilePaymentId"], file.as_str());
            assert_eq!(again.json()["Data"]["Status"], bench.word("InitiationCompleted", "INCO"));
            let details = bench.get_as_client(&format!("/pisp/file-payments/{file}/payment-details")).json();
            let rows = details["Data"]["PaymentStatus"].as_array().unwrap();
            let words: Vec<_> = rows.iter().map(|row| row["Status"].as_str().unwrap()).collect();
            let done = bench.word("AcceptedSettlementCompleted", "ACSC");
            assert_eq!(words, [done, done, bench.word("Rejected", "RJCT")], "what is too much is refused alone");
            let report = bench.get_as_client(&format!("/pisp/file-payments/{file}/report-file"));
            assert_eq!(report.status, 200);
            if text.starts_with('<') {
                assert!(report.headers["content-type"].to_str().unwrap().starts_with("text/xml"));
                assert!(report.text.contains("<TxSts>RJCT</TxSts>") && report.text.contains("E2"), "{}", report.text);
                let only_json = [("accept", "application/json")];
                let path = format!("/pisp/file-payments/{file}/report-file");
                assert_eq!(bench.send(&bench.client(), Method::GET, &path, &only_json, "").status, 406);
            } else {
                assert_eq!(report.json()["Data"]["DomesticPayments"].as_array().unwrap().len(), 3);
            }
        }
        // Both files paid 30.00 out of alice's account.
        bench = bench.consented("alice", super::bench::ALL, "");
        let truth = bench.bank.ledger.truth(bench.consent.as_deref().unwrap(), bench.now).unwrap();
        let payee = |entry: &&bank_fixtures::record::Transaction| {
            let name = entry.counterparty.as_ref().and_then(|other| other.name.as_deref());
            name.is_some_and(|name| ["Zed Bakery", "Zed & Sons"].contains(&name))
                && entry.booking_date >= Some(jiff::civil::date(2026, 3, 2))
        };
        let sum: i128 = truth.transactions.iter().filter(payee).map(|entry| entry.amount.minor().unwrap()).sum();
        assert_eq!(sum, -6_000);
    }
}

#[test]
fn a_file_is_what_its_consent_says() {
    for bench in Bench::both() {
        let mismatch = |path| ("UK.OBIE.Resource.ConsentMismatch", "U008", path);
        let text = file(&["10.00", "20.00"]);
        // Another file than the hash says: the right one can still follow.
        let asked = bench.ask_for_file("k1", &bench.metadata(&text, 2, 30.0)).json();
        let id = asked["Data"]["ConsentId"].as_str().unwrap();
        let other = bench.upload("u1", id, &file(&["10.00", "20.01"]));
        assert_eq!(other.refusal(), errors(&bench, &[mismatch("Data.Initiation.FileHash")]));
        assert_eq!(bench.upload("u1", id, &text).status, 200);
        let twice = bench.upload("u2", id, &text);
        let status = ("UK.OBIE.Resource.InvalidConsentStatus", "U009", "ConsentId");
        assert_eq!(twice.refusal(), errors(&bench, &[status]));
        assert_eq!(bench.upload("u1", id, &text).status, 200, "a key stands for one upload");
        // Other sums than the metadata says: the consent is over.
        let asked = bench.ask_for_file("k2", &bench.metadata(&text, 3, 31.0)).json();
        let id = asked["Data"]["ConsentId"].as_str().unwrap();
        let expected = [mismatch("Data.Initiation.NumberOfTransactions"), mismatch("Data.Initiation.ControlSum")];
        assert_eq!(bench.upload("u3", id, &text).refusal(), errors(&bench, &expected));
        let read = bench.get_as_client(&format!("/pisp/file-payment-consents/{id}")).json();
        assert_eq!(read["Data"]["Status"], bench.word("Rejected", "RJCT"));
        // Every mistake in a file is named with its place.
        let mut orders = [initiation("10.00"), initiation("0.00")];
        orders[1]["CreditorAccount"]["SchemeName"] = "UK.OBIE.Wallet".into();
        let bad = json!({"Data": {"DomesticPayments": orders}}).to_string();
        let asked = bench.ask_for_file("k3", &bench.metadata(&bad, 2, 10.0)).json();
        let id = asked["Data"]["ConsentId"].as_str().unwrap();
        let at = "Data.DomesticPayments[1]";
        let (amount, scheme) = (format!("{at}.InstructedAmount.Amount"), format!("{at}.CreditorAccount.SchemeName"));
        let expected = [
            ("UK.OBIE.Field.Invalid", "U002", amount.as_str()),
            ("UK.OBIE.Unsupported.Scheme", "U027", scheme.as_str()),
        ];
        assert_eq!(bench.upload("u4", id, &bad).refusal(), errors(&bench, &expected));
        let wrong_type = [("content-type", "text/csv"), ("x-idempotency-key", "u5")];
        let path = format!("/pisp/file-payment-consents/{id}/file");
        assert_eq!(bench.send(&bench.client(), Method::POST, &path, &wrong_type, "a;b").status, 415);
    }
}

#[test]
fn nobody_decides_about_a_file_that_is_missing() {
    for bench in Bench::both() {
        let text = file(&["10.00"]);
        let asked = bench.ask_for_file("k1", &bench.metadata(&text, 1, 10.0)).json();
        let id = asked["Data"]["ConsentId"].as_str().unwrap();
        let accounts: Vec<String> =
            bench.bank.ledger.accounts_of_user("alice").iter().map(|account| account.id.clone()).collect();
        assert!(bench.bank.ledger.approve_consent(id, "alice", accounts.clone(), bench.now).is_err());
        assert_eq!(bench.upload("u1", id, &text).status, 200);
        assert!(bench.bank.ledger.approve_consent(id, "alice", accounts, bench.now).is_ok());
    }
}

#[test]
fn metadata_that_no_file_can_have_is_named() {
    for bench in Bench::both() {
        let metadata =
            json!({"FileType": "UK.OBIE.csv", "FileHash": "abc", "NumberOfTransactions": "0", "ControlSum": 0});
        let invalid = |field| ("UK.OBIE.Field.Invalid", "U002", field);
        let expected = ["FileType", "FileHash", "NumberOfTransactions", "ControlSum"];
        let expected: Vec<String> = expected.iter().map(|name| format!("Data.Initiation.{name}")).collect();
        let expected: Vec<_> = expected.iter().map(|path| invalid(path.as_str())).collect();
        assert_eq!(bench.ask_for_file("k", &metadata).refusal(), errors(&bench, &expected));
    }
}
