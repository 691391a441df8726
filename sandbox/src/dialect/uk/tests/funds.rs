//! Confirmation of funds from outside.

use axum::http::Method;
use serde_json::json;

use super::bench::{Answer, Bench};

const CONSENTS: &str = "/cbpii/funds-confirmation-consents";

impl Bench {
    /// The first account of alice, as a body names it.
    fn named(&self) -> serde_json::Value {
        let account = self.bank.ledger.accounts_of_user("alice")[0];
        let number = account.identifiers.iter().find_map(|one| crate::dialect::uk::value::account(one, None)).unwrap();
        serde_json::from_slice(&number.written()).unwrap()
    }

    fn ask_about(&self, data: &serde_json::Value) -> Answer {
        self.post(CONSENTS, &[], &json!({"Data": data}).to_string())
    }

    fn about_funds(mut self) -> Bench {
        let asked = self.ask_about(&json!({"DebtorAccount": self.named()}));
        assert_eq!(asked.status, 201, "{}", asked.text);
        let id = asked.json()["Data"]["ConsentId"].as_str().unwrap().to_owned();
        let account = self.bank.ledger.accounts_of_user("alice")[0].id.clone();
        self.bank.ledger.approve_consent(&id, "alice", vec![account], self.now).unwrap();
        (self.user, self.consent) = ("alice".to_owned(), Some(id));
        self
    }

    fn question(&self, reference: &str, amount: &str, currency: &str) -> Answer {
        let amount = json!({"Amount": amount, "Currency": currency});
        let data = json!({"ConsentId": self.consent, "Reference": reference, "InstructedAmount": amount});
        let headers = [("content-type", "application/json")];
        let body = json!({"Data": data}).to_string();
        self.send(&self.holder(), Method::POST, "/cbpii/funds-confirmations", &headers, &body)
    }
}

#[test]
fn whoever_issues_a_card_hears_yes_or_no() {
    for bench in Bench::both() {
        let bench = bench.about_funds();
        let yes = bench.question("r-1", "0.01", "GBP");
        assert_eq!((yes.status, &yes.json()["Data"]["FundsAvailable"]), (201, &json!(true)), "{}", yes.text);
        let no = bench.question("r-2", "9999999999.99", "GBP");
        assert_eq!((no.status, &no.json()["Data"]["FundsAvailable"]), (201, &json!(false)));
        assert!(yes.headers.get("x-jws-signature").is_none(), "nothing here is signed");
        let error = |three, four, path: &str| (400, vec![(bench.word(three, four).to_owned(), path.to_owned())]);
        let again = bench.question("r-1", "0.01", "GBP");
        assert_eq!(again.refusal(), error("UK.OBIE.Rules.DuplicateReference", "U013", "Data.Reference"));
        let foreign = bench.question("r-3", "0.01", "EUR");
        assert_eq!(foreign.refusal(), error("UK.OBIE.Unsupported.Currency", "U023", "Data.InstructedAmount.Currency"));
        assert_eq!(bench.question("r-3", "0.01", "GBP").status, 201, "a refused question used no reference up");
    }
}

#[test]
fn an_agreement_is_read_and_ended_by_its_client() {
    for bench in Bench::both() {
        let bench = bench.about_funds();
        let path = format!("{CONSENTS}/{}", bench.consent.clone().unwrap());
        let read = bench.get_as_client(&path).json();
        assert_eq!(read["Data"]["Status"], bench.word("Authorised", "AUTH"));
        assert_eq!(read["Data"]["DebtorAccount"], bench.named());
        let end = |bench: &Bench| bench.send(&bench.client(), Method::DELETE, &path, &[], "").status;
        assert_eq!((end(&bench), end(&bench)), (204, 400));
        assert_eq!(bench.get_as_client(&path).status, 400);
        let status = ("UK.OBIE.Resource.InvalidConsentStatus", "U009");
        let refused = bench.question("r-1", "0.01", "GBP").refusal();
        assert_eq!(refused, (400, vec![(bench.word(status.0, status.1).to_owned(), "Data.ConsentId".to_owned())]));
    }
}

#[test]
fn an_agreement_is_about_an_account_of_this_bank() {
    for bench in Bench::both() {
        let codes = |data: serde_json::Value| {
            let (status, errors) = bench.ask_about(&data).refusal();
            assert_eq!(status, 400);
            errors.into_iter().map(|(_, path)| path).collect::<Vec<_>>()
        };
        let mut account = bench.named();
        account["Identification"] = "20000155555555".into();
        assert_eq!(codes(json!({"DebtorAccount": account})), ["Data.DebtorAccount.Identification"]);
        account["SchemeName"] = "UK.OBIE.Paym".into();
        assert_eq!(codes(json!({"DebtorAccount": account})), ["Data.DebtorAccount.SchemeName"]);
        let past = json!({"DebtorAccount": bench.named(), "ExpirationDateTime": "2020-01-01T00:00:00Z"});
        assert_eq!(codes(past), ["Data.ExpirationDateTime"]);
        assert_eq!(codes(json!({"Name": 1})), ["Data.Name", "Data.DebtorAccount"]);
    }
}
