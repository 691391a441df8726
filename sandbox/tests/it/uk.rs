//! The UK banks as a client meets them: a consent before the login, tokens of two kinds, and the answers of both versions.

use serde_json::{Value, json};

use crate::bench::{Bench, Raw};

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// The banks, each with what its paths begin with and its words for a consent and a payment that were just made.
const BANKS: &[(&str, &str, &str, &str)] = &[
    ("severn", "/severn/open-banking/v3.1", "AwaitingAuthorisation", "Pending"),
    ("albion", "/albion/open-banking/v4.0", "AWAU", "RCVD"),
];

pub(crate) fn token(bench: &Bench, bank: &str, form: &str) -> String {
    let form = format!("{form}&client_id=demo&client_secret=demo-secret");
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    let answer = bench.call("POST", &format!("/{bank}/oauth/token"), &headers, &form);
    let json: Value = serde_json::from_str(&answer.body).unwrap();
    json["access_token"].as_str().unwrap_or_else(|| panic!("{json}")).to_owned()
}

/// The token of an account holder who agreed to a consent.
pub(crate) fn agreed(bench: &Bench, bank: &str, scope: &str, consent: &str) -> String {
    let query = format!(
        "response_type=code&client_id=demo&redirect_uri=http://127.0.0.1:4000/callback&scope=openid%20{scope}&state=s&code_challenge={CHALLENGE}&code_challenge_method=S256&login_hint=alice&consent_id={consent}"
    );
    let answer = bench.call("GET", &format!("/{bank}/oauth/authorize?{query}"), &[], "");
    let location: url::Url = answer.header("location").unwrap_or_else(|| panic!("{answer:?}")).parse().unwrap();
    let code = location.query_pairs().find(|pair| pair.0 == "code").unwrap_or_else(|| panic!("{location}")).1;
    let form = "grant_type=authorization_code&redirect_uri=http://127.0.0.1:4000/callback";
    token(bench, bank, &format!("{form}&code={code}&code_verifier={VERIFIER}"))
}

pub(crate) fn call(bench: &Bench, method: &str, path: &str, token: &str, body: Option<Value>) -> Raw {
    let bearer = format!("Bearer {token}");
    let mut headers = vec![("Authorization", bearer.as_str())];
    if body.is_some() {
        headers.extend([
            ("Content-Type", "application/json"),
            ("x-idempotency-key", path.rsplit('/').next().unwrap_or(path)),
        ]);
    }
    bench.call(method, path, &headers, &body.map(|body| body.to_string()).unwrap_or_default())
}

pub(crate) fn json(answer: &Raw, status: u16) -> Value {
    assert_eq!(answer.status, status, "{answer:?}");
    assert!(answer.header("x-fapi-interaction-id").is_some(), "{answer:?}");
    serde_json::from_str(&answer.body).unwrap()
}

#[test]
fn a_client_asks_for_a_consent_reads_and_pays() {
    let bench = Bench::start();
    for (bank, base, awaiting, fresh) in BANKS {
        let client = token(&bench, bank, "grant_type=client_credentials&scope=accounts%20payments");
        let permissions = ["ReadAccountsDetail", "ReadBalances", "ReadTransactionsDetail", "ReadTransactionsCredits"];
        let body = json!({"Data": {"Permissions": permissions}, "Risk": {}});
        let path = format!("{base}/aisp/account-access-consents");
        let consent = json(&call(&bench, "POST", &path, &client, Some(body)), 201);
        assert_eq!(consent["Data"]["Status"], *awaiting);
        let reader = agreed(&bench, bank, "accounts", consent["Data"]["ConsentId"].as_str().unwrap());
        let accounts = json(&call(&bench, "GET", &format!("{base}/aisp/accounts"), &reader, None), 200);
        let account = accounts["Data"]["Account"][0]["AccountId"].as_str().unwrap();
        let path = format!("{base}/aisp/accounts/{account}/transactions");
        let rows = json(&call(&bench, "GET", &path, &reader, None), 200);
        let next = rows["Links"]["Next"].as_str().expect("ten years are more than a page");
        let next = &next[next.find(&format!("/{bank}/")).unwrap()..];
        assert_ne!(json(&call(&bench, "GET", next, &reader, None), 200)["Data"], rows["Data"]);
        assert_eq!(call(&bench, "GET", &format!("{base}/aisp/party"), &reader, None).status, 403);
        assert_eq!(call(&bench, "GET", &format!("{base}/aisp/accounts"), &client, None).status, 401);

        let initiation = json!({
            "InstructionIdentification": "I1",
            "EndToEndIdentification": "E1",
            "InstructedAmount": {"Amount": "1.00", "Currency": "GBP"},
            "CreditorAccount": {"SchemeName": "UK.OBIE.IBAN", "Identification": "GB29NWBK60161331926819", "Name": "Bob"},
        });
        let body = json!({"Data": {"Initiation": initiation}, "Risk": {}});
        let path = format!("{base}/pisp/domestic-payment-consents");
        let consent = json(&call(&bench, "POST", &path, &client, Some(body)), 201);
        let consent = consent["Data"]["ConsentId"].as_str().unwrap();
        let payer = agreed(&bench, bank, "payments", consent);
        let body = json!({"Data": {"ConsentId": consent, "Initiation": initiation}, "Risk": {}});
        let answer = call(&bench, "POST", &format!("{base}/pisp/domestic-payments"), &payer, Some(body));
        assert_eq!(json(&answer, 201)["Data"]["Status"], *fresh);
        assert!(answer.header("x-jws-signature").is_some_and(|jws| jws.contains("..")));
        let id = json(&answer, 201)["Data"]["DomesticPaymentId"].as_str().unwrap().to_owned();
        let read = call(&bench, "GET", &format!("{base}/pisp/domestic-payments/{id}"), &client, None);
        assert_eq!(json(&read, 200)["Data"]["ConsentId"], consent);
    }
}

#[test]
fn what_a_bank_does_not_serve_is_refused_without_a_body() {
    let bench = Bench::start();
    for (bank, base, ..) in BANKS {
        let client = token(&bench, bank, "grant_type=client_credentials&scope=payments");
        for (method, path, status) in
            [("GET", "/pisp/cheques/1", 404), ("GET", "/aisp/nothing", 404), ("PUT", "/aisp/accounts", 405)]
        {
            let answer = call(&bench, method, &format!("{base}{path}"), &client, None);
            assert_eq!((answer.status, answer.body.as_str()), (status, ""), "{method} {path}");
            assert!(answer.header("x-fapi-interaction-id").is_some());
        }
    }
}

#[test]
fn too_many_calls_are_told_when_to_come_back() {
    let rules = "  - {name: few, match: {op: accounts.list}, do: {error: rate_limited}}\n";
    let bench = crate::faults::bench(rules);
    for (bank, base, ..) in BANKS {
        let order = json!({"bank": bank, "client_id": "demo", "username": "alice"}).to_string();
        let (status, granted) = bench.control("POST", "/v1/worlds/default/consents", &order);
        assert_eq!(status, 201, "{granted}");
        let token = granted["access_token"].as_str().unwrap();
        let answer = call(&bench, "GET", &format!("{base}/aisp/accounts"), token, None);
        assert_eq!((answer.status, answer.body.as_str()), (429, ""));
        assert!(answer.header("x-fapi-interaction-id").is_some());
        let other = call(&bench, "GET", &format!("{base}/aisp/balances"), token, None);
        assert_eq!(json(&other, 200)["Data"]["Balance"].as_array().map(Vec::is_empty), Some(false));
    }
}
