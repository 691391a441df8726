//! Worlds and addresses.

use serde_json::Value;

use crate::bench::Bench;

fn get(bench: &Bench, host: &str, path: &str, token: &str) -> crate::bench::Raw {
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n");
    bench.raw(request.as_bytes())
}

#[test]
fn a_token_of_one_world_is_worth_nothing_in_another() {
    let bench = Bench::with(bank_sandbox::Sandbox::builder().world("red").world("blue"));
    let token = bench.token("red");
    assert_eq!(get(&bench, "b", "/w/red/plain/accounts", &token).status, 200);
    assert_eq!(get(&bench, "b", "/w/blue/plain/accounts", &token).status, 401);
    assert_eq!(get(&bench, "b", "/plain/accounts", &token).status, 401);
    let operations =
        |world| bench.journal(world).iter().map(|entry| entry["response"]["status"].clone()).collect::<Vec<_>>();
    assert_eq!(operations("red"), [Value::from(200)]);
    assert_eq!(operations("blue"), [Value::from(401)]);
    assert_eq!(operations("default"), [Value::from(401)]);
}

#[test]
fn a_bank_is_reached_by_path_and_by_host_name_and_its_issuer_follows() {
    let bench = Bench::with(bank_sandbox::Sandbox::builder().world("red"));
    let issuer = |host: &str, path: &str| {
        let answer = get(&bench, host, path, "");
        assert_eq!(answer.status, 200, "{host}{path}");
        serde_json::from_str::<Value>(&answer.body).unwrap()["issuer"].as_str().unwrap().to_owned()
    };
    let openid = "/.well-known/openid-configuration";
    let oauth = "/.well-known/oauth-authorization-server";
    assert_eq!(issuer("bank.test:1", &format!("/plain{openid}")), "http://bank.test:1/plain");
    assert_eq!(issuer("bank.test:1", &format!("/w/red/plain{oauth}")), "http://bank.test:1/w/red/plain");
    assert_eq!(issuer("plain.localhost:9", openid), "http://plain.localhost:9");
    assert_eq!(issuer("RED--plain.localhost", oauth), "http://RED--plain.localhost");
    assert_eq!(issuer("bank.test", &format!("{oauth}/plain")), "http://bank.test/plain");
    assert_eq!(issuer("bank.test", &format!("{openid}/w/red/plain")), "http://bank.test/w/red/plain");
}

#[test]
fn a_configured_public_base_is_what_links_are_built_from() {
    let bench = Bench::with(bank_sandbox::Sandbox::builder().public_base("https://bank.example/sim/"));
    let answer = get(&bench, "10.0.0.1", "/plain/.well-known/openid-configuration", "");
    assert!(answer.body.contains("\"https://bank.example/sim/plain\""), "{}", answer.body);
}

#[test]
fn worlds_are_made_listed_and_removed_and_names_are_checked() {
    let bench = Bench::start();
    let (status, made) = bench.control(
        "POST",
        "/v1/worlds",
        r#"{"name": "ci-1", "seed": 7, "clock": {"mode": "manual", "start": "2026-03-01T08:00:00Z"}}"#,
    );
    assert_eq!((status, &made["now"]), (201, &Value::from("2026-03-01T08:00:00Z")));
    assert_eq!(made["banks"][0]["base_url"], format!("{}/w/ci-1/plain", bench.running().base_url));
    assert_eq!(bench.control("POST", "/v1/worlds", r#"{"name": "ci-1"}"#).0, 409);
    for bad in ["", "Default", "a--b", "-a", "a/b", "ä"] {
        let body = serde_json::json!({ "name": bad }).to_string();
        assert_eq!(bench.control("POST", "/v1/worlds", &body).0, 422, "{bad}");
    }
    assert_eq!(bench.control("POST", "/v1/worlds", r#"{"name": "default"}"#).0, 409);
    let (_, unnamed) = bench.control("POST", "/v1/worlds", "");
    let (_, all) = bench.control("GET", "/v1/worlds", "");
    assert_eq!(all.as_array().unwrap().len(), 3);
    assert_eq!(bench.control("DELETE", "/v1/worlds/ci-1", "").0, 204);
    assert_eq!(bench.control("GET", "/v1/worlds/ci-1", "").0, 404);
    assert_eq!(bench.control("GET", &format!("/v1/worlds/{}", unnamed["name"].as_str().unwrap()), "").0, 200);
    assert_eq!(bench.control("DELETE", "/v1/worlds/default", "").0, 409);
}

#[test]
fn a_header_names_the_world_where_the_address_names_none() {
    let bench = Bench::with(bank_sandbox::Sandbox::builder().world("red").world("blue"));
    let token = bench.token("red");
    let bearer = format!("Bearer {token}");
    let asked = |path: &str, host: &str, world: &str| {
        bench.call("GET", path, &[("Host", host), ("Authorization", &bearer), ("X-Sandbox-World", world)], "")
    };
    assert_eq!(asked("/plain/accounts", "b", "red").status, 200);
    assert_eq!(asked("/accounts", "plain.localhost", "red").status, 200);
    assert_eq!(asked("/w/red/plain/accounts", "b", "red").status, 200, "both may say the same");
    assert_eq!(asked("/plain/accounts", "b", "blue").status, 401);
    assert_eq!(bench.journal("red").len(), 3);
    let issuer = asked("/plain/.well-known/openid-configuration", "b", "red").body;
    assert!(issuer.contains("\"http://b/plain\""), "the client knows no other address: {issuer}");

    let unknown = asked("/plain/accounts", "b", "green");
    assert_eq!((unknown.status, unknown.problem().as_str()), (404, "unknown_path"));
    assert!(unknown.body.contains("no world `green`"), "{unknown:?}");
    let by_path = asked("/w/green/plain/accounts", "b", "red");
    assert!(by_path.body.contains("no world `green`"), "{by_path:?}");
    let both = asked("/w/red/plain/accounts", "b", "blue");
    assert_eq!(both.status, 400);
    assert!(both.body.contains("`red`") && both.body.contains("`blue`"), "{both:?}");
    let twice = bench.call("GET", "/plain/accounts", &[("X-Sandbox-World", "red"), ("X-Sandbox-World", "red")], "");
    assert_eq!(twice.status, 400);
}

#[test]
fn a_world_may_claim_clients_and_then_serves_them_at_the_root() {
    let bench = Bench::start();
    let world = r#"{"name": "mine", "seed": 77, "clients": ["demo"]}"#;
    let (status, made) = bench.control("POST", "/v1/worlds", world);
    assert_eq!((status, &made["clients"]), (201, &serde_json::json!(["demo"])));
    let (status, taken) = bench.control("POST", "/v1/worlds", r#"{"name": "other", "clients": ["demo"]}"#);
    assert_eq!(status, 409, "{taken}");
    assert!(taken["detail"].as_str().unwrap().contains("`mine`"), "{taken}");

    // By its authentication, in a header or in the body, at the root.
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let basic = [form[0], ("Authorization", "Basic ZGVtbzpkZW1vLXNlY3JldA==")];
    let grant = "grant_type=client_credentials&scope=accounts";
    let in_header = bench.call("POST", "/plain/oauth/token", &basic, grant);
    assert_eq!(in_header.status, 200, "{in_header:?}");
    let in_body = format!("{grant}&client_id=demo&client_secret=demo-secret");
    assert_eq!(bench.call("POST", "/plain/oauth/token", &form, &in_body).status, 200);
    // By its token, and by `client_id` in a query.
    let bearer = format!("Bearer {}", bench.token("mine"));
    assert_eq!(bench.call("GET", "/plain/accounts", &[("Authorization", &bearer)], "").status, 200);
    bench.call("GET", "/plain/oauth/authorize?client_id=demo", &[], "");
    let operations = |world: &str| {
        let journal = bench.journal(world);
        journal.iter().map(|entry| entry["operation"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(operations("mine"), ["token.issue", "token.issue", "accounts.list", "authorize.start"]);
    assert!(operations("default").is_empty());

    // Other clients stay where they are, and addresses that name a world mean it.
    let public = "grant_type=authorization_code&client_id=demo-public&code=x&redirect_uri=x";
    bench.call("POST", "/plain/oauth/token", &form, public);
    assert_eq!(operations("default"), ["token.issue"]);
    assert_eq!(
        bench.call("GET", "/plain/accounts", &[("X-Sandbox-World", "default"), ("Authorization", &bearer)], "").status,
        401
    );
    assert_eq!(bench.control("DELETE", "/v1/worlds/mine", "").0, 204);
    assert_eq!(bench.call("POST", "/plain/oauth/token", &basic, grant).status, 200);
    assert_eq!(operations("default").len(), 3, "the client belongs to nobody again");
}

#[test]
fn worlds_nobody_uses_go_when_their_time_is_over_and_are_counted() {
    let bench = Bench::start();
    let (status, made) = bench.control("POST", "/v1/worlds", r#"{"name": "brief", "ttl": "300ms"}"#);
    assert_eq!((status, &made["ttl_seconds"]), (201, &Value::from(0.3)));
    bench.control("POST", "/v1/worlds", r#"{"name": "long", "ttl": "1h"}"#);
    for bad in ["0s", "soon"] {
        let body = serde_json::json!({ "ttl": bad }).to_string();
        assert!(matches!(bench.control("POST", "/v1/worlds", &body).0, 400 | 422), "{bad}");
    }
    let expired = || bench.control("GET", "/v1/status", "").1["worlds_expired"].as_u64().unwrap();
    // Longer than its life in all, but used: the world stays.
    for _ in 0..10 {
        assert_eq!(bench.control("GET", "/v1/worlds/brief/clock", "").0, 200);
        bench.moment();
    }
    let gone = (0..200).any(|_| {
        bench.moment();
        expired() == 1
    });
    assert!(gone, "a world that nobody uses goes");
    let (_, status) = bench.control("GET", "/v1/status", "");
    assert_eq!((&status["worlds"], &status["worlds_made"]), (&Value::from(1), &Value::from(2)));
    let answer = get(&bench, "b", "/w/brief/plain/accounts", "");
    assert!(answer.body.contains("no world `brief`"), "{answer:?}");
}

#[test]
fn there_is_a_bound_that_says_so_and_removing_makes_room() {
    let bench = Bench::with(bank_sandbox::Sandbox::builder().max_worlds(2));
    for name in ["a", "b"] {
        assert_eq!(bench.control("POST", "/v1/worlds", &format!("{{\"name\": \"{name}\"}}")).0, 201);
    }
    let (status, full) = bench.control("POST", "/v1/worlds", "");
    assert_eq!((status, &full["type"]), (429, &Value::from("urn:problem:control:limit_reached")));
    assert!(full["detail"].as_str().unwrap().contains("--max-worlds"), "{full}");
    assert_eq!(bench.control("POST", "/v1/worlds/a/fork", "").0, 429);
    assert_eq!(bench.control("DELETE", "/v1/worlds/a", "").0, 204);
    assert_eq!(bench.control("POST", "/v1/worlds", "").0, 201);
}

/// Resident memory of this process.
#[cfg(target_os = "linux")]
fn resident_bytes() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 4096
}

#[cfg(target_os = "linux")]
#[test]
fn ten_thousand_worlds_come_and_go_and_leave_nothing() {
    use bank_sandbox::scenario::Scenario;
    use bank_sandbox::world::{Blueprint, GrantOrder, World};

    const MANY: usize = 10_000;
    // Besides the memory of other tests that run in this process meanwhile.
    const LEAK_BYTES: u64 = 96 * 1024 * 1024;
    const WORLD_BYTES: u64 = 64 * 1024;

    let bench = Bench::start();
    let worlds = bench.running().worlds();
    let text = "sandbox: 1\nname: many\nseed: 1\nbanks: [plain]\nrules:\n  - {name: a, do: {delay: 1ms}}\n";
    let scenario = std::sync::Arc::new(Scenario::compile("many.yaml", text).unwrap());
    let round = || {
        for number in 0..MANY {
            let world = World::make(Blueprint::new(&format!("m{number}"), Some(scenario.clone()))).unwrap();
            if number % 100 == 0 {
                let order =
                    GrantOrder { client_id: "demo".to_owned(), username: "alice".to_owned(), ..GrantOrder::default() };
                world.banks()[0].grant(order, world.clock().now()).unwrap();
                world.snapshot(None).unwrap();
            }
            worlds.add(world).unwrap();
        }
        assert_eq!(worlds.count().now, MANY);
        let full = resident_bytes();
        for number in 0..MANY {
            assert!(worlds.remove(&format!("m{number}")).is_some());
        }
        assert_eq!(worlds.count().now, 0);
        full
    };
    let empty = resident_bytes();
    let full = round();
    let each = full.saturating_sub(empty) / MANY as u64;
    assert!(each < WORLD_BYTES, "a world costs {each} bytes");
    // What the allocator keeps after the first round, it uses again: only a leak grows.
    let once = resident_bytes();
    round();
    let grown = resident_bytes().saturating_sub(once);
    assert!(grown < LEAK_BYTES, "{grown} bytes stayed after a second round of {MANY} worlds");
}
