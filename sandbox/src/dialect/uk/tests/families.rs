//! Every kind of order from outside: its consent, what the bank offers, the order, what becomes of it.

use axum::http::Method;
use bank_fixtures::currency::Currency;
use bank_fixtures::record::{IdentifierScheme, TransactionKind};
use serde_json::{Value, json};

use super::bench::{Answer, Bench};
use super::payments::{errors, initiation};

pub(super) const STANDING: &str = "domestic-standing-order";
pub(super) const INTERNATIONAL: &str = "international-payment";
pub(super) const INTERNATIONAL_SCHEDULED: &str = "international-scheduled-payment";
pub(super) const INTERNATIONAL_STANDING: &str = "international-standing-order";

/// Every kind whose orders name one creditor, with the member that carries the order's id.
pub(super) const KINDS: &[(&str, &str)] = &[
    ("domestic-payment", "DomesticPaymentId"),
    ("domestic-scheduled-payment", "DomesticScheduledPaymentId"),
    (STANDING, "DomesticStandingOrderId"),
    (INTERNATIONAL, "InternationalPaymentId"),
    (INTERNATIONAL_SCHEDULED, "InternationalScheduledPaymentId"),
    (INTERNATIONAL_STANDING, "InternationalStandingOrderId"),
];

impl Bench {
    fn is_four(&self) -> bool {
        self.word("3", "4") == "4"
    }

    /// Somebody else with an account in pounds at this bank: the login, and the account's number.
    fn neighbour(&self) -> (String, String) {
        let book = self.bank.ledger.book();
        let others = book.customers().iter().map(|customer| customer.username.as_str()).filter(|name| *name != "alice");
        let number = |name: &str| {
            let mut accounts = self.bank.ledger.accounts_of_user(name).into_iter();
            let account = accounts.find(|account| account.currency == Some(Currency::GBP))?;
            let number = account.identifiers.iter().find(|id| id.scheme == IdentifierScheme::SortCodeAccount)?;
            Some((name.to_owned(), number.value.clone()))
        };
        others.into_iter().find_map(number).expect("several people bank here")
    }

    /// An order of a kind, in the members of this bank's version.
    pub(super) fn wish(&self, kind: &str, amount: &str) -> Value {
        let money = json!({"Amount": amount, "Currency": "GBP"});
        let mut order = initiation(amount);
        if kind.contains("scheduled") {
            order["RequestedExecutionDateTime"] = "2026-03-05T00:00:00+00:00".into();
        }
        if kind.contains("international") {
            order["CurrencyOfTransfer"] = "EUR".into();
            order["InstructedAmount"]["Currency"] = "EUR".into();
            order["CreditorAccount"]["SchemeName"] = "UK.OBIE.IBAN".into();
            order["CreditorAccount"]["Identification"] = "DE89370400440532013000".into();
        }
        if kind.contains("standing") {
            let members = order.as_object_mut().unwrap();
            members.remove("InstructionIdentification");
            members.remove("EndToEndIdentification");
            if !kind.contains("international") {
                members.remove("InstructedAmount");
                members.insert("FirstPaymentAmount".to_owned(), money);
            }
            let first = json!("2026-03-05T00:00:00+00:00");
            if self.is_four() {
                members.insert(
                    "MandateRelatedInformation".to_owned(),
                    json!({"FirstPaymentDateTime": first, "Frequency": {"Type": "MNTH", "PointInTime": "05"}}),
                );
            } else {
                members.insert("Frequency".to_owned(), "IntrvlMnthDay:01:05".into());
                members.insert("FirstPaymentDateTime".to_owned(), first);
            }
        }
        order
    }
}

/// What the bank says of its own; what it repeats is left out.
fn told(answer: &Answer) -> String {
    let mut data = answer.json()["Data"].clone();
    data.as_object_mut().unwrap().remove("Initiation");
    serde_json::to_string_pretty(&data).unwrap()
}

#[test]
fn every_kind_of_order_goes_from_its_consent_to_its_details() {
    for mut bench in Bench::both() {
        let mut shown = Vec::new();
        for (kind, id) in KINDS {
            let order = bench.wish(kind, "10.00");
            let consent = bench.agreed(kind, &order);
            let path = format!("/pisp/{kind}-consents/{consent}");
            if *kind == "domestic-payment" || kind.starts_with("international") && !kind.contains("standing") {
                let answer = bench.get(&format!("{path}/funds-confirmation")).json();
                assert_eq!(answer["Data"]["FundsAvailableResult"]["FundsAvailable"], true, "{kind}");
            }
            let agreed = bench.get_as_client(&path);
            assert_eq!(agreed.json()["Data"]["Status"], bench.word("Authorised", "AUTH"), "{kind}");
            bench.wait(1);
            let made = bench.order(kind, "key-1", &consent, &order);
            assert_eq!(made.status, 201, "{kind}: {}", made.text);
            let payment = made.json()["Data"][*id].as_str().unwrap().to_owned();
            assert_eq!(bench.get_as_client(&path).json()["Data"]["Status"], bench.word("Consumed", "COND"), "{kind}");
            let details = bench.get_as_client(&format!("/pisp/{kind}s/{payment}/payment-details"));
            assert_eq!(details.status, 200, "{}", details.text);
            let again = bench.order(kind, "key-1", &consent, &order);
            assert_eq!(again.json()["Data"][*id], payment.as_str(), "{kind}: one key, one order of each kind");
            let twice = bench.order(kind, "another-key", &consent, &order);
            let used = ("UK.OBIE.Resource.InvalidConsentStatus", "U009", "Data.ConsentId");
            assert_eq!(twice.refusal(), errors(&bench, &[used]), "{kind}");
            shown.push(format!("{kind}\n{}\n{}\n{}", told(&agreed), told(&made), told(&details)));
        }
        insta::assert_snapshot!(format!("families-{}", bench.bank.slug), shown.join("\n\n"));
    }
}

#[test]
fn a_standing_order_pays_on_its_days_and_is_listed_with_the_accounts() {
    for mut bench in Bench::both() {
        let mut order = bench.wish(STANDING, "10.00");
        order["RecurringPaymentAmount"] = json!({"Amount": "20.00", "Currency": "GBP"});
        order["FinalPaymentAmount"] = json!({"Amount": "30.00", "Currency": "GBP"});
        order["NumberOfPayments"] = "3".into();
        // The creditor banks here, too: both legs are in the bank's books.
        let (payee, number) = bench.neighbour();
        order["CreditorAccount"]["Identification"] = number.into();
        let consent = bench.agreed(STANDING, &order);
        let made = bench.order(STANDING, "key-1", &consent, &order).json();
        let id = made["Data"]["DomesticStandingOrderId"].as_str().unwrap().to_owned();
        assert_eq!(made["Data"]["Status"], bench.word("InitiationPending", "RCVD"));
        bench.wait(2);
        assert_eq!(bench.status_of(STANDING, &id), bench.word("InitiationCompleted", "INCO"));
        bench = bench.consented("alice", &["ReadAccountsDetail", "ReadStandingOrdersDetail"], "");
        let listed = |bench: &Bench| {
            let rows = bench.rows("/aisp/standing-orders", "StandingOrder");
            rows.into_iter().find(|row| row["StandingOrderId"] == id.as_str()).expect("it is listed")
        };
        let row = listed(&bench);
        assert_eq!(row["StandingOrderStatusCode"], bench.word("Active", "ACTV"));
        assert_eq!(row["NextPaymentAmount"]["Amount"], "10.00");
        let shown = if bench.is_four() {
            row["MandateRelatedInformation"]["Frequency"].clone()
        } else {
            row["Frequency"].clone()
        };
        let asked =
            if bench.is_four() { &order["MandateRelatedInformation"]["Frequency"] } else { &order["Frequency"] };
        assert_eq!(&shown, asked, "as it was ordered");
        // 5 March, 5 April, 5 May, and no more.
        bench.wait(120 * 86_400);
        let row = listed(&bench);
        assert_eq!(row["StandingOrderStatusCode"], bench.word("Inactive", "EXPI"));
        let truth = bench.bank.ledger.truth(bench.consent.as_deref().unwrap(), bench.now).unwrap();
        let mut paid: Vec<_> = truth
            .transactions
            .iter()
            .filter(|entry| entry.counterparty.as_ref().and_then(|other| other.name.as_deref()) == Some("Zed Bakery"))
            .map(|entry| (entry.booking_date.unwrap().to_string(), entry.amount.text(), entry.kind))
            .collect();
        paid.sort_by(|one, other| one.0.cmp(&other.0));
        let leg = |day: &str, amount: &str| (day.to_owned(), amount.to_owned(), Some(TransactionKind::StandingOrder));
        assert_eq!(paid, [leg("2026-03-05", "-10.00"), leg("2026-04-05", "-20.00"), leg("2026-05-05", "-30.00")]);
        assert_eq!(row["LastPaymentAmount"]["Amount"], "30.00");
        bench = bench.consented(&payee, super::bench::ALL, "");
        let truth = bench.bank.ledger.truth(bench.consent.as_deref().unwrap(), bench.now).unwrap();
        let ours = |entry: &&bank_fixtures::record::Transaction| {
            entry.counterparty.as_ref().and_then(|other| other.account.as_ref()).is_some_and(|account| {
                bench.bank.ledger.accounts_of_user("alice").iter().any(|own| own.identifiers.contains(account))
            }) && [3, 4, 5].map(|month| Some(jiff::civil::date(2026, month, 5))).contains(&entry.booking_date)
        };
        let mut received: Vec<String> =
            truth.transactions.iter().filter(ours).map(|entry| entry.amount.text()).collect();
        received.sort();
        assert_eq!(received, ["10.00", "20.00", "30.00"]);
    }
}

#[test]
fn an_amount_in_another_currency_is_exchanged_and_charged_for() {
    for mut bench in Bench::both() {
        let mut order = bench.wish(INTERNATIONAL, "117.20");
        order["ExchangeRateInformation"] = json!({"UnitCurrency": "GBP", "RateType": "Actual"});
        let consent = bench.agreed(INTERNATIONAL, &order);
        let path = format!("/pisp/{INTERNATIONAL}-consents/{consent}");
        let told = bench.get_as_client(&path).json();
        let rate = &told["Data"]["ExchangeRateInformation"];
        assert_eq!((&rate["ExchangeRate"], &rate["RateType"]), (&json!(1.172), &json!("Actual")));
        assert!(rate["ExpirationDateTime"].as_str().unwrap().starts_with("2026-03-02T09:30"), "{rate}");
        assert_eq!(told["Data"]["Charges"][0]["Amount"]["Amount"], "7.50");
        assert_eq!(told["Data"]["CutOffDateTime"].as_str().unwrap()[..16], *"2026-03-02T14:00");
        let made = bench.order(INTERNATIONAL, "key-1", &consent, &order);
        assert_eq!(made.status, 201, "{}", made.text);
        bench.wait(60);
        bench = bench.consented("alice", super::bench::ALL, "");
        let truth = bench.bank.ledger.truth(bench.consent.as_deref().unwrap(), bench.now).unwrap();
        let day = |entry: &&bank_fixtures::record::Transaction| {
            entry.booking_date == Some(jiff::civil::date(2026, 3, 2)) && entry.end_to_end_id.as_deref() == Some("E2E-1")
        };
        let paid = truth.transactions.iter().find(day).expect("it is booked");
        assert_eq!(paid.amount.text(), "-100.00");
        assert_eq!(paid.original_amount.unwrap().text(), "-117.20");
        assert!(truth.transactions.iter().any(|entry| entry.amount.text() == "-7.50"
            && entry.nature == bank_fixtures::record::Nature::Fee
            && entry.remittance == ["PAYMENT CHARGE"]));
        // Half an hour later an actual rate is over.
        let consent = bench.agreed(INTERNATIONAL, &order);
        bench.wait(1_801);
        let late = bench.order(INTERNATIONAL, "key-2", &consent, &order);
        let field = ("UK.OBIE.Field.Invalid", "U002", "Data.Initiation.ExchangeRateInformation");
        assert_eq!(late.refusal(), errors(&bench, &[field]));
    }
}

#[test]
fn rates_and_currencies_that_do_not_fit_are_named() {
    for bench in Bench::both() {
        let at = |three, four, field| (three, four, field);
        let mut order = bench.wish(INTERNATIONAL, "10.00");
        order["InstructedAmount"]["Currency"] = "AUD".into();
        order["CurrencyOfTransfer"] = "BRL".into();
        order["LocalInstrument"] = "UK.OBIE.FPS".into();
        order["InstructionPriority"] = "Urgent".into();
        order["ExchangeRateInformation"] = json!({"UnitCurrency": "GBP", "RateType": "Indicative", "ExchangeRate": 1.1, "ContractIdentification": "C"});
        let expected = [
            at("UK.OBIE.Unsupported.Currency", "U023", "Data.Initiation.InstructedAmount.Currency"),
            at("UK.OBIE.Unsupported.LocalInstrument", "U026", "Data.Initiation.LocalInstrument"),
            at("UK.OBIE.Field.Unexpected", "U005", "Data.Initiation.InstructionPriority"),
            at("UK.OBIE.Unsupported.Currency", "U023", "Data.Initiation.CurrencyOfTransfer"),
            at("UK.OBIE.Unsupported.Currency", "U023", "Data.Initiation.ExchangeRateInformation.UnitCurrency"),
            at("UK.OBIE.Field.Unexpected", "U005", "Data.Initiation.ExchangeRateInformation.ExchangeRate"),
            at("UK.OBIE.Field.Unexpected", "U005", "Data.Initiation.ExchangeRateInformation.ContractIdentification"),
        ];
        assert_eq!(bench.ask_for(INTERNATIONAL, "k", &order).refusal(), errors(&bench, &expected));
        let mut order = bench.wish(INTERNATIONAL, "10.00");
        order["ExchangeRateInformation"] = json!({"UnitCurrency": "GBP", "RateType": "Agreed"});
        let expected = [
            at("UK.OBIE.Field.Expected", "U001", "Data.Initiation.ExchangeRateInformation.ExchangeRate"),
            at("UK.OBIE.Field.Expected", "U001", "Data.Initiation.ExchangeRateInformation.ContractIdentification"),
        ];
        assert_eq!(bench.ask_for(INTERNATIONAL, "k", &order).refusal(), errors(&bench, &expected));
        order["ExchangeRateInformation"] =
            json!({"UnitCurrency": "GBP", "RateType": "Agreed", "ExchangeRate": 1.25, "ContractIdentification": "C1"});
        let told = bench.ask_for(INTERNATIONAL, "k", &order).json();
        assert_eq!(told["Data"]["ExchangeRateInformation"]["ExchangeRate"], 1.25);
        assert!(told["Data"]["ExchangeRateInformation"].get("ExpirationDateTime").is_none());
    }
}

#[test]
fn what_a_standing_order_cannot_be_is_named() {
    for bench in Bench::both() {
        let mut order = bench.wish(STANDING, "10.00");
        order["NumberOfPayments"] = "none".into();
        let part = if bench.is_four() { "MandateRelatedInformation." } else { "" };
        let table = if bench.is_four() { &mut order["MandateRelatedInformation"] } else { &mut order };
        table["FirstPaymentDateTime"] = "2026-03-01T00:00:00Z".into();
        table["FinalPaymentDateTime"] = "2026-02-01T00:00:00Z".into();
        if bench.is_four() {
            table["Frequency"] = json!({"Type": "ADHO"});
        }
        let found = bench.ask_for(STANDING, "k", &order).refusal().1;
        let mut expected = vec![
            (bench.word("UK.OBIE.Field.InvalidDate", "U003"), format!("Data.Initiation.{part}FirstPaymentDateTime")),
            (bench.word("UK.OBIE.Field.InvalidDate", "U003"), format!("Data.Initiation.{part}FinalPaymentDateTime")),
            (bench.word("UK.OBIE.Field.Invalid", "U002"), "Data.Initiation.NumberOfPayments".to_owned()),
        ];
        if bench.is_four() {
            expected.push(("U025", format!("Data.Initiation.{part}Frequency.Type")));
        }
        let expected: Vec<_> = expected.into_iter().map(|(code, path)| (code.to_owned(), path)).collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn an_order_after_its_cut_off_is_refused_or_waits_for_the_next_day() {
    for mut bench in Bench::both() {
        let mut order = initiation("10.00");
        order["LocalInstrument"] = "UK.OBIE.CHAPS".into();
        let consent = bench.agreed("domestic-payment", &order);
        let told = bench.get_as_client(&format!("/pisp/domestic-payment-consents/{consent}")).json();
        assert_eq!(told["Data"]["CutOffDateTime"].as_str().unwrap()[..16], *"2026-03-02T15:30");
        assert_eq!(told["Data"]["Charges"][0]["Type"], "UK.OBIE.CHAPSOut");
        bench.wait(8 * 3_600);
        let made = bench.order("domestic-payment", "key-1", &consent, &order);
        if bench.is_four() {
            let after = ("UK.OBIE.Rules.AfterCutOffDateTime", "U012", "Data.ConsentId");
            assert_eq!(made.refusal(), errors(&bench, &[after]));
            continue;
        }
        assert_eq!(made.status, 201, "{}", made.text);
        let data = made.json()["Data"].clone();
        assert_eq!(data["Status"], "Pending");
        assert_eq!(data["ExpectedExecutionDateTime"].as_str().unwrap()[..10], *"2026-03-03");
        let id = data["DomesticPaymentId"].as_str().unwrap();
        bench.wait(3 * 3_600);
        assert_eq!(bench.status_of("domestic-payment", id), "Pending");
        bench.wait(12 * 3_600);
        assert_eq!(bench.status_of("domestic-payment", id), "AcceptedSettlementCompleted");
    }
}

#[test]
fn a_refund_account_is_shown_to_whoever_asked_for_it() {
    for mut bench in Bench::both() {
        for (kind, _) in KINDS {
            let order = bench.wish(kind, "10.00");
            let consent = bench.agreed(kind, &order);
            let told = bench.get_as_client(&format!("/pisp/{kind}-consents/{consent}")).json();
            let made = bench.order(kind, &format!("refund-{kind}"), &consent, &order).json();
            let account = &made["Data"]["Refund"]["Account"]["Identification"];
            assert!(account.is_string(), "{kind}");
            assert_eq!(account, &told["Data"]["Debtor"]["Identification"], "{kind}: the account chosen at the login");
        }
        let bare = json!({"Data": {"Initiation": initiation("1.00"), "ReadRefundAccount": "No"}, "Risk": {}});
        let headers = [("content-type", "application/json"), ("x-idempotency-key", "k")];
        let asked =
            bench.send(&bench.client(), Method::POST, "/pisp/domestic-payment-consents", &headers, &bare.to_string());
        assert!(asked.json()["Data"].get("Debtor").is_none(), "nobody has chosen yet");
    }
}
