//! Faults that a client orders for its own calls.

use bank_sandbox::Sandbox;

use crate::bench::{Bench, Raw};

fn list(bench: &Bench, base: &str, token: &str, fault: &str) -> Raw {
    let bearer = format!("Bearer {token}");
    bench.call("GET", &format!("{base}/accounts"), &[("Authorization", &bearer), ("Sandbox-Fault", fault)], "")
}

#[test]
fn a_call_gets_what_its_header_says_so_many_times() {
    let bench = Bench::with(Sandbox::builder().fault_header().world("red"));
    let token = bench.token("default");
    let order = "503 x2; retry-after=1";
    let first = list(&bench, "/plain", &token, order);
    assert_eq!((first.status, first.header("retry-after")), (503, Some("1")), "{first:?}");
    assert_eq!(list(&bench, "/plain", &token, order).status, 503);
    assert_eq!(list(&bench, "/plain", &token, order).status, 200, "twice, and then no more");
    // The count belongs to the world, the operation and the text.
    assert_eq!(list(&bench, "/plain", &token, "502 x1").status, 502);
    let consents = bench.call("GET", "/plain/consents", &[("Sandbox-Fault", order)], "");
    assert_eq!(consents.status, 503);
    let red = bench.token("red");
    assert_eq!(list(&bench, "/w/red/plain", &red, order).status, 503);
    assert_eq!(bench.call("GET", "/plain/accounts", &[("Authorization", &format!("Bearer {token}"))], "").status, 200);
    let journal = bench.journal("default");
    assert_eq!(journal[0]["decisions"][0]["effect"], "status 503, retry_after 1s", "{}", journal[0]);
    // A reset forgets it.
    bench.control("POST", "/v1/worlds/default/reset", "");
    let token = bench.token("default");
    assert_eq!(list(&bench, "/plain", &token, order).status, 503);
}

#[test]
fn what_it_orders_comes_before_the_rules_and_adds_to_them() {
    let scenario = "sandbox: 1\nname: down\nrules:\n  - {name: a, match: {op: accounts.list}, do: {status: 500}}\n";
    let bench = Bench::with(Sandbox::builder().fault_header().scenario(scenario).unwrap());
    let token = bench.token("default");
    assert_eq!(list(&bench, "/plain", &token, "503").status, 503);
    assert_eq!(list(&bench, "/plain", &token, "delay 1ms").status, 500, "a delay ends nothing");
    let journal = bench.journal("default");
    let rules = |entry: &serde_json::Value| {
        entry["decisions"].as_array().unwrap().iter().map(|made| made["rule"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(rules(&journal[0]), ["fault-1"]);
    assert_eq!(rules(&journal[1]), ["fault-1", "a"]);
}

#[test]
fn nobody_guesses_what_an_unreadable_order_means() {
    let bench = Bench::with(Sandbox::builder().fault_header());
    let token = bench.token("default");
    for (order, named) in
        [("hagn 35s", "hang"), ("", "legal"), ("payments.creat: 503", "payments.create"), ("status: [", "legal")]
    {
        let refused = list(&bench, "/plain", &token, order);
        assert_eq!((refused.status, refused.problem().as_str()), (400, "invalid_parameter"), "{order}");
        assert!(refused.body.contains(named) && refused.body.contains("Sandbox-Fault"), "{order}: {refused:?}");
    }
    let long = list(&bench, "/plain", &token, &"x".repeat(2_000));
    assert!(long.body.contains("1024 bytes"), "{long:?}");
    // In the envelope of whoever was asked.
    let oauth = bench.call("POST", "/plain/oauth/token", &[("Sandbox-Fault", "hagn")], "");
    assert_eq!(oauth.status, 400);
    assert!(oauth.body.contains("\"error\""), "{oauth:?}");
}

#[test]
fn it_is_nothing_unless_the_operator_allows_it() {
    let bench = Bench::start();
    let token = bench.token("default");
    assert_eq!(list(&bench, "/plain", &token, "503").status, 200);
    assert_eq!(list(&bench, "/plain", &token, "nonsense [").status, 200);
}
