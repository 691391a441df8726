//! Payments at the UK banks with everything that goes wrong about them: the shipped scenarios, as a client meets them.

use bank_fixtures::library;
use bank_sandbox::Sandbox;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::bench::{Bench, Raw};
use crate::uk::{agreed, call, json as body, token};

const BANKS: &[(&str, &str)] = &[("severn", "/severn/open-banking/v3.1"), ("albion", "/albion/open-banking/v4.0")];

/// The banks under a shipped scenario, on a clock that only moves when told.
fn under(name: &str) -> Bench {
    let file = library::files("faults").into_iter().find(|file| file.name() == name).expect("it is shipped");
    let clock = "clock: { start: 2026-03-02T09:00:00Z, mode: manual }\nrules:";
    let text = file.text.replacen("rules:", clock, 1);
    Bench::with(Sandbox::builder().scenario(&text).unwrap_or_else(|errors| panic!("{errors}")))
}

fn advance(bench: &Bench, by: &str) {
    let (status, answer) = bench.control("POST", "/v1/worlds/default/clock/advance", &json!({"by": by}).to_string());
    assert_eq!(status, 200, "{answer}");
}

/// A consent to a payment, agreed to: its id and the token under it.
fn consented(bench: &Bench, bank: &str, base: &str) -> (String, String) {
    let client = token(bench, bank, "grant_type=client_credentials&scope=accounts%20payments");
    let path = format!("{base}/pisp/domestic-payment-consents");
    let asked = json!({"Data": {"Initiation": initiation()}, "Risk": {}});
    let answer = body(&call(bench, "POST", &path, &client, Some(asked)), 201);
    let consent = answer["Data"]["ConsentId"].as_str().unwrap().to_owned();
    let payer = agreed(bench, bank, "payments", &consent);
    (consent, payer)
}

fn initiation() -> Value {
    json!({
        "InstructionIdentification": "I1",
        "EndToEndIdentification": "E1",
        "InstructedAmount": {"Amount": "1.00", "Currency": "GBP"},
        "CreditorAccount": {"SchemeName": "UK.OBIE.IBAN", "Identification": "GB29NWBK60161331926819", "Name": "Bob"},
    })
}

/// A token that reads accounts, given without a login.
fn reader(bench: &Bench, bank: &str) -> String {
    let order = json!({"bank": bank, "client_id": "demo", "username": "alice"}).to_string();
    let (status, granted) = bench.control("POST", "/v1/worlds/default/consents", &order);
    assert_eq!(status, 201, "{granted}");
    granted["access_token"].as_str().unwrap().to_owned()
}

fn read(answer: &Raw) -> Value {
    serde_json::from_str(&answer.body).unwrap_or(Value::Null)
}

#[test]
fn a_payment_is_stuck_for_hours_and_refused_after_all() {
    let bench = under("payment-stuck-then-refused");
    for ((bank, base), (stuck, refused)) in
        BANKS.iter().zip([("AcceptedSettlementInProcess", "Rejected"), ("ACSP", "RJCT")])
    {
        let (consent, payer) = consented(&bench, bank, base);
        let order = json!({"Data": {"ConsentId": consent, "Initiation": initiation()}, "Risk": {}});
        let made = body(&call(&bench, "POST", &format!("{base}/pisp/domestic-payments"), &payer, Some(order)), 201);
        assert_eq!(made["Data"]["Status"], stuck);
        let id = made["Data"]["DomesticPaymentId"].as_str().unwrap();
        let status = || {
            let client = token(&bench, bank, "grant_type=client_credentials&scope=payments");
            let path = format!("{base}/pisp/domestic-payments/{id}");
            body(&call(&bench, "GET", &path, &client, None), 200)["Data"]["Status"].clone()
        };
        advance(&bench, "3h");
        assert_eq!(status(), stuck);
        advance(&bench, "2h");
        assert_eq!(status(), refused);
    }
}

#[test]
fn a_consent_is_shown_as_waiting_for_a_minute_after_it_was_given() {
    let bench = under("consent-stuck-awaiting");
    for ((bank, base), (waiting, given)) in
        BANKS.iter().zip([("AwaitingAuthorisation", "Authorised"), ("AWAU", "AUTH")])
    {
        let (consent, _) = consented(&bench, bank, base);
        let client = token(&bench, bank, "grant_type=client_credentials&scope=payments");
        let path = format!("{base}/pisp/domestic-payment-consents/{consent}");
        let status = || body(&call(&bench, "GET", &path, &client, None), 200)["Data"]["Status"].clone();
        assert_eq!(status(), waiting);
        advance(&bench, "61s");
        assert_eq!(status(), given);
    }
}

#[test]
fn gateways_answer_in_their_own_words() {
    let bench = under("foreign-errors");
    let token = reader(&bench, "albion");
    let ask = || call(&bench, "GET", "/albion/open-banking/v4.0/aisp/accounts", &token, None);
    let seen: Vec<(u16, String, bool)> = (0..5)
        .map(|_| {
            let answer = ask();
            let kind = answer.header("content-type").unwrap_or("").split(';').next().unwrap_or("").to_owned();
            (answer.status, kind, answer.header("x-fapi-interaction-id").is_some())
        })
        .collect();
    let row = |status, kind: &str, id| (status, kind.to_owned(), id);
    let expected = [
        row(500, "text/html", false),
        row(503, "text/html", false),
        row(500, "application/json", false),
        row(502, "text/plain", true),
        row(200, "application/json", true),
    ];
    assert_eq!(seen, expected);
}

#[test]
fn five_links_lead_somewhere_else() {
    let bench = under("uk-next-links-broken");
    let token = reader(&bench, "albion");
    let ask = || read(&call(&bench, "GET", "/albion/open-banking/v4.0/aisp/transactions", &token, None));
    let links: Vec<String> =
        (0..6).map(|_| ask()["Links"]["Next"].as_str().expect("a second page").to_owned()).collect();
    assert!(links[0].ends_with("/aisp/transactions") && links[1].contains("/accounts//"), "{links:?}");
    assert!(links[2].starts_with("null/") && links[3].contains("/balances"), "{links:?}");
    let leads_on = |link: &str| {
        let path = link.find("/albion/").map_or("/", |at| &link[at..]);
        call(&bench, "GET", path, &token, None).status
    };
    assert_eq!(leads_on(&links[4]), 404);
    assert_eq!(leads_on(&links[5]), 200);
}

#[test]
fn members_drift_away_from_the_standard() {
    let bench = under("uk-members-drift");
    for (bank, base) in BANKS {
        let token = reader(&bench, bank);
        let get = |path: &str| read(&call(&bench, "GET", &format!("{base}/aisp/{path}"), &token, None))["Data"].clone();
        let row = &get("transactions")["Transaction"][0];
        assert_eq!((&row["BookingDateTime"], &row["Amount"]["Amount"]), (&json!("11-Dec-17"), &json!("-12.00")));
        let debits = get("direct-debits");
        assert!(debits["DirectDebit"].as_array().unwrap().iter().all(|debit| debit.get("Name").is_none()));
        assert_eq!(get("transactions")["Transaction"].as_array().map(Vec::is_empty), Some(false));
    }
}

#[test]
fn from_one_answer_to_the_next_the_bank_signs_otherwise() {
    let file = library::files("faults")
        .into_iter()
        .find(|file| file.name() == "signing-algorithm-switched-overnight")
        .expect("it is shipped");
    let text = file.text.replace("mode: { scaled: 60 }", "mode: manual");
    let bench = Bench::with(Sandbox::builder().scenario(&text).unwrap_or_else(|errors| panic!("{errors}")));
    let signed_with = || {
        let client = token(&bench, "albion", "grant_type=client_credentials&scope=payments");
        let path = "/albion/open-banking/v4.0/pisp/domestic-payments/none";
        let answer = call(&bench, "GET", path, &client, None);
        let header = answer.header("x-jws-signature").unwrap().split('.').next().unwrap().to_owned();
        let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
        let keys = read(&bench.call("GET", "/albion/oauth/jwks", &[], ""));
        let keys = keys["keys"].as_array().unwrap().iter().map(|key| key["kid"].clone()).collect::<Vec<_>>();
        assert!(keys.contains(&header["kid"]), "what signs is published: {keys:?}");
        (header["alg"].clone(), header["kid"].clone(), keys)
    };
    let (before, old, _) = signed_with();
    advance(&bench, "11m");
    let (after, new, keys) = signed_with();
    assert_eq!((before, after), (json!("PS256"), json!("RS256")));
    assert!(old != new && keys.contains(&old), "what was signed before still verifies");
}

#[test]
fn long_lists_fail_where_they_get_long() {
    let bench = under("too-large-for-a-page");
    let token = reader(&bench, "severn");
    let mut path = "/severn/open-banking/v3.1/aisp/transactions".to_owned();
    for status in [200, 200, 500] {
        let answer = call(&bench, "GET", &path, &token, None);
        assert_eq!(answer.status, status);
        if let Some(next) = read(&answer)["Links"]["Next"].as_str() {
            path = next[next.find("/severn/").unwrap()..].to_owned();
        }
    }
}
