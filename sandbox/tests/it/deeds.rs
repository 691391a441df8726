//! What a scenario does without a call is in the journal, so that nobody has to guess why something is gone; and what it
//! decides about orders to come, before the bank has taken them.

use std::io::{Read, Write};

use bank_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::bench::{Bench, Raw};

const CLOCK: &str = "clock: {start: 2026-03-02T09:00:00Z, mode: manual}";

/// A bench of one world, and the access the scenario prepared for alice.
struct Story {
    bench: Bench,
    token: String,
    consent: String,
    account: String,
}

fn story(clock: &str, rest: &str) -> Story {
    let scenario = format!(
        "sandbox: 1\nname: deeds\nseed: 1\n{clock}\nbanks: {{plain: {{tokens: {{access: 30d}}}}}}\n\
         consents: [{{client: demo, user: alice}}]\n{rest}"
    );
    let builder = Sandbox::builder().scenario(&scenario).unwrap_or_else(|errors| panic!("{errors}"));
    let bench = Bench::with(builder);
    let (_, shown) = bench.control("GET", "/v1/worlds/default", "");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let access = &shown["access"][0];
    let (token, consent) = (text(&access["access_token"]), text(&access["consent_id"]));
    Story { token, consent, account: text(&access["account_ids"][0]), bench }
}

impl Story {
    fn get(&self, path: &str) -> Value {
        let answer = self.bench.call("GET", &format!("/plain{path}"), &[("Authorization", &self.bearer())], "");
        assert_eq!(answer.status, 200, "{answer:?}");
        serde_json::from_str(&answer.body).unwrap()
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.token)
    }

    fn pay(&self, key: &str) -> (Raw, Value) {
        let answer = self.bench.pay("/plain", &self.account, key, &self.token);
        let body = serde_json::from_str(&answer.body).unwrap();
        (answer, body)
    }

    fn status(&self, payment: &Value) -> String {
        let shown = self.get(&format!("/payments/{}", payment["id"].as_str().unwrap()));
        shown["status"].as_str().unwrap().to_owned()
    }

    fn advance(&self, by: &str) {
        let (status, told) =
            self.bench.control("POST", "/v1/worlds/default/clock/advance", &json!({ "by": by }).to_string());
        assert_eq!(status, 200, "{told}");
    }

    fn deeds(&self) -> Vec<Value> {
        self.bench.journal("default").into_iter().filter(|entry| entry["operation"] == "bank.deed").collect()
    }

    /// Money that could be spent.
    fn available(&self) -> String {
        let balances = self.get(&format!("/accounts/{}/balances", self.account));
        let rows = balances["data"].as_array().unwrap();
        let row = rows.iter().find(|row| row["type"] == "available").unwrap();
        row["amount"]["value"].as_str().unwrap().to_owned()
    }
}

#[test]
fn the_journal_says_why_a_consent_is_gone() {
    let story = story(
        CLOCK,
        "rules: []\ntimeline:\n  - {name: by-night, at: +1h, do: {bank: {consent.status: revoked, user: alice, client: demo}}}\n",
    );
    story.advance("2h");
    let (_, found) =
        story.bench.control_text("GET", &format!("/v1/worlds/default/journal?consent={}", story.consent), "");
    let entry: Value = serde_json::from_str(found.lines().next().unwrap()).unwrap();
    assert_eq!((&entry["operation"], &entry["virtual_at"]), (&json!("bank.deed"), &json!("2026-03-02T10:00:00.000Z")));
    assert_eq!(entry["deed"], json!({"on": "timeline", "kinds": ["consent.status"], "touched": [story.consent]}));
    let decision = &entry["decisions"][0];
    assert_eq!(
        (&decision["rule"], &decision["n"], &decision["stage"]),
        (&json!("by-night"), &json!(1), &json!("after"))
    );
    assert!(decision["effect"].as_str().unwrap().contains("consent.status"), "{decision}");
    // An archive of HTTP has no place for it.
    let (_, archive) = story.bench.control("GET", "/v1/worlds/default/journal.har", "");
    assert!(!archive.to_string().contains("bank.deed"));
}

#[test]
fn deeds_on_events_name_rule_event_and_subject_and_are_derived_again() {
    let rules = "rules:
  - name: half-of-them
    event: payment.accepted
    key: client
    when: {chance: 1 of 2 exact}
    do: [{bank: {payment.status: RJCT, reason: AM04}}, {after: 1h, transaction: {amount: \"-1.00\"}}]
";
    let story = story(CLOCK, rules);
    let statuses: Vec<String> = (0..8).map(|n| story.status(&story.pay(&format!("k{n}")).1)).collect();
    assert_eq!(statuses.iter().filter(|status| *status == "rejected").count(), 4, "{statuses:?}");
    let deeds = story.deeds();
    assert_eq!(deeds.len(), 4, "what comes later is not done yet");
    for deed in &deeds {
        let (told, made) = (&deed["deed"], &deed["decisions"][0]);
        assert_eq!((&told["on"], &told["kinds"]), (&json!("payment.accepted"), &json!(["payment.status"])));
        assert_eq!(told["touched"], json!([told["entity"]]));
        assert_eq!((&made["key"], &made["p"], &made["block"]), (&json!("demo"), &json!(0.5), &json!(2)));
        assert_eq!((&deed["client_id"], &deed["user"]), (&json!("demo"), &json!("alice")));
        assert!(made["draw"].as_f64().unwrap() < 0.5, "{made}");
    }
    story.advance("2h");
    let late: Vec<Value> = story.deeds().split_off(4);
    assert_eq!(late.len(), 4);
    assert!(late.iter().all(|deed| deed["deed"]["kinds"] == json!(["transaction"])), "{late:?}");
    assert!(late[0]["deed"]["touched"][0].as_str().unwrap().starts_with("txn_"), "{}", late[0]);
    // The journal is enough to decide again.
    let lines: Vec<String> = story.deeds().iter().map(Value::to_string).collect();
    let scenario = story.bench.running().worlds().find("default").unwrap().scenario().unwrap();
    let again = bank_sandbox::scenario::replay::replay(&lines.join("\n"), None, Some(&scenario)).unwrap();
    assert!(again.agrees() && again.decisions.len() == 8, "{again:?}");
    let forged = lines.join("\n").replace("\"n\":1,", "\"n\":2,").replace("\"n\":3,", "\"n\":4,");
    assert!(!bank_sandbox::scenario::replay::replay(&forged, None, Some(&scenario)).unwrap().agrees());
}

#[test]
fn a_deed_that_cannot_be_done_says_so() {
    let story = story(
        CLOCK,
        "rules: []\ntimeline:\n  - {name: nowhere, at: +1h, do: {bank: {account.status: closed, account: acc_none}}}\n",
    );
    story.advance("2h");
    let deeds = story.deeds();
    assert_eq!(deeds.len(), 1);
    assert!(deeds[0]["deed"]["trouble"].as_str().unwrap().contains("acc_none"), "{}", deeds[0]);
    assert_eq!((&deeds[0]["committed"], &deeds[0]["deed"]["touched"]), (&json!(false), &json!([])));
}

#[test]
fn what_becomes_of_an_order_is_decided_on_its_own_call() {
    let rules = "rules:
  - {name: refused, match: {op: payments.create, header: {idempotency-key: refused}}, do: {bank: {payment.status: RJCT, reason: AC04}}}
  - {name: held, match: {op: payments.create, header: {idempotency-key: held}}, do: {bank: {payment.status: pending}}}
  - {name: at-once, match: {op: payments.create, header: {idempotency-key: at-once}}, do: {bank: {payment.status: ACSC}}}
  - {name: back, match: {op: payments.create, header: {idempotency-key: back}}, do: {bank: {payment.status: returned, reason: AC06}}}
  - {name: lost, match: {op: payments.create, header: {idempotency-key: lost}}, max: 1, do: [{bank: {payment.status: RJCT}}, {error: unavailable}]}
";
    let story = story(CLOCK, rules);
    let before = story.available();
    let (answer, refused) = story.pay("refused");
    assert_eq!(
        (answer.status, &refused["status"], &refused["reason"]["code"]),
        (201, &json!("rejected"), &json!("AC04"))
    );
    let (_, back) = story.pay("back");
    assert_eq!(back["status"], "returned", "{back}");
    assert_eq!(story.available(), before, "no money is held or gone");
    let (_, booked) = story.pay("at-once");
    assert_eq!(booked["status"], "debited");
    let (_, held) = story.pay("held");
    let (_, usual) = story.pay("usual");
    story.advance("20d");
    assert_eq!((story.status(&usual), story.status(&held)), ("debited".to_owned(), "accepted".to_owned()));
    // A fate is that of the call alone: where no order was taken, the next one under the key meets none.
    let (answer, _) = story.pay("lost");
    assert_eq!(answer.status, 503);
    assert_eq!(story.pay("lost").1["status"], "accepted");
    // Under a key that was used before nothing is taken, and nothing becomes of the order that was.
    assert_eq!(story.pay("at-once").1["status"], "debited");
}

#[test]
fn rules_hear_of_a_token_that_was_issued() {
    let rules = "rules:
  - {name: new-token, event: token.issued, when: {client: demo}, key: client, do: {set: {fresh: \"yes\"}}}
  - {name: until-then, match: {op: discovery.get}, phases: [{until: token.issued, do: {status: 503}}]}
  - {name: closed, match: {op: jwks.get}, when: {state: {fresh: \"yes\"}}, do: {status: 503}}
";
    let story = story(CLOCK, rules);
    let get = |path: &str| story.bench.call("GET", &format!("/plain{path}"), &[], "").status;
    let discovery = "/.well-known/oauth-authorization-server";
    assert_eq!((get(discovery), get("/oauth/jwks")), (503, 200));
    let secret = story.bench.running().worlds().find("default").unwrap().bank("plain").unwrap();
    let secret = secret.auth.client("demo").unwrap().secret.clone().unwrap();
    let form = format!("grant_type=client_credentials&client_id=demo&client_secret={secret}");
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    let wrong = story.bench.call("POST", "/plain/oauth/token", &headers, &form.replace(&secret, "wrong"));
    assert_eq!((wrong.status / 100, get(discovery)), (4, 503), "nothing was issued");
    let answer = story.bench.call("POST", "/plain/oauth/token", &headers, &form);
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!((get(discovery), get("/oauth/jwks")), (200, 503));
    assert_eq!(story.deeds()[0]["deed"]["on"], "token.issued");
}

/// A body that drips on the world's clock comes when the clock is moved, and as fast as the clock is moved.
#[test]
fn drips_wait_on_the_worlds_clock_where_delays_do() {
    let rules = "rules:
  - {name: drip, match: {op: accounts.list}, do: {drip: {chunk: 1KiB, every: 10m, stall_at: 50%, stall: 2h, then: go-on}}}
  - {name: thin, match: {op: balances.get}, do: {bandwidth: 1B/s}}
";
    let clock = "clock: {start: 2026-03-02T09:00:00Z, mode: manual, delays: virtual}";
    let story = story(clock, rules);
    for path in ["/accounts".to_owned(), format!("/accounts/{}/balances", story.account)] {
        let mut stream = story.bench.connect();
        let request = format!(
            "GET /plain{path} HTTP/1.1\r\nHost: b\r\nConnection: close\r\nAuthorization: {}\r\n\r\n",
            story.bearer()
        );
        stream.write_all(request.as_bytes()).unwrap();
        let reading = std::thread::spawn(move || {
            let mut all = Vec::new();
            stream.read_to_end(&mut all).unwrap();
            Raw::parse(&all)
        });
        story.bench.moment();
        assert!(!reading.is_finished(), "nobody has moved the clock");
        // Each piece waits from when the one before it went out, so the clock is moved until all are.
        for _ in 0..10_000 {
            if reading.is_finished() {
                break;
            }
            story.advance("2h");
        }
        let answer = reading.join().unwrap();
        assert_eq!(answer.header("content-length"), Some(answer.body.len().to_string().as_str()), "{answer:?}");
    }
}

/// With an automatic clock nobody has to move anything: a body that would drip for hours is there at once.
#[test]
fn an_automatic_clock_lets_drips_through() {
    let rules = "rules:\n  - {name: drip, match: {op: accounts.list}, do: {drip: {chunk: 64B, every: 10m, stall_at: 50%, stall: 20h, then: go-on}}}\n";
    let story = story("clock: {start: 2026-03-02T09:00:00Z, mode: auto, delays: virtual}", rules);
    let list = story.get("/accounts");
    assert!(!list["data"].as_array().unwrap().is_empty());
    let (_, clock) = story.bench.control("GET", "/v1/worlds/default/clock", "");
    assert!(clock["now"].as_str().unwrap() >= "2026-03-03T05:00:00Z", "{clock}");
}
