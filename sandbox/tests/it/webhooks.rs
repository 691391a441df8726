//! Webhooks, as the endpoint that gets them sees them.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use bank_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::bench::Bench;

/// An endpoint in this process: answers with the next of its statuses (then with 200) and remembers what it got.
struct Receiver {
    address: SocketAddr,
    got: Arc<Mutex<Vec<Got>>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Got {
    id: String,
    attempt: String,
    signature: String,
    body: String,
}

impl Receiver {
    fn start(statuses: &[u16]) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let got = Arc::new(Mutex::new(Vec::new()));
        let (seen, mut statuses) = (Arc::clone(&got), VecDeque::from(statuses.to_vec()));
        std::thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                // The endpoint ends with the connection that says so.
                let Some(request) = receive(stream, statuses.pop_front().unwrap_or(200)) else { return };
                seen.lock().unwrap().push(request);
            }
        });
        Receiver { address, got }
    }

    fn got(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }

    fn url(&self) -> String {
        format!("http://{}/hooks", self.address)
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        // A connection without a request ends the thread.
        drop(TcpStream::connect(self.address));
    }
}

/// Reads one request and answers it; `None` if there was none.
fn receive(mut stream: TcpStream, status: u16) -> Option<Got> {
    let (mut text, mut buffer) = (String::new(), [0; 4096]);
    let (head, length) = loop {
        match stream.read(&mut buffer) {
            Ok(read) if read > 0 => text.push_str(std::str::from_utf8(&buffer[..read]).unwrap()),
            _ => return None,
        }
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length: usize = header(head, "content-length").unwrap().parse().unwrap();
            if body.len() >= length {
                break (head.to_owned(), length);
            }
        }
    };
    let body = text[head.len() + 4..][..length].to_owned();
    write!(stream, "HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
    let value = |name| header(&head, name).unwrap_or_default();
    Some(Got {
        id: value("webhook-id"),
        attempt: value("webhook-attempt"),
        signature: value("webhook-signature"),
        body,
    })
}

fn header(head: &str, name: &str) -> Option<String> {
    head.lines().find_map(|line| {
        let (key, value) = line.split_once(": ")?;
        key.eq_ignore_ascii_case(name).then(|| value.to_owned())
    })
}

impl Got {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn is_signed(&self) -> bool {
        let (time, given) = self.signature.strip_prefix("t=").and_then(|rest| rest.split_once(",v1=")).unwrap();
        let key = hmac(SECRET.as_bytes(), format!("{time}.{}", self.body).as_bytes());
        key == given
    }
}

const SECRET: &str = "shop-hook-secret";

fn hmac(secret: &[u8], message: &[u8]) -> String {
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret);
    let tag = aws_lc_rs::hmac::sign(&key, message);
    tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A bank whose client `shop` has a webhook, and a token of alice for it.
fn bank(receiver: &Receiver, rules: &str) -> (Bench, Value) {
    let scenario = format!(
        "sandbox: 1\nname: test\nseed: 7\nclock: {{start: 2026-03-02T09:00:00Z, mode: manual}}\nbanks: [plain]\n\
         clients: [{{client_id: shop, client_secret: s, webhook: {{url: \"{}\", secret: {SECRET}}}}}]\n\
         consents: [{{client: shop, user: alice}}]\nrules:{rules}",
        receiver.url()
    );
    let builder = Sandbox::builder().scenario(&scenario).unwrap_or_else(|errors| panic!("{errors}"));
    let bench = Bench::with(builder);
    let access = bench.control("GET", "/v1/worlds/default", "").1["access"][0].clone();
    (bench, access)
}

fn pay(bench: &Bench, access: &Value, key: &str) -> Value {
    let body = json!({
        "debtor_account_id": access["account_ids"][0],
        "creditor": {"name": "Zed", "account": {"scheme": "iban", "value": "GB33BUKB20201555555555"}},
        "amount": {"value": "1.00", "currency": "GBP"},
    })
    .to_string();
    let request = format!(
        "POST /plain/payments HTTP/1.1\r\nHost: b\r\nAuthorization: Bearer {}\r\nConnection: close\r\nIdempotency-Key: {key}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        access["access_token"].as_str().unwrap(),
        body.len()
    );
    let answer = bench.raw(request.as_bytes());
    assert_eq!(answer.status, 201, "{answer:?}");
    serde_json::from_str(&answer.body).unwrap()
}

fn advance(bench: &Bench, by: &str) -> Value {
    let order = json!({"by": by, "drain": true}).to_string();
    let (status, advanced) = bench.control("POST", "/v1/worlds/default/clock/advance", &order);
    assert_eq!(status, 200, "{advanced}");
    advanced
}

fn deliveries(bench: &Bench) -> Vec<Value> {
    let told = |entry: Value| entry.get("webhook").cloned();
    bench.journal("default").into_iter().filter_map(told).collect()
}

#[test]
fn a_payment_is_told_step_by_step_signed_and_numbered() {
    let receiver = Receiver::start(&[]);
    let (bench, access) = bank(&receiver, " []\n");
    let payment = pay(&bench, &access, "k");
    advance(&bench, "10s");
    let got = receiver.got();
    assert!(got.iter().all(Got::is_signed), "{got:?}");
    let about = |got: &Got| {
        let body = got.json();
        (body["type"].as_str().unwrap().to_owned(), body["status"].clone(), body["version"].clone())
    };
    let payments: Vec<_> = got.iter().map(about).filter(|(kind, ..)| kind == "payment.status").collect();
    let statuses: Vec<&Value> = payments.iter().map(|(_, status, _)| status).collect();
    assert_eq!(statuses, ["accepted", "in_clearing", "debited"], "{got:?}");
    assert_eq!(payments.iter().map(|(.., version)| version).collect::<Vec<_>>(), [2, 3, 4]);
    assert!(got.iter().any(|got| got.json()["payment_id"] == payment["id"]));
    assert!(got.iter().any(|got| got.json()["type"] == "transaction.posted"));
    let told = deliveries(&bench);
    assert_eq!(told.len(), got.len());
    assert!(told.iter().all(|told| told["outcome"] == "acknowledged" && told["attempt"] == 1), "{told:?}");
    // The entry of an attempt is an entry of the journal as any other.
    let entry = bench.journal("default").into_iter().find(|entry| entry.get("webhook").is_some()).unwrap();
    assert_eq!((&entry["operation"], &entry["response"]["status"]), (&json!("webhook.deliver"), &json!(200)));
}

#[test]
fn a_failing_endpoint_is_tried_again_on_the_worlds_clock() {
    let receiver = Receiver::start(&[200, 200, 500, 503]);
    let rules = "\n  - {name: again, event: webhook.queued, when: {type: consent.status}, deliver: {retry: {after: [5xx], max: 3, backoff: 1h x2}}}\n";
    let (bench, access) = bank(&receiver, rules);
    // The consent of the beginning is told first: asked for, and given.
    advance(&bench, "1s");
    assert_eq!(receiver.got().len(), 2);
    let path = format!("/v1/worlds/default/consents/{}", access["consent_id"].as_str().unwrap());
    assert_eq!(bench.control("DELETE", &path, "").0, 204);
    advance(&bench, "1s");
    assert_eq!(receiver.got().len(), 3);
    advance(&bench, "1h");
    assert_eq!(receiver.got().len(), 4);
    advance(&bench, "119m");
    assert_eq!(receiver.got().len(), 4);
    advance(&bench, "1m");
    advance(&bench, "30d");
    let got = receiver.got().split_off(2);
    assert_eq!(got.iter().map(|got| got.attempt.as_str()).collect::<Vec<_>>(), ["1", "2", "3"]);
    assert!(got.iter().all(|one| one.id == got[0].id && one.body == got[0].body));
    let outcomes: Vec<Value> = deliveries(&bench).into_iter().map(|told| told["outcome"].clone()).collect();
    assert_eq!(outcomes, ["acknowledged", "acknowledged", "refused", "refused", "acknowledged"]);
}

#[test]
fn messages_are_copied_turned_round_lost_and_badly_signed_and_two_runs_agree() {
    let rules = "\n  - {name: messy, event: webhook.queued, when: {type: payment.status}, deliver: {copies: 2, order: reverse, window: 1m, drop: 1 of 3, signature: {bad: 1 of 2}}}\n  \
                 - {name: none, event: webhook.queued, deliver: {drop: 100%}}\n";
    let run = || {
        let receiver = Receiver::start(&[]);
        let (bench, access) = bank(&receiver, rules);
        for key in ["a", "b"] {
            pay(&bench, &access, key);
        }
        advance(&bench, "2m");
        let told: Vec<Value> = deliveries(&bench)
            .into_iter()
            .map(|mut told| {
                told.as_object_mut().unwrap().remove("webhook_id");
                told
            })
            .collect();
        (receiver.got(), told)
    };
    let (got, told) = run();
    // Two payments of three changes each; one of three is lost; two copies each.
    assert_eq!(got.len(), 8, "{got:?}");
    assert_eq!(got.iter().filter(|got| !got.is_signed()).count(), 4);
    let sent: Vec<u64> = told
        .iter()
        .filter(|told| told["outcome"] == "acknowledged")
        .map(|told| told["truth"].as_u64().unwrap())
        .collect();
    assert!(sent.is_sorted_by(|a, b| a >= b), "{sent:?}");
    assert_eq!(told.iter().filter(|told| told["outcome"] == "dropped" && told["rule"] == "messy").count(), 2);
    assert_eq!(run(), (got, told));
}

#[test]
fn a_client_registers_lists_and_removes_webhooks_at_the_bank() {
    let receiver = Receiver::start(&[]);
    let (bench, _) = bank(&receiver, " []\n");
    let form = "grant_type=client_credentials&client_id=demo&client_secret=demo-secret";
    let send = |method: &str, path: &str, kind: &str, token: &str, body: &str| {
        let length = body.len();
        bench.raw(format!("{method} /plain{path} HTTP/1.1\r\nHost: b\r\nConnection: close\r\nAuthorization: Bearer {token}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n{body}").as_bytes())
    };
    let token = {
        let request = format!(
            "POST /plain/oauth/token HTTP/1.1\r\nHost: b\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            form.len()
        );
        let answer: Value = serde_json::from_str(&bench.raw(request.as_bytes()).body).unwrap();
        answer["access_token"].as_str().unwrap().to_owned()
    };
    let call = |method: &str, path: &str, body: &str| send(method, path, "application/json", &token, body);
    let made = call("POST", "/webhooks", &json!({"url": receiver.url(), "types": ["consent.status"]}).to_string());
    assert_eq!(made.status, 201, "{made:?}");
    let made: Value = serde_json::from_str(&made.body).unwrap();
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"), "{made}");
    let listed: Value = serde_json::from_str(&call("GET", "/webhooks", "").body).unwrap();
    assert_eq!(listed["data"], json!([made]), "those of other clients are not shown");
    for wrong in [
        json!({"url": "http://example.com/x"}),
        json!({"url": "https://localhost/x"}),
        json!({"url": receiver.url(), "types": ["payment.stauts"]}),
        json!({"url": receiver.url(), "secret": ""}),
        json!({"types": []}),
    ] {
        assert_eq!(call("POST", "/webhooks", &wrong.to_string()).status, 400, "{wrong}");
    }
    let path = format!("/webhooks/{}", made["id"].as_str().unwrap());
    assert_eq!(call("DELETE", &path, "").status, 204);
    assert_eq!(call("DELETE", &path, "").status, 404);
}

#[test]
fn an_endpoint_that_is_not_there_is_told_in_the_journal() {
    let receiver = Receiver::start(&[]);
    let address = receiver.address;
    let rules = "\n  - {name: odd, event: payment.accepted, do: {webhook: weather.changed}}\n";
    let (bench, access) = bank(&receiver, rules);
    pay(&bench, &access, "k");
    advance(&bench, "0s");
    assert!(receiver.got().iter().any(|got| got.json()["type"] == "weather.changed"));
    drop(receiver);
    // The thread is gone once nobody answers there.
    assert!((0..100_000).any(|_| TcpStream::connect(address).is_err()), "the receiver still answers");
    advance(&bench, "10m");
    let told = deliveries(&bench);
    let lost: Vec<&Value> = told.iter().filter(|told| told["outcome"] == "unreachable").collect();
    assert!(lost.iter().any(|told| told["attempt"] == 4), "the bank gives up after its fourth attempt: {told:?}");
}

#[test]
fn forged_messages_come_beside_the_true_ones_and_the_journal_names_them() {
    let receiver = Receiver::start(&[]);
    let rules = "\n  - {name: forged, event: webhook.queued, when: {type: payment.status}, deliver: {forge: [tampered-body, stale, lying-status, unsigned]}}\n  \
                 - {name: none, event: webhook.queued, deliver: {drop: 100%}}\n";
    let (bench, access) = bank(&receiver, rules);
    pay(&bench, &access, "k");
    advance(&bench, "10s");
    let got = receiver.got();
    assert_eq!(got.len(), 3 * 5, "three changes of the payment, each with four forgeries: {got:?}");
    for of_one in got.chunks(5) {
        let [good, tampered, stale, lying, unsigned] = of_one else { panic!("{of_one:?}") };
        assert!(of_one.iter().all(|got| got.id == good.id), "{of_one:?}");
        assert!(good.is_signed() && stale.is_signed() && lying.is_signed() && !tampered.is_signed());
        assert!(unsigned.signature.is_empty() && unsigned.body == good.body && stale.body == good.body);
        assert_eq!(
            (tampered.json()["status"].as_str(), lying.json()["status"].as_str()),
            (Some("rejected"), Some("rejected"))
        );
        let at = |got: &Got| got.signature.split([',', '=']).nth(1).unwrap().parse::<i64>().unwrap();
        assert_eq!(at(good) - at(stale), 600);
    }
    let told: Vec<Value> = deliveries(&bench).iter().map(|told| told["forgery"].clone()).collect();
    let named: Vec<&str> = told.iter().filter_map(Value::as_str).take(4).collect();
    assert_eq!(named, ["tampered-body", "stale", "lying-status", "unsigned"]);
}

#[test]
fn a_webhook_is_registered_for_a_client_that_is_there_already() {
    let receiver = Receiver::start(&[]);
    let (bench, access) = bank(&receiver, " []\n");
    let register = |body: Value| bench.control("POST", "/v1/worlds/default/webhooks", &body.to_string());
    let (status, made) = register(json!({"client_id": "demo", "url": receiver.url(), "secret": SECRET}));
    assert_eq!((status, &made["client_id"], &made["secret"]), (201, &json!("demo"), &json!(SECRET)));
    let (status, unknown) = register(json!({"client_id": "dmo", "url": receiver.url()}));
    assert_eq!(status, 404, "{unknown}");
    assert_eq!(register(json!({"client_id": "demo", "url": "https://example.com"})).0, 422);
    let (_, listed) = bench.control("GET", "/v1/worlds/default/webhooks?bank=plain", "");
    let owners: Vec<&Value> = listed.as_array().unwrap().iter().map(|one| &one["client_id"]).collect();
    assert_eq!(owners, ["shop", "demo"], "{listed}");
    pay(&bench, &access, "k");
    advance(&bench, "10s");
    assert!(receiver.got().iter().all(Got::is_signed));
}

#[test]
fn a_world_may_let_its_banks_decide_about_consents_at_once() {
    let bench = Bench::start();
    let (status, world) =
        bench.control("POST", "/v1/worlds", &json!({"name": "w", "consents": "automatic"}).to_string());
    assert_eq!(status, 201, "{world}");
    let authorize = |path: &str, hint: &str| {
        let query = format!(
            "response_type=code&client_id=demo&redirect_uri=http%3A%2F%2F127.0.0.1%2Fcallback&scope=openid%20accounts&state=s\
             &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256{hint}"
        );
        bench.raw(
            format!("GET {path}/oauth/authorize?{query} HTTP/1.1\r\nHost: b\r\nConnection: close\r\n\r\n").as_bytes(),
        )
    };
    let at_once = authorize("/w/w/plain", "&login_hint=alice");
    assert!(at_once.status == 303 && at_once.head.contains("code="), "{at_once:?}");
    let (status, world) = bench.control("POST", "/v1/worlds", &json!({"name": "x", "consents": "asked"}).to_string());
    assert_eq!(status, 201, "{world}");
    let asked = authorize("/w/x/plain", "&login_hint=alice");
    assert!(asked.status == 200 && asked.body.contains("<form"), "{asked:?}");
    let (status, wrong) = bench.control("POST", "/v1/worlds", &json!({"consents": "always"}).to_string());
    assert!(status >= 400, "{wrong}");
}
