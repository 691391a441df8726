//! Worlds that are copied: gone back to, and let loose beside each other.

use bank_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::bench::Bench;

/// Two failures, then fine; counted by the world.
const SCENARIO: &str = "sandbox: 1\nname: twice\nseed: 5\nclock: {start: 2026-03-01T08:00:00Z, mode: manual}\n\
    banks: {plain: {limits: {headers: ietf, rules: [{operations: [balances.get], fixed: {limit: 3, window: 1h}}]}}}\n\
    rules:\n  - {name: two, match: {op: accounts.list}, phases: [{calls: 2, do: {status: 503}}, {forever: pass}]}\n";

struct Access {
    token: String,
    refresh: String,
    consent: String,
    account: String,
}

fn world(bench: &Bench, name: &str) -> Access {
    let made = json!({"name": name, "scenario": SCENARIO}).to_string();
    let (status, made) = bench.control("POST", "/v1/worlds", &made);
    assert_eq!(status, 201, "{made}");
    let order = json!({"client_id": "demo", "username": "alice"}).to_string();
    let (_, granted) = bench.control("POST", &format!("/v1/worlds/{name}/consents"), &order);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    Access {
        token: text(&granted["access_token"]),
        refresh: text(&granted["refresh_token"]),
        consent: text(&granted["consent_id"]),
        account: text(&granted["account_ids"][0]),
    }
}

fn status(bench: &Bench, path: &str, token: &str) -> u16 {
    bench.call("GET", path, &[("Authorization", &format!("Bearer {token}"))], "").status
}

fn control(bench: &Bench, method: &str, path: &str, body: Value) -> Value {
    let (status, answer) = bench.control(method, &format!("/v1/worlds/{path}"), &body.to_string());
    assert!((200..300).contains(&status), "{method} {path}: {answer}");
    answer
}

#[test]
fn a_restored_world_is_as_it_was_in_every_part() {
    let bench = Bench::start();
    let access = world(&bench, "a");
    assert_eq!(status(&bench, "/w/a/plain/accounts", &access.token), 503);
    let balances = format!("/w/a/plain/accounts/{}/balances", access.account);
    assert_eq!(status(&bench, &balances, &access.token), 200);
    control(&bench, "PUT", "a/variables", json!({"mood": "calm"}));
    let taken = control(&bench, "POST", "a/snapshots", json!({"name": "before"}));
    assert_eq!((&taken["id"], &taken["of"]["world"], &taken["of"]["seq"]), (&json!("before"), &json!("a"), &json!(2)));

    let spoil = || {
        assert_eq!(status(&bench, "/w/a/plain/accounts", &access.token), 503, "the second of two");
        assert_eq!(status(&bench, "/w/a/plain/accounts", &access.token), 200);
        assert_eq!(status(&bench, &balances, &access.token), 200);
        assert_eq!(status(&bench, &balances, &access.token), 200);
        assert_eq!(status(&bench, &balances, &access.token), 429, "the limit knows what was used before");
        let paid = bench.pay("/w/a/plain", &access.account, "key-1", &access.token);
        assert_eq!((paid.status, paid.header("idempotency-replayed")), (201, None), "{paid:?}");
        let payment: Value = serde_json::from_str(&paid.body).unwrap();
        control(&bench, "PUT", "a/variables", json!({"mood": "wild"}));
        control(&bench, "POST", "a/clients", json!({"client_id": "late"}));
        control(&bench, "POST", "a/clock/advance", json!({"by": "2m"}));
        let (status, _) = bench.control("DELETE", &format!("/v1/worlds/a/consents/{}", access.consent), "");
        assert_eq!(status, 204);
        payment["id"].as_str().unwrap().to_owned()
    };
    let first = spoil();
    assert_eq!(status(&bench, "/w/a/plain/accounts", &access.token), 403);
    for _ in 0..2 {
        let restored = control(&bench, "POST", "a/restore", json!({"snapshot": "before"}));
        assert_eq!(
            (&restored["now"], &restored["copy_of"]["snapshot"]),
            (&json!("2026-03-01T08:00:00Z"), &json!("before"))
        );
        assert!(bench.journal("a").is_empty(), "the story goes on in a journal of its own");
        assert_eq!(bench.control("GET", "/v1/worlds/a/variables", "").1, json!({"mood": "calm"}));
        assert_eq!(status(&bench, &format!("/w/a/plain/payments/{first}"), &access.token), 404);
        assert_eq!(spoil(), first, "the same again, down to the id of the payment");
    }
    let (_, listed) = bench.control("GET", "/v1/worlds/a/snapshots", "");
    assert_eq!(listed.as_array().unwrap().len(), 1, "snapshots outlive a restore");
}

#[test]
fn forks_share_nothing_with_each_other() {
    let bench = Bench::start();
    let access = world(&bench, "a");
    bench.pay("/w/a/plain", &access.account, "key-1", &access.token);
    let fork = control(&bench, "POST", "a/fork", json!({"name": "b", "ttl": "1h"}));
    assert_eq!((&fork["name"], &fork["ttl_seconds"]), (&json!("b"), &json!(3600.0)));
    assert_eq!((&fork["copy_of"]["world"], &fork["copy_of"]["seq"]), (&json!("a"), &json!(1)));
    let replay = bench.pay("/w/b/plain", &access.account, "key-1", &access.token);
    assert_eq!(replay.header("idempotency-replayed"), Some("true"), "the key was copied: {replay:?}");

    // Refresh tokens: a family that dies in one world lives on in the other.
    let refresh = |world: &str| {
        let form = format!("grant_type=refresh_token&refresh_token={}", access.refresh);
        let headers = [
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Authorization", "Basic ZGVtbzpkZW1vLXNlY3JldA=="),
        ];
        bench.call("POST", &format!("/w/{world}/plain/oauth/token"), &headers, &form).status
    };
    assert_eq!((refresh("b"), refresh("b")), (200, 400), "used twice: the family in b is revoked");
    assert_eq!(status(&bench, "/w/b/plain/oauth/userinfo", &access.token), 401);
    assert_eq!(status(&bench, "/w/a/plain/oauth/userinfo", &access.token), 200);
    assert_eq!(refresh("a"), 200);

    // Automata, consents, clocks and variables.
    assert_eq!(status(&bench, "/w/a/plain/accounts", &access.token), 503);
    assert_eq!(status(&bench, "/w/a/plain/accounts", &access.token), 503);
    control(&bench, "POST", "b/clock/advance", json!({"by": "5m"}));
    control(&bench, "PUT", "b/variables", json!({"x": "1"}));
    let again = control(&bench, "POST", "a/fork", json!({}));
    let name = again["name"].as_str().unwrap();
    assert_eq!(status(&bench, &format!("/w/{name}/plain/accounts"), &access.token), 200);
    assert_eq!(again["now"], "2026-03-01T08:00:00Z");
    assert_eq!(bench.control("GET", &format!("/v1/worlds/{name}/variables"), "").1, json!({}));
    assert_eq!(bench.control("DELETE", &format!("/v1/worlds/{name}/consents/{}", access.consent), "").0, 204);
    assert_eq!(status(&bench, "/w/a/plain/accounts", &access.token), 200);
    assert_eq!(bench.control("DELETE", "/v1/worlds/a", "").0, 204);
    assert_eq!(bench.journal("b").len(), 4, "the fork lives on without the world it came from");
}

#[test]
fn a_fork_from_a_snapshot_and_the_mistakes_there_are() {
    let bench = Bench::with(Sandbox::builder().scenario(SCENARIO).unwrap());
    let token = bench.token("default");
    let first = control(&bench, "POST", "default/snapshots", json!({}));
    assert_eq!(first["id"], "s1");
    status(&bench, "/plain/accounts", &token);
    status(&bench, "/plain/accounts", &token);
    let fork = control(&bench, "POST", "default/fork", json!({"name": "early", "snapshot": "s1"}));
    assert_eq!(fork["copy_of"]["seq"], 0);
    assert_eq!(status(&bench, "/w/early/plain/accounts", &token), 503);
    assert_eq!(status(&bench, "/plain/accounts", &token), 200);
    control(&bench, "POST", "default/restore", json!({"snapshot": "s1"}));
    assert_eq!(status(&bench, "/plain/accounts", &token), 503, "the default world goes back too");
    control(&bench, "POST", "default/reset", json!({}));
    let mistakes = [
        ("POST", "default/snapshots", json!({"name": "s1"}), 409, "s1"),
        ("POST", "default/snapshots", json!({"name": "A B"}), 422, "A B"),
        ("POST", "default/restore", json!({"snapshot": "s9"}), 404, "s1"),
        ("POST", "default/restore", json!({}), 400, "snapshot"),
        ("POST", "default/fork", json!({"name": "early"}), 409, "early"),
        ("POST", "default/fork", json!({"name": "default"}), 409, "default"),
        ("POST", "default/fork", json!({"snapshot": "s9"}), 404, "s1"),
        ("POST", "default/fork", json!({"shapshot": "s1"}), 400, "shapshot"),
        ("DELETE", "default/snapshots/s9", json!({}), 404, "s1"),
    ];
    for (method, path, body, expected, named) in mistakes {
        let (status, problem) = bench.control(method, &format!("/v1/worlds/{path}"), &body.to_string());
        assert_eq!(status, expected, "{method} {path} {body}: {problem}");
        assert!(problem["detail"].as_str().unwrap().contains(named), "{method} {path} {body}: {problem}");
    }
    assert_eq!(bench.control("DELETE", "/v1/worlds/default/snapshots/s1", "").0, 204);
    assert_eq!(bench.control("GET", "/v1/worlds/default/snapshots", "").1, json!([]));
    for _ in 0..bank_sandbox::world::SNAPSHOTS_LIMIT {
        control(&bench, "POST", "early/snapshots", json!({}));
    }
    assert_eq!(bench.control("POST", "/v1/worlds/early/snapshots", "").0, 429);
}

/// An entry an hour from now, and a rule that tells the first from the second.
const TIMERS: &str = "sandbox: 1\nname: timers\nseed: 5\nclock: {start: 2026-03-01T08:00:00Z, mode: manual}\n\
    consents: [{client: demo, user: alice}]\n\
    timeline:\n  - {name: salary, at: +1h, do: {transaction: {user: alice, amount: \"1.00\"}}}\n\
    rules:\n  - {name: seen, event: transaction.posted, phases: [{calls: 1, do: {set: {seen: once}}}, {calls: 1, do: {set: {seen: twice}}}]}\n";

#[test]
fn what_is_yet_to_happen_happens_in_each_copy_for_itself() {
    let bench = Bench::start();
    let made = json!({"name": "a", "scenario": TIMERS}).to_string();
    let (status, made) = bench.control("POST", "/v1/worlds", &made);
    assert_eq!(status, 201, "{made}");
    let account = made["access"][0]["account_ids"][0].clone();
    let hour = |world: &str| {
        let advanced = control(&bench, "POST", &format!("{world}/clock/advance"), json!({"by": "1h"}));
        let fired = advanced["fired"].as_array().cloned().unwrap_or_default();
        fired.iter().map(|fired| fired["by"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let seen = |world: &str| bench.control("GET", &format!("/v1/worlds/{world}/variables"), "").1["seen"].clone();
    control(&bench, "POST", "a/snapshots", json!({"name": "before"}));
    control(&bench, "POST", "a/fork", json!({"name": "b"}));

    assert_eq!(
        (hour("b"), seen("b"), seen("a")),
        (vec!["salary".to_owned(), "seen".to_owned()], json!("once"), json!(null))
    );
    assert_eq!((hour("a"), seen("a")), (vec!["salary".to_owned(), "seen".to_owned()], json!("once")));
    // What has happened does not happen again, and what the rule has counted came along.
    control(&bench, "POST", "a/fork", json!({"name": "c"}));
    assert_eq!((hour("c"), seen("c")), (Vec::new(), json!("once")));
    let entry = json!({"account_id": account, "amount": {"value": "1.00", "currency": "GBP"}});
    control(&bench, "POST", "c/transactions", entry);
    assert_eq!((seen("c"), seen("a")), (json!("twice"), json!("once")));

    control(&bench, "POST", "a/restore", json!({"snapshot": "before"}));
    assert_eq!(
        (seen("a"), hour("a"), seen("a")),
        (json!(null), vec!["salary".to_owned(), "seen".to_owned()], json!("once"))
    );
}

#[test]
fn a_copy_knows_whom_to_tell() {
    let bench = Bench::start();
    let scenario = "sandbox: 1\nname: told\nseed: 5\nclock: {start: 2026-03-01T08:00:00Z, mode: manual}\n\
        clients: [{client_id: shop, client_secret: s, webhook: {url: \"http://127.0.0.1:9\"}}]\n\
        consents: [{client: shop, user: alice}]\n\
        profiles: {lossy: [{name: lost, event: webhook.queued, deliver: {drop: 100%}}]}\n";
    let made = json!({"name": "a", "scenario": scenario}).to_string();
    let (_, made) = bench.control("POST", "/v1/worlds", &made);
    let consent = made["access"][0]["consent_id"].as_str().unwrap().to_owned();
    control(&bench, "POST", "a/clock/advance", json!({"by": "1s", "drain": true}));
    control(&bench, "POST", "a/fork", json!({"name": "b"}));
    control(&bench, "PUT", "b/profiles/lossy", json!({"on": true}));
    let (status, _) = bench.control("DELETE", &format!("/v1/worlds/b/consents/{consent}"), "");
    assert_eq!(status, 204);
    control(&bench, "POST", "b/clock/advance", json!({"by": "1s", "drain": true}));
    let told = |world: &str| -> Vec<Value> {
        let entries = bench.journal(world).into_iter().filter(|entry| entry.get("webhook").is_some());
        entries.map(|entry| json!([entry["webhook"]["version"], entry["webhook"]["outcome"]])).collect()
    };
    // Changes of an entity are numbered on; the switch that was turned is the copy's.
    assert!(told("b").contains(&json!([3, "dropped"])), "{:?}", told("b"));
    assert!(told("a").iter().all(|told| told[1] == "unreachable"), "{:?}", told("a"));
}
