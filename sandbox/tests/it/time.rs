//! What happens by the clock and on events: timers, rules about events, and the banks' own steps in one order of time.

use std::sync::LazyLock;

use bank_sandbox::Sandbox;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::bench::{Bench, Raw};

const CLOCK: &str = "clock: {start: 2026-03-02T09:00:00Z, mode: manual}";

/// A bench of one world, and the access the scenario prepared for alice.
pub(crate) struct Story {
    pub(crate) bench: Bench,
    token: String,
    accounts: Vec<String>,
}

fn story(rest: &str) -> Story {
    story_at(CLOCK, rest)
}

fn story_at(clock: &str, rest: &str) -> Story {
    let consents = "consents: [{client: demo, user: alice}]";
    let scenario = format!(
        "sandbox: 1\nname: test\nseed: 1\n{clock}\nbanks: {{plain: {{tokens: {{access: 30d}}}}}}\n{consents}\n{rest}"
    );
    let builder = Sandbox::builder().scenario(&scenario).unwrap_or_else(|errors| panic!("{errors}"));
    Story::of(Bench::with(builder), "default")
}

impl Story {
    pub(crate) fn of(bench: Bench, world: &str) -> Story {
        let (_, shown) = bench.control("GET", &format!("/v1/worlds/{world}"), "");
        let access = &shown["access"][0];
        let accounts = access["account_ids"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned());
        Story { token: access["access_token"].as_str().unwrap().to_owned(), accounts: accounts.collect(), bench }
    }

    fn call(&self, method: &str, path: &str, more: &str, body: &str) -> Raw {
        let length = body.len();
        let request = format!(
            "{method} /plain{path} HTTP/1.1\r\nHost: b\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n{more}\r\n{body}",
            self.token
        );
        self.bench.raw(request.as_bytes())
    }

    fn get(&self, path: &str) -> Value {
        let answer = self.call("GET", path, "", "");
        assert_eq!(answer.status, 200, "{answer:?}");
        serde_json::from_str(&answer.body).unwrap()
    }

    pub(crate) fn pay(&self, key: &str, amount: &str) -> Value {
        let body = json!({
            "debtor_account_id": self.accounts[0],
            "creditor": {"name": "Zed", "account": {"scheme": "iban", "value": "GB33BUKB20201555555555"}},
            "amount": {"value": amount, "currency": "GBP"},
        });
        let answer = self.call("POST", "/payments", &format!("Idempotency-Key: {key}\r\n"), &body.to_string());
        assert_eq!(answer.status, 201, "{answer:?}");
        serde_json::from_str(&answer.body).unwrap()
    }

    pub(crate) fn payment(&self, payment: &Value) -> Value {
        self.get(&format!("/payments/{}", payment["id"].as_str().unwrap()))
    }

    fn available(&self) -> String {
        let balances = self.get(&format!("/accounts/{}/balances", self.accounts[0]));
        let rows = balances["data"].as_array().unwrap();
        let row = rows.iter().find(|row| row["type"] == "available").unwrap();
        row["amount"]["value"].as_str().unwrap().to_owned()
    }

    pub(crate) fn rows(&self) -> Vec<Value> {
        let page = self.get(&format!("/accounts/{}/transactions?limit=25", self.accounts[0]));
        page["data"].as_array().unwrap().clone()
    }

    pub(crate) fn advance(&self, by: &str) -> Value {
        let order = json!({ "by": by }).to_string();
        let (status, advanced) = self.bench.control("POST", "/v1/worlds/default/clock/advance", &order);
        assert_eq!(status, 200, "{advanced}");
        advanced
    }
}

fn events(advanced: &Value) -> Vec<String> {
    let text = |event: &Value| {
        let status = event["status"].as_str().map(|status| format!(" {status}")).unwrap_or_default();
        format!("{} {}{status}", event["at"].as_str().unwrap(), event["event"].as_str().unwrap())
    };
    advanced["happened"].as_array().unwrap().iter().map(text).collect()
}

#[test]
fn an_accepted_payment_is_rejected_a_while_later_and_its_money_is_free_again() {
    let story = story(
        "rules:\n  - name: later\n    event: payment.debited\n    when: {bank: {payment.amount: \">= 10\"}}\n    \
         do: {after: 90s, bank: {payment.status: RJCT, reason: AM04}}\n",
    );
    let before = story.available();
    let (large, small) = (story.pay("k1", "12.00"), story.pay("k2", "1.00"));
    let advanced = story.advance("10s");
    assert_eq!(story.payment(&large)["status"], "debited", "{advanced}");
    let rejected = story.advance("2m");
    assert_eq!(
        events(&rejected),
        ["2026-03-02T09:01:35Z transaction.booked", "2026-03-02T09:01:35Z payment.status rejected"]
    );
    assert_eq!(rejected["fired"][0]["by"], "later");
    let now = story.payment(&large);
    assert_eq!((&now["status"], &now["reason"]["code"]), (&json!("rejected"), &json!("AM04")));
    assert_eq!(story.payment(&small)["status"], "debited");
    let (rows, free) = (story.rows(), story.available());
    let cents = |text: &str| text.replace('.', "").parse::<i64>().unwrap();
    assert_eq!(cents(&before) - cents(&free), 100, "only the small one is gone");
    let original = rows.iter().find(|row| row["amount"]["value"] == "-12.00").unwrap();
    let reversal = rows.iter().find(|row| row["nature"] == "reversal").unwrap();
    assert_eq!(reversal["amount"]["value"], "12.00");
    assert_eq!(reversal["related"][0], json!({"relation": "reverses", "transaction_id": original["id"]}));
    // The oracle believes what the bank shows.
    let (_, world) = story.bench.control("GET", "/v1/worlds/default", "");
    let consent = world["access"][0]["consent_id"].as_str().unwrap();
    let (_, truth) = story.bench.control("GET", &format!("/v1/worlds/default/oracle?consent={consent}"), "");
    let order = truth["payments"].as_array().unwrap().iter().find(|order| order["provider_id"] == large["id"]);
    assert_eq!(order.unwrap()["status"], "rejected");
}

#[test]
fn a_payment_rejected_before_it_is_booked_releases_its_hold_and_stays_rejected() {
    let story = story(
        "rules:\n  - {name: at-once, event: payment.in_clearing, do: {bank: {payment.status: rejected, reason: TM01}}}\n",
    );
    let before = story.available();
    let payment = story.pay("k", "5.00");
    assert_ne!(story.available(), before);
    story.advance("1h");
    assert_eq!((story.payment(&payment)["status"].clone(), story.available()), (json!("rejected"), before));
    assert!(story.rows().iter().all(|row| row["amount"]["value"] != "-5.00"));
}

#[test]
fn the_timeline_happens_in_order_and_advance_tells_it() {
    let story = story(
        "timeline:\n  - {name: gift, at: +1h, do: {transaction: {user: alice, amount: \"7.50\", description: GIFT}}}\n  \
         - {name: daily, every: 12h, times: 3, do: {emit: tick}}\n  \
         - {name: night, at: 2026-03-04T02:00:00Z, do: {bank: {consent.status: revoked, user: alice}}}\n",
    );
    let first = story.advance("1d");
    let fired: Vec<(&str, &str)> = first["fired"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fired| (fired["at"].as_str().unwrap(), fired["by"].as_str().unwrap()))
        .collect();
    let expected =
        [("2026-03-02T10:00:00Z", "gift"), ("2026-03-02T21:00:00Z", "daily"), ("2026-03-03T09:00:00Z", "daily")];
    assert_eq!(fired, expected);
    assert!(story.rows().iter().any(|row| row["description"] == json!(["GIFT"])));
    let second = story.advance("2d");
    assert_eq!(events(&second), ["2026-03-04T02:00:00Z consent.revoked"]);
    assert_eq!(story.call("GET", "/accounts", "", "").status, 403);
}

#[test]
fn maintenance_key_rotation_and_closed_accounts() {
    let story = story(
        "timeline:\n  - {at: +1h, do: {bank: {maintenance: 30m}}}\n  - {at: +3h, do: {bank: {signing_keys: rotated}}}\n  \
         - {at: +4h, do: {bank: {account.status: closed, user: alice}}}\n",
    );
    let keys = || story.get("/oauth/jwks")["keys"].as_array().unwrap().clone();
    let before = keys();
    story.advance("1h");
    let down = story.call("GET", "/accounts", "", "");
    assert_eq!((down.status, down.header("retry-after")), (503, Some("1800")));
    story.advance("30m");
    assert_eq!(story.get("/accounts")["data"][0]["status"], "open");
    story.advance("2h");
    let after = keys();
    // The key that comes next is published before it signs.
    assert_eq!((before.len(), after.len()), (2, 3));
    assert_eq!(after[0], before[1], "the new key was known before it signed");
    assert_eq!(after[1], before[0], "what the old key signed still verifies");
    story.advance("1h");
    assert_eq!(story.get(&format!("/accounts/{}", story.accounts[0]))["status"], "closed");
}

#[test]
fn events_set_variables_end_phases_and_follow_on_each_other() {
    let story = story(
        "rules:\n  - {name: chain, event: payment.accepted, do: {emit: seen}}\n  \
         - {name: close, event: seen, key: client, max: 1, do: {set: {mode: closed}, after: 10s}}\n  \
         - {name: closed, match: {op: accounts.list}, when: {state: {mode: closed}}, do: {status: 503}}\n  \
         - {name: until, match: {op: customers.list}, phases: [{until: seen, do: {status: 500}}, {forever: pass}]}\n",
    );
    assert_eq!(story.call("GET", "/customers", "", "").status, 500);
    story.pay("k", "1.00");
    assert_eq!(story.call("GET", "/customers", "", "").status, 200);
    assert_eq!(story.call("GET", "/accounts", "", "").status, 200);
    story.advance("10s");
    assert_eq!(story.call("GET", "/accounts", "", "").status, 503);
}

#[test]
fn events_that_follow_on_themselves_are_cut_off() {
    let story = story("timeline: [{at: +1s, do: {emit: a}}]\nrules:\n  - {name: a, event: a, do: {emit: a}}\n");
    let advanced = story.advance("1h");
    assert!(advanced["fired"].as_array().unwrap().len() < 100, "{advanced}");
}

#[test]
fn a_leap_of_the_clock_takes_everything_on_the_way_along() {
    let story = story(
        "timeline:\n  - {at: +1h, do: {advance: 1d}}\n  - {name: between, at: +5h, do: {emit: x}}\nrules: [{name: r, event: x, do: {set: {a: b}}}]\n",
    );
    let advanced = story.advance("2h");
    assert_eq!(advanced["now"], "2026-03-03T11:00:00Z");
    assert_eq!(advanced["fired"][1]["at"], "2026-03-02T14:00:00Z");
}

#[test]
fn a_call_that_emits_an_event_takes_the_clock_along() {
    let story = story(
        "rules:\n  - {name: morning, match: {op: accounts.list}, do: {emit: morning}}\n  - {name: later, event: morning, do: {advance: 1d}}\n",
    );
    let payment = story.pay("k", "1.00");
    assert_eq!(payment["status"], "accepted");
    story.get("/accounts");
    assert_eq!(story.payment(&payment)["status"], "debited", "what was due on the way is done");
    let (_, clock) = story.bench.control("GET", "/v1/worlds/default/clock", "");
    assert_eq!(clock["now"], "2026-03-03T09:00:00Z");
}

#[test]
fn an_automatic_clock_goes_to_what_is_due_whenever_nobody_calls() {
    let story = story_at("clock: {start: 2026-03-02T09:00:00Z, mode: auto}", "rules: []\n");
    let payment = story.pay("k", "1.00");
    assert_eq!(payment["status"], "accepted");
    assert_eq!(story.payment(&payment)["status"], "debited");
    let (_, clock) = story.bench.control("GET", "/v1/worlds/default/clock", "");
    assert_eq!(clock, json!({"now": "2026-03-02T09:00:05Z", "mode": "auto"}));
}

#[test]
fn delays_wait_on_the_worlds_clock_where_it_says_so() {
    let rules = "rules: [{name: slow, match: {op: accounts.list}, do: {delay: 2h}}]\n";
    let auto = story_at("clock: {start: 2026-03-02T09:00:00Z, mode: auto, delays: virtual}", rules);
    assert_eq!(auto.call("GET", "/accounts", "", "").header("date"), Some("Mon, 02 Mar 2026 11:00:00 GMT"));
    let manual = story_at("clock: {start: 2026-03-02T09:00:00Z, mode: manual, delays: virtual}", rules);
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| manual.call("GET", "/accounts", "", "").status);
        // The call is under way once it is counted.
        let open = || manual.bench.control("GET", "/v1/worlds/default/journal/counters", "").1["open"] == 1;
        assert!((0..100_000).any(|_| open()), "the call never came");
        manual.advance("1h");
        assert!(!waiting.is_finished());
        // The wait began some time after it was counted; an hour more than enough, and none of it real.
        manual.advance("3h");
        assert_eq!(waiting.join().unwrap(), 200);
    });
}

#[test]
fn timers_fire_in_real_time_although_nobody_calls() {
    let story = story_at(
        "clock: {start: 2026-03-02T09:00:00Z, mode: {scaled: 36000}}",
        "timeline: [{at: +1h, do: {transaction: {user: alice, amount: \"1.00\", description: SELF}}}]\n",
    );
    // An hour of this world is a tenth of a second.
    for _ in 0..200 {
        if story.rows().iter().any(|row| row["description"] == json!(["SELF"])) {
            return;
        }
        // The bank's own way to wait: nothing will be journalled in that time.
        story.bench.control("GET", "/v1/worlds/default/journal/next?since=1000000&silence=20ms", "");
    }
    panic!("the timer did not fire");
}

const WORLD: &str = "sandbox: 1\nname: same\nseed: 3\nbanks: [plain]\nclock: {start: 2026-03-02T09:00:00Z, mode: manual}\n\
consents: [{client: demo, user: alice, valid_for: 2h}, {client: demo, user: ben}]\n\
timeline:\n  - {every: 7m, times: 30, do: {transaction: {user: alice, amount: \"0.01\"}}}\n  \
- {at: +40m, do: {advance: 11m}}\n  - {at: +50m, do: {bank: {account.status: blocked, user: ben}}}\n\
rules:\n  - {name: every-third, event: transaction.posted, when: {count: every 3}, do: {after: 95s, transaction: {amount: \"-0.01\"}}}\n  \
- {name: some, event: transaction.posted, when: {chance: 30%}, do: {emit: luck}}\n  \
- {name: luck, event: luck, do: {after: 1s, set: {a: b}}}\n";

static SHARED: LazyLock<Bench> = LazyLock::new(Bench::start);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// However often somebody looks: what small steps of the clock do is what one large one does.
    #[test]
    fn two_small_advances_are_one_large_one(steps in proptest::collection::vec(1u32..5_400, 1..6)) {
        let run = |steps: &[u32]| {
            let made = json!({ "scenario": WORLD }).to_string();
            let (status, world) = SHARED.control("POST", "/v1/worlds", &made);
            assert_eq!(status, 201, "{world}");
            let name = world["name"].as_str().unwrap();
            let (mut now, mut happened, mut fired) = (Value::Null, Vec::new(), Vec::new());
            for step in steps {
                let order = json!({ "by": format!("{step}s") }).to_string();
                let (_, advanced) = SHARED.control("POST", &format!("/v1/worlds/{name}/clock/advance"), &order);
                now = advanced["now"].clone();
                happened.extend(advanced["happened"].as_array().unwrap().clone());
                fired.extend(advanced["fired"].as_array().cloned().unwrap_or_default());
            }
            SHARED.control("DELETE", &format!("/v1/worlds/{name}"), "");
            (now, happened, fired)
        };
        let (many, one) = (run(&steps), run(&[steps.iter().sum()]));
        prop_assert_eq!(many, one);
    }
}
