//! Every call of the control API.

use serde_json::{Value, json};

use crate::bench::Bench;

fn get(bench: &Bench, path: &str, token: &str) -> crate::bench::Raw {
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: b\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n");
    bench.raw(request.as_bytes())
}

fn manual(bench: &Bench, name: &str) {
    let world = json!({"name": name, "clock": {"mode": "manual", "start": "2026-03-01T08:00:00Z"}});
    assert_eq!(bench.control("POST", "/v1/worlds", &world.to_string()).0, 201);
}

#[test]
fn health_and_unknown_calls() {
    let bench = Bench::start();
    assert_eq!(bench.control("GET", "/health", ""), (200, json!({"status": "ok"})));
    for (method, path) in [("GET", "/"), ("PUT", "/v1/worlds"), ("GET", "/v2/worlds")] {
        let (status, problem) = bench.control(method, path, "");
        assert_eq!(status, 404);
        assert_eq!(problem["type"], "urn:problem:control:not_found");
        assert!(problem["detail"].as_str().unwrap().contains(path), "{problem}");
    }
}

#[test]
fn mistakes_in_calls_say_what_is_legal() {
    let bench = Bench::start();
    let cases = [
        ("GET", "/v1/worlds/nowhere/journal", "", 404, "default"),
        ("GET", "/v1/worlds/default/users?bank=nobank", "", 404, "plain"),
        ("GET", "/v1/worlds/default/journal?statuss=5", "", 400, "statuss"),
        ("GET", "/v1/worlds/default/journal?status=6xx", "", 400, "5xx"),
        ("POST", "/v1/worlds", "{\"nam\": 1}", 400, "nam"),
        ("POST", "/v1/worlds", "not json", 400, "line 1"),
        ("POST", "/v1/worlds", "{\"clock\": {\"mode\": \"scaled\"}}", 422, "factor"),
        ("POST", "/v1/worlds", "{\"clock\": {\"mode\": \"manual\", \"start\": \"now\"}}", 422, "2026-03-01T08:00:00Z"),
        ("POST", "/v1/worlds/default/clock/advance", "{\"by\": \"two days\"}", 400, "90d"),
        ("POST", "/v1/worlds/default/consents", "{\"client_id\": \"x\", \"username\": \"alice\"}", 422, "demo"),
        ("POST", "/v1/worlds/default/consents", "{\"client_id\": \"demo\", \"username\": \"x\"}", 422, "alice"),
        (
            "POST",
            "/v1/worlds/default/consents",
            "{\"client_id\": \"demo\", \"username\": \"alice\", \"scopes\": [\"money\"]}",
            422,
            "balances",
        ),
        ("DELETE", "/v1/worlds/default/consents/con_none", "", 404, "con_none"),
        ("GET", "/v1/worlds/default/oracle?consent=con_none", "", 404, "con_none"),
        ("POST", "/v1/worlds/default/clients", "{\"auth_method\": \"magic\"}", 422, "private_key_jwt"),
        ("POST", "/v1/worlds/default/clients", "{\"client_id\": \"demo\"}", 409, "demo"),
    ];
    for (method, path, body, expected, named) in cases {
        let (status, problem) = bench.control(method, path, body);
        assert_eq!(status, expected, "{method} {path} {body}: {problem}");
        assert!(problem["detail"].as_str().unwrap().contains(named), "{method} {path} {body}: {problem}");
    }
}

#[test]
fn a_body_that_is_too_large_or_no_text_is_refused_and_changes_nothing() {
    let bench = Bench::start();
    let large = format!("{{\"name\": \"{}\"}}", "x".repeat(3 * 1024 * 1024));
    let (status, problem) = bench.control("POST", "/v1/worlds", &large);
    assert_eq!(status, 400, "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains("2 MiB"), "{problem}");
    for (body, place) in [
        ("{\"name\": 5}", "line 1 column 10"),
        ("{\"seed\": \"x\"}", "line 1 column 10"),
        ("[]", "line 1"),
        ("{\"clients\": \"demo\"}", "line 1"),
    ] {
        let (status, problem) = bench.control("POST", "/v1/worlds", body);
        assert_eq!(status, 400, "{body}: {problem}");
        assert!(problem["detail"].as_str().unwrap().contains(place), "{body}: {problem}");
    }
    assert_eq!(bench.control("GET", "/v1/status", "").1["worlds_made"], 0);
}

#[test]
fn every_mistake_in_a_body_is_told_at_once_and_with_its_place() {
    let bench = Bench::start();
    let body = "{\"nam\": 1,\n \"seed\": \"x\",\n \"clock\": {\"mode\": \"reel\", \"factor\": 0},\n \"clients\": [1]}";
    let (status, problem) = bench.control("POST", "/v1/worlds", body);
    assert_eq!((status, &problem["type"]), (400, &json!("urn:problem:control:bad_request")));
    let told =
        |name: &str| problem["errors"].as_array().unwrap().iter().map(|error| error[name].clone()).collect::<Vec<_>>();
    assert_eq!(told("line"), [1, 2, 3, 3, 4]);
    assert_eq!(told("suggestion")[0], "name");
    assert_eq!(told("suggestion")[2], "real");
    assert_eq!(told("key")[1..], ["seed", "clock.mode", "clock.factor", "clients[0]"]);
    let (status, problem) =
        bench.control("POST", "/v1/worlds/default/transactions", r#"{"amount": {"value": "1", "value": "2"}}"#);
    assert_eq!(status, 400, "{problem}");
    for mistake in ["account_id", "currency", "value"] {
        assert!(problem["detail"].as_str().unwrap().contains(mistake), "{problem}");
    }
    // What programs write for nothing is nothing.
    assert_eq!(bench.control("POST", "/v1/worlds", r#"{"name": null, "seed": 7}"#).0, 201);
}

#[test]
fn variables_are_read_and_put() {
    let scenario = "sandbox: 1\nname: moody\nseed: 1\nrules:\n  \
        - {name: spoil, match: {op: payments.create}, do: {set: {mood: bad}}}\n  \
        - {name: sulk, match: {op: accounts.list}, when: {state: {mood: bad}}, do: {status: 503}}\n";
    let bench = Bench::with(bank_sandbox::Sandbox::builder().scenario(scenario).unwrap());
    let token = bench.token("default");
    let path = "/v1/worlds/default/variables";
    assert_eq!(bench.control("GET", path, ""), (200, json!({})));
    assert_eq!(get(&bench, "/plain/accounts", &token).status, 200);
    assert_eq!(bench.control("PUT", path, r#"{"mood": "bad"}"#), (200, json!({"mood": "bad"})));
    assert_eq!(get(&bench, "/plain/accounts", &token).status, 503);
    assert_eq!(bench.control("PUT", path, r#"{"mood": 1}"#).0, 400);
    assert_eq!(bench.control("PUT", path, "{}"), (200, json!({})));
    assert_eq!(get(&bench, "/plain/accounts", &token).status, 200);
}

#[test]
fn a_refused_scenario_is_remembered_until_one_is_loaded() {
    let bench = Bench::start();
    let (path, status) = ("/v1/worlds/default/scenario", "/v1/worlds/default/scenario/status");
    assert_eq!(bench.control("GET", status, "").1["state"], "in force");
    let (refused, problem) = bench.control("PUT", path, "sandbox: 1\nname: x\nrulez: []\n");
    assert_eq!(refused, 422);
    let (_, standing) = bench.control("GET", status, "");
    assert_eq!((&standing["state"], &standing["errors"]), (&json!("refused"), &problem["errors"]));
    assert_eq!(bench.control("PUT", path, "sandbox: 1\nname: x\n").0, 200);
    let (_, standing) = bench.control("GET", status, "");
    assert_eq!((&standing["state"], &standing["scenario"]), (&json!("in force"), &json!("x")));
}

#[test]
fn a_consent_granted_without_a_login_works_until_it_is_withdrawn() {
    let bench = Bench::start();
    let order = json!({"bank": "plain", "client_id": "demo", "username": "alice", "valid_for": "2d"});
    let (_, granted) = bench.control("POST", "/v1/worlds/default/consents", &order.to_string());
    let token = granted["access_token"].as_str().unwrap();
    assert_eq!(get(&bench, "/plain/accounts", token).status, 200);
    let path = format!("/v1/worlds/default/consents/{}?bank=plain", granted["consent_id"].as_str().unwrap());
    assert_eq!(bench.control("DELETE", &path, "").0, 204);
    assert_eq!(get(&bench, "/plain/accounts", token).problem(), "consent_revoked");
}

#[test]
fn time_moves_only_when_told_and_tokens_age_with_it() {
    let bench = Bench::start();
    manual(&bench, "slow");
    let token = bench.token("slow");
    assert_eq!(get(&bench, "/w/slow/plain/accounts", &token).header("date"), Some("Sun, 01 Mar 2026 08:00:00 GMT"));
    let (_, clock) = bench.control("GET", "/v1/worlds/slow/clock", "");
    assert_eq!(clock, json!({"now": "2026-03-01T08:00:00Z", "mode": "manual"}));
    let (_, advanced) = bench.control("POST", "/v1/worlds/slow/clock/advance", r#"{"by": "1h"}"#);
    assert_eq!(advanced, json!({"now": "2026-03-01T09:00:00Z", "happened": []}));
    assert_eq!(get(&bench, "/w/slow/plain/accounts", &token).problem(), "invalid_token");
}

#[test]
fn every_wrong_query_parameter_is_told_at_once() {
    let bench = Bench::start();
    let (status, problem) =
        bench.control("GET", "/v1/worlds/default/journal?sinec=1&limit=x&committed=yes&bank=plain", "");
    assert_eq!(status, 400, "{problem}");
    let detail = problem["detail"].as_str().unwrap();
    for told in
        ["did you mean `since`?", "`limit=x`: legal is", "`committed=yes`: legal is true or false", "legal here: "]
    {
        assert!(detail.contains(told), "{told}: {detail}");
    }
    let (status, problem) = bench.control("GET", "/v1/worlds?x=1", "");
    assert_eq!(status, 400, "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains("this call takes no query"), "{problem}");
}

#[test]
fn the_journal_is_filtered_counted_and_waited_for() {
    let bench = Bench::start();
    let token = bench.token("default");
    get(&bench, "/plain/accounts", &token);
    get(&bench, "/plain/accounts", "nonsense");
    get(&bench, "/plain/nothing", &token);
    let lines = |query: &str| {
        let (_, lines) = bench.control_text("GET", &format!("/v1/worlds/default/journal?{query}"), "");
        lines
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap()["seq"].as_u64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(lines(""), [1, 2, 3]);
    assert_eq!(lines("since=1"), [2, 3]);
    assert_eq!(lines("since=1&limit=1"), [2]);
    assert_eq!(lines("operation=accounts.list"), [1, 2]);
    assert_eq!(lines("operation=accounts.*&status=2xx"), [1]);
    assert_eq!(lines("client=demo"), [1]);
    assert_eq!(lines("bank=other"), Vec::<u64>::new());
    assert_eq!(lines("status=404"), [3]);
    let (_, counters) = bench.control("GET", "/v1/worlds/default/journal/counters", "");
    assert_eq!((&counters["total"], &counters["open"], &counters["evicted"]), (&json!(3), &json!(0), &json!(0)));
    assert_eq!(counters["ended"][0], json!({"operation": "accounts.list", "status": 200, "count": 1}));

    let (status, entry) = bench.control("GET", "/v1/worlds/default/journal/next?since=1&status=404", "");
    assert_eq!((status, &entry["seq"]), (200, &json!(3)));
    let (status, _) = bench.control("GET", "/v1/worlds/default/journal/next?since=3&silence=50ms", "");
    assert_eq!(status, 204);
    // One thread waits, another calls: the waiting one is woken by the call.
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| bench.control("GET", "/v1/worlds/default/journal/next?since=3&silence=10s", ""));
        get(&bench, "/plain/accounts", &token);
        assert_eq!(waiting.join().unwrap().1["seq"], 4);
    });
}

#[test]
fn secrets_never_leave_in_the_journal() {
    let bench = Bench::start();
    let token = bench.token("default");
    let form = "grant_type=refresh_token&refresh_token=secret-refresh&client_id=demo&client_secret=demo-secret";
    let request = format!(
        "POST /plain/oauth/token?code=secret-code HTTP/1.1\r\nHost: b\r\nConnection: close\r\nCookie: a=secret-cookie\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    bench.raw(request.as_bytes());
    get(&bench, "/plain/accounts", &token);
    get(&bench, &format!("/plain/accounts?access_token={token}"), "x");
    let (_, text) = bench.control_text("GET", "/v1/worlds/default/journal", "");
    for secret in [token.as_str(), "secret-refresh", "demo-secret", "secret-code", "secret-cookie"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    let journal = bench.journal("default");
    assert_eq!(journal[0]["operation"], "token.refresh");
    assert_eq!(journal[0]["client_id"], "demo");
    let token_id = journal[1]["token_id"].as_str().unwrap();
    assert!(journal[1]["request"]["headers"].to_string().contains(&format!("sha256:{token_id}")));
    assert_eq!((&journal[1]["user"], &journal[1]["consent_id"].is_string()), (&json!("alice"), &true));
}

#[test]
fn entries_are_posted_and_the_oracle_and_the_bank_agree() {
    let bench = Bench::start();
    let order = json!({"client_id": "demo", "username": "alice"}).to_string();
    let (_, granted) = bench.control("POST", "/v1/worlds/default/consents", &order);
    let account = granted["account_ids"][0].as_str().unwrap();
    let entry = json!({"account_id": account, "amount": {"value": "-12.34", "currency": "GBP"}, "description": "posted by hand"});
    let (status, posted) = bench.control("POST", "/v1/worlds/default/transactions", &entry.to_string());
    assert_eq!(status, 201, "{posted}");
    let oracle = format!("/v1/worlds/default/oracle?bank=plain&consent={}", granted["consent_id"].as_str().unwrap());
    let (_, truth) = bench.control("GET", &oracle, "");
    let entries = truth["transactions"].as_array().unwrap();
    let found = entries.iter().find(|entry| entry["provider_id"] == posted["transaction_id"]).unwrap();
    assert_eq!(found["amount"], json!({"amount": "-12.34", "currency": "GBP"}));
    let page =
        get(&bench, &format!("/plain/accounts/{account}/transactions"), granted["access_token"].as_str().unwrap());
    assert!(page.body.contains(posted["transaction_id"].as_str().unwrap()), "{page:?}");
    // An hour ago nobody had posted anything, and what is to come nobody knows.
    let (_, earlier) = bench.control("GET", &format!("{oracle}&as_of=2020-01-01T00:00:00Z"), "");
    let then = earlier["transactions"].as_array().unwrap();
    assert!(!then.is_empty() && then.len() < entries.len());
    assert!(then.iter().all(|entry| entry["booking_at"].as_str().is_none_or(|at| at < "2020-01-01T01")), "{then:?}");
    for wrong in ["2999-01-01T00:00:00Z", "yesterday"] {
        let (status, problem) = bench.control("GET", &format!("{oracle}&as_of={wrong}"), "");
        assert_eq!(status, 422, "{problem}");
        assert!(problem["detail"].as_str().unwrap().starts_with("as_of: "), "{problem}");
    }
    // What the contract of this bank has no place for, and what it counts for.
    let unknowable: Vec<&str> =
        truth["unknowable"].as_array().unwrap().iter().filter_map(|one| one["member"].as_str()).collect();
    assert!(unknowable.contains(&"transactions.check_number") && !unknowable.contains(&"transactions.booking_date"));
    assert!(entries.iter().all(|entry| entry["effective_status"].is_string()));
    let dateless = "sandbox: 1\nname: dateless\nrules:\n  - {name: undated, match: {op: transactions.list}, do: {patch: {/data/*/booked_on: ~}}}\n";
    assert_eq!(bench.control("PUT", "/v1/worlds/default/scenario", dateless).0, 200);
    let (_, truth) = bench.control("GET", &oracle, "");
    let hidden =
        json!({"member": "transactions.booking_date", "because": "bank", "source": "rule `undated` of the scenario"});
    assert!(truth["unknowable"].as_array().unwrap().contains(&hidden), "{}", truth["unknowable"]);
    for bad in [json!({"value": "1.234", "currency": "GBP"}), json!({"value": "1", "currency": "XXY"})] {
        let entry = json!({"account_id": account, "amount": bad});
        assert_eq!(bench.control("POST", "/v1/worlds/default/transactions", &entry.to_string()).0, 422);
    }
}

#[test]
fn clients_and_users_are_listed_and_clients_registered() {
    let bench = Bench::start();
    let (_, users) = bench.control("GET", "/v1/worlds/default/users?bank=plain", "");
    assert!(users.as_array().unwrap().iter().any(|user| user["username"] == "alice" && user["password"] == "alice"));
    let order = json!({"bank": "plain", "client_id": "mine", "redirect_uris": ["https://app.test/cb"], "auth_method": "client_secret_post"});
    let (status, client) = bench.control("POST", "/v1/worlds/default/clients", &order.to_string());
    assert_eq!((status, &client["client_id"]), (201, &json!("mine")));
    let (_, clients) = bench.control("GET", "/v1/worlds/default/clients?bank=plain", "");
    assert!(clients.as_array().unwrap().contains(&client), "{clients}");
}

#[test]
fn reset_forgets_and_gives_the_same_data_again() {
    let bench = Bench::start();
    manual(&bench, "again");
    let token = bench.token("again");
    let accounts = get(&bench, "/w/again/plain/accounts", &token).body;
    assert_eq!(bench.control("POST", "/v1/worlds/again/reset", "").0, 200);
    assert!(bench.journal("again").is_empty());
    assert_eq!(get(&bench, "/w/again/plain/accounts", &token).status, 401);
    let renewed = bench.token("again");
    assert_eq!(get(&bench, "/w/again/plain/accounts", &renewed).body, accounts);
}

#[test]
fn a_control_token_is_asked_for_everywhere_but_at_health() {
    let bench = Bench::with(bank_sandbox::Sandbox::builder().control_token("s3cret"));
    assert_eq!(bench.control("GET", "/health", "").0, 200);
    assert_eq!(bench.control("GET", "/v1/worlds", "").0, 401);
    let url = format!("{}/v1/worlds", bench.running().control_url);
    let status = bench.runtime.block_on(async {
        reqwest::Client::new().get(url).bearer_auth("s3cret").send().await.unwrap().status().as_u16()
    });
    assert_eq!(status, 200);
}

#[test]
fn beyond_loopback_the_control_api_needs_a_token() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let open = bank_sandbox::Sandbox::builder().bind("0.0.0.0".parse().unwrap());
    let refused = runtime.block_on(open.clone().start());
    assert!(matches!(refused, Err(bank_sandbox::StartError::OpenControl(_))));
    let guarded = runtime.block_on(open.control_token("t").start()).unwrap();
    assert!(guarded.base_url.starts_with("http://127.0.0.1:"));
    runtime.block_on(guarded.shutdown());
}
